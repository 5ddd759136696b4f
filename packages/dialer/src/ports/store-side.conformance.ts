/** The part of the suite about legs that no campaign dials: calls that come in, and second legs of hand-overs. */
import assert from 'node:assert/strict'
import type { AttemptOutcome } from './campaign-store.ts'
import type { SideLegRequest } from './side-legs.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  claimAll,
  leaseMs,
  numberId,
  only,
  otherTrunkId,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  trunkId,
  uuid,
  workspaceId,
} from './store-world.conformance.ts'

const side = (n: number, more: Partial<SideLegRequest> = {}): SideLegRequest => ({
  legId: uuid(5_000 + n),
  callId: uuid(6_000 + n),
  workspaceId,
  direction: 'in',
  phone: phoneOf(700 + n),
  callerId: '74950000001',
  trunkId,
  numberId: null,
  scenarioVersionId: null,
  ...more,
})

const end = (
  { legId }: SideLegRequest,
  ground: StoreGround,
  more: Partial<Omit<AttemptOutcome, 'legId'>> = {},
): AttemptOutcome => ({
  legId,
  disposition: 'answered',
  detail: null,
  sip: { code: 200, reason: null, q850: 16 },
  ringingAt: null,
  answeredAt: null,
  endedAt: ground.now(),
  talkMs: 0,
  endedBy: 'caller',
  keys: '',
  path: [],
  variables: {},
  tags: [],
  goal: null,
  level: null,
  recording: null,
  timeline: [{ at: ground.now().toString(), kind: 'ended' }],
  ...more,
})

const topics = async (ground: StoreGround): Promise<string[]> => (await ground.outbox()).map(({ topic }) => topic)

export function sideLegs(promise: Promised): void {
  channels(promise)
  callsThatComeIn(promise)
  lostOnes(promise)
}

