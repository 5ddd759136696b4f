/** Judges a campaign after crashes by what the carrier saw: who was rung, how often, and whether every leg was ended. */
import assert from 'node:assert/strict'
import type { LedgerLine } from '@dialwright/carrier'

export type Progress = {
  readonly total: number
  readonly done: number
  readonly waiting: number
  readonly dialing: number
  readonly excluded: number
  readonly attempts: number
}
export type Call = {
  readonly sipCallId: string
  readonly phone: string
  readonly disposition: string
  readonly startedAt: string
}

/** Dispositions that an attempt may have without a ring: our own failure, or nobody knows whether its INVITE left. */
const withoutRing = new Set(['unknown', 'failed'])

/** Nobody rung twice, nobody lost: no rule asks for a redial, so that whoever was rung twice was rung twice by mistake. */
export function assertNobodyTwiceNobodyLost(
  people: number,
  calls: readonly Call[],
  ledger: readonly LedgerLine[],
): void {
  const rings = ledger.filter((line) => line.kind === 'ring')
  const rungTwice = rings.map((ring) => ring.to).filter((to, index, all) => all.indexOf(to) !== index)
  assert.deepEqual(rungTwice, [], 'somebody was rung twice')
  const known = new Set(calls.map((call) => call.sipCallId))
  const untold = rings.filter((ring) => !known.has(ring.callId)).map((ring) => ring.to)
  assert.deepEqual(untold, [], 'somebody was rung and no attempt says so')
  assert.equal(new Set(calls.map((call) => call.phone)).size, people, 'somebody has no attempt')
  assert.equal(calls.length, people, 'somebody has more than one attempt')
  const rung = new Set(rings.map((ring) => ring.callId))
  const unexplained = calls.filter((call) => !rung.has(call.sipCallId) && !withoutRing.has(call.disposition))
  assert.deepEqual(unexplained, [], 'an attempt has an end that only a ring could bring')
}

/** No half-open second holds more reserved instants than the rate: crashes do not bunch calls. */
export function assertPace(calls: readonly Call[], callsPerSecond: number): void {
  const instants = calls
    .map((call) => Temporal.Instant.from(call.startedAt).epochNanoseconds)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  for (let n = callsPerSecond; n < instants.length; n += 1) {
    const spanMs = Number((instants[n] ?? 0n) - (instants[n - callsPerSecond] ?? 0n)) / 1e6
    // The interval is rounded up to a microsecond and told in milliseconds: one of those may be lost at each end.
    assert.ok(spanMs >= 998, `${callsPerSecond + 1} calls were reserved within ${spanMs} ms`)
  }
}

/** Calls that the carrier still holds. */
export function openLegs(ledger: readonly LedgerLine[]): readonly string[] {
  const ended = new Set(ledger.filter((line) => line.kind === 'ended').map((line) => line.callId))
  return ledger.filter((line) => line.kind === 'ring' && !ended.has(line.callId)).map((line) => line.callId)
}
