/** A telephone that is called by us: a SIP endpoint and bare sockets for its sound, which does with its session what it is told. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type IncomingCall, SipEndpoint } from '@dialwright/sip'
import { SeededRandom } from '@dialwright/testkit'
import { systemClock } from '../../src/adapters/system/system-clock.ts'

export type Offer = {
  readonly direction?: 'sendrecv' | 'sendonly' | 'inactive' | undefined
  /** Payload types in order of preference; absent: PCMA. */
  readonly types?: readonly number[] | undefined
  readonly isAtNoAddress?: boolean | undefined
}
type Packet = { readonly type: number; readonly isLoud: boolean; readonly socket: Socket }

const frameMs = 20
/** A tone's worth of energy in either law, and their silences. */
const loud = 0x2a
const silences = { 0: 0xff, 8: 0xd5 } as const

export class Phone {
  readonly port: number
  readonly #endpoint: SipEndpoint
  readonly #sockets: Socket[] = []
  readonly #calls: IncomingCall[]
  #sound: Socket
  #heard: (packet: Packet) => void = () => {}
  #type = 8
  #version = 1
  #isSpeaking = true
  #oursPort = 0
  readonly #timer: NodeJS.Timeout

  private constructor(endpoint: SipEndpoint, sound: Socket, calls: IncomingCall[]) {
    this.#endpoint = endpoint
    this.#calls = calls
    this.port = endpoint.localPort
    this.#sound = sound
    this.#listen(sound)
    let sequence = 0
    this.#timer = setInterval(() => {
      sequence += 1
      if (this.#oursPort === 0 || !this.#isSpeaking) return
      const packet = Buffer.alloc(172, loud)
      packet.writeUInt32BE(0x80000000 + (this.#type << 16) + sequence, 0)
      packet.writeUInt32BE(sequence * 160, 4)
      packet.writeUInt32BE(this.port, 8)
      this.#sound.send(packet, this.#oursPort, '127.0.0.1')
    }, frameMs)
  }

  /** Answers whoever calls. */
  static async open(seed: number): Promise<Phone> {
    const sound = await bind()
    const calls: IncomingCall[] = []
    let phone: Phone | null = null
    const endpoint = await SipEndpoint.open({
      port: 0,
      clock: systemClock,
      random: new SeededRandom(seed),
      onError: (error) => {
        throw error
      },
      onInvite: (call) => {
        calls.push(call)
        call.onEvent(() => {})
        phone?.expect(call.request.body)
        call.accept({ body: phone?.describe({}) })
      },
    })
    phone = new Phone(endpoint, sound, calls)
    return phone
  }

  expect(ours: string): void {
    this.#oursPort = Number(/m=audio (\d+)/.exec(ours)?.[1])
  }

  describe({ direction = 'sendrecv', types = [8], isAtNoAddress = false }: Offer): string {
    return [
      'v=0',
      `o=- 1 ${this.#version} IN IP4 127.0.0.1`,
      's=-',
      `c=IN IP4 ${isAtNoAddress ? '0.0.0.0' : '127.0.0.1'}`,
      't=0 0',
      `m=audio ${this.#sound.address().port} RTP/AVP ${types.join(' ')} 101`,
      'a=rtpmap:101 telephone-event/8000',
      ...(isAtNoAddress ? [] : [`a=${direction}`]),
      '',
    ].join('\r\n')
  }

  /** A re-INVITE with this description as its next version; null: it was refused. */
  async reoffer(offer: Offer): Promise<string | null> {
    this.#version += 1
    return this.refresh(offer)
  }

  /** A re-INVITE with the same description again. */
  async refresh(offer: Offer): Promise<string | null> {
    const answer = await this.#calls.at(-1)?.reoffer(this.describe(offer))
    if (answer === null || answer === undefined) return null
    this.#type = Number(/m=audio \d+ RTP\/AVP (\d+)/.exec(answer)?.[1])
    return answer
  }

  /** A re-INVITE that leaves the offer to us, and whose ACK answers nothing. */
  async askForOffer(): Promise<string | null> {
    return (await this.#calls.at(-1)?.reoffer('')) ?? null
  }

  /** From now on its sound comes from, and belongs to, another port; it has still to say so. */
  async moveSound(): Promise<void> {
    this.#sound = await bind()
    this.#listen(this.#sound)
  }

  speak(isSpeaking: boolean): void {
    this.#isSpeaking = isSpeaking
  }

  hangUp(): void {
    this.#calls.at(-1)?.bye()
  }

  /** Resolves with so many packets in a row of that kind, at the port where its sound is now. */
  async hears(kind: 'sound' | 'silence', count = 10): Promise<number> {
    let row = 0
    let type = -1
    await new Promise<void>((resolve) => {
      this.#heard = (packet) => {
        row = packet.socket === this.#sound && packet.isLoud === (kind === 'sound') ? row + 1 : 0
        type = packet.type
        if (row === count) resolve()
      }
    })
    this.#heard = () => {}
    return type
  }

  /** How many packets come while the work is done. */
  async countWhile(work: Promise<unknown>): Promise<number> {
    let count = 0
    this.#heard = () => {
      count += 1
    }
    await work
    this.#heard = () => {}
    return count
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#endpoint.close()
    await Promise.all(
      this.#sockets.map((socket) => {
        const closed = once(socket, 'close')
        socket.close()
        return closed
      }),
    )
  }

  #listen(socket: Socket): void {
    this.#sockets.push(socket)
    socket.on('message', (datagram) => {
      const type = (datagram[1] ?? 0) & 0x7f
      const silence = silences[type === 0 ? 0 : 8]
      // The sign of a sample of silence is its first bit.
      const isLoud = datagram.subarray(12).some((code) => (code | 0x80) !== (silence | 0x80))
      this.#heard({ type, isLoud, socket })
    })
  }
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  return socket
}
