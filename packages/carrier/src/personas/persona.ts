/** How a number behaves: plain data, chosen by the last two digits of the number or by a personas file. */
import type { Voice } from '../voices/voices.ts'

/** What it does once it has heard the caller finish a sentence, after its own words if it says any. */
export type Reply = {
  readonly does: { readonly press: string } | { readonly say: readonly Voice[] }
  /** A caller that says nothing for this long gets the reply all the same, or is hung up on. */
  readonly afterMs: number
  readonly unheard: 'replies' | 'hangs-up'
}

export type Talk = {
  /** What it says after answering. */
  readonly say: Voice | null
  readonly reply: Reply | null
  /** It hangs up this long after answering; null: it waits for the caller. */
  readonly hangUpAfterMs: number | null
  /** None of its sound arrives at the caller; it hears the caller all the same. */
  readonly isMuted: boolean
  /** It sends a re-INVITE this long after the ACK; null: none. */
  readonly reinviteAfterMs: number | null
}

export type Behaviour =
  /** `early`: what is heard in early media, by a 183 in place of the 180; null: it rings. */
  | { readonly kind: 'answer'; readonly ringMs: number; readonly early: Voice | null; readonly talk: Talk }
  | {
      readonly kind: 'reject'
      readonly status: number
      /** After the first reply, or after the end of what is heard in early media. */
      readonly afterMs: number
      readonly headers: readonly (readonly [string, string])[]
      readonly early: Voice | null
    }
  /** Rings, or repeats its early media, until the caller gives up. */
  | { readonly kind: 'ring'; readonly early: Voice | null }
  /** Not a single reply. */
  | { readonly kind: 'silence' }

export type Persona = {
  readonly code: string
  /** Asks for digest credentials before it lets the call in. */
  readonly challenges: boolean
  /** What it does at the n-th call of the same number; the last entry holds for all later ones. */
  readonly behaviours: readonly Behaviour[]
}

const ringMs = 300
const quiet: Talk = { say: null, reply: null, hangUpAfterMs: null, isMuted: false, reinviteAfterMs: null }

function persona(code: string, ...behaviours: readonly Behaviour[]): Persona {
  return { code, challenges: false, behaviours }
}
function answering(talk: Partial<Talk> = {}, more: { ringMs?: number; early?: Voice } = {}): Behaviour {
  return { kind: 'answer', ringMs: more.ringMs ?? ringMs, early: more.early ?? null, talk: { ...quiet, ...talk } }
}
function rejecting(
  status: number,
  headers: readonly (readonly [string, string])[] = [],
  early: Voice | null = null,
): Behaviour {
  return { kind: 'reject', status, afterMs: ringMs, headers, early }
}

/** It does so even when it has heard nothing: a caller that does not speak gets a key, or a word, all the same. */
const anyway = { afterMs: 10_000, unheard: 'replies' } as const
const pressing = (press: string): Partial<Talk> => ({ reply: { does: { press }, ...anyway } })
const saying = (voice: Voice): Partial<Talk> => ({ reply: { does: { say: [voice] }, ...anyway } })

export const personas: readonly Persona[] = [
  persona('00', answering({ say: 'chatter' })),
  persona('01', answering({ say: 'hello' })),
  persona('02', answering()),
  persona('03', answering(pressing('1'))),
  persona('04', answering(pressing('2'))),
  persona('05', answering(saying('yes'))),
  persona('06', answering(saying('no'))),
  persona('10', rejecting(486)),
  persona('11', { kind: 'ring', early: null }),
  persona('12', rejecting(603)),
  persona('13', rejecting(404)),
  persona('14', rejecting(480, [['Reason', 'Q.850;cause=20;text="Subscriber absent"']])),
  persona('15', rejecting(404, [['Reason', 'Q.850;cause=1;text="Unallocated number"']], 'sit')),
  // Only the words tell that nobody will ever answer there: the status is as vague as carriers make it.
  persona('16', rejecting(480, [], 'not-in-service')),
  persona('17', rejecting(503, [['Retry-After', '2']])),
  persona('18', answering({ hangUpAfterMs: 0 })),
  persona('19', rejecting(486), answering(pressing('1'))),
  persona('20', answering({ say: 'voicemail', hangUpAfterMs: 20_000 })),
  persona(
    '21',
    answering({
      say: 'screening',
      reply: { does: { say: ['ringback', 'hello'] }, afterMs: 15_000, unheard: 'hangs-up' },
    }),
  ),
  persona('22', answering({ say: 'chatter', isMuted: true })),
  persona('23', { kind: 'ring', early: 'ringback' }),
  persona('24', answering({}, { ringMs: 10_000 })),
  persona('25', { kind: 'silence' }),
  persona('26', answering({ say: 'hello', reinviteAfterMs: 500 })),
  persona('27', answering({ say: 'hello' }, { ringMs: 2_000, early: 'ringback' })),
  { ...persona('28', answering({ say: 'hello' })), challenges: true },
  // ITU-T T.30 §5.4.3.1: without an answer to its signals a fax gives up after T1, 35 s.
  persona('29', answering({ say: 'fax', hangUpAfterMs: 35_000 })),
]

const byCode = new Map(personas.map((one) => [one.code, one]))
/** A number that ends in no persona's code behaves like one that answers, says hello and listens. */
const ordinary = byCode.get('01') ?? persona('01', answering({ say: 'hello' }))

export function isPersona(code: string): boolean {
  return byCode.has(code)
}

/** @param overrides  Number (digits) -> persona code, from a personas file. */
export function personaOf(number: string, overrides: ReadonlyMap<string, string>): Persona {
  const digits = number.replace(/\D/g, '')
  return byCode.get(overrides.get(digits) ?? digits.slice(-2)) ?? ordinary
}

export function behaviourAt(one: Persona, nth: number): Behaviour {
  return one.behaviours[Math.min(nth, one.behaviours.length - 1)] ?? { kind: 'silence' }
}
