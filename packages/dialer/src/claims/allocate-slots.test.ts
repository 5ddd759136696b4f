import assert from 'node:assert/strict'
import test from 'node:test'
import { allocateSlots, type ClaimDesk, type Gate, type SlotRequest, withDailyCap } from './allocate-slots.ts'

const now = Temporal.Instant.from('2026-03-02T09:00:00Z')
const gate = (ownerId: string, more: Partial<Gate> = {}): Gate => ({
  ownerId,
  live: 0,
  maxCalls: null,
  callsPerSecond: null,
  nextSlotAt: now,
  lastSlotAt: null,
  ...more,
})
const trunk = (trunkId: string, closedUntil: Temporal.Instant | null = null) => ({
  trunkId,
  closedUntil,
  destinations: null,
})
const desk = (gates: readonly Gate[], more: Partial<ClaimDesk> = {}): ClaimDesk => ({
  now,
  horizonMs: 1_000,
  workspaceId: 'w',
  campaignId: 'c',
  gates: new Map(gates.map((one) => [one.ownerId, one])),
  routes: new Map([[1, { trunks: [trunk('t1'), trunk('t2')], isByNumber: false }]]),
  callerIds: { kind: 'trunk' },
  draw: () => 0,
  ...more,
})
const request = (phoneKey: string, more: Partial<SlotRequest> = {}): SlotRequest => ({
  ...{ routeId: 1, phoneKey, zones: ['Europe/Moscow'], shownBefore: null },
  ...more,
})
const requests = (count: number) => Array.from({ length: count }, (_, index) => request(`7${index}`))
const offsets = (slots: readonly ({ startAt: Temporal.Instant } | null)[]) =>
  slots.map((slot) => (slot === null ? null : Number(slot.startAt.epochNanoseconds - now.epochNanoseconds) / 1000))

test('the slowest of the gates sets the distance of the starts', () => {
  const { slots } = allocateSlots(
    desk([gate('w', { callsPerSecond: 10 }), gate('c', { callsPerSecond: 3 })]),
    requests(3),
  )
  assert.deepEqual(offsets(slots), [0, 333_334, 666_668])
})

test('a start lies on the latest next instant of all gates and moves each by its own rate', () => {
  const ahead = now.add({ milliseconds: 40 })
  const { slots, gates } = allocateSlots(
    desk([
      gate('w', { callsPerSecond: 100 }),
      gate('c', { callsPerSecond: 10 }),
      gate('t1', { callsPerSecond: 50, nextSlotAt: ahead }),
      gate('t2', { nextSlotAt: ahead.add({ milliseconds: 1 }) }),
    ]),
    requests(1),
  )
  assert.deepEqual(offsets(slots), [40_000])
  assert.equal(gates.get('w')?.nextSlotAt.toString(), ahead.add({ milliseconds: 10 }).toString())
  assert.equal(gates.get('c')?.nextSlotAt.toString(), ahead.add({ milliseconds: 100 }).toString())
  assert.equal(gates.get('t1')?.nextSlotAt.toString(), ahead.add({ milliseconds: 20 }).toString())
})

test('nothing is given beyond the horizon', () => {
  const { slots } = allocateSlots(desk([gate('c', { callsPerSecond: 10 })], { horizonMs: 200 }), requests(5))
  assert.deepEqual(offsets(slots), [0, 100_000, 200_000, null, null])
})

test('a full trunk hands over to the next of the route, a closed one is passed by', () => {
  const full = allocateSlots(desk([gate('t1', { live: 4, maxCalls: 5 })]), requests(2))
  assert.deepEqual(
    full.slots.map((slot) => slot?.trunkId),
    ['t1', 't2'],
  )
  const closed = new Map([[1, { trunks: [trunk('t1', now.add({ seconds: 1 })), trunk('t2')], isByNumber: false }]])
  assert.equal(allocateSlots(desk([], { routes: closed }), requests(1)).slots[0]?.trunkId, 't2')
})

