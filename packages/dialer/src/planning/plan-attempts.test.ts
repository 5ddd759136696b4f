import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CampaignView, CapacityView, LaneView, RouteView } from '../ports/campaign-store.ts'
import { planAttempts } from './plan-attempts.ts'

const now = Temporal.Instant.from('2026-03-02T09:00:00Z')
const after = (ms: number): Temporal.Instant => now.add({ milliseconds: ms })
const horizonMs = 200

const gate = (more: Partial<CapacityView> = {}): CapacityView => ({
  live: 0,
  restsUntil: null,
  maxCalls: null,
  callsPerSecond: null,
  nextSlotAt: now,
  ...more,
})
const lane = (more: Partial<LaneView> = {}): LaneView => ({
  routeId: 1,
  zoneId: 1,
  zones: ['UTC'],
  priority: 0,
  nextDueAt: now,
  ...more,
})
const route = (routeId: number, ...trunks: Partial<RouteView['trunks'][number]>[]): RouteView => ({
  routeId,
  trunks: trunks.map((trunk, n) => ({ trunkId: `t${routeId}${n}`, closedUntil: null, ...gate(), ...trunk })),
})
/** Full, because of a channel that is free again after `ms`. */
const resting = (ms: number) => ({ live: 1, maxCalls: 1, restsUntil: after(ms) })
/** Calling from nine to ten in the callee's zone. */
const morning = [{ zone: 'callee', fromSecond: 32_400, toSecond: 36_000 }] as const
const view = (more: Partial<CampaignView> & { windows?: typeof morning } = {}): CampaignView => {
  const { windows = [], ...rest } = more
  return {
    campaignId: 'c',
    workspaceId: 'w',
    workspaceZone: 'UTC',
    settings: {
      pacing: { callsPerSecond: 10, maxCalls: 10, pauseSeconds: 0 },
      windows,
      timeGroups: [],
      retry: { rules: [], caps: {} },
      callerId: { mode: 'trunk' },
      ringTimeoutMs: 30_000,
      maxDurationMs: 600_000,
      record: 'all',
      isTest: false,
    },
    startAt: null,
    expiresAt: null,
    workspace: gate(),
    campaign: gate({ maxCalls: 10, callsPerSecond: 10 }),
    routes: [route(1, {})],
    numbers: null,
    lanes: [lane()],
    ...rest,
  }
}
const told = (given: CampaignView) => {
  const { because, wakeAt, start } = planAttempts(given, now, { horizonMs })
  return [because, wakeAt === null ? null : wakeAt.epochMilliseconds - now.epochMilliseconds, start.length]
}

test('each reason for starting nothing has its own name, and the instant at which it may be over', () => {
  const table: [string, CampaignView, string, number | null][] = [
    ['before its start', view({ startAt: after(5_000) }), 'not-started-yet', 5_000],
    [
      'before its start, past its end',
      view({ startAt: after(5_000), expiresAt: after(1_000) }),
      'not-started-yet',
      1_000,
    ],
    ['past its end', view({ expiresAt: now }), 'expired', null],
    ['without contacts', view({ lanes: [] }), 'no-contacts', null],
    ['with nobody waiting', view({ lanes: [lane({ nextDueAt: null })] }), 'nothing-due', null],
    ['due later', view({ lanes: [lane({ nextDueAt: after(7_000) })] }), 'nothing-due', 7_000],
    [
      'at night',
      view({ windows: morning, lanes: [lane({ zones: ['Etc/GMT+1'] })] }),
      'outside-calling-window',
      3_600_000,
    ],
    ['workspace full', view({ workspace: gate({ live: 4, maxCalls: 4 }) }), 'workspace-at-capacity', null],
    ['campaign full', view({ campaign: gate({ live: 4, maxCalls: 4 }) }), 'campaign-at-capacity', null],
    ['trunk full', view({ routes: [route(1, { live: 1, maxCalls: 1 })] }), 'trunk-at-capacity', null],
    ['trunk closed', view({ routes: [route(1, { closedUntil: after(900) })] }), 'trunk-closed', 900],
    ['pace of the campaign', view({ campaign: gate({ callsPerSecond: 1, nextSlotAt: after(700) }) }), 'pace', 600],
    ['pace of the trunk', view({ routes: [route(1, { callsPerSecond: 1, nextSlotAt: after(700) })] }), 'pace', 600],
    ['pace of the number', view({ numbers: [gate({ callsPerSecond: 1, nextSlotAt: after(700) })] }), 'pace', 600],
    ['number full', view({ numbers: [gate({ live: 1, maxCalls: 1 })] }), 'number-at-capacity', null],
    ['no number at all', view({ numbers: [] }), 'no-number-valid', null],
    ['workspace resting', view({ workspace: gate(resting(400)) }), 'workspace-at-capacity', 400],
    ['campaign resting', view({ campaign: gate(resting(400)) }), 'campaign-at-capacity', 400],
    ['trunk resting', view({ routes: [route(1, resting(400))] }), 'trunk-at-capacity', 400],
    ['number resting', view({ numbers: [gate(resting(400))] }), 'number-at-capacity', 400],
    [
      'one trunk resting, the other ahead of its pace',
      view({ routes: [route(1, resting(400), { callsPerSecond: 1, nextSlotAt: after(700) })] }),
      'pace',
      400,
    ],
  ]
  for (const [name, given, because, wakeMs] of table) assert.deepEqual(told(given), [because, wakeMs, 0], name)
})

