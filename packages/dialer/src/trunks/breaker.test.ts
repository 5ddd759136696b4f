import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifyResponse } from '../attempts/classify.ts'
import {
  afterEnd,
  backInUse,
  blameFor,
  countedFrom,
  defaultBreaker,
  isTripped,
  opened,
  probing,
  type TrunkResult,
  type TrunkTally,
} from './breaker.ts'

const now = Temporal.Instant.from('2026-03-02T09:00:00Z')
const inUse = { closedUntil: null, probeAt: null }
const ended = (sipCode: number | null, q850: number | null = null): TrunkResult => ({
  ...classifyResponse(sipCode, q850),
  sipCode,
})
const silence: TrunkResult = { disposition: 'congestion', detail: 'no-response', sipCode: null }
const tally = (result: TrunkResult, results: number, callees = results, latest = 0): TrunkTally => ({
  ...result,
  results,
  callees,
  latest,
})
const trips = (...tallies: TrunkTally[]) => isTripped(defaultBreaker, tallies)

test("the trunk is to blame for silence, 5xx, credentials, payment, and a 403 without a callee's cause", () => {
  for (const code of [401, 402, 403, 407, 500, 502, 503, 504, 580])
    assert.equal(blameFor(ended(code)), 'trunk', `${code}`)
  assert.equal(blameFor(silence), 'trunk')
  assert.equal(blameFor(ended(503, 34)), 'trunk', 'no circuit')
  for (const code of [404, 408, 480, 486, 487, 488, 600, 603, 608])
    assert.equal(blameFor(ended(code)), 'callee', `${code}`)
  assert.equal(blameFor(ended(503, 17)), 'callee', 'the callee is busy, whatever the gateway makes of it')
  assert.equal(blameFor(ended(403, 21)), 'callee')
})

test('what we took back or spoiled ourselves, and what nobody knows, is no result of the trunk', () => {
  for (const disposition of ['cancelled', 'failed', 'unknown'] as const)
    assert.equal(blameFor({ disposition, detail: null, sipCode: null }), 'nobody')
  assert.equal(blameFor({ disposition: 'congestion', detail: 'media', sipCode: null }), 'nobody')
  const unknown: TrunkResult = { disposition: 'unknown', detail: 'node-lost', sipCode: null }
  assert.equal(trips(tally(ended(503), 19), tally(unknown, 50)), false, 'they do not fill up the twenty either')
})

test('half of at least twenty results trips it, not fewer of either', () => {
  assert.equal(trips(tally(ended(503), 19)), false)
  assert.equal(trips(tally(ended(503), 20)), true)
  assert.equal(trips(tally(ended(503), 10), tally(ended(486), 10)), true)
  assert.equal(trips(tally(ended(503), 10), tally(ended(486), 11)), false)
  assert.equal(trips(tally(ended(503), 5), tally(silence, 5), tally(ended(486), 10)), true, 'kinds of fault add up')
})

test('twenty faults in a row trip it however much went well before; nineteen do not', () => {
  assert.equal(trips(tally(ended(486), 300, 300, 0), tally(silence, 20, 20, 20)), true)
  assert.equal(trips(tally(ended(486), 300, 300, 0), tally(silence, 12, 12, 12), tally(ended(503), 8, 8, 8)), true)
  assert.equal(trips(tally(ended(486), 300, 300, 1), tally(silence, 30, 30, 19)), false)
  assert.equal(trips(tally(ended(486), 300, 300, 0), tally(ended(403), 20, 1, 20)), false, 'one callee')
})

test("one callee's 403, and any number of 488, never trips it", () => {
  assert.equal(trips(tally(ended(403), 500, 1)), false)
  assert.equal(trips(tally(ended(403), 20, 2)), true)
  assert.equal(trips(tally(ended(488), 500)), false)
  const atOnce = { ...defaultBreaker, of: 1 }
  assert.equal(isTripped(atOnce, [tally(ended(403), 1)]), false)
})

test('its own share, number and times are kept', () => {
  const settings = { share: 0.1, of: 5, seconds: 10, openSeconds: 7 }
  assert.equal(isTripped(settings, [tally(ended(500), 1), tally(ended(486), 9)]), true)
  assert.equal(isTripped(settings, [tally(ended(500), 1), tally(ended(486), 10)]), false)
  assert.equal(opened(settings, now).closedUntil?.toString(), now.add({ seconds: 7 }).toString())
  assert.equal(countedFrom(settings, inUse, now).toString(), now.subtract({ seconds: 10 }).toString())
})

test('a fault is counted while the trunk is in use; out of use only the probe decides', () => {
  const open = opened(defaultBreaker, now)
  const before = now.subtract({ seconds: 1 })
  const probeAt = now.add({ seconds: 31 })
  assert.equal(afterEnd(inUse, ended(503), now), 'count')
  assert.equal(afterEnd(inUse, ended(486), now), 'nothing')
  assert.equal(afterEnd(open, ended(503), before), 'nothing', 'a call from before')
  assert.equal(afterEnd(open, ended(486), before), 'nothing', 'a call from before')
  const tried = probing(defaultBreaker, probeAt)
  assert.equal(afterEnd(tried, ended(503), probeAt), 'open')
  assert.equal(afterEnd(tried, ended(486), probeAt), 'back-in-use')
  assert.equal(afterEnd(tried, { disposition: 'unknown', detail: null, sipCode: null }, probeAt), 'nothing')
})

test('back in use, what went before does not count any more', () => {
  const state = backInUse(now)
  const soon = now.add({ seconds: 5 })
  assert.equal(countedFrom(defaultBreaker, state, soon).toString(), now.toString())
  assert.equal(afterEnd(state, ended(503), soon), 'count')
  const later = now.add({ minutes: 5 })
  assert.equal(countedFrom(defaultBreaker, state, later).toString(), later.subtract({ minutes: 2 }).toString())
})