test('a trunk whose pace is used up hands over to the next of the route, a number to the next of its group', () => {
  const { slots } = allocateSlots(desk([gate('t1', { callsPerSecond: 0.9 })]), requests(3))
  assert.deepEqual(
    slots.map((slot) => slot?.trunkId),
    ['t1', 't2', 't2'],
  )
  const numbers = ['n1', 'n2'].map((numberId) => ({ numberId, phone: `+${numberId}`, trunkId: 't1' }))
  const shown = allocateSlots(
    desk([gate('n2', { nextSlotAt: now.add({ seconds: 2 }) }), gate('n1', { lastSlotAt: now })], {
      callerIds: { kind: 'numbers', numbers, mode: 'round-robin' },
    }),
    requests(2),
  )
  assert.deepEqual(
    shown.slots.map((slot) => slot?.callerId),
    ['+n1', '+n1'],
  )
})

test('a trunk that would make a call wait hands over to one that would not; the preferred one has its turn in time', () => {
  const { slots } = allocateSlots(
    desk([gate('c', { callsPerSecond: 100 }), gate('t1', { callsPerSecond: 5 }), gate('t2', { callsPerSecond: 8 })]),
    requests(8),
  )
  assert.deepEqual(
    slots.map((slot) => slot?.trunkId),
    ['t1', 't2', 't2', 't1', 't2', 't2', 't1', 't2'],
  )
  assert.deepEqual(offsets(slots).slice(0, 5), [0, 10_000, 135_000, 200_000, 260_000])
  const spare = allocateSlots(desk([gate('c', { callsPerSecond: 5 }), gate('t1', { callsPerSecond: 5 })]), requests(4))
  assert.ok(spare.slots.every((slot) => slot?.trunkId === 't1'))
})

test('a trunk limited to destinations is used for them alone', () => {
  const routes = new Map([[1, { trunks: [{ ...trunk('t1'), destinations: ['+84'] }, trunk('t2')], isByNumber: false }]])
  const { slots } = allocateSlots(desk([], { routes }), [request('84901'), request('7901')])
  assert.deepEqual(
    slots.map((slot) => slot?.trunkId),
    ['t1', 't2'],
  )
})

test('a group shows the number used longest ago, never one without a free channel', () => {
  const numbers = ['n1', 'n2', 'n3'].map((numberId) => ({ numberId, phone: `+${numberId}`, trunkId: 't1' }))
  const gates = [
    gate('c', { callsPerSecond: 10 }),
    gate('n1', { lastSlotAt: now.subtract({ seconds: 5 }) }),
    gate('n2', { lastSlotAt: now.subtract({ seconds: 9 }) }),
    gate('n3', { live: 1, maxCalls: 1 }),
  ]
  const { slots } = allocateSlots(
    desk(gates, { callerIds: { kind: 'numbers', numbers, mode: 'round-robin' } }),
    requests(3),
  )
  assert.deepEqual(
    slots.map((slot) => slot?.callerId),
    ['+n2', '+n1', '+n2'],
  )
})

test('a route by number sends each call over the trunk of the number it shows', () => {
  const numbers = [{ numberId: 'n2', phone: '+2', trunkId: 't2' }]
  const routes = new Map([[1, { trunks: [trunk('t1'), trunk('t2')], isByNumber: true }]])
  const { slots } = allocateSlots(
    desk([], { routes, callerIds: { kind: 'numbers', numbers, mode: 'round-robin' } }),
    requests(1),
  )
  assert.equal(slots[0]?.trunkId, 't2')
})

test('no more slots than free channels of the campaign or the workspace', () => {
  const { slots } = allocateSlots(desk([gate('w', { live: 7, maxCalls: 9 }), gate('c', { maxCalls: 5 })]), requests(4))
  assert.equal(slots.filter((slot) => slot !== null).length, 2)
})

