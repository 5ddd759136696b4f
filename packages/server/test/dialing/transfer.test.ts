import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherTrunkId, trunkId } from '../../../dialer/src/ports/store-world.conformance.ts'
import { customer, groupId, handOver, people, scenarioOf, storyOf } from './transfer-ground.ts'

const [one, two, three] = ['+74950000011', '+74950000012', '+74950000013']

test('a call is handed over: the operator rings, the two are bridged, and the call ends when the operator hangs up', async () => {
  const call = await handOver({ operators: [one], people: { [one]: people.hangsUp(5_000) } })
  await call.run(3_000)
  const [own] = call.ground.store.tables.legs.keys()
  assert.ok(own !== undefined)
  assert.equal(call.telephony.bridgedWith(own), call.legOf(one))
  assert.deepEqual(call.sideLegs(), [[one, 2]], 'the operator’s leg has its channel, answered')
  await call.run(8_000)
  assert.deepEqual(call.sideLegs(), [], 'the channel is given back')
  assert.deepEqual(call.ended(), [[one, 'answered', 'callee']])
  assert.deepEqual(call.talked, ['operator-0'])
  assert.equal(call.outcomes.length, 1, 'one attempt')
  const [outcome] = call.outcomes
  assert.ok(outcome?.answeredAt && outcome.robotEndedAt)
  assert.deepEqual([outcome.disposition, outcome.endedBy, outcome.tags], ['answered', 'operator', []])
  const robotMs = outcome.robotEndedAt.since(outcome.answeredAt).total('milliseconds')
  assert.ok(robotMs > 400 && robotMs < 1_500, `the robot's part: ${robotMs} ms`)
  assert.ok(outcome.talkMs > 5_400, `the whole: ${outcome.talkMs} ms`)
  assert.deepEqual(storyOf(outcome), [
    'transfer',
    'operator-ringing',
    'operator-answered',
    'operator-ended',
    'transfer-ended',
    'ended',
    'disposition',
  ])
  assert.deepEqual(
    call.told.map(({ target, phone, attempt }) => [target, phone, attempt !== null]),
    [[{ to: 'operator-group', groupId }, one, true]],
  )
  await call.stop()
})

test('the customer hangs up while they talk: the operator’s leg ends, and nothing is left', async () => {
  const call = await handOver({
    operators: [one],
    people: { [customer]: people.hangsUp(4_000), [one]: people.answers },
  })
  await call.run(10_000)
  assert.equal(call.saw(one)?.isOver, true)
  assert.deepEqual([call.ended(), call.sideLegs()], [[[one, 'answered', 'us']], []])
  assert.deepEqual(
    call.outcomes.map(({ endedBy, disposition }) => [endedBy, disposition]),
    [['callee', 'answered']],
  )
  assert.ok(storyOf(call.outcomes[0]).includes('operator-ended'))
  await call.stop()
})

test('the customer hangs up while telephones ring: they ring no more', async () => {
  const call = await handOver({
    mode: 'all',
    operators: [one, two],
    people: { [customer]: people.hangsUp(3_000), [one]: people.rings, [two]: people.rings },
  })
  await call.run(8_000)
  assert.deepEqual(call.ended().toSorted(), [
    [one, 'cancelled', 'us'],
    [two, 'cancelled', 'us'],
  ])
  assert.equal(call.outcomes[0]?.robotEndedAt, null)
  assert.deepEqual(call.outcomes[0]?.tags, [])
  await call.stop()
})

test('nobody answers: the scenario goes the way it names', async () => {
  const call = await handOver({
    to: { number: one },
    settings: { ringTimeoutMs: 6_000 },
    people: { [one]: people.rings },
  })
  await call.run(12_000)
  assert.deepEqual(
    call.outcomes.map(({ tags, endedBy, robotEndedAt }) => [tags, endedBy, robotEndedAt]),
    [[['missed'], 'us', null]],
  )
  assert.deepEqual(call.ended(), [[one, 'no-answer', 'timeout']])
  const end = call.outcomes[0]?.timeline.find(({ kind }) => kind === 'transfer-ended')
  assert.equal(end?.result, 'no-answer')
  await call.stop()
})

const premium = '+78095550000'
for (const [kind, how] of [
  ['a number', { to: { number: premium } }],
  ['an operator', { operators: [premium] }],
  ['the campaign’s own redirect', { to: 'campaign', redirect: { to: 'number', phone: premium } }],
  ['a dialplan', { to: { dialplan: 'all', number: premium }, trunks: [trunkId] }],
] as const)
  test(`${kind} that the trunk may not call is not rung, and the scenario goes the way it names`, async () => {
    const call = await handOver({ ...how, destinations: [customer.slice(0, 5)], people: {} })
    await call.run(5_000)
    assert.deepEqual(
      call.dialled.map(({ phone }) => phone),
      [customer],
    )
    assert.deepEqual([call.sideLegs(), call.ended()], [[], []], 'no channel was taken')
    const [outcome] = call.outcomes
    assert.deepEqual(outcome?.tags, ['missed'])
    const refusal = outcome?.timeline.find(({ kind }) => kind === 'operator-ended')
    assert.equal(refusal?.detail, 'the number is none of the destinations that its trunk calls')
    await call.stop()
  })

