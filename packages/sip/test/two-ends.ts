/** Two endpoints on loopback under one virtual clock, and a bare socket that says whatever a test wants. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  type EndpointOptions,
  type IncomingCall,
  type IncomingCallEvent,
  type InviteOptions,
  type OutgoingCall,
  type OutgoingCallEvent,
  parseMessage,
  SipEndpoint,
  type SipMessage,
  type SipRequest,
} from '@dialwright/sip'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'

export const offer =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'

/** One turn of the event loop after another, until what is under way on loopback has been read. */
export async function settle(turns = 12): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
}

export class TwoEnds implements AsyncDisposable {
  readonly clock = new VirtualClock()
  /** Every datagram that an endpoint has sent. */
  readonly texts: string[] = []
  readonly errors: unknown[] = []
  readonly #endpoints: SipEndpoint[] = []
  readonly #sockets: Socket[] = []
  #seed = 1

  async endpoint(options: Partial<EndpointOptions> = {}): Promise<SipEndpoint> {
    const endpoint = await SipEndpoint.open({
      port: 0,
      clock: this.clock,
      random: new SeededRandom(this.#seed++),
      onError: (error) => this.errors.push(error),
      trace: ({ direction, text }) => {
        if (direction === 'out') this.texts.push(text)
      },
      ...options,
    })
    this.#endpoints.push(endpoint)
    return endpoint
  }

  /** A socket that hands every message to `hear` and sends what it is told. */
  async peer(
    hear: (message: SipMessage, say: (text: string) => void) => void,
  ): Promise<{ port: number; say(text: string, port: number): void }> {
    const socket = createSocket('udp4')
    this.#sockets.push(socket)
    socket.on('message', (bytes, from) => {
      hear(parseMessage(bytes.toString('latin1')), (text) => socket.send(text, from.port, from.address))
    })
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return {
      port: (socket.address() as AddressInfo).port,
      say: (text, port) => socket.send(text, port, '127.0.0.1'),
    }
  }

  /** Moves time in small steps, letting datagrams arrive in between. */
  async pass(ms: number, stepMs = 100): Promise<void> {
    await settle()
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed))
      await settle()
    }
  }

  /** The start lines of what has left. */
  get wire(): string[] {
    return this.texts.map((text) => text.slice(0, text.indexOf('\r\n')))
  }

  /** The branches that requests of this method have left under: one for each transaction. */
  branches(method: string): Set<string> {
    const sent = this.texts.filter((text) => text.startsWith(`${method} `))
    return new Set(sent.map((text) => /;branch=([^;\r]+)/.exec(text)?.[1] ?? ''))
  }

  /** How many datagrams of this start line have left. */
  count(start: string): number {
    return this.wire.filter((line) => line.startsWith(start)).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const endpoint of this.#endpoints) await endpoint.close()
    for (const socket of this.#sockets) socket.close()
  }
}

export type Heard = {
  readonly call: OutgoingCall
  readonly events: OutgoingCallEvent[]
  readonly types: () => string[]
}

export function place(from: SipEndpoint, toPort: number, more: Partial<InviteOptions> = {}): Heard {
  const events: OutgoingCallEvent[] = []
  const call = from.invite(
    {
      requestUri: `sip:100@127.0.0.1:${toPort}`,
      from: { uri: 'sip:us@127.0.0.1' },
      target: { address: '127.0.0.1', port: toPort },
      callId: `call-${Math.floor(toPort)}-${from.localPort}`,
      body: offer,
      ...more,
    },
    (event) => events.push(event),
  )
  return { call, events, types: () => events.map(({ type }) => type) }
}

export function find<Event extends { readonly type: string }, Type extends Event['type']>(
  events: readonly Event[],
  type: Type,
): Extract<Event, { type: Type }> {
  const found = events.find((event) => event.type === type)
  if (found === undefined) throw new Error(`no event ${type}: ${events.map((event) => event.type).join(', ')}`)
  return found as Extract<Event, { type: Type }>
}

/** What an incoming call tells, kept. */
export function listen(call: IncomingCall): { readonly events: IncomingCallEvent[]; readonly types: () => string[] } {
  const events: IncomingCallEvent[] = []
  call.onEvent((event) => events.push(event))
  return { events, types: () => events.map(({ type }) => type) }
}

/** A response to a request, by hand: its headers are its own, To gets a tag. */
export function reply(
  request: SipMessage,
  start: string,
  toTag: string,
  headers: readonly string[] = [],
  body = '',
): string {
  const copied = request.headers.filter(([name]) => ['Via', 'From', 'Call-ID', 'CSeq'].includes(name))
  const to = request.headers.find(([name]) => name === 'To')?.[1] ?? ''
  const tagged = to.includes(';tag=') ? to : `${to};tag=${toTag}`
  return [
    `SIP/2.0 ${start}`,
    ...copied.map(([name, value]) => `${name}: ${value}`),
    `To: ${tagged}`,
    ...headers,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** A request of a stranger, by hand. */
export function ask(
  method: string,
  more: readonly string[] = [],
  ids: { callId?: string; branch?: string; to?: string } = {},
): string {
  return [
    `${method} sip:b@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK${ids.branch ?? method}`,
    'From: <sip:stranger@127.0.0.1>;tag=far',
    `To: <sip:b@127.0.0.1>${ids.to === undefined ? '' : `;tag=${ids.to}`}`,
    `Call-ID: ${ids.callId ?? `by-hand-${method}`}`,
    `CSeq: 7 ${method}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

export function requestOf(message: SipMessage): SipRequest {
  if (message.kind !== 'request') throw new Error(`a request was expected, ${message.status} came`)
  return message
}