test('a group at random shows what the draw says, among those with a free channel', () => {
  const numbers = ['n1', 'n2', 'n3'].map((numberId) => ({ numberId, phone: `+${numberId}`, trunkId: 't1' }))
  const draws = [0.99, 0, 0.5]
  const { slots } = allocateSlots(
    desk([gate('n2', { live: 1, maxCalls: 1 })], {
      callerIds: { kind: 'numbers', numbers, mode: 'random' },
      draw: () => draws.shift() ?? 0,
    }),
    requests(3),
  )
  assert.deepEqual(
    slots.map((slot) => slot?.callerId),
    ['+n3', '+n1', '+n3'],
  )
})

test('a regional group shows a number of the region of the callee, and to whoever was called before the number of then', () => {
  const numbers = ['+74950000001', '+73430000001', '+73430000002'].map((phone) => ({
    numberId: phone,
    phone,
    trunkId: 't1',
  }))
  const callerIds = { kind: 'numbers', numbers, mode: 'regional' } as const
  const urals = ['Asia/Yekaterinburg']
  const { slots } = allocateSlots(
    desk([gate('c', { callsPerSecond: 10 }), gate('+73430000002', { maxCalls: 1 })], { callerIds }),
    [
      request('74951234567'),
      request('73431234567', { zones: urals }),
      request('73431234568', { zones: urals }),
      request('73431234569', { zones: urals }),
      request('73431234560', { zones: urals, shownBefore: '+74950000001' }),
      request('74951234561', { shownBefore: '+73430000002' }),
    ],
  )
  assert.deepEqual(
    slots.map((slot) => slot?.callerId),
    // The fifth keeps its number; that of the sixth has no channel left.
    ['+74950000001', '+73430000001', '+73430000002', '+73430000001', '+74950000001', '+74950000001'],
  )
})

test('via numbers all take their turns, whichever trunks they stand on', () => {
  const numbers = ['t1', 't2', 't2'].map((trunkId, n) => ({ numberId: `n${n}`, phone: `+${n}`, trunkId }))
  const routes = new Map([[1, { trunks: [trunk('t1'), trunk('t2')], isByNumber: true }]])
  const callerIds = { kind: 'numbers', numbers, mode: 'round-robin' } as const
  const { slots } = allocateSlots(desk([gate('c', { callsPerSecond: 10 })], { routes, callerIds }), requests(4))
  assert.deepEqual(
    slots.map((slot) => slot?.callerId),
    ['+0', '+1', '+2', '+0'],
  )
})

test('via numbers a regional group keeps the number of before, over its trunk', () => {
  const numbers = [
    { numberId: 'n1', phone: '+74950000001', trunkId: 't1' },
    { numberId: 'n2', phone: '+73430000001', trunkId: 't2' },
  ]
  const routes = new Map([[1, { trunks: [trunk('t1'), trunk('t2')], isByNumber: true }]])
  const { slots } = allocateSlots(desk([], { routes, callerIds: { kind: 'numbers', numbers, mode: 'regional' } }), [
    request('74951234567'),
    request('74951234568', { shownBefore: 'n2' }),
  ])
  assert.deepEqual(
    slots.map((slot) => [slot?.callerId, slot?.trunkId]),
    [
      ['+74950000001', 't1'],
      ['+73430000001', 't2'],
    ],
  )
})

test('a cap of the day leaves a number what it has left', () => {
  assert.equal(withDailyCap(gate('n', { live: 2, maxCalls: 5 }), 10, 8).maxCalls, 4)
  assert.equal(withDailyCap(gate('n', { live: 2, maxCalls: 3 }), 10, 8).maxCalls, 3)
  assert.equal(withDailyCap(gate('n', { live: 2 }), 10, 12).maxCalls, 2)
  assert.equal(withDailyCap(gate('n'), null, 12).maxCalls, null)
})
