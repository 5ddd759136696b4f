import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LaneOrder } from '../ports/campaign-store.ts'
import type { ClaimDesk, SlotRequest } from './allocate-slots.ts'
import { gatherSlots } from './gather-slots.ts'

const now = Temporal.Instant.from('2026-03-02T09:00:00Z')
const gate = (ownerId: string, callsPerSecond: number | null, maxCalls: number | null) => ({
  ownerId,
  live: 0,
  maxCalls,
  callsPerSecond,
  nextSlotAt: now,
  lastSlotAt: null,
})

/** One route over a trunk that serves Russia alone; five starts a second. */
function desk(maxCalls: number | null = null): ClaimDesk {
  return {
    now,
    horizonMs: 1_000,
    workspaceId: 'w',
    campaignId: 'c',
    gates: new Map([['c', gate('c', 5, maxCalls)]]),
    routes: new Map([[1, { trunks: [{ trunkId: 't', closedUntil: null, destinations: ['+7'] }], isByNumber: false }]]),
    callerIds: { kind: 'trunk' },
    draw: () => 0,
  }
}

/** Picks from lists of phones by lane, as a store does: each phone once, those of other destinations not at all. */
function run(onDesk: ClaimDesk, lanes: readonly { zoneId: number; phones: string[]; count?: number }[]) {
  const orders = lanes.map(({ zoneId, count = 10 }): LaneOrder => ({ routeId: 1, zoneId, priority: 0, count }))
  const asked: LaneOrder[] = []
  const gathering = gatherSlots<SlotRequest>(onDesk, orders)
  let step = gathering.next()
  while (step.done !== true) {
    const { zoneId, count, destinations } = step.value
    asked.push(step.value)
    const waiting = lanes.find((lane) => lane.zoneId === zoneId)?.phones ?? []
    const phones = waiting
      .filter((phone) => destinations?.some((prefix) => phone.startsWith(prefix)) ?? true)
      .slice(0, count)
    for (const phone of phones) waiting.splice(waiting.indexOf(phone), 1)
    step = gathering.next(phones.map((phoneKey) => ({ routeId: 1, phoneKey, zones: [], shownBefore: null })))
  }
  return { asked, placed: step.value.placed.map(({ candidate }) => candidate.phoneKey) }
}

test('a lane whose only contact has no trunk does not hold the lane behind it', () => {
  const { placed } = run(desk(), [
    { zoneId: 1, phones: ['84901'] },
    { zoneId: 2, phones: ['7495'] },
  ])
  assert.deepEqual(placed, ['7495'])
})

test('a first contact without a trunk does not hold the one behind it in its own lane', () => {
  const { placed } = run(desk(1), [{ zoneId: 1, phones: ['84901', '84902', '7495'] }])
  assert.deepEqual(placed, ['7495'])
})

test('any number of contacts without a trunk in front of it does not hold the one behind them', () => {
  const phones = [...Array.from({ length: 50 }, (_, n) => `849${n}`), '7495']
  assert.deepEqual(run(desk(1), [{ zoneId: 1, phones }]).placed, ['7495'])
})

test('a destination whose trunk is full is not picked any more, the others are', () => {
  const trunk = (trunkId: string, destinations: string[]) => ({ trunkId, closedUntil: null, destinations })
  const given = desk()
  const gates = new Map([...given.gates, ['v', gate('v', null, 1)]])
  const routes = new Map([[1, { trunks: [trunk('v', ['+84']), trunk('t', ['+7'])], isByNumber: false }]])
  const phones = [...Array.from({ length: 20 }, (_, n) => `849${n}`), '7495', '7496']
  const { placed, asked } = run({ ...given, gates, routes }, [{ zoneId: 1, phones, count: 3 }])
  assert.deepEqual(placed, ['8490', '7495', '7496'])
  assert.equal(asked.length, 2)
})

test('no more is picked than can start, and nothing once the campaign is full', () => {
  const { asked, placed } = run(desk(2), [
    { zoneId: 1, phones: ['7901', '7902', '7903'] },
    { zoneId: 2, phones: ['7904'] },
  ])
  assert.deepEqual(placed, ['7901', '7902'])
  assert.deepEqual(
    asked.map(({ zoneId, count }) => [zoneId, count]),
    [[1, 2]],
  )
})

test('the pace bounds what is picked: five a second are six within a second, both ends included', () => {
  const { asked } = run(desk(), [{ zoneId: 1, phones: [], count: 100 }])
  assert.equal(asked[0]?.count, 6)
})
