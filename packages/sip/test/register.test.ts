/** Registration over sockets, and the ends of calls that came in as a process leaves them that dies (RFC 3261 §10, §13.3, §17.2). */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import {
  challengeHeader,
  header,
  type IncomingSnapshot,
  type RegistrationEvent,
  type SipEndpoint,
  type SipMessage,
  type SipRequest,
  verifyAuthorization,
} from '@dialwright/sip'
import { ask, listen, offer, reply, requestOf, TwoEnds } from './two-ends.ts'

const credentials = { username: '100', password: 'secret' }

function register(endpoint: SipEndpoint, port: number) {
  const events: RegistrationEvent[] = []
  const registration = endpoint.register(
    {
      domain: `127.0.0.1:${port}`,
      user: '100',
      line: 'l1',
      locate: async () => ({ address: '127.0.0.1', port }),
      credentials,
      everySeconds: 600,
      callId: 'reg',
    },
    (event) => events.push(event),
  )
  return { registration, events, types: () => events.map(({ type }) => type) }
}

/** What a registrar answers to a request: a challenge first, then the contact as it came. */
function registrarAnswer(request: SipRequest): string {
  const value = header(request, 'Authorization') ?? ''
  const isRight = verifyAuthorization(value, 'REGISTER', { ...credentials, nonce: 'n', realm: 'r' })
  return isRight
    ? reply(request, '200 OK', 't', [`Contact: ${header(request, 'Contact')}`])
    : reply(request, '401 Unauthorized', 't', [`WWW-Authenticate: ${challengeHeader('r', 'n', 'MD5')}`])
}

test('a registration lives through lost datagrams, is renewed and taken back, and leaves nothing behind', async () => {
  await using ends = new TwoEnds()
  const expires: string[] = []
  const registrar = await ends.peer((message, say) => {
    expires.push(header(message, 'Expires') ?? '')
    say(registrarAnswer(requestOf(message)))
  })
  let n = 0
  // Every third datagram is lost, either way.
  const us = await ends.endpoint({ carries: () => n++ % 3 !== 0 })
  const { registration, types } = register(us, registrar.port)
  await ends.pass(20_000)
  assert.deepEqual(types(), ['registered'])
  await ends.pass(560_000, 1_000)
  assert.deepEqual(types(), ['registered', 'registered'])
  const stopped = registration.stop()
  await ends.pass(20_000)
  await stopped
  assert.deepEqual(types(), ['registered', 'registered', 'ended'])
  assert.equal(expires.at(-1), '0')
  await ends.pass(40_000, 1_000)
  assert.deepEqual([us.live.transactions, ends.clock.pending, ends.errors], [0, 0, []])
})

test('a 200 from another address is not heard, whatever it knows of the request', async () => {
  await using ends = new TwoEnds()
  const other = createSocket('udp4')
  other.bind(0, '127.0.0.2')
  await once(other, 'listening')
  try {
    let seen: SipRequest | undefined
    const silent = await ends.peer((message) => {
      seen = requestOf(message)
    })
    const us = await ends.endpoint()
    const { types } = register(us, silent.port)
    await ends.pass(100)
    assert.ok(seen !== undefined)
    const forged = reply(seen, '200 OK', 't', [`Contact: ${header(seen, 'Contact')}`])
    other.send(forged, us.localPort, '127.0.0.1')
    await ends.pass(31_000, 500)
    assert.deepEqual(types(), [])
    await ends.pass(1_000)
    assert.deepEqual(types(), ['unreachable'])
  } finally {
    const closed = once(other, 'close')
    other.close()
    await closed
  }
})

test('an endpoint that closes forgets its registrations without a word', async () => {
  await using ends = new TwoEnds()
  const registrar = await ends.peer((message, say) => say(registrarAnswer(requestOf(message))))
  const us = await ends.endpoint()
  const { registration, types } = register(us, registrar.port)
  await ends.pass(100)
  await us.close()
  await registration.stop()
  assert.deepEqual([types(), ends.clock.pending], [['registered'], 0])
})

test('the dialog is told before the 200 leaves; who cannot note it down has answered nothing', async () => {
  await using ends = new TwoEnds()
  const answers: string[] = []
  const peer = await ends.peer((message) => {
    if (message.kind === 'response') answers.push(String(message.status))
  })
  const noted: string[] = []
  let isFull = true
  const us = await ends.endpoint({
    onInvite: (call) => {
      listen(call)
      const note = (): void => {
        if (isFull) throw new Error('the disk is full')
        noted.push(`${answers.length} answers before`)
      }
      assert.throws(() => call.accept({ body: offer }, note), /disk/)
      isFull = false
      call.accept({ body: offer }, note)
    },
  })
  peer.say(ask('INVITE', [], { callId: 'noted' }), us.localPort)
  await ends.pass(100)
  assert.deepEqual([noted, answers], [['0 answers before'], ['200']])
})

test('a call that rang when its process died is refused by the next one, with the same tag', async () => {
  await using ends = new TwoEnds()
  const answers: SipMessage[] = []
  const peer = await ends.peer((message) => answers.push(message))
  let left: IncomingSnapshot | undefined
  const first = await ends.endpoint({
    onInvite: (call) => {
      left = structuredClone(call.invitation)
      call.ringing()
    },
  })
  peer.say(ask('INVITE', [], { callId: 'orphan' }), first.localPort)
  await ends.pass(100)
  await first.close()
  const ringing = answers.splice(0).at(-1)
  assert.ok(left !== undefined && ringing !== undefined)
  const next = await ends.endpoint()
  const refused = next.refuseFromSnapshot(left, 503)
  await ends.pass(3_000)
  await refused
  assert.equal(answers.length, 3, 'three copies, since nobody hears whether one has arrived')
  for (const answer of answers) {
    assert.equal(answer.kind === 'response' && answer.status, 503)
    for (const name of ['Via', 'To', 'From', 'Call-ID', 'CSeq'])
      assert.equal(header(answer, name), header(ringing, name))
  }
  assert.deepEqual([next.live.transactions, ends.clock.pending], [0, 0])
})
