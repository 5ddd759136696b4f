import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { challengeHeader, verifyAuthorization } from '../auth/digest.ts'
import { cseq, type Header, header, type SipRequest, tagOf } from '../message/message.ts'
import type { ClientHandlers, TransactionLayer } from '../transaction/transaction-layer.ts'
import type { Core } from '../ua/core.ts'
import { Registration, type RegistrationEvent, type RegistrationOptions } from './registration.ts'

const credentials = { username: 'anna', password: 'secret' }
const provider = { address: '192.0.2.1', port: 5060 }
const asks = (nonce: string, more = ''): Header => [
  'WWW-Authenticate',
  `${challengeHeader('home', nonce, 'SHA-256')}${more}`,
]

/** A registration over transactions by hand: what it sends stands in `sent`, what it tells in `events`. */
async function byHand(more: Partial<RegistrationOptions> = {}) {
  const clock = new VirtualClock()
  const sent: SipRequest[] = []
  const events: RegistrationEvent[] = []
  let handlers: ClientHandlers | null = null
  let abandoned = 0
  const layer = {
    request: (message: SipRequest, _to: unknown, given: ClientHandlers) => {
      sent.push(message)
      handlers = given
      return {
        abandon: () => {
          abandoned += 1
        },
      }
    },
  }
  const core: Core = {
    layer: layer as unknown as TransactionLayer,
    clock,
    random: new SeededRandom(7),
    sentBy: '198.51.100.7:5062',
    userAgent: 'test',
    guard: (action) => action(),
  }
  const registration = new Registration(
    core,
    {
      domain: 'sip.example',
      user: '74951230001',
      line: 'line-1',
      locate: async () => provider,
      credentials,
      everySeconds: 3_600,
      callId: 'call',
      ...more,
    },
    (event) => events.push(event),
  )
  registration.start()
  await clock.advanceAsync(0)
  const last = (): SipRequest => sent.at(-1) ?? assert.fail('nothing was sent')
  return {
    registration,
    clock,
    sent,
    events,
    last,
    abandoned: () => abandoned,
    hears: (address: string) => handlers?.hears?.({ address, port: 5060 }) ?? true,
    answer: (status: number, headers: readonly Header[] = [], reason = 'Reason') =>
      handlers?.onResponse({ kind: 'response', status, reason, headers: [...headers], body: '' }, provider),
    binds: (seconds: number) =>
      handlers?.onResponse(
        {
          kind: 'response',
          status: 200,
          reason: 'OK',
          headers: [['Contact', `<sip:74951230001@198.51.100.7:5062;line=line-1>;expires=${seconds}`]],
          body: '',
        },
        provider,
      ),
    silence: () => handlers?.onFailure('timeout'),
    /** Lets so much time pass; how many requests left meanwhile. */
    pass: async (ms: number) => {
      const before = sent.length
      await clock.advanceAsync(ms)
      return sent.length - before
    },
  }
}

test('a REGISTER names the domain, the address of record and the line, and its answer to the challenge is right', async () => {
  const { last, answer, sent, events, binds } = await byHand()
  assert.equal(last().uri, 'sip:sip.example')
  assert.match(header(last(), 'To') ?? '', /^<sip:74951230001@sip\.example>$/)
  assert.match(header(last(), 'From') ?? '', /^<sip:74951230001@sip\.example>;tag=/)
  assert.equal(header(last(), 'Contact'), '<sip:74951230001@198.51.100.7:5062;line=line-1>;expires=3600')
  assert.equal(header(last(), 'Authorization'), undefined)
  answer(401, [asks('n1')])
  const value = header(last(), 'Authorization') ?? ''
  assert.ok(verifyAuthorization(value, 'REGISTER', { ...credentials, nonce: 'n1', realm: 'home' }))
  assert.deepEqual(events, [], 'nothing is told before a 200')
  binds(3_600)
  assert.deepEqual(events, [{ type: 'registered', forSeconds: 3_600 }])
  assert.deepEqual(
    sent.map((one) => [header(one, 'Call-ID'), cseq(one).number, tagOf(one, 'From')]),
    [
      ['call', 1, tagOf(last(), 'From')],
      ['call', 2, tagOf(last(), 'From')],
    ],
  )
})

test('it is renewed before it runs out, by what was granted and not by what was asked for, and goes on for ever', async () => {
  const { binds, pass, events, clock, sent } = await byHand()
  binds(60)
  for (let n = 0; n < 50; n += 1) {
    assert.equal(await pass(47_900), 0, 'too early')
    assert.equal(await pass(6_200), 1, 'before nine tenths have passed')
    binds(60)
    await pass(0)
    // What is left of this turn, so that every turn begins with its 200.
    assert.equal(clock.pending, 1)
  }
  assert.equal(events.length, 51)
  assert.deepEqual(
    sent.map((one) => cseq(one).number),
    sent.map((_, index) => index + 1),
  )
})