function channels(promise: Promised): void {
  for (const level of ['workspace', 'trunk', 'number'] as const) {
    promise(`side legs and campaigns share the channels of the ${level}`, async (ground) => {
      const two = { maxCalls: 2 }
      const world = await plainWorld(ground, {
        contacts: 0,
        workspace: level === 'workspace' ? two : {},
        settings: settings({ callerId: { mode: 'number', number: phoneOf(900) } }),
      })
      const narrowId = uuid(13)
      await ground.addTrunk({ id: narrowId, workspaceId, ...(level === 'trunk' ? two : {}) })
      const number = { id: numberId(1), workspaceId, trunkId: narrowId, phone: phoneOf(900) }
      await ground.addNumber({ ...number, ...(level === 'number' ? two : {}) })
      const routeId = await ground.addRoute({ workspaceId, trunkIds: [narrowId] })
      for (let n = 0; n < 3; n++) await addPlainContact(ground, routeId, n)
      const here = { trunkId: narrowId, numberId: numberId(1) }
      assert.equal((await ground.store.openSideLeg(world.lease, side(1, here))).kind, 'open')
      const leg = only(await claimAll(world))
      const third = side(2, { ...here, direction: 'transfer' })
      assert.deepEqual(await ground.store.openSideLeg(world.lease, third), { kind: 'full', gate: level })
      assert.deepEqual(await ground.sideLegs(), [])
      await ground.store.finish(world.lease, outcome(leg, ground))
      assert.equal((await ground.store.openSideLeg(world.lease, third)).kind, 'open')
      assert.equal((await claimAll(world)).length, 0)
      assert.equal(await ground.store.endSideLeg(world.lease, end(side(1), ground)), 'stored')
      assert.equal((await claimAll(world)).length, 1)
    })

    promise(`channels that the ${level} keeps are taken by no campaign`, async (ground) => {
      const kept = { maxCalls: 3, reservedCalls: 2 }
      const world = await plainWorld(ground, {
        contacts: 0,
        workspace: level === 'workspace' ? kept : {},
        settings: settings({ callerId: { mode: 'number', number: phoneOf(900) } }),
      })
      const narrowId = uuid(13)
      await ground.addTrunk({ id: narrowId, workspaceId, ...(level === 'trunk' ? kept : {}) })
      const number = { id: numberId(1), workspaceId, trunkId: narrowId, phone: phoneOf(900) }
      await ground.addNumber({ ...number, ...(level === 'number' ? kept : {}) })
      const routeId = await ground.addRoute({ workspaceId, trunkIds: [narrowId] })
      for (let n = 0; n < 3; n++) await addPlainContact(ground, routeId, n)
      assert.equal((await claimAll(world)).length, 1)
      const here = { trunkId: narrowId, numberId: numberId(1) }
      for (const n of [1, 2]) assert.equal((await ground.store.openSideLeg(world.lease, side(n, here))).kind, 'open')
      assert.equal((await claimAll(world)).length, 0)
      assert.deepEqual(await ground.store.openSideLeg(world.lease, side(3, here)), { kind: 'full', gate: level })
      for (const n of [1, 2]) await ground.store.endSideLeg(world.lease, end(side(n), ground))
      assert.equal((await claimAll(world)).length, 0)
    })
  }

  promise('side legs of one phone live side by side, and beside a campaign that talks to it', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    for (const n of [1, 2])
      assert.equal((await ground.store.openSideLeg(world.lease, side(n, { phone: leg.phone }))).kind, 'open')
  })

  promise('a hand-over takes its place in the pace of its trunk, a call that came in takes none', async (ground) => {
    const world = await plainWorld(ground, { trunk: { callsPerSecond: 2 }, contacts: 1 })
    const from = ground.now()
    const opened = async (request: SideLegRequest): Promise<number> => {
      const opening = await ground.store.openSideLeg(world.lease, request)
      assert.ok(opening.kind === 'open')
      return opening.startAt.since(from).total('milliseconds')
    }
    const transfer = { direction: 'transfer' } as const
    assert.deepEqual(
      [await opened(side(1)), await opened(side(2, transfer)), await opened(side(3, transfer)), await opened(side(4))],
      [0, 0, 500, 0],
    )
    // The first trunk's next instant is later than that of the other one.
    assert.equal(only(await claimAll(world)).trunkId, otherTrunkId)
  })

  promise('no hand-over goes over a trunk whose breaker is open; a caller comes in over it', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    const breakerId = uuid(14)
    const breaker = { share: 0.5, of: 1, seconds: 60, openSeconds: 30 }
    await ground.addTrunk({ id: breakerId, workspaceId, breaker })
    const routeId = await ground.addRoute({ workspaceId, trunkIds: [breakerId] })
    await addPlainContact(ground, routeId, 1)
    const leg = only(await claimAll(world))
    await ground.store.beginDialing(world.lease, leg.legId)
    const fault = { code: 503, reason: 'Service Unavailable', q850: null }
    await ground.store.finish(world.lease, outcome(leg, ground, { disposition: 'congestion', sip: fault }))
    const closed = await ground.store.openSideLeg(
      world.lease,
      side(1, { trunkId: breakerId, direction: 'transfer', callId: leg.callId }),
    )
    assert.ok(closed.kind === 'closed')
    assert.equal(closed.until?.toString(), ground.now().add({ seconds: 30 }).toString())
    assert.equal((await ground.store.openSideLeg(world.lease, side(2, { trunkId: breakerId }))).kind, 'open')
  })

  promise(
    'no hand-over goes where its trunk may not call, and none of its channels is taken for it',
    async (ground) => {
      const trunk = { maxCalls: 1, callsPerSecond: 1, destinations: ['+7916'] }
      const { lease } = await plainWorld(ground, { contacts: 0, trunk })
      const transfer = (n: number, phone: string) => side(n, { direction: 'transfer', phone })
      for (const phone of ['+78095550000', '78095550000', '', '112'])
        assert.deepEqual(await ground.store.openSideLeg(lease, transfer(1, phone)), { kind: 'barred' }, phone)
      const opening = await ground.store.openSideLeg(lease, transfer(2, '+79160000001'))
      assert.deepEqual(opening, { kind: 'open', startAt: ground.now() })
      await ground.store.endSideLeg(lease, end(transfer(2, ''), ground))
      assert.equal((await ground.store.openSideLeg(lease, side(3, { phone: '+78095550000' }))).kind, 'open', 'comes in')
    },
  )

  promise('a node without a lease opens nothing', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    await ground.advance(leaseMs + 1)
    await assert.rejects(ground.store.openSideLeg(lease, side(1)), { code: 'STORE_FENCED' })
  })
}