test('numbers bound what is ordered together, as trunks do', () => {
  const numbers = [gate({ maxCalls: 2, live: 1 }), gate({ callsPerSecond: 5 }), gate({ nextSlotAt: after(900) })]
  assert.equal(planAttempts(view({ numbers }), now, { horizonMs }).start[0]?.count, 2)
})

test('a full route does not hide when another one is due', () => {
  const given = view({
    routes: [route(1, { live: 1, maxCalls: 1 }), route(2, {})],
    lanes: [lane(), lane({ routeId: 2, zoneId: 2, nextDueAt: after(3_000) })],
  })
  assert.deepEqual(told(given), ['trunk-at-capacity', 3_000, 0])
})

test('nothing is looked at again past the end of the campaign, but the end itself is', () => {
  assert.deepEqual(told(view({ expiresAt: after(1_000), lanes: [lane({ nextDueAt: after(7_000) })] })), [
    'nothing-due',
    1_000,
    0,
  ])
})

test('lanes go by priority, then by who has waited longest; each is ordered, so that none can hold the others', () => {
  const given = view({
    campaign: gate({ callsPerSecond: 1 }),
    lanes: [
      lane({ zoneId: 1, nextDueAt: after(-1_000) }),
      lane({ zoneId: 2, nextDueAt: after(-2_000) }),
      lane({ zoneId: 3, priority: 5 }),
    ],
  })
  assert.deepEqual(
    planAttempts(given, now, { horizonMs }).start.map(({ zoneId, count }) => [zoneId, count]),
    [
      [3, 1],
      [2, 1],
      [1, 1],
    ],
  )
})

test('an odd horizon is as good as any', () => {
  assert.equal(planAttempts(view(), now, { horizonMs: 333.3 }).because, 'starting')
})

const offset = fc.integer({ min: -2_000, max: 4_000 })
const gates = fc
  .record({
    live: fc.integer({ min: 0, max: 3 }),
    maxCalls: fc.option(fc.integer({ min: 1, max: 3 })),
    callsPerSecond: fc.option(fc.constantFrom(0.5, 1, 3, 20)),
    next: offset,
    rests: fc.option(fc.integer({ min: 1, max: 4_000 })),
  })
  .map(({ next, rests, ...rest }) =>
    gate({ ...rest, nextSlotAt: after(next), restsUntil: rests === null || rest.live === 0 ? null : after(rests) }),
  )
/** The gate as it will be: what only rests is free again. */
const gateAt = <One extends CapacityView>(one: One, at: Temporal.Instant): One =>
  one.restsUntil !== null && Temporal.Instant.compare(one.restsUntil, at) <= 0
    ? { ...one, live: one.live - 1, restsUntil: null }
    : one
