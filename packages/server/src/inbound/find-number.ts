/** Which number of ours a call that came in is for. */
import type { IncomingCall } from '@dialwright/dialer'
import { normalizePhone } from '../numbers/normalize.ts'
import { formatForTrunk } from '../numbers/trunk-format.ts'
import type { InboundRule } from './inbound-rule.ts'

/** A number that a call over its trunk may be for. */
export type CalledNumber = {
  readonly numberId: string
  readonly workspaceId: string
  readonly trunkId: string
  readonly name: string
  readonly phone: string
  /** Of its workspace: ISO 3166-1 alpha-2. */
  readonly country: string
  /** Null: nothing was said about its calls. */
  readonly rule: InboundRule | null
  readonly validFrom: Temporal.Instant | null
  readonly validUntil: Temporal.Instant | null
}

type Called = Pick<IncomingCall, 'to' | 'dialled' | 'lineId'>

/** The number as it was called, with what it may stand under in the store. */
export function calledTexts({ to, dialled, lineId }: Called, isTrunkLine: boolean): readonly string[] {
  // A registered trunk's contact is called whatever number was dialled: there the To header tells it, if anything does.
  const texts = lineId !== null && isTrunkLine ? [dialled, to] : [to, dialled]
  return texts.flatMap((text) => (text === null || text === '' ? [] : [text]))
}

/** Keys that a number may be kept under which is called by this text: as it came, as E.164, and as it is dialled at home. */
export function keysOf(text: string, country: string): readonly string[] {
  const digits = text.replace(/\D/g, '')
  if (digits === '') return []
  const normal = normalizePhone(text, country)
  if (normal === null) return [digits]
  return [...new Set([digits, normal.key, formatForTrunk(normal.phone, 'local', country)])]
}

/**
 * The number: that of the registered line; else one whose DID is what was called; else one that has no DID and is itself what was
 * called: as it is written, then however it is written. Several of the same (two trunks at one address): the first. A registered
 * trunk with a single number is called for that number, whatever the provider says.
 * @param candidates  Of the trunks that the call may have come over: those with credentials of their own, whose calls come over
 *   their own registration, behind the others; then the oldest first.
 */
export function findNumber(call: IncomingCall, candidates: readonly CalledNumber[]): CalledNumber | null {
  const line = candidates.find(({ numberId }) => numberId === call.lineId)
  if (line !== undefined) return line
  const isTrunkLine = call.lineId !== null && call.trunkIds.includes(call.lineId)
  for (const text of calledTexts(call, isTrunkLine)) {
    const byDid = candidates.find(({ rule }) => rule !== null && rule.did !== null && isSameDid(rule.did, text))
    if (byDid !== undefined) return byDid
    const byPhone = candidates.filter(
      ({ rule, phone, country }) => (rule === null || rule.did === null) && isSamePhone(phone, text, country),
    )
    const [number] = [...byPhone.filter(({ phone }) => isSameDid(phone, text)), ...byPhone]
    if (number !== undefined) return number
  }
  const own = candidates.filter(({ trunkId }) => trunkId === call.lineId)
  return isTrunkLine && own.length === 1 ? (own[0] ?? null) : null
}

/** A DID may be an extension or a name; digits are the same with and without a plus. */
function isSameDid(did: string, text: string): boolean {
  return did.replace(/^\+/, '') === text.replace(/^\+/, '')
}

function isSamePhone(phone: string, text: string, country: string): boolean {
  const own = keysOf(phone, country)
  return keysOf(text, country).some((key) => own.includes(key))
}