test('a dialplan’s trunk that may call the number takes the place of one that may not', async () => {
  const call = await handOver({
    ...{ to: { dialplan: 'all', number: premium }, trunks: [trunkId, otherTrunkId] },
    ...{ destinations: [customer.slice(0, 5)], people: {} },
  })
  await call.run(3_000)
  assert.deepEqual(call.sideLegs(), [[premium, 2]])
  assert.equal(call.opened.at(-1)?.trunkId, otherTrunkId)
  await call.stop()
})

test('one after another: whoever is busy is passed by at once, and the next takes the call', async () => {
  const call = await handOver({
    operators: [one, two, three],
    people: { [one]: people.busy, [two]: people.answers, [three]: people.answers },
  })
  await call.run(5_000)
  assert.deepEqual(
    call.dialled.map(({ phone }) => phone),
    [customer, one, two],
  )
  assert.deepEqual(call.sideLegs(), [[two, 2]])
  assert.deepEqual(call.ended(), [[one, 'busy', 'callee']])
  await call.stop()
})

test('whoever does not pick up in his turn rings no more when the next one does', async () => {
  const call = await handOver({ operators: [one, two], people: { [one]: people.rings, [two]: people.answers } })
  await call.run(30_000)
  const [, first, second] = call.dialled
  assert.ok(first !== undefined && second !== undefined)
  assert.ok(second.at - first.at >= 20_000 && second.at - first.at < 21_000, `${second.at - first.at} ms`)
  assert.equal(call.telephony.bridgedWith(call.legOf(two)) !== undefined, true)
  await call.stop()
})

test('together: the first who answers has the call, the others stop ringing', async () => {
  const call = await handOver({
    mode: 'all',
    operators: [one, two, three],
    people: { [one]: people.rings, [two]: people.after(1_500), [three]: people.after(4_000) },
  })
  await call.run(6_000)
  const times = call.dialled.slice(1).map(({ at }) => at)
  assert.ok(Math.max(...times) - Math.min(...times) < 100, 'they ring together')
  assert.deepEqual(call.sideLegs(), [[two, 2]])
  assert.deepEqual(call.ended().toSorted(), [
    [one, 'cancelled', 'us'],
    [three, 'cancelled', 'us'],
  ])
  await call.stop()
})

test('an operator who talks already is not rung', async () => {
  const call = await handOver({ operators: [one], onCall: [one], people: {} })
  await call.run(5_000)
  assert.deepEqual(
    call.dialled.map(({ phone }) => phone),
    [customer],
  )
  assert.deepEqual(call.outcomes[0]?.tags, ['missed'])
  assert.equal(call.outcomes[0]?.timeline.find(({ kind }) => kind === 'transfer-ended')?.result, 'busy')
  await call.stop()
})

test('a transfer goes over the way of the call, or of the group’s own number', async () => {
  for (const viaNumber of [false, true]) {
    const call = await handOver({ operators: [one], viaNumber, people: {} })
    await call.run(3_000)
    assert.deepEqual(
      call.opened.map(({ trunkId, callerId }) => [trunkId, callerId]),
      [[trunkId, viaNumber ? '+74950000001' : null]],
    )
    await call.stop()
  }
})

test('no channel is free: the call goes the way of noAnswer, and nobody is rung', async () => {
  const call = await handOver({ to: { number: one }, trunkCalls: 1, people: { [one]: people.answers } })
  await call.run(5_000)
  assert.deepEqual(
    call.dialled.map(({ phone }) => phone),
    [customer],
  )
  assert.deepEqual(call.outcomes[0]?.tags, ['missed'])
  assert.equal(call.outcomes[0]?.timeline.find(({ kind }) => kind === 'transfer-ended')?.result, 'full')
  await call.stop()
})

test('a dialplan’s next trunk is tried where the one before is at fault, and not where the callee is', async () => {
  const trunks = [trunkId, '00000000-0000-7000-8000-000000000012']
  for (const [callee, rings] of [
    [people.congested, 2],
    [people.busy, 1],
  ] as const) {
    const call = await handOver({ to: { dialplan: 'all', number: one }, trunks, people: { [one]: callee } })
    await call.run(5_000)
    assert.deepEqual(
      call.opened.map((leg) => leg.trunkId),
      trunks.slice(0, rings),
    )
    assert.deepEqual(call.outcomes[0]?.tags, ['missed'])
    await call.stop()
  }
})

test('to "campaign": its redirect takes the call; without one the call is hung up', async () => {
  const redirected = await handOver({ to: 'campaign', redirect: { to: 'number', phone: two }, people: {} })
  await redirected.run(3_000)
  assert.deepEqual(redirected.sideLegs(), [[two, 2]])
  await redirected.stop()
  const without = await handOver({ to: 'campaign', people: {} })
  await without.run(3_000)
  assert.deepEqual(
    without.outcomes.map(({ tags, endedBy }) => [tags, endedBy]),
    [[[], 'us']],
  )
  assert.equal(without.outcomes[0]?.timeline.find(({ kind }) => kind === 'transfer-ended')?.result, 'nobody')
  assert.deepEqual(without.told, [])
  await without.stop()
})

