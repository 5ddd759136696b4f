/** A provider on bare sockets: a registrar with digest, and callers who behave as they are told. It keeps what it saw. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Registration } from '@dialwright/dialer'
import {
  challengeHeader,
  header,
  parseMessage,
  parseNameAddress,
  parseUri,
  type SipRequest,
  type SipResponse,
  verifyAuthorization,
} from '@dialwright/sip'
import type {
  CallerKind,
  CallerSaw,
  LineKind,
  LineView,
} from '../../../dialer/src/ports/telephony-inbound-ground.conformance.ts'

type Call = {
  readonly kind: CallerKind
  readonly invite: readonly string[]
  readonly uri: string
  readonly callId: string
  readonly branch: string
  readonly sdp: string
  readonly sound: Socket
  readonly saw: { -readonly [Key in keyof CallerSaw]: CallerSaw[Key] }
  contact: string
  to: string
  loud: number
  hasPressed: boolean
  readonly digitsAt: Set<number>
}
type Line = { readonly kind: LineKind; readonly password: string; contact: string; bindings: number; isBound: boolean }

export type ProviderByHand = {
  readonly port: number
  line(kind: LineKind): Registration
  bound(line: Registration): LineView
  ring(kind: CallerKind, whom: string | Registration): { saw(): CallerSaw }
  stop(): Promise<void>
}

const realm = 'by-hand'
const nonce = 'nonce-by-hand'
const host = '127.0.0.1'
/** Loud frames of 20 ms that are a sentence, of the 25 that one has. */
const sentenceFrames = 15

