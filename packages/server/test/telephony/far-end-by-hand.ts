/** A far end on a bare socket that does what no carrier would: keeps silent, rings on, stays on the line. It keeps what it heard. */
import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { header, parseMessage, parseUri, type SipMessage, type SipRequest } from '@dialwright/sip'
import { until } from '../fixtures/server-run.ts'

/** What it does, by the last digits of the number that is called. */
export const handKinds = {
  /** Not a single reply to anything. */
  silent: '900',
  /** Rings, answers a CANCEL, and never ends the INVITE. */
  'rings-on': '901',
  /** Answers, and replies to nothing after that. */
  stays: '902',
  /** Answers; its sound stops and comes back. */
  'falls-silent': '903',
  /** Rings until it is taken back, then answers all the same, and replies to nothing after that. */
  crosses: '904',
} as const
export type HandKind = keyof typeof handKinds

export type FarEndByHand = {
  readonly port: number
  /** Every request with its first copy, in order. */
  readonly requests: readonly SipRequest[]
  methodsOf(callId: string): readonly string[]
  /** Resolves once a request of this method has come for that call. */
  until(callId: string, method: string): Promise<SipRequest>
  /** Says it to the caller, as a response to this request. */
  reply(request: SipRequest, start: string, body?: string): void
  readonly sdp: string
  stop(): Promise<void>
}

const frameMs = 20
const soundMs = 300

/** @param silenceMs  How long the sound of `falls-silent` stays away. */
export async function openFarEnd(silenceMs: number): Promise<FarEndByHand> {
  const signalling = await bind()
  const sound = await bind()
  const requests: SipRequest[] = []
  /** Where the latest request of a call came from: a caller that was started anew has another port. */
  const sources = new Map<string, { port: number; address: string }>()
  const seen = new Set<string>()
  const timers: NodeJS.Timeout[] = []
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${sound.address().port} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n`

  const reply = (request: SipRequest, start: string, body = ''): void => {
    const source = sources.get(callIdOf(request))
    if (source === undefined) return
    const copied = request.headers.filter(([name]) => ['Via', 'From', 'Call-ID', 'CSeq'].includes(name))
    const to = header(request, 'To') ?? ''
    const lines = [
      `SIP/2.0 ${start}`,
      ...copied.map(([name, value]) => `${name}: ${value}`),
      `To: ${to.includes(';tag=') ? to : `${to};tag=hand`}`,
      `Contact: <sip:hand@127.0.0.1:${signalling.address().port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ]
    signalling.send(lines.join('\r\n'), source.port, source.address)
  }

  const speak = (toPort: number): void => {
    let sequence = 0
    const timer = setInterval(() => {
      sequence += 1
      const ms = sequence * frameMs
      if (ms > soundMs && ms < soundMs + silenceMs) return
      const packet = Buffer.alloc(172, 0x2a)
      packet.writeUInt32BE(0x80080000 + (sequence & 0xffff), 0)
      packet.writeUInt32BE(sequence * 160, 4)
      packet.writeUInt32BE(7, 8)
      sound.send(packet, toPort, '127.0.0.1')
    }, frameMs)
    timers.push(timer)
  }

  const answer = (request: SipRequest): void => {
    const kind = (Object.keys(handKinds) as HandKind[]).find((one) =>
      (parseUri(request.uri)?.user ?? '').endsWith(handKinds[one]),
    )
    if (request.method === 'CANCEL' && kind !== 'silent') reply(request, '200 OK')
    if (request.method === 'CANCEL' && kind === 'crosses') {
      const invite = requests.find((one) => one.method === 'INVITE' && callIdOf(one) === callIdOf(request))
      if (invite !== undefined) reply(invite, '200 OK', sdp)
    }
    if (request.method !== 'INVITE') return
    if (kind === 'rings-on' || kind === 'crosses') reply(request, '180 Ringing')
    if (kind === 'stays' || kind === 'falls-silent') reply(request, '200 OK', sdp)
    if (kind === 'falls-silent') speak(Number(/m=audio (\d+)/.exec(request.body)?.[1]))
  }

  signalling.on('message', (bytes, source) => {
    const message: SipMessage = parseMessage(bytes.toString('latin1'))
    if (message.kind !== 'request') return
    sources.set(callIdOf(message), source)
    const key = `${callIdOf(message)} ${header(message, 'CSeq')}`
    if (seen.has(key)) return
    seen.add(key)
    requests.push(message)
    answer(message)
  })

  return {
    port: signalling.address().port,
    requests,
    sdp,
    reply,
    methodsOf: (callId) => requests.filter((one) => callIdOf(one) === callId).map(({ method }) => method),
    until: async (callId, method) => {
      const find = () => requests.find((one) => one.method === method && callIdOf(one) === callId)
      await until(`${method} of the call ${callId}`, () => find() !== undefined, { everyMs: 5 })
      return find() ?? assert.fail()
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(
        [signalling, sound].map((socket) => {
          const closed = once(socket, 'close')
          socket.close()
          return closed
        }),
      )
    },
  }
}

function callIdOf(message: SipMessage): string {
  return header(message, 'Call-ID') ?? ''
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  return socket
}