test('a renewal carries credentials at once, and a nonce that has aged costs one more round, not the registration', async () => {
  const { binds, answer, pass, last, events, sent } = await byHand()
  answer(401, [asks('n1')])
  binds(60)
  await pass(55_000)
  assert.match(header(last(), 'Authorization') ?? '', /nonce="n1".*nc=00000002/)
  answer(401, [asks('n2', ', stale=true')])
  assert.match(header(last(), 'Authorization') ?? '', /nonce="n2".*nc=00000001/)
  binds(60)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['registered', 'registered'],
  )
  assert.equal(sent.length, 4)
})

test('a wrong password is told as that, after two requests, and tried again in growing gaps', async () => {
  const { answer, events, sent, clock } = await byHand()
  const gaps: number[] = []
  for (let n = 0; n < 9; n += 1) {
    answer(401, [asks(`a${n}`)])
    answer(401, [asks(`b${n}`)])
    const event = events.at(-1)
    assert.ok(event?.type === 'refused')
    assert.deepEqual([event.why, event.status], ['credentials', 401])
    gaps.push(event.nextAfterMs)
    const before = sent.length
    await clock.advanceAsync(event.nextAfterMs - 1)
    assert.equal(sent.length, before)
    await clock.advanceAsync(1)
    assert.equal(sent.length, before + 1)
  }
  assert.ok((gaps[0] ?? 0) >= 24_000 && (gaps[0] ?? 0) <= 36_000)
  assert.ok((gaps[3] ?? 0) > 4 * (gaps[0] ?? 0), gaps.join(', '))
  assert.ok(gaps.every((gap) => gap <= 1.2 * 1_800_000))
})

test('a challenge without credentials, or of a kind that we do not speak, is told as that', async () => {
  const none = await byHand({ credentials: undefined })
  none.answer(401, [asks('n')])
  const other = await byHand()
  other.answer(407, [['Proxy-Authenticate', 'Bearer realm="home"']])
  for (const { events, sent } of [none, other]) {
    assert.deepEqual(
      events.map((event) => (event.type === 'refused' ? event.why : event.type)),
      ['challenge'],
    )
    assert.equal(sent.length, 1)
  }
})

test('423 is met once with the time it names; one that names nothing, or twice, is a refusal', async () => {
  const { answer, last, binds, events } = await byHand({ everySeconds: 60 })
  answer(423, [['Min-Expires', '600']])
  assert.match(header(last(), 'Contact') ?? '', /expires=600$/)
  assert.equal(header(last(), 'Expires'), '600')
  binds(600)
  assert.deepEqual(events, [{ type: 'registered', forSeconds: 600 }])
  for (const headers of [[], [['Min-Expires', '1']], [['Min-Expires', 'soon']]] as Header[][]) {
    const other = await byHand({ everySeconds: 60 })
    other.answer(423, headers)
    assert.equal(other.events[0]?.type, 'refused')
    assert.equal(other.sent.length, 1)
  }
  const loop = await byHand({ everySeconds: 60 })
  loop.answer(423, [['Min-Expires', '600']])
  loop.answer(423, [['Min-Expires', '6000']])
  assert.equal(loop.sent.length, 2)
})

test('a 200 that does not bind our contact is no registration', async () => {
  const contacts: readonly [readonly Header[], 'registered' | 'refused'][] = [
    [[['Contact', '<sip:74951230001@198.51.100.7:5062;line=line-1>;expires=0']], 'refused'],
    [[['Expires', '0']], 'refused'],
    [
      [
        ['Contact', '<sip:b@192.0.2.9>;expires=60'],
        ['Contact', '<sip:c@192.0.2.9>;expires=60'],
      ],
      'refused',
    ],
    // The same login from another line of ours, beside one of somebody else.
    [
      [
        ['Contact', '<sip:74951230001@198.51.100.7:5062;line=line-2>;expires=60'],
        ['Contact', '<sip:c@192.0.2.9>'],
      ],
      'refused',
    ],
    [[], 'registered'],
    [
      [
        ['Contact', '<sip:b@192.0.2.9>;expires=9'],
        ['Contact', '<sip:74951230001@198.51.100.7:5062;line=line-1>'],
      ],
      'registered',
    ],
    // Rewritten by a session border controller on the way.
    [[['Contact', '<sip:x7f@203.0.113.5:5060>;expires=60']], 'registered'],
  ]
  for (const [headers, expected] of contacts) {
    const { answer, events } = await byHand()
    answer(200, headers)
    assert.deepEqual(
      events.map(({ type }) => type),
      [expected],
      JSON.stringify(headers),
    )
  }
})

