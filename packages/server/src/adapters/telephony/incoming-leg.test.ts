import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DialogSnapshot, IncomingCallEvent, IncomingSnapshot } from '@dialwright/sip'
import { VirtualClock } from '@dialwright/testkit'
import { IncomingLeg } from './incoming-leg.ts'

const pcma = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'
const g729 = pcma.replace('AVP 8', 'AVP 18')
const answerRequest = { maxDurationMs: 30_000, recordTo: null }

/** A leg that came in, over a SIP stack and sound by hand: what it does stands in `log`, in order. */
function legByHand(
  options: { offer?: string; open?: () => Promise<number>; journal?: (kind: string) => void; speaks?: boolean } = {},
) {
  const { offer = pcma, open = async () => 4_000, journal = () => {}, speaks = false } = options
  const clock = new VirtualClock()
  const log: string[] = []
  let tell: (event: IncomingCallEvent) => void = () => {}
  const invitation: IncomingSnapshot = {
    request: { kind: 'request', method: 'INVITE', uri: 'sip:1@127.0.0.1', headers: [], body: offer },
    source: { address: '127.0.0.1', port: 5070 },
    localTag: 'ours',
  }
  const leg = new IncomingLeg(
    'leg',
    {
      invitation,
      onEvent: (listener) => {
        tell = listener
      },
      ringing: (status = 180) => log.push(String(status)),
      accept: ({ body = '' } = {}, onDialog) => {
        onDialog?.({} as DialogSnapshot)
        log.push(`200 ${/m=audio \d+ RTP\/AVP (.*)/.exec(body)?.[1] ?? 'without sound'}`)
      },
      reject: (status) => log.push(String(status)),
      bye: () => log.push('BYE'),
    },
    {
      clock,
      publicAddress: '127.0.0.1',
      media: {
        open,
        setRemote: () => log.push('sound'),
        record: (_, path) => log.push(`record ${path}`),
        play: (_, playId) => log.push(`play ${playId}`),
        drain: () => (speaks ? new Promise<never>(() => {}) : Promise.resolve()),
        close: async () => null,
      },
      emit: (event) =>
        log.push(
          event.type === 'ended'
            ? `ended ${event.by} ${event.cause}${event.wasAnswered ? ' answered' : ''}`
            : event.type,
        ),
      onUnderWay: ({ kind }) => {
        journal(kind)
        log.push(`journal ${kind}`)
      },
      onSettled: () => log.push('settled'),
      onEnded: () => log.push('over'),
      faults: () => {},
    },
  )
  const turns = () => clock.advanceAsync(0)
  return {
    leg,
    clock,
    log,
    turns,
    tell: async (event: IncomingCallEvent) => {
      tell(event)
      await turns()
    },
    acks: async (body = '') => {
      tell({ type: 'acked', body, snapshot: {} as DialogSnapshot })
      await turns()
    },
  }
}

test('a call is written down when it comes and before its answer leaves, and is answered once it is acknowledged', async () => {
  const { leg, log, acks, tell, turns } = legByHand()
  leg.ring()
  leg.play('too early', ['p'])
  await leg.answer({ ...answerRequest, recordTo: '/r.wav' })
  leg.ring()
  leg.play('still too early', ['p'])
  await acks()
  leg.play('in time', ['p'])
  leg.hangup()
  await turns()
  await tell({ type: 'ended' })
  assert.deepEqual(log, [
    'journal incoming',
    '180',
    'play-done',
    'journal dialog',
    '200 8',
    'play-done',
    'record /r.wav',
    'sound',
    'answered',
    'play in time',
    'BYE',
    'settled',
    'ended us bye answered',
    'over',
  ])
})