test('the call goes on in another scenario on the same leg; one that is gone is nobody who answers', async () => {
  const other = scenarioOf([
    { id: 'found', type: 'mark', tags: ['other'], next: 'end' },
    { id: 'end', type: 'hangup' },
  ])
  const call = await handOver({ to: { scenario: 'other' }, others: { other }, people: {} })
  await call.run(3_000)
  assert.deepEqual(
    call.outcomes.map(({ tags, path }) => [tags, path.map(({ block }) => block)]),
    [[['other'], ['hand', 'found', 'end']]],
  )
  assert.deepEqual([call.opened, call.told.length], [[], 1])
  await call.stop()
  const gone = await handOver({ to: { scenario: 'gone' }, people: {} })
  await gone.run(3_000)
  assert.deepEqual(gone.outcomes[0]?.tags, ['missed'])
  await gone.stop()
})

test('telephony dies while they talk: both legs end, both channels are given back', async () => {
  const call = await handOver({ operators: [one], people: {} })
  await call.run(3_000)
  assert.deepEqual(call.sideLegs(), [[one, 2]])
  call.telephony.die()
  await call.run(3_000)
  assert.deepEqual([call.sideLegs(), [...call.ground.store.tables.legs.keys()]], [[], []])
  assert.deepEqual(
    call.outcomes.map(({ disposition, endedBy }) => [disposition, endedBy]),
    [['answered', 'error']],
  )
  await call.stop()
})

test('keys of a call that is handed over are kept and steer nothing', async () => {
  const scenario = scenarioOf([
    { id: 'hand', type: 'transfer', to: { number: one }, noAnswer: 'menu' },
    {
      ...{ id: 'menu', type: 'menu', audio: '/tones/ringback.wav', keys: { 1: 'bye' } },
      ...{ timeoutSeconds: 5, repeats: 0, noInput: 'bye', noMatch: 'bye' },
    },
    { id: 'bye', type: 'hangup' },
  ])
  const presses = { kind: 'answer', ringMs: 100, presses: '12', hangsUpAfterMs: 9_000 } as const
  const call = await handOver({ scenario, people: { [customer]: presses, [one]: people.after(6_000) } })
  await call.run(12_000)
  assert.equal(call.outcomes[0]?.keys, '12')
  assert.deepEqual(
    call.outcomes[0]?.path.map(({ block }) => block),
    ['hand'],
  )
  await call.stop()
})

test('two who answer within a millisecond: one has the call, the other is let go', async () => {
  for (const ringMs of [499, 500, 501]) {
    const call = await handOver({ mode: 'all', operators: [one, two], people: { [two]: people.after(ringMs) } })
    await call.run(4_000)
    const bridged = [one, two].filter((phone) => call.telephony.bridgedWith(call.legOf(phone)) !== undefined)
    assert.equal(bridged.length, 1)
    assert.deepEqual(call.sideLegs(), [[bridged[0], 2]])
    assert.deepEqual(
      call.ended().map(([phone, , by]) => [phone, by]),
      [[bridged[0] === one ? two : one, 'us']],
    )
    await call.stop()
  }
})

test('the person on the line waits for two minutes at the most, however many telephones there are', async () => {
  const operators = Array.from({ length: 10 }, (_, n) => `+7495000010${n}`)
  const people = Object.fromEntries(operators.map((phone) => [phone, { kind: 'ring' } as const]))
  const call = await handOver({ operators, people })
  await call.run(130_000)
  assert.equal(call.dialled.length, 1 + 6)
  const [outcome] = call.outcomes
  assert.deepEqual([outcome?.tags, outcome !== undefined && outcome.talkMs < 121_500], [['missed'], true])
  await call.stop()
})

test('the node stops while they talk: at its deadline both hang up, and the store knows both ends', async () => {
  const call = await handOver({ operators: [one], people: {} })
  await call.run(3_000)
  const drained = call.engine.drain(2_000)
  await call.run(5_000)
  await drained
  assert.deepEqual([call.sideLegs(), call.ended()], [[], [[one, 'answered', 'us']]])
  assert.deepEqual(
    call.outcomes.map(({ endedBy, tags }) => [endedBy, tags]),
    [['us', []]],
  )
  await call.stop()
})

test('while the store is away nobody is rung, and the call goes the way of noAnswer', async () => {
  const call = await handOver({ operators: [one], people: {} })
  call.reachStore(true)
  await call.run(400)
  call.reachStore(false)
  await call.run(1_500)
  assert.deepEqual(call.dialled.length, 1)
  call.reachStore(true)
  await call.run(3_000)
  assert.deepEqual(call.outcomes.at(-1)?.tags, ['missed'])
  assert.deepEqual(call.sideLegs(), [])
  await call.stop()
})
