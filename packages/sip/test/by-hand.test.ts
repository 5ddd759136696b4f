/** What an endpoint does with a peer that keeps to no script: forks, challenges, strays, strangers (RFC 3261 §8, §13, §22). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  challengeHeader,
  header,
  headerValues,
  type IncomingCall,
  parseMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  verifyAuthorization,
} from '@dialwright/sip'
import { ask, find, listen, offer, place, reply, requestOf, TwoEnds } from './two-ends.ts'

const credentials = { username: 'anna', password: 'secret' }
const contact = (port: number) => `Contact: <sip:peer@127.0.0.1:${port}>`
const sdpHeaders = (port: number) => [contact(port), 'Content-Type: application/sdp']

test('of two forks that both answer the first is kept and the other ACKed and ended', async () => {
  await using ends = new TwoEnds()
  const heard: string[] = []
  const peer = await ends.peer((message, say) => {
    const request = requestOf(message)
    heard.push(`${request.method} ${header(request, 'To')?.split('tag=')[1] ?? ''}`.trim())
    if (request.method === 'BYE') say(reply(request, '200 OK', ''))
    if (request.method !== 'INVITE') return
    say(reply(request, '183 Session Progress', 'one', sdpHeaders(peer.port), offer))
    say(reply(request, '180 Ringing', 'two'))
    for (const tag of ['two', 'one', 'one', 'two']) say(reply(request, '200 OK', tag, sdpHeaders(peer.port), offer))
  })
  const caller = await ends.endpoint()
  const { call, events, types } = place(caller, peer.port)
  await ends.pass(100)
  assert.deepEqual(types(), ['sent', 'provisional', 'provisional', 'answered'])
  assert.equal(find(events, 'answered').snapshot.remoteTag, 'two')
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'provisional' ? [event.toTag] : [])),
    ['one', 'two'],
  )
  assert.deepEqual(heard.toSorted(), ['ACK one', 'ACK one', 'ACK two', 'ACK two', 'BYE one', 'INVITE'])
  call.bye()
  await ends.pass(70_000, 500)
  assert.deepEqual(caller.live, { transactions: 0, calls: 0 })
})

for (const status of [401, 407]) {
  for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256'] as const) {
    test(`a ${status} with ${algorithm} is ACKed and answered by one more INVITE of the same call`, async () => {
      await using ends = new TwoEnds()
      const invites: SipRequest[] = []
      const acks: SipRequest[] = []
      const [asks, answers] =
        status === 401 ? ['WWW-Authenticate', 'Authorization'] : ['Proxy-Authenticate', 'Proxy-Authorization']
      let isRight = false
      const callee = await ends.endpoint({
        onInvite: (call) => {
          invites.push(call.request)
          const answer = header(call.request, answers)
          if (answer === undefined)
            return call.reject(status, { headers: [[asks, challengeHeader('box', 'n1', algorithm)]] })
          isRight = verifyAuthorization(answer, 'INVITE', { ...credentials, nonce: 'n1', realm: 'box' })
          listen(call)
          call.accept({ body: offer })
        },
        trace: ({ direction, text }) => {
          if (direction === 'in' && text.startsWith('ACK')) acks.push(requestOf(parseMessage(text)))
        },
      })
      const caller = await ends.endpoint()
      const { types } = place(caller, callee.localPort, { credentials })
      await ends.pass(0)
      assert.deepEqual(types(), ['sent', 'answered'])
      assert.equal(isRight, true)
      assert.deepEqual(
        invites.map((invite) => header(invite, 'CSeq')),
        ['1 INVITE', '2 INVITE'],
      )
      assert.equal(new Set(invites.map((invite) => header(invite, 'Call-ID'))).size, 1)
      assert.equal(new Set(invites.map((invite) => header(invite, 'From'))).size, 1)
      assert.equal(ends.branches('INVITE').size, 2)
      assert.deepEqual(
        acks.map((ack) => header(ack, 'CSeq')),
        ['1 ACK', '2 ACK'],
      )
    })
  }
}

test('a wrong password is one failure after two INVITEs, and a realm that is not ours gets no answer', async () => {
  await using ends = new TwoEnds()
  const callee = await ends.endpoint({
    onInvite: (call) => call.reject(401, { headers: [['WWW-Authenticate', challengeHeader('box', 'n1', 'MD5')]] }),
  })
  const caller = await ends.endpoint()
  const wrong = place(caller, callee.localPort, { callId: 'a', credentials })
  await ends.pass(0)
  assert.equal(find(wrong.events, 'failed').status, 401)
  assert.equal(ends.branches('INVITE').size, 2)
  const other = place(caller, callee.localPort, { callId: 'b', credentials: { ...credentials, realm: 'elsewhere' } })
  const none = place(caller, callee.localPort, { callId: 'c' })
  await ends.pass(0)
  assert.equal(find(other.events, 'failed').status, 401)
  assert.equal(find(none.events, 'failed').status, 401)
  assert.equal(ends.branches('INVITE').size, 4)
})

test('a stale nonce is answered again, but not for ever', async () => {
  await using ends = new TwoEnds()
  let invites = 0
  const callee = await ends.endpoint({
    onInvite: (call) => {
      invites += 1
      const value = `${challengeHeader('box', `n${invites}`, 'SHA-256')}, stale=true`
      call.reject(401, { headers: [['WWW-Authenticate', value]] })
    },
  })
  const caller = await ends.endpoint()
  const { events } = place(caller, callee.localPort, { credentials })
  await ends.pass(0)
  assert.equal(find(events, 'failed').status, 401)
  assert.equal(invites, 5)
})

test('a challenged BYE is repeated with credentials, its nonce count rising', async () => {
  await using ends = new TwoEnds()
  const byes: SipRequest[] = []
  const peer = await ends.peer((message, say) => {
    const request = requestOf(message)
    if (request.method === 'ACK') return
    if (request.method === 'BYE') byes.push(request)
    const isAnswered = verifyAuthorization(header(request, 'Authorization') ?? '', request.method, {
      ...credentials,
      nonce: request.method === 'BYE' ? 'n2' : 'n1',
      realm: 'box',
    })
    const nonce = request.method === 'BYE' ? 'n2' : 'n1'
    if (!isAnswered)
      say(reply(request, '401 Unauthorized', 't', [`WWW-Authenticate: ${challengeHeader('box', nonce, 'MD5')}`]))
    else say(reply(request, '200 OK', 't', sdpHeaders(peer.port), offer))
  })
  const caller = await ends.endpoint()
  const { call, types } = place(caller, peer.port, { credentials })
  await ends.pass(0)
  call.bye()
  await ends.pass(0)
  assert.deepEqual(types(), ['sent', 'answered', 'ended'])
  assert.equal(byes.length, 2)
  assert.match(header(byes[0] as SipRequest, 'Authorization') ?? '', /nonce="n1".*nc=00000002/)
  assert.match(header(byes[1] as SipRequest, 'Authorization') ?? '', /nonce="n2".*nc=00000001/)
})

test('a 200 to an INVITE that nobody remembers is ACKed and ended towards its sender alone', async () => {
  await using ends = new TwoEnds()
  const heard: SipRequest[] = []
  const peer = await ends.peer((message, say) => {
    const request = requestOf(message)
    heard.push(request)
    if (request.method === 'BYE') say(reply(request, '200 OK', ''))
  })
  let bystander = 0
  const third = await ends.peer(() => {
    bystander += 1
  })
  const caller = await ends.endpoint()
  const lost = ask('INVITE')
  const late = reply(parseMessage(lost), '200 OK', 'late', [contact(third.port)], '')
  peer.say(late, caller.localPort)
  peer.say(late, caller.localPort)
  await ends.pass(100)
  assert.deepEqual(heard.map(({ method }) => method).toSorted(), ['ACK', 'ACK', 'BYE'])
  assert.equal(bystander, 0)
  await ends.pass(70_000, 500)
  assert.deepEqual([caller.live.transactions, ends.clock.pending], [0, 0])
})

test('a 487 that never comes does not keep the call, and the 200 that comes an hour later still finds an ACK and a BYE', async () => {
  await using ends = new TwoEnds()
  const heard: string[] = []
  let late = (): void => {}
  const peer = await ends.peer((message, say) => {
    const request = requestOf(message)
    heard.push(request.method)
    if (request.method === 'BYE' || request.method === 'CANCEL') say(reply(request, '200 OK', 't'))
    if (request.method !== 'INVITE') return
    say(reply(request, '180 Ringing', 't'))
    late = () => say(reply(request, '200 OK', 't', sdpHeaders(peer.port), offer))
  })
  const caller = await ends.endpoint()
  const { call, types } = place(caller, peer.port)
  await ends.pass(0)
  call.cancel()
  await ends.pass(33_000, 500)
  assert.deepEqual(types(), ['sent', 'provisional', 'failed', 'ended'])
  await ends.pass(10_000, 500)
  assert.deepEqual(caller.live, { transactions: 0, calls: 0 })
  ends.clock.advance(3_600_000)
  late()
  await ends.pass(0)
  assert.deepEqual(heard, ['INVITE', 'CANCEL', 'ACK', 'BYE'])
})

test('what is asked outside of a call gets the answer that the method deserves', async () => {
  await using ends = new TwoEnds()
  const answers: SipMessage[] = []
  const peer = await ends.peer((message) => answers.push(message))
  const us = await ends.endpoint()
  const cases: readonly [string, number][] = [
    [ask('OPTIONS'), 200],
    [ask('REGISTER'), 405],
    [ask('CONJURE'), 501],
    [ask('BYE', [], { to: 'gone' }), 481],
    [ask('UPDATE'), 481],
    [ask('CANCEL'), 481],
    [ask('INVITE'), 403],
    [ask('OPTIONS', ['Require: 100rel, gruu'], { branch: 'other' }), 420],
  ]
  for (const [text, status] of cases) {
    answers.length = 0
    peer.say(text, us.localPort)
    await ends.pass(0)
    const [answer] = answers
    assert.equal(answer?.kind === 'response' ? answer.status : 0, status, text.slice(0, 20))
    if (status === 405 || status === 501) assert.match(header(answer as SipMessage, 'Allow') ?? '', /INVITE/)
    if (status === 420) assert.equal(header(answer as SipMessage, 'Unsupported'), '100rel, gruu')
    // RFC 3581: the Via tells where the request came from.
    assert.match(header(answer as SipMessage, 'Via') ?? '', new RegExp(`rport=${peer.port};.*received=127.0.0.1`))
  }
})

test('an INVITE that arrives by two paths is one call and one 482', async () => {
  await using ends = new TwoEnds()
  const statuses: number[] = []
  const peer = await ends.peer((message) => {
    if (message.kind === 'response') statuses.push(message.status)
  })
  let calls = 0
  const us = await ends.endpoint({
    onInvite: (call) => {
      calls += 1
      call.ringing()
    },
  })
  for (const branch of ['left', 'right', 'left']) peer.say(ask('INVITE', [], { branch }), us.localPort)
  await ends.pass(0)
  assert.equal(calls, 1)
  assert.deepEqual(statuses.toSorted(), [180, 180, 482])
})

test('a BYE of the caller before the answer takes the call back', async () => {
  await using ends = new TwoEnds()
  const statuses: number[] = []
  const peer = await ends.peer((message) => {
    if (message.kind === 'response') statuses.push(message.status)
  })
  let incoming: IncomingCall | undefined
  let heard: ReturnType<typeof listen> | undefined
  const us = await ends.endpoint({
    onInvite: (call) => {
      incoming = call
      heard = listen(call)
      call.ringing()
    },
  })
  peer.say(ask('INVITE', [], { callId: 'early' }), us.localPort)
  await ends.pass(0)
  peer.say(ask('BYE', [], { callId: 'early', to: incoming?.localTag ?? '' }), us.localPort)
  await ends.pass(0)
  assert.deepEqual(statuses, [180, 200, 487])
  assert.deepEqual(heard?.types(), ['cancelled'])
})

test('a request older than one that came before is refused with 500 and changes nothing', async () => {
  await using ends = new TwoEnds()
  const statuses: number[] = []
  const peer = await ends.peer((message) => {
    if (message.kind === 'response') statuses.push(message.status)
  })
  let incoming: IncomingCall | undefined
  let heard: ReturnType<typeof listen> | undefined
  const us = await ends.endpoint({
    onInvite: (call) => {
      incoming = call
      heard = listen(call)
      call.accept({ body: offer })
    },
  })
  peer.say(ask('INVITE', [], { callId: 'order' }), us.localPort)
  await ends.pass(0)
  const to = incoming?.localTag ?? ''
  peer.say(ask('ACK', [], { callId: 'order', to }), us.localPort)
  peer.say(ask('BYE', [], { callId: 'order', to }).replace('CSeq: 7', 'CSeq: 6'), us.localPort)
  await ends.pass(0)
  assert.deepEqual(statuses, [200, 500])
  assert.deepEqual(heard?.types(), ['acked'])
})

test('strangers and garbage get no answer and no trace of an error', async () => {
  await using ends = new TwoEnds()
  let answers = 0
  const peer = await ends.peer(() => {
    answers += 1
  })
  const strict = await ends.endpoint({ accept: (source) => source.port !== peer.port })
  const open = await ends.endpoint()
  peer.say(ask('OPTIONS'), strict.localPort)
  for (const text of [
    '',
    'x',
    '\0\0\0\0',
    'OPTIONS sip:x SIP/2.0\r\n\r\n',
    'a'.repeat(60_000),
    ask('OPTIONS').replace('CSeq: 7', 'CSeq: x'),
  ]) {
    peer.say(text, open.localPort)
  }
  await ends.pass(100)
  assert.deepEqual([answers, ends.wire, ends.errors], [0, [], []])
  peer.say(ask('OPTIONS').replace('127.0.0.1:9;rport', '127.0.0.1:99999'), open.localPort)
  await ends.pass(100)
  assert.equal(answers, 1)
})

test('beyond its bound of server transactions an endpoint stays silent, and answers again later', async () => {
  await using ends = new TwoEnds()
  let answers = 0
  const peer = await ends.peer(() => {
    answers += 1
  })
  const us = await ends.endpoint({ maxServerTransactions: 3 })
  for (let i = 0; i < 5; i++) peer.say(ask('OPTIONS', [], { branch: `b${i}` }), us.localPort)
  await ends.pass(0)
  assert.equal(answers, 3)
  assert.equal(us.live.transactions, 3)
  await ends.pass(33_000, 500)
  peer.say(ask('OPTIONS', [], { branch: 'later' }), us.localPort)
  await ends.pass(0)
  assert.equal(answers, 4)
})

test('a route of loose routers is kept in order for all that follows', async () => {
  await using ends = new TwoEnds()
  const byes: SipRequest[] = []
  const peer = await ends.peer((message, say) => {
    const request = requestOf(message)
    const routes = ['Record-Route: <sip:127.0.0.1:9;lr>', `Record-Route: <sip:127.0.0.1:${peer.port};lr>`, contact(9)]
    if (request.method === 'INVITE') say(reply(request, '200 OK', 't', routes))
    if (request.method === 'BYE') byes.push(request)
  })
  const caller = await ends.endpoint()
  const { call } = place(caller, peer.port)
  await ends.pass(0)
  call.bye()
  await ends.pass(0)
  const [bye] = byes
  assert.ok(bye)
  assert.equal(bye.uri, 'sip:peer@127.0.0.1:9')
  assert.deepEqual(headerValues(bye, 'Route'), [`<sip:127.0.0.1:${peer.port};lr>`, '<sip:127.0.0.1:9;lr>'])
})

test('a re-INVITE without an offer gets ours, and its ACK brings the answer', async () => {
  await using ends = new TwoEnds()
  let incoming: IncomingCall | undefined
  let answer = ''
  const us = await ends.endpoint({
    onInvite: (call) => {
      incoming = call
      call.onEvent((event) => {
        if (event.type === 'reoffer') {
          assert.equal(event.body, '')
          event.respond('our offer', (body) => {
            answer = body
          })
        }
      })
      call.accept({ body: offer })
    },
  })
  const peer = await ends.peer(() => {})
  const ids = { callId: 'offerless' }
  peer.say(ask('INVITE', [], ids), us.localPort)
  await ends.pass(0)
  const to = incoming?.localTag ?? ''
  peer.say(ask('ACK', [], { ...ids, to, branch: 'a1' }), us.localPort)
  peer.say(ask('INVITE', [], { ...ids, to, branch: 'i2' }).replace('CSeq: 7', 'CSeq: 8'), us.localPort)
  await ends.pass(100)
  const ack = ask('ACK', [], { ...ids, to, branch: 'a2' }).replace('CSeq: 7', 'CSeq: 8')
  peer.say(`${ack.replace('Content-Length: 0', 'Content-Length: 12')}their answer`, us.localPort)
  await ends.pass(100)
  assert.equal(answer, 'their answer')
  const repeats = ends.count('SIP/2.0 200')
  await ends.pass(5_000)
  assert.equal(ends.count('SIP/2.0 200'), repeats)
})

test('a far end that refreshes the session by UPDATE without an offer gets 200 without one, and its new address counts', async () => {
  await using ends = new TwoEnds()
  let incoming: IncomingCall | undefined
  let heard: ReturnType<typeof listen> | undefined
  const us = await ends.endpoint({
    onInvite: (call) => {
      incoming = call
      heard = listen(call)
      call.accept({ body: offer })
    },
  })
  const answers: SipResponse[] = []
  const byes: SipRequest[] = []
  const peer = await ends.peer((message) => {
    if (message.kind === 'response') answers.push(message)
    else byes.push(message)
  })
  const ids = { callId: 'refresh' }
  peer.say(ask('INVITE', [], ids), us.localPort)
  await ends.pass(0)
  const to = incoming?.localTag ?? ''
  peer.say(ask('ACK', [], { ...ids, to, branch: 'a1' }), us.localPort)
  const contact = `Contact: <sip:moved@127.0.0.1:${peer.port}>`
  const headers = [contact, 'Session-Expires: 90;refresher=uac', 'Supported: timer']
  peer.say(ask('UPDATE', headers, { ...ids, to, branch: 'u1' }).replace('CSeq: 7', 'CSeq: 8'), us.localPort)
  await ends.pass(0)
  const [, answer] = answers
  assert.deepEqual([answer?.status, answer?.body], [200, ''])
  assert.deepEqual(heard?.types(), ['acked'])
  incoming?.bye()
  await ends.pass(0)
  assert.equal(byes[0]?.uri, `sip:moved@127.0.0.1:${peer.port}`)
})

test('of a re-INVITE that is refused nothing holds: not its address either', async () => {
  await using ends = new TwoEnds()
  let incoming: IncomingCall | undefined
  const us = await ends.endpoint({
    onInvite: (call) => {
      incoming = call
      call.onEvent((event) => {
        if (event.type === 'reoffer') event.reject(488)
      })
      call.accept({ body: offer })
    },
  })
  const seen: string[] = []
  const peer = await ends.peer((message) => {
    seen.push(message.kind === 'response' ? String(message.status) : `${message.method} ${message.uri}`)
  })
  const ids = { callId: 'refused' }
  const at = (user: string): string[] => [`Contact: <sip:${user}@127.0.0.1:${peer.port}>`]
  peer.say(ask('INVITE', at('first'), ids), us.localPort)
  await ends.pass(0)
  const to = incoming?.localTag ?? ''
  peer.say(ask('ACK', [], { ...ids, to, branch: 'a1' }), us.localPort)
  peer.say(ask('INVITE', at('second'), { ...ids, to, branch: 'i2' }).replace('CSeq: 7', 'CSeq: 8'), us.localPort)
  await ends.pass(0)
  incoming?.bye()
  await ends.pass(0)
  assert.deepEqual(seen, ['200', '488', `BYE sip:first@127.0.0.1:${peer.port}`])
})

test('a port that is taken is the error of the system, at once', async () => {
  await using ends = new TwoEnds()
  const first = await ends.endpoint()
  await assert.rejects(ends.endpoint({ port: first.localPort }), { code: 'EADDRINUSE' })
})