function callsThatComeIn(promise: Promised): void {
  promise('a call that came in tells of its start, of its scenario once, and of its end', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    const call = side(1)
    await ground.store.openSideLeg(lease, call)
    const startedAt = ground.now()
    assert.equal(await ground.store.markSideLegAnswered(lease, call.legId, startedAt), true)
    assert.equal(await ground.store.markSideLegAnswered(lease, call.legId, startedAt), false)
    await ground.advance(3_000)
    const said = { keys: '12', variables: { agreed: true }, tags: ['vip'], goal: 'sale', level: 'A' }
    assert.equal(await ground.store.markRobotEnded(lease, call.legId, { at: ground.now(), ...said }), true)
    assert.equal(await ground.store.markRobotEnded(lease, call.legId, { at: ground.now(), ...said }), false)
    await ground.advance(1_000)
    const over = end(call, ground, { answeredAt: startedAt, talkMs: 4_000, ...said })
    assert.equal(await ground.store.endSideLeg(lease, over), 'stored')
    assert.equal(await ground.store.endSideLeg(lease, over), 'fenced')
    const facts = {
      workspaceId,
      callId: call.callId,
      numberId: null,
      direction: 'in',
      phone: call.phone,
      called: '74950000001',
      startedAt: startedAt.toString(),
    }
    assert.deepEqual(await ground.told('call.started'), [facts])
    assert.deepEqual(await ground.told('call.robot-ended'), [{ ...facts, robotMs: 3_000, ...said }])
    assert.deepEqual(await ground.told('call.finished'), [
      { ...facts, disposition: 'answered', talkMs: 4_000, robotMs: 3_000 },
    ])
    assert.deepEqual(await ground.outbox(), [
      { topic: 'call.started', key: call.callId },
      { topic: 'call.robot-ended', key: call.callId },
      { topic: 'call.finished', key: call.callId },
    ])
    const { legId, callId } = call
    assert.deepEqual(await ground.sideLegs(), [
      { legId, callId, direction: 'in', endedBy: 'caller', disposition: 'answered', talkMs: 4_000 },
    ])
  })

  promise('an end in the middle of the scenario tells of both, in order', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    const call = side(1)
    await ground.store.openSideLeg(lease, call)
    const answeredAt = ground.now()
    await ground.advance(2_000)
    // The answer was never marked: the end still tells all.
    await ground.store.endSideLeg(lease, end(call, ground, { answeredAt, talkMs: 2_000, keys: '7' }))
    assert.deepEqual(await topics(ground), ['call.started', 'call.robot-ended', 'call.finished'])
    const [robot] = await ground.told('call.robot-ended')
    assert.deepEqual([robot?.robotMs, robot?.keys], [2_000, '7'])
  })

  promise('a caller who was turned away, or gave up, heard no robot', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    await ground.store.recordTurnedAway(lease, side(1), end(side(1), ground, { disposition: 'busy', endedBy: 'us' }))
    await ground.store.openSideLeg(lease, side(2))
    await ground.store.endSideLeg(lease, end(side(2), ground, { disposition: 'cancelled' }))
    assert.deepEqual(await topics(ground), ['call.finished', 'call.started', 'call.finished'])
    assert.deepEqual(
      (await ground.sideLegs()).map(({ disposition, endedBy }) => [disposition, endedBy]),
      [
        ['busy', 'us'],
        ['cancelled', 'caller'],
      ],
    )
  })

  promise('a hand-over leaves its leg, and tells nothing of its own', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    const second = side(1, { direction: 'transfer' })
    await ground.store.openSideLeg(lease, second)
    await ground.store.markSideLegAnswered(lease, second.legId, ground.now())
    const said = { at: ground.now(), keys: '', variables: {}, tags: [], goal: null, level: null }
    assert.equal(await ground.store.markRobotEnded(lease, second.legId, said), false)
    assert.equal(await ground.store.endSideLeg(lease, end(second, ground, { endedBy: 'operator' })), 'stored')
    assert.deepEqual(await topics(ground), [])
    const { legId, callId } = second
    assert.deepEqual(await ground.sideLegs(), [
      { legId, callId, direction: 'transfer', endedBy: 'operator', disposition: null, talkMs: null },
    ])
  })

  promise('an end that brings text no store can hold is stored all the same', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    await ground.store.openSideLeg(lease, side(1, { phone: '' }))
    const odd = { sip: { code: 487, reason: 'Gone\0 \ud800', q850: null }, variables: { said: '\0' }, tags: ['a,"b"'] }
    assert.equal(await ground.store.endSideLeg(lease, end(side(1), ground, odd)), 'stored')
    assert.equal((await ground.sideLegs()).length, 1)
  })
}

