import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InviteOptions, OutgoingCallEvent } from '@dialwright/sip'
import { VirtualClock } from '@dialwright/testkit'
import { telephonyFaultPoints } from '../../dialing/faults.ts'
import { OutgoingLeg } from './outgoing-leg.ts'

const answer = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'

/** A leg over a SIP stack and sound by hand: what it does stands in `log`, in order; `wait` names the sound that never ends. */
async function legByHand(speaksForEver = false, locate: (host: string) => Promise<string> = async (host) => host) {
  const clock = new VirtualClock()
  const log: string[] = []
  let onEvent: (event: OutgoingCallEvent) => void = () => {}
  let options: InviteOptions | null = null
  const leg = new OutgoingLeg(
    {
      legId: 'leg',
      sipCallId: 'leg',
      trunk: {
        trunkId: 't',
        host: '127.0.0.1',
        port: 5060,
        username: null,
        password: null,
        fromDomain: null,
        codecs: ['pcma'],
      },
      to: '1',
      from: '2',
      ringTimeoutMs: 20_000,
      maxDurationMs: 30_000,
      recordTo: null,
    },
    {
      clock,
      publicAddress: '127.0.0.1',
      locate,
      sip: {
        invite: (given, listener) => {
          options = given
          onEvent = listener
          const request = { kind: 'request', method: 'INVITE', uri: '', headers: [], body: '' } as const
          given.onSend?.({ request, peer: given.target })
          log.push('INVITE')
          listener({ type: 'sent' })
          return { cancel: () => log.push('CANCEL'), bye: () => log.push('BYE') }
        },
      },
      media: {
        open: async () => 4_000,
        setRemote: (_, remote) => log.push(`sound${remote.isMuted ? ' muted' : ''}${remote.isSilent ? ' silent' : ''}`),
        record: () => {},
        play: (_, playId) => log.push(`play ${playId}`),
        drain: () => (speaksForEver ? new Promise<never>(() => {}) : Promise.resolve()),
        close: async () => null,
      },
      emit: (event) => log.push(event.type === 'ended' ? `ended ${event.by} ${event.cause}` : event.type),
      onUnderWay: ({ kind }) => log.push(`journal ${kind}`),
      onSettled: () => log.push('settled'),
      onEnded: () => log.push('over'),
      faults: (point) => log.push(`! ${point}`),
    },
  )
  await leg.start()
  const settleTurns = () => clock.advanceAsync(0)
  return {
    leg,
    clock,
    log,
    settleTurns,
    rings: () => onEvent({ type: 'provisional', status: 180, reason: 'Ringing', body: '', toTag: 'a' }),
    answers: async () => {
      const snapshot = {} as Extract<OutgoingCallEvent, { type: 'answered' }>['snapshot']
      options?.onDialog?.(snapshot)
      log.push('ACK')
      const response = { kind: 'response', status: 200, reason: 'OK', headers: [], body: answer } as const
      onEvent({ type: 'answered', body: answer, response, snapshot })
      await settleTurns()
    },
    holds: (direction: string) => {
      onEvent({
        type: 'reoffer',
        method: 'INVITE',
        body: `${answer}a=${direction}\r\n`,
        respond: (sdp) => log.push(/a=(send\w+|recv\w+|inactive)/.exec(sdp)?.[1] ?? ''),
        reject: (status) => log.push(String(status)),
      })
    },
    /** A re-INVITE with this body; tells the version of what we say to it, or the status. */
    reoffers: (body: string, ack = ''): string => {
      let said = ''
      const respond = (sdp: string, onAck?: (body: string) => void): void => {
        said = `${/o=- \d+ (\d+)/.exec(sdp)?.[1]} ${/m=audio .*/.exec(sdp)?.[0].trim()}`
        onAck?.(ack)
      }
      onEvent({ type: 'reoffer', method: 'INVITE', body, respond, reject: (status) => (said = String(status)) })
      return said
    },
    sipEnds: async () => {
      onEvent({ type: 'ended' })
      await settleTurns()
    },
  }
}

test('a call passes every kill point of the telephony process, and what a later process needs is written down before', async () => {
  const { leg, log, rings, answers, sipEnds, settleTurns } = await legByHand()
  rings()
  await answers()
  leg.hangup()
  await settleTurns()
  await sipEnds()
  assert.deepEqual(log, [
    '! before-invite-sent',
    'journal invite',
    '! after-journal-written',
    'INVITE',
    '! after-invite-sent',
    'ringing',
    '! before-answer-acked',
    'journal dialog',
    'ACK',
    'sound',
    '! after-answer-before-report',
    'answered',
    '! before-bye',
    'BYE',
    'settled',
    '! before-end-report',
    'ended us bye',
    'over',
  ])
  const passed = log.filter((line) => line.startsWith('! ')).map((line) => line.slice(2))
  assert.deepEqual(passed, [...telephonyFaultPoints])
})