const viewAt = (given: CampaignView, at: Temporal.Instant): CampaignView => ({
  ...given,
  workspace: gateAt(given.workspace, at),
  campaign: gateAt(given.campaign, at),
  numbers: given.numbers?.map((one) => gateAt(one, at)) ?? null,
  routes: given.routes.map((one) => ({ ...one, trunks: one.trunks.map((trunk) => gateAt(trunk, at)) })),
})
const views = fc
  .record({
    workspace: gates,
    campaign: gates,
    trunks: fc.array(fc.tuple(gates, fc.option(offset)), { minLength: 2, maxLength: 4 }),
    numbers: fc.option(fc.array(gates, { maxLength: 3 })),
    lanes: fc.array(
      fc.record({
        routeId: fc.constantFrom(1, 2),
        zones: fc.constantFrom(['UTC'], ['Etc/GMT+1'], ['UTC', 'Etc/GMT+1']),
        due: fc.option(offset),
        priority: fc.constantFrom(0, 1),
      }),
      { maxLength: 5 },
    ),
    expires: fc.option(fc.integer({ min: 1, max: 4_000 })),
    starts: fc.option(offset),
    isMorningOnly: fc.boolean(),
  })
  .map(({ workspace, campaign, trunks, numbers, lanes, expires, starts, isMorningOnly }) => {
    const half = Math.ceil(trunks.length / 2)
    const trunk = ([capacity, closed]: [CapacityView, number | null]) => ({
      ...capacity,
      closedUntil: closed === null ? null : after(closed),
    })
    return view({
      ...(isMorningOnly ? { windows: morning } : {}),
      workspace,
      campaign,
      numbers,
      routes: [route(1, ...trunks.slice(0, half).map(trunk)), route(2, ...trunks.slice(half).map(trunk))],
      lanes: lanes.map(({ due, ...rest }, n) =>
        lane({ ...rest, zoneId: n, nextDueAt: due === null ? null : after(due) }),
      ),
      expiresAt: expires === null ? null : after(expires),
      startAt: starts === null ? null : after(starts),
    })
  })

test('no order is above the room of the workspace or the campaign', () => {
  fc.assert(
    fc.property(views, (given) => {
      for (const { count } of planAttempts(given, now, { horizonMs }).start) {
        for (const { live, maxCalls } of [given.workspace, given.campaign])
          assert.ok(maxCalls === null || count <= maxCalls - live)
      }
    }),
    { seed: 1, numRuns: 500 },
  )
})

test('whenever something could start later by time alone, the planner looks again by then', () => {
  fc.assert(
    fc.property(views, (given) => {
      const plan = planAttempts(given, now, { horizonMs })
      if (plan.start.length > 0) return
      for (let ms = 25; ms <= 6_000; ms += 25) {
        if (planAttempts(viewAt(given, after(ms)), after(ms), { horizonMs }).start.length === 0) continue
        assert.ok(plan.wakeAt !== null, `nothing wakes it, though it could start after ${ms} ms`)
        // Slots are reserved up to a horizon ahead: looked at half a horizon before its instant, a slot is in time.
        const wakeMs = plan.wakeAt.epochMilliseconds - now.epochMilliseconds
        assert.ok(wakeMs <= ms + horizonMs, `it wakes after ${wakeMs} ms and could start after ${ms}`)
        return
      }
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('a wave that is out starts nobody, its gap says until when, and the next one has room for its size', () => {
  const pacing = { callsPerSecond: 10, maxCalls: 10, pauseSeconds: 0, wave: { size: 3, gapSeconds: 5 } }
  const told = (live: number, ended: number, lastEndedAt = now) => {
    const base = view({ wave: { live, ended, lastEndedAt }, campaign: gate() })
    const { start, because, wakeAt } = planAttempts({ ...base, settings: { ...base.settings, pacing } }, now, {
      horizonMs,
    })
    return [start.reduce((sum, { count }) => sum + count, 0), because, wakeAt?.since(now).total('milliseconds') ?? null]
  }
  assert.deepEqual(told(1, 2), [0, 'wave', null])
  assert.deepEqual(told(1, 1), [1, 'starting', horizonMs])
  assert.deepEqual(told(0, 3), [0, 'wave', 5_000 - horizonMs / 2])
  assert.deepEqual(told(0, 3, after(-5_000)), [3, 'starting', horizonMs])
})

test('a campaign none of whose numbers is valid now waits for the first of them', () => {
  const { because, wakeAt } = planAttempts(view({ numbers: [], numbersFrom: after(700) }), now, { horizonMs })
  assert.deepEqual([because, wakeAt?.toString()], ['no-number-valid', after(700).toString()])
})