function lostOnes(promise: Promised): void {
  promise("a dead node's side legs end: ringing is unknown, answered stays answered", async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0, trunk: { maxCalls: 3 } })
    const [ringing, answered, second] = [side(1), side(2), side(3, { direction: 'transfer' })]
    for (const one of [ringing, answered, second]) await ground.store.openSideLeg(lease, one)
    await ground.store.markSideLegAnswered(lease, answered.legId, ground.now())
    await ground.advance(leaseMs + 1_999)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 0, answered: 0 })
    await ground.advance(2)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 2, answered: 1 })
    assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 0, answered: 0 })
    assert.deepEqual(
      (await ground.sideLegs()).map(({ disposition, endedBy }) => [disposition, endedBy]),
      [
        ['unknown', 'error'],
        ['answered', 'error'],
        [null, 'error'],
      ],
    )
    const told = (await topics(ground)).slice(2)
    assert.deepEqual(told, ['call.finished', 'call.robot-ended', 'call.finished'])
    const late = end(answered, ground, { answeredAt: ground.now().subtract({ seconds: 9 }), talkMs: 9_000 })
    const [first, again] = [ground.store.endSideLeg(lease, late), ground.store.endSideLeg(lease, late)]
    assert.deepEqual((await Promise.all([first, again])).toSorted(), ['fenced', 'revised'])
    const [revised, ...more] = await ground.told('call.revised')
    const { disposition, talkMs, was } = revised ?? {}
    assert.deepEqual([disposition, talkMs, more.length], ['answered', 9_000, 0])
    assert.equal((was as { disposition: string }).disposition, 'answered')
    assert.equal((await ground.told('call.robot-ended')).length, 1, 'its robot was told of')
    // Their channels are free again.
    const newer = await ground.store.join('node-a', leaseMs)
    for (const n of [4, 5, 6]) assert.equal((await ground.store.openSideLeg(newer, side(n))).kind, 'open')
  })

  promise('the true end of a caller who had been taken for ringing tells of his robot, too', async (ground) => {
    const { lease } = await plainWorld(ground, { contacts: 0 })
    const [caller, second] = [side(1), side(2, { direction: 'transfer' })]
    for (const one of [caller, second]) await ground.store.openSideLeg(lease, one)
    const answeredAt = ground.now()
    await ground.advance(leaseMs + 2_001)
    await ground.store.recover(2_000)
    const stranger = await ground.store.join('node-b', leaseMs)
    assert.equal(await ground.store.endSideLeg(stranger, end(caller, ground)), 'fenced')
    const unknown = end(caller, ground, { disposition: 'unknown', endedBy: 'error' })
    assert.equal(await ground.store.endSideLeg(lease, unknown), 'fenced', 'knows no more than recovery')
    const over = { answeredAt, talkMs: 3_000, keys: '12', endedAt: answeredAt.add({ seconds: 3 }) }
    assert.equal(await ground.store.endSideLeg(lease, end(caller, ground, over)), 'revised')
    assert.equal(await ground.store.endSideLeg(lease, end(second, ground, { endedBy: 'callee' })), 'revised')
    assert.deepEqual((await topics(ground)).slice(1), ['call.finished', 'call.robot-ended', 'call.revised'])
    const [robot] = await ground.told('call.robot-ended')
    assert.deepEqual([robot?.keys, robot?.robotMs], ['12', 3_000])
    const [revised] = await ground.told('call.revised')
    assert.deepEqual(revised?.was, { disposition: 'unknown', talkMs: 0 })
    assert.deepEqual(
      (await ground.sideLegs()).map(({ direction, disposition, endedBy, talkMs }) => [
        direction,
        disposition,
        endedBy,
        talkMs,
      ]),
      [
        ['in', 'answered', 'caller', 3_000],
        ['transfer', null, 'callee', null],
      ],
    )
  })

  promise(
    'a node whose epoch was raised still tells how its leg ended, while nobody has recovered it',
    async (ground) => {
      const { lease } = await plainWorld(ground, { contacts: 0 })
      await ground.store.openSideLeg(lease, side(1))
      const newer = await ground.store.join('node-a', leaseMs)
      assert.equal(await ground.store.markSideLegAnswered(newer, side(1).legId, ground.now()), false)
      assert.equal(await ground.store.endSideLeg(newer, end(side(1), ground)), 'stored')
      assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 0, answered: 0 })
    },
  )
}