test('a leg whose far end does not answer its CANCEL ends after four seconds, and is settled with its SIP call', async () => {
  const { leg, clock, log, rings, sipEnds } = await legByHand()
  rings()
  leg.hangup()
  leg.hangup()
  await clock.advanceAsync(3_999)
  assert.deepEqual(log.slice(6), ['CANCEL'])
  await clock.advanceAsync(1)
  assert.deepEqual(log.slice(7), ['! before-end-report', 'ended us cancelled', 'over'])
  assert.equal(clock.pending, 0)
  await sipEnds()
  await sipEnds()
  assert.deepEqual(log.slice(10), ['settled'])
})

test('a hang-up in haste waits two seconds for the far end, also behind one that was not in haste', async () => {
  const { leg, clock, log, rings } = await legByHand()
  rings()
  leg.hangup()
  await clock.advanceAsync(1_000)
  leg.hangup('cut')
  await clock.advanceAsync(1_000)
  leg.hangup('cut')
  await clock.advanceAsync(999)
  assert.ok(!log.includes('over'))
  await clock.advanceAsync(1)
  assert.ok(log.includes('over'))
  assert.equal(log.filter((line) => line === 'CANCEL').length, 1)
})

test('a trunk without any reply ends the leg at once; a late answer still reaches the journal', async () => {
  const { leg, log, answers, sipEnds, settleTurns } = await legByHand()
  leg.hangup()
  await settleTurns()
  assert.deepEqual(log.slice(5), ['CANCEL', '! before-end-report', 'ended us cancelled', 'over'])
  await answers()
  assert.deepEqual(log.slice(9), ['! before-answer-acked', 'journal dialog', 'ACK'])
  await sipEnds()
  assert.deepEqual(log.slice(12), ['settled'])
})

test('the maximum duration cuts speech that has no end, also after a hang-up', async () => {
  for (const isHungUp of [false, true]) {
    const { leg, clock, log, answers, sipEnds } = await legByHand(true)
    await answers()
    leg.play('endless', ['prompt'])
    if (isHungUp) leg.hangup()
    await clock.advanceAsync(29_999)
    assert.ok(!log.includes('BYE'))
    await clock.advanceAsync(1)
    assert.ok(log.includes('BYE'))
    await sipEnds()
    assert.ok(log.includes('ended timeout max-duration'), log.join(', '))
    assert.equal(clock.pending, 0)
  }
})

test('a far end that holds the call is sent nothing, and its silence is no loss', async () => {
  const { log, answers, holds } = await legByHand()
  await answers()
  const from = log.length
  for (const direction of ['sendonly', 'inactive', 'recvonly', 'sendrecv']) holds(direction)
  assert.deepEqual(log.slice(from), [
    'sound muted',
    'recvonly',
    'sound muted silent',
    'inactive',
    'sound silent',
    'sendonly',
    'sound',
    'sendrecv',
  ])
})

test('the version of our description grows with each change, and with nothing else; a refused offer changes nothing', async () => {
  const { log, answers, reoffers } = await legByHand()
  await answers()
  const from = log.length
  const agreed = '2 m=audio 4000 RTP/AVP 8'
  assert.equal(reoffers(answer), agreed)
  assert.equal(reoffers(answer), agreed, 'a refresh')
  assert.equal(reoffers(answer.replace('AVP 8', 'AVP 18')), '488')
  assert.equal(reoffers('v=0'), '488')
  assert.equal(reoffers(answer.replace('4000', '4002')), agreed, 'that they have moved is no change of ours')
  assert.equal(reoffers(`${answer}a=sendonly\r\n`), '3 m=audio 4000 RTP/AVP 8')
  assert.deepEqual(log.slice(from), ['sound', 'sound', 'sound', 'sound muted'])
})

test('a re-INVITE without an offer gets ours, and what its ACK answers holds; a bad answer changes nothing', async () => {
  const { log, answers, reoffers } = await legByHand()
  await answers()
  const from = log.length
  assert.equal(reoffers('', `${answer}a=sendonly\r\n`), '1 m=audio 4000 RTP/AVP 8 101', 'what we offered at first')
  assert.equal(reoffers('', 'nonsense'), '1 m=audio 4000 RTP/AVP 8 101')
  assert.deepEqual(log.slice(from), ['sound muted'])
})

test('a trunk whose name has no address is dialled nowhere, and its leg says so', async () => {
  const { log, settleTurns } = await legByHand(false, async () => {
    throw new Error('the name sip.example was not found')
  })
  await settleTurns()
  assert.deepEqual(log, ['settled', '! before-end-report', 'ended error transport', 'over'])
})
