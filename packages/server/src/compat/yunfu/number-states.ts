/** The thirteen states of a number, from how its last call ended; and back, for the numbers that are to be called again. Pure. */
import type { Disposition } from '@dialwright/dialer'
import type { LastEnd } from '../../contacts/reset-contacts.ts'

/** 0 waits. The others tell of a last call; what a disposition leaves open, its detail decides. */
type Known = { readonly state: number; readonly details?: Readonly<Record<string, number>> }

const states = {
  answered: { state: 1 },
  machine: { state: 4 },
  screened: { state: 4 },
  fax: { state: 4 },
  busy: { state: 8 },
  rejected: { state: 3 },
  'no-answer': { state: 4 },
  unreachable: { state: 6, details: { 'incoming-barred': 9 } },
  'invalid-number': { state: 5, details: { suspended: 7, unpaid: 10 } },
  blocked: { state: 2, details: { 'do-not-call': 11, 'blocked-by-callee': 12 } },
  congestion: { state: 2 },
  cancelled: { state: 4 },
  failed: { state: 4 },
  unknown: { state: 4 },
} as const satisfies Record<Disposition, Known>

const waiting = 0
const blacklisted = 11

/** @param isExcluded  Nobody may dial it: it stands on the do-not-call list. */
export function numberState(disposition: Disposition | null, detail: string | null, isExcluded: boolean): number {
  if (isExcluded) return blacklisted
  if (disposition === null) return waiting
  const { state, details = {} }: Known = states[disposition]
  return detail !== null && Object.hasOwn(details, detail) ? (details[detail] ?? state) : state
}

/** The last ends that are told as one of `wanted`. */
export function endsOf(wanted: readonly number[]): LastEnd[] {
  return Object.entries<Known>(states).flatMap(([disposition, { state, details = {} }]) => {
    const finer = Object.entries(details)
    const named = finer.filter(([, one]) => wanted.includes(one)).map(([detail]) => detail)
    return [
      ...(wanted.includes(state)
        ? [{ disposition, except: finer.filter(([, one]) => !wanted.includes(one)).map(([detail]) => detail) }]
        : []),
      ...(!wanted.includes(state) && named.length > 0 ? [{ disposition, details: named }] : []),
    ]
  })
}
