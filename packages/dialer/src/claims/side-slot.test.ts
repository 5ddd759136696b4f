import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SideDesk, type SideGate, sideSlot } from './side-slot.ts'

const now = Temporal.Instant.from('2026-11-21T12:00:00Z')
const gate = (ownerId: string, more: Partial<SideGate> = {}): SideGate => ({
  ownerId,
  live: 0,
  held: 0,
  maxCalls: null,
  callsPerSecond: null,
  nextSlotAt: now,
  lastSlotAt: null,
  ...more,
})
const desk = (more: Partial<SideDesk> = {}): SideDesk => ({
  now,
  direction: 'transfer',
  phone: '+79161234567',
  destinations: null,
  workspace: gate('w'),
  trunk: gate('t'),
  number: gate('n'),
  outOfUse: null,
  ...more,
})

test('a channel that is kept for such legs is free for them', () => {
  const kept = gate('t', { maxCalls: 2, live: 2, held: 1 })
  assert.equal(sideSlot(desk({ trunk: kept })).opening.kind, 'open')
  assert.deepEqual(sideSlot(desk({ trunk: { ...kept, held: 0 } })).opening, { kind: 'full', gate: 'trunk' })
})

test('the first gate without a channel is named, a gate without a row limits nothing', () => {
  const full = { maxCalls: 1, live: 1 }
  assert.deepEqual(sideSlot(desk({ workspace: gate('w', full), number: gate('n', full) })).opening, {
    kind: 'full',
    gate: 'workspace',
  })
  assert.deepEqual(sideSlot(desk({ number: gate('n', full) })).opening, { kind: 'full', gate: 'number' })
  assert.equal(sideSlot(desk({ workspace: undefined, trunk: undefined, number: undefined })).opening.kind, 'open')
})

test('a hand-over waits for the slowest gate and moves each by its own rate', () => {
  const { opening, moved } = sideSlot(
    desk({
      workspace: gate('w', { callsPerSecond: 10 }),
      trunk: gate('t', { callsPerSecond: 2, nextSlotAt: now.add({ milliseconds: 300 }) }),
    }),
  )
  assert.ok(opening.kind === 'open')
  assert.equal(opening.startAt.toString(), now.add({ milliseconds: 300 }).toString())
  assert.deepEqual(
    moved.map(({ ownerId, nextSlotAt }) => [ownerId, nextSlotAt.since(now).total('milliseconds')]),
    [
      ['w', 400],
      ['t', 800],
      ['n', 0],
    ],
  )
})

test('an instant too far away is no instant', () => {
  const late = gate('n', { callsPerSecond: 0.1, nextSlotAt: now.add({ milliseconds: 5_001 }) })
  assert.deepEqual(sideSlot(desk({ number: late })).opening, { kind: 'full', gate: 'number' })
})

test('a call that comes in takes nothing of the pace and asks no breaker', () => {
  const closed = { until: now.add({ seconds: 30 }) }
  const trunk = gate('t', { callsPerSecond: 1, nextSlotAt: now.add({ seconds: 60 }) })
  const { opening, moved } = sideSlot(desk({ direction: 'in', trunk, outOfUse: closed }))
  assert.ok(opening.kind === 'open')
  assert.deepEqual([opening.startAt.toString(), moved.length], [now.toString(), 0])
  assert.deepEqual(sideSlot(desk({ outOfUse: closed })).opening, { kind: 'closed', until: closed.until })
})

test('a leg of a hand-over goes to the destinations of its trunk alone, a call that comes in comes from anywhere', () => {
  const narrow = { destinations: ['+7495', '7916'] }
  assert.equal(sideSlot(desk(narrow)).opening.kind, 'open')
  const premium = { ...narrow, phone: '+78095550000' }
  assert.deepEqual(sideSlot(desk(premium)), { opening: { kind: 'barred' }, moved: [] })
  assert.equal(sideSlot(desk({ ...premium, direction: 'in' })).opening.kind, 'open')
  assert.equal(sideSlot(desk({ ...premium, phone: '' })).opening.kind, 'barred', 'nothing that could be dialled')
})
