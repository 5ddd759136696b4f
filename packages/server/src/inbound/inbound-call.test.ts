import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AttemptOutcome, IncomingCall, SideLegOpening, TelephonyEvent } from '@dialwright/dialer'
import { VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import type { Conversation } from '../dialing/conversation.ts'
import { NodeClock } from '../dialing/node-clock.ts'
import type { CalledNumber } from './find-number.ts'
import { endOf, InboundCall, type InboundCallDeps, refusalOf, variablesOf } from './inbound-call.ts'
import type { InboundRule } from './inbound-rule.ts'

const at = Temporal.Instant.from('2026-11-21T12:00:00Z')
const rule: InboundRule = {
  action: 'robot',
  scenarioId: 's',
  startBlock: null,
  shownName: 'caller',
  shownNumber: 'caller',
  maxDurationSeconds: 90,
  record: 'all',
  did: null,
  comment: null,
}
const number: CalledNumber = {
  ...{ numberId: 'n', workspaceId: 'w', trunkId: 't', name: 'desk', phone: '74951112233', country: 'RU', rule },
  validFrom: null,
  validUntil: null,
}
const incoming: IncomingCall = {
  ...{ legId: 'leg', sipCallId: 'sip', at, trunkIds: ['t'], lineId: null, to: '74951112233', dialled: null },
  from: '79990001122',
  fromName: 'Anna',
}
type Ended = Extract<TelephonyEvent, { type: 'ended' }>
const ended = (more: Partial<Ended> = {}): Ended => ({
  ...{ legId: 'leg', seq: 9, at, type: 'ended', by: 'callee', cause: 'bye', retryAfterSeconds: null },
  ...{ sip: { code: null, reason: null, q850: null }, wasAnswered: false, talkMs: 0, error: null },
  ...more,
})

function ground(more: Partial<InboundCallDeps> = {}, opening: SideLegOpening = { kind: 'open', startAt: at }) {
  const did: string[] = []
  const ends: AttemptOutcome[] = []
  const lease = { node: 1, epoch: 1 }
  const conversation = {
    start: () => did.push('talk'),
    end: () => null,
    onKey: () => {},
    onPlayDone: () => {},
    result: { keys: '1', path: [], variables: {}, tags: [], goal: null, level: null },
  } as unknown as Conversation
  let over = (): void => {}
  const deps: InboundCallDeps = {
    store: {
      openSideLeg: async () => {
        did.push('open')
        return opening
      },
      markSideLegAnswered: async () => {
        did.push('answered')
        return true
      },
      markRobotEnded: async () => {
        did.push('robot ended')
        return true
      },
      endSideLeg: async (_, outcome) => {
        did.push('end')
        ends.push(outcome)
        return 'stored'
      },
      recordTurnedAway: async (_, __, outcome) => {
        did.push('turned away')
        ends.push(outcome)
      },
    },
    source: {
      calledNumber: async () => number,
      latestVersion: async () => ({ versionId: 'v', startBlocks: ['main'] }),
    },
    telephony: {
      onEvent: () => () => {},
      ring: () => did.push('ring'),
      answer: (_: string, { maxDurationMs }: { maxDurationMs: number }) =>
        did.push(`answer ${maxDurationMs / 1_000} s`),
      reject: (_: string, status: number) => did.push(`reject ${status}`),
      hangup: () => did.push('hangup'),
    } as unknown as InboundCallDeps['telephony'],
    clock: new NodeClock(new VirtualClock()),
    faults: () => {},
    loadTrunk: () => Promise.reject(new Error('not asked for')),
    transfers: {} as InboundCallDeps['transfers'],
    lease: { current: lease, last: lease },
    newId: () => 'call',
    log: pino({ level: 'silent' }),
    openConversation: async ({ onOver }) => {
      over = onOver
      return conversation
    },
    recordingOf: () => ({ file: '/tmp/x.wav', name: 'x.wav' }),
    ...more,
  }
  const call = new InboundCall(incoming, deps)
  return { call, did, ends, over: () => over() }
}

const answered: TelephonyEvent = { legId: 'leg', seq: 1, at, type: 'answered', codec: 'pcma' }

test('the channel is taken before it rings; the steps are stored in their order', async () => {
  const { call, did, ends, over } = ground()
  await call.receive()
  call.onEvent(answered)
  over()
  call.onEvent(ended({ by: 'us', wasAnswered: true, talkMs: 3_000 }))
  await call.done
  assert.deepEqual(did, ['open', 'ring', 'answer 90 s', 'talk', 'answered', 'robot ended', 'end'])
  assert.deepEqual([ends[0]?.disposition, ends[0]?.endedBy, ends[0]?.recording], ['answered', 'us', 'x.wav'])
})

test('a call whose rule says nothing of it lasts an hour at most', async () => {
  const { call, did } = ground({
    source: {
      calledNumber: async () => ({ ...number, rule: { ...rule, maxDurationSeconds: undefined } }),
      latestVersion: async () => ({ versionId: 'v', startBlocks: ['main'] }),
    },
  })
  await call.receive()
  assert.equal(did.at(-1), 'answer 3600 s')
})

test('a caller who is gone before the channel is there gives it back, and is never rung', async () => {
  const { call, did, ends } = ground()
  const receiving = call.receive()
  call.onEvent(ended({ cause: 'cancelled' }))
  await receiving
  await call.done
  assert.deepEqual(did, ['open', 'end'])
  assert.deepEqual([ends[0]?.disposition, ends[0]?.endedBy, ends[0]?.recording], ['cancelled', 'caller', null])
})

test('full, without a rule, gone: refused without ringing, each with its status', async () => {
  const cases: readonly (readonly [string, ReturnType<typeof ground>, readonly string[]])[] = [
    ['full', ground({}, { kind: 'full', gate: 'trunk' }), ['open', 'reject 486', 'turned away']],
    [
      'no scenario',
      ground({ source: { calledNumber: async () => number, latestVersion: async () => null } }),
      ['reject 480', 'turned away'],
    ],
    [
      'nobody of ours',
      ground({ source: { calledNumber: async () => null, latestVersion: async () => null } }),
      ['reject 404'],
    ],
    ['no lease', ground({ lease: { current: null, last: null } }), ['reject 503']],
  ]
  for (const [name, { call, did }, expected] of cases) {
    await call.receive()
    await call.done
    assert.deepEqual(did, expected, name)
  }
})

test('a scenario that cannot be opened refuses the caller, and the channel is free again', async () => {
  const { call, did, ends } = ground({ openConversation: () => Promise.reject(new Error('the sound is gone')) })
  await call.receive()
  assert.deepEqual(did, ['open', 'ring', 'reject 480'])
  call.onEvent(ended({ by: 'us', cause: 'response' }))
  await call.done
  assert.deepEqual([ends[0]?.disposition, ends[0]?.detail], ['failed', 'the sound is gone'])
})

test('an end is offered until the store takes it', async () => {
  const clock = new VirtualClock()
  let tries = 0
  const store = {
    openSideLeg: async (): Promise<SideLegOpening> => ({ kind: 'open', startAt: at }),
    markSideLegAnswered: async () => true,
    markRobotEnded: async () => true,
    recordTurnedAway: async () => {},
    endSideLeg: async (): Promise<'stored'> => {
      tries += 1
      if (tries < 3) throw new Error('the database is away')
      return 'stored'
    },
  }
  const stubborn = ground({ clock: new NodeClock(clock), store }).call
  await stubborn.receive()
  stubborn.onEvent(ended())
  let isDone = false
  void stubborn.done.then(() => {
    isDone = true
  })
  for (let n = 0; n < 10 && !isDone; n += 1) {
    clock.advance(500)
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }
  assert.equal(tries, 3)
})

test('a number outside its validity, and rule end, are refused', () => {
  const early = { ...number, validFrom: at.add({ seconds: 1 }) }
  const late = { ...number, validUntil: at }
  assert.deepEqual(
    [early, late, number].map((one) => refusalOf(one, at)?.status ?? null),
    [480, 480, null],
  )
  assert.equal(refusalOf({ ...number, rule: { ...rule, action: 'end' } }, at)?.status, 603)
  assert.equal(refusalOf({ ...number, rule: null }, at)?.status, 480)
})

test('how a call ended, by who ended it', () => {
  assert.equal(endOf(ended({ wasAnswered: true })).disposition, 'answered')
  assert.equal(endOf(ended()).disposition, 'cancelled')
  assert.equal(endOf(ended({ by: 'error', cause: 'media' })).disposition, 'congestion')
  assert.equal(endOf(ended({ by: 'error', cause: 'lost' })).disposition, 'failed')
})

test('the scenario sees caller and number as the rule says', () => {
  const { callerName, callerNumber, phone, called } = variablesOf(incoming, number, rule)
  assert.deepEqual(
    { callerName, callerNumber, phone, called },
    {
      ...{ callerName: 'Anna', callerNumber: '79990001122', phone: '79990001122', called: '74951112233' },
    },
  )
  const other = variablesOf({ ...incoming, from: null }, number, { ...rule, shownName: 'name', shownNumber: 'called' })
  assert.deepEqual([other.callerName, other.callerNumber, other.phone], ['desk', '74951112233', ''])
  assert.equal(variablesOf(incoming, number, { ...rule, shownName: 'caller-number' }).callerName, '79990001122')
})