/** @param sipPort  Where we are rung; another after a restart. */
export async function openProvider(sipPort: () => number): Promise<ProviderByHand> {
  const signalling = await bind()
  const { port } = signalling.address()
  const lines = new Map<string, Line>()
  const calls = new Map<string, Call>()

  const say = (lines: readonly string[], body = '', to: Pick<RemoteInfo, 'port' | 'address'> | null = null): void => {
    const tail = [...(body === '' ? [] : ['Content-Type: application/sdp']), `Content-Length: ${body.length}`, '', body]
    signalling.send([...lines, ...tail].join('\r\n'), to?.port ?? sipPort(), to?.address ?? host)
  }
  const respond = (request: SipRequest, start: string, source: RemoteInfo, more: readonly string[] = []): void => {
    const copied = request.headers.filter(([name]) => ['Via', 'From', 'Call-ID', 'CSeq'].includes(name))
    const to = header(request, 'To') ?? ''
    const lines = copied.map(([name, value]) => `${name}: ${value}`)
    say([`SIP/2.0 ${start}`, ...lines, `To: ${to.includes(';tag=') ? to : `${to};tag=r`}`, ...more], '', source)
  }
  /** A request of a call, by its own branch but for CANCEL and the ACK of a refusal. */
  const ask = (call: Call, method: string, cseq: number, isOfInvite: boolean): void => {
    const branch = isOfInvite ? call.branch : `z9hG4bK${crypto.randomUUID()}`
    say([
      `${method} ${isOfInvite ? call.uri : call.contact} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};branch=${branch}`,
      ...call.invite.slice(2, 5),
      `To: ${method === 'CANCEL' ? `<sip:x@${host}>` : call.to}`,
      `CSeq: ${cseq} ${method}`,
    ])
  }

  const register = (request: SipRequest, source: RemoteInfo): void => {
    const user = parseUri(parseNameAddress(header(request, 'To') ?? '').uri)?.user ?? ''
    const line = lines.get(user)
    if (line === undefined) return respond(request, '404 Not Found', source)
    const expected = { username: user, password: line.password, nonce, realm }
    if (!verifyAuthorization(header(request, 'Authorization') ?? '', 'REGISTER', expected))
      return respond(request, '401 Unauthorized', source, [`WWW-Authenticate: ${challengeHeader(realm, nonce, 'MD5')}`])
    const contact = parseNameAddress(header(request, 'Contact') ?? '')
    const asked = Number(contact.parameters.get('expires'))
    line.isBound = asked > 0
    line.contact = contact.uri
    if (!line.isBound) return respond(request, '200 OK', source)
    line.bindings += 1
    const granted = line.kind === 'short' ? 2 : asked
    respond(request, '200 OK', source, [`Contact: <${contact.uri}>;expires=${granted}`])
  }

  const answered = (call: Call, response: SipResponse): void => {
    call.saw.status = response.status
    call.to = header(response, 'To') ?? ''
    if (response.status >= 300) return ask(call, 'ACK', 1, true)
    call.contact = parseNameAddress(header(response, 'Contact') ?? '').uri
    call.saw.isAnswered = true
    ask(call, 'ACK', 1, false)
    if (call.kind === 'hangs-up') ask(call, 'BYE', 2, false)
    const soundPort = Number(/m=audio (\d+)/.exec(response.body)?.[1])
    call.sound.on('message', (packet) => hear(call, packet, soundPort))
  }

  signalling.on('message', (bytes, source) => {
    const message = parseMessage(bytes.toString('latin1'))
    if (message.kind === 'request') {
      if (message.method === 'REGISTER') return register(message, source)
      const call = calls.get(header(message, 'Call-ID') ?? '')
      if (call === undefined || message.method !== 'BYE') return
      respond(message, '200 OK', source)
      call.saw.isOver = true
      return
    }
    const call = calls.get(header(message, 'Call-ID') ?? '')
    const method = header(message, 'CSeq')?.split(' ')[1]
    if (call === undefined) return
    if (method === 'BYE' && message.status >= 200) call.saw.isOver = true
    if (method !== 'INVITE') return
    if (message.status >= 200) return answered(call, message)
    if (message.status !== 180) return
    if (!call.saw.isRinging && call.kind === 'gives-up') ask(call, 'CANCEL', 1, true)
    if (!call.saw.isRinging && call.kind === 'repeats') say(call.invite, call.sdp)
    call.saw.isRinging = true
  })

  return {
    port,
    line: (kind) => {
      const user = `749577700${String(lines.size).padStart(2, '0')}`
      const password = 'right'
      lines.set(user, { kind, password, contact: '', bindings: 0, isBound: false })
      return {
        lineId: crypto.randomUUID(),
        trunk: {
          trunkId: `trunk-${user}`,
          host,
          port,
          username: null,
          password: null,
          fromDomain: null,
          codecs: ['pcma'],
        },
        user,
        username: user,
        password: kind === 'wrong-password' ? 'wrong' : password,
        everySeconds: 600,
      }
    },
    bound: ({ user }) => lines.get(user) ?? { bindings: 0, isBound: false },
    ring: (kind, whom) => {
      const callId = crypto.randomUUID()
      const uri = typeof whom === 'string' ? `sip:${whom}@${host}:${sipPort()}` : (lines.get(whom.user)?.contact ?? '')
      const saw = { isRinging: false, isAnswered: false, status: null, digits: '', isOver: false }
      void bind().then((sound) => {
        const branch = `z9hG4bK${crypto.randomUUID()}`
        const types = kind === 'speaks-otherwise' ? '18' : '8 101'
        const sdp = `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio ${sound.address().port} RTP/AVP ${types}\r\na=rtpmap:101 telephone-event/8000\r\n`
        const invite = [
          `INVITE ${uri} SIP/2.0`,
          `Via: SIP/2.0/UDP ${host}:${port};branch=${branch}`,
          `From: "Anna" <sip:79990001122@${host}>;tag=${callId}`,
          `Call-ID: ${callId}`,
          'Max-Forwards: 70',
          `To: <sip:${typeof whom === 'string' ? whom : '74951112233'}@${host}>`,
          'CSeq: 1 INVITE',
          `Contact: <sip:anna@${host}:${port}>`,
        ]
        calls.set(callId, {
          kind,
          invite,
          uri,
          callId,
          branch,
          sdp,
          sound,
          saw,
          contact: '',
          to: '',
          loud: 0,
          hasPressed: false,
          digitsAt: new Set(),
        })
        for (let copy = 0; copy < (kind === 'repeats' ? 3 : 1); copy += 1) say(invite, sdp)
      })
      return { saw: () => saw }
    },
    stop: async () => {
      const sockets = [signalling, ...[...calls.values()].map(({ sound }) => sound)]
      await Promise.all(
        sockets.map((socket) => {
          const closed = once(socket, 'close')
          socket.close()
          return closed
        }),
      )
    },
  }
}

/** Counts what is loud, notes keys (RFC 4733 §2.3), and presses one after a sentence. */
function hear(call: Call, packet: Buffer, soundPort: number): void {
  const payloadType = (packet[1] ?? 0) & 0x7f
  if (payloadType === 101) {
    const timestamp = packet.readUInt32BE(4)
    if (call.digitsAt.has(timestamp)) return
    call.digitsAt.add(timestamp)
    call.saw.digits += '0123456789*#'[packet[12] ?? 0] ?? '?'
    return
  }
  // 0xD5 and 0x55 are the silence of A-law.
  if (packet.subarray(12).some((code) => (code | 0x80) !== 0xd5)) call.loud += 1
  if (call.kind !== 'presses' || call.hasPressed || call.loud < sentenceFrames) return
  call.hasPressed = true
  for (let n = 0; n < 6; n += 1) {
    const event = Buffer.alloc(16)
    event.writeUInt32BE(0x80650000 + n, 0)
    event.writeUInt32BE(8_000, 4)
    event.writeUInt32BE(7, 8)
    event[12] = 1
    event[13] = n >= 3 ? 0x8a : 0x0a
    event.writeUInt16BE(Math.min(n + 1, 4) * 240, 14)
    call.sound.send(event, soundPort, host)
  }
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, host)
  await listening
  return socket
}