test('an INVITE without an offer gets ours, and its ACK brings the answer', async () => {
  const { leg, log, acks } = legByHand({ offer: '' })
  await leg.answer(answerRequest)
  await acks(pcma)
  assert.deepEqual(log.slice(1), ['journal dialog', '200 8 0 101', 'sound', 'answered'])
  const useless = legByHand({ offer: '' })
  await useless.leg.answer(answerRequest)
  await useless.acks(g729)
  assert.deepEqual(useless.log.slice(3), ['BYE', 'ended error media', 'over'])
})

test('what cannot be answered is refused: no codec in common, no port, a disk that is full', async () => {
  const full = () => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  }
  const cases: readonly [Parameters<typeof legByHand>[0], string][] = [
    [{ offer: g729 }, '488'],
    [{ offer: 'nonsense' }, '488'],
    [{ open: async () => assert.fail('no port') }, '503'],
    [{ journal: (kind) => (kind === 'dialog' ? full() : undefined) }, '500'],
  ]
  for (const [options, status] of cases) {
    const { leg, log, turns } = legByHand(options)
    await leg.answer(answerRequest)
    await turns()
    assert.deepEqual(log.slice(1), [status, 'ended error media', 'over'], JSON.stringify(options))
  }
  assert.throws(() => legByHand({ journal: full }), { code: 'ENOSPC' })
})

test('a caller who gives up while the sound is being opened is not answered', async () => {
  const opened = Promise.withResolvers<number>()
  const { leg, log, tell } = legByHand({ open: () => opened.promise })
  const answering = leg.answer(answerRequest)
  await tell({ type: 'cancelled', reasons: [] })
  opened.resolve(4_000)
  await answering
  await leg.answer(answerRequest)
  assert.deepEqual(log.slice(1), ['ended callee cancelled', 'over'])
})

test('hung up between our answer and its ACK, the BYE is left to the stack and the leg does not wait for ever', async () => {
  const { leg, log, acks, clock } = legByHand()
  await leg.answer(answerRequest)
  leg.hangup()
  leg.hangup()
  await acks()
  assert.deepEqual(log.slice(3), ['BYE'])
  await clock.advanceAsync(4_000)
  assert.deepEqual(log.slice(4), ['ended us bye', 'over'])
  assert.equal(clock.pending, 0)
})

test('an answer that nobody acknowledges was none', async () => {
  const { leg, log, tell, clock } = legByHand()
  await leg.answer(answerRequest)
  await tell({ type: 'ack-missing' })
  await clock.advanceAsync(4_000)
  assert.deepEqual(log.slice(3), ['ended timeout no-response', 'over'])
  await tell({ type: 'ended' })
  assert.equal(log.at(-1), 'settled')
})

test('nobody rings for ever, and a refusal is final', async () => {
  const { leg, log, clock } = legByHand()
  leg.ring()
  await clock.advanceAsync(179_999)
  assert.deepEqual(log.slice(2), [])
  await clock.advanceAsync(1)
  leg.reject(486)
  await leg.answer(answerRequest)
  assert.deepEqual(log.slice(2), ['480', 'ended timeout ring-timeout', 'over'])
  assert.equal(clock.pending, 0)
})

test('a status that is no refusal is not sent as one', async () => {
  for (const [status, sent] of [
    [486, '486'],
    [603, '603'],
    [200, '480'],
    [183, '480'],
    [700, '480'],
    [Number.NaN, '480'],
  ] as const) {
    const { leg, log } = legByHand()
    leg.reject(status)
    assert.equal(log[1], sent)
  }
})

test('the maximum duration ends a call that came in whatever is being said', async () => {
  const { leg, log, acks, clock } = legByHand({ speaks: true })
  await leg.answer(answerRequest)
  await acks()
  leg.hangup()
  await clock.advanceAsync(29_999)
  assert.ok(!log.includes('BYE'))
  await clock.advanceAsync(1)
  assert.ok(log.includes('BYE'))
  await clock.advanceAsync(4_000)
  assert.ok(log.includes('ended timeout max-duration answered'), log.join(', '))
  assert.equal(clock.pending, 0)
})