test('of several contacts ours decides for how long', async () => {
  const { answer, events } = await byHand()
  answer(200, [
    ['Contact', '<sip:b@192.0.2.9>;expires=3600'],
    ['Contact', '<sip:74951230001@198.51.100.7:5062;line=line-1>;expires=120'],
    ['Expires', '7'],
  ])
  assert.deepEqual(events, [{ type: 'registered', forSeconds: 120 }])
})

test('silence is told with what is left of the latest 200, and tried again soon, then in growing gaps', async () => {
  const { binds, silence, pass, events } = await byHand()
  binds(100)
  await pass(90_000)
  silence()
  const first = events.at(-1)
  assert.ok(first?.type === 'unreachable')
  assert.equal(first.why, 'timeout')
  assert.ok(first.forSeconds > 9 && first.forSeconds < 21, String(first.forSeconds))
  const gaps: number[] = []
  for (let n = 0; n < 8; n += 1) {
    const event = events.at(-1)
    assert.ok(event?.type === 'unreachable')
    gaps.push(event.nextAfterMs)
    assert.equal(await pass(event.nextAfterMs), 1)
    silence()
  }
  assert.ok((gaps[0] ?? 0) <= 2_400 && gaps.every((gap) => gap <= 72_000), gaps.join(', '))
  assert.ok((gaps[4] ?? 0) > 8 * (gaps[0] ?? 0), gaps.join(', '))
  const last = events.at(-1)
  assert.equal(last?.type === 'unreachable' && last.forSeconds, 0)
  binds(100)
  assert.equal(await pass(79_000), 0, 'after a success the gaps are forgotten')
})

test('a name that has no address is told with the reason, and looked up anew at each attempt', async () => {
  let lookups = 0
  const { events, sent, pass } = await byHand({
    locate: async () => {
      lookups += 1
      if (lookups < 3) throw new Error('the name sip.example was not found')
      return provider
    },
  })
  const [event] = events
  assert.ok(event?.type === 'unreachable')
  assert.deepEqual([event.why, event.error], ['address', 'the name sip.example was not found'])
  assert.equal(sent.length, 0)
  await pass(10_000)
  assert.deepEqual([lookups, sent.length], [3, 1])
})

test('Retry-After makes the gap longer and never shorter', async () => {
  const later = await byHand()
  later.answer(503, [['Retry-After', '300 (at noon)']])
  assert.equal(await later.pass(299_000), 0)
  assert.equal(await later.pass(1_000), 1)
  const sooner = await byHand()
  sooner.answer(503, [['Retry-After', '1']])
  assert.equal(await sooner.pass(23_000), 0)
})

test('taken back, it is answered like any other, ends once, and nothing is sent after that', async () => {
  const { registration, answer, last, events, pass, clock, binds } = await byHand()
  binds(60)
  let isOver = false
  void registration.stop().then(() => {
    isOver = true
  })
  assert.match(header(last(), 'Contact') ?? '', /expires=0$/)
  assert.equal(header(last(), 'Expires'), '0')
  answer(401, [asks('n1')])
  assert.ok(header(last(), 'Authorization') !== undefined)
  await clock.advanceAsync(0)
  assert.equal(isOver, false)
  answer(200)
  await clock.advanceAsync(0)
  assert.equal(isOver, true)
  await registration.stop()
  assert.deepEqual(
    events.map(({ type }) => type),
    ['registered', 'ended'],
  )
  assert.equal(await pass(10_000_000), 0)
  assert.equal(clock.pending, 0)
})

test('what may have been bound unheard is taken back; what was refused or never asked for is not', async () => {
  const unheard = await byHand()
  void unheard.registration.stop()
  assert.equal(unheard.abandoned(), 1)
  assert.match(header(unheard.last(), 'Contact') ?? '', /expires=0$/)
  unheard.silence()
  assert.deepEqual(unheard.events, [{ type: 'ended', status: null }])
  const refused = await byHand()
  refused.answer(403)
  await refused.registration.stop()
  assert.equal(refused.sent.length, 1)
  const unborn = await byHand({ locate: () => new Promise(() => {}) })
  await unborn.registration.stop()
  assert.deepEqual([unborn.sent.length, unborn.events], [0, [{ type: 'ended', status: null }]])
})

test('only the address that was asked is heard', async () => {
  const { hears } = await byHand()
  assert.equal(hears(provider.address), true)
  assert.equal(hears('192.0.2.2'), false)
})

test('what cannot be written is refused before anything is sent', async () => {
  for (const more of [{ user: 'a b' }, { user: 'a>\r\nX: y' }, { line: 'a;b' }, { domain: 'a b' }, { domain: 'a>' }]) {
    await assert.rejects(byHand(more), { code: 'SIP_UNSAFE_VALUE' }, JSON.stringify(more))
  }
})
