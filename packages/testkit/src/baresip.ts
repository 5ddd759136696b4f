/** Debian's baresip as the called party of a test: answers by itself, records what it hears and says, obeys commands. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freeUdpPort } from './peers.ts'

export type BaresipEvent = {
  readonly type: string
  readonly accountaor?: string
  readonly param?: string
}

export type BaresipOptions = {
  /** An empty directory of its own: settings, recordings, and baresip.log, which says why when something goes wrong. */
  readonly directory: string
  /** Users it answers as, with the codec that each speaks. */
  readonly users: readonly { readonly user: string; readonly codec: 'PCMA' | 'PCMU' }[]
  /** WAV file, 8 kHz mono, that it says into every call. */
  readonly speaks: string
}

const startTries = 100
const startPauseMs = 50
/** The longest that a telephone is waited for in a test. */
const eventWithinMs = 60_000

export class Baresip {
  readonly sipPort: number
  readonly #child: ChildProcess
  readonly #control: Socket
  readonly #recordings: string
  readonly #events: BaresipEvent[] = []
  #wake: () => void = () => {}
  #hasEnded = false

  private constructor(parts: { sipPort: number; child: ChildProcess; control: Socket; recordings: string }) {
    this.sipPort = parts.sipPort
    this.#child = parts.child
    this.#control = parts.control
    this.#recordings = parts.recordings
    parts.child.once('exit', () => {
      this.#hasEnded = true
      this.#wake()
    })
    // Its end is told by the process; a reset of the channel says nothing more.
    parts.control.on('error', () => undefined)
    let received: Buffer = Buffer.alloc(0)
    parts.control.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes])
      for (;;) {
        const message = takeNetstring(received)
        if (message === null) return
        received = message.rest
        const parsed: BaresipEvent & { event?: boolean } = JSON.parse(message.text)
        if (parsed.event !== true) continue
        this.#events.push(parsed)
        this.#wake()
      }
    })
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const [sipPort, controlPort] = [await freeUdpPort(), await freeUdpPort()]
    const recordings = join(options.directory, 'recordings')
    mkdirSync(recordings, { recursive: true })
    writeFileSync(join(options.directory, 'config'), settings(sipPort, controlPort, options.speaks, recordings))
    writeFileSync(
      join(options.directory, 'accounts'),
      options.users
        .map(({ user, codec }) => `<sip:${user}@127.0.0.1>;regint=0;answermode=auto;audio_codecs=${codec}/8000/1\n`)
        .join(''),
    )
    writeFileSync(join(options.directory, 'contacts'), '')
    const log = openSync(join(options.directory, 'baresip.log'), 'w')
    const child = spawn('baresip', ['-f', options.directory, '-v'], { stdio: ['ignore', log, log] })
    closeSync(log)
    try {
      const control = await connectWhenUp(controlPort, child)
      return new Baresip({ sipPort, child, control, recordings })
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /**
   * The next event that fits, of those not taken yet; events before it are dropped.
   * @throws {Error} It has ended, or a minute has passed.
   */
  async until(fits: (event: BaresipEvent) => boolean): Promise<BaresipEvent> {
    let isLate = false
    const limit = setTimeout(() => {
      isLate = true
      this.#wake()
    }, eventWithinMs)
    using _ = { [Symbol.dispose]: () => clearTimeout(limit) }
    for (;;) {
      const index = this.#events.findIndex(fits)
      if (index >= 0) {
        const [event] = this.#events.splice(0, index + 1).slice(-1)
        if (event !== undefined) return event
      }
      if (this.#hasEnded) throw new Error('baresip has ended; its baresip.log says why')
      const told = this.#events.map(({ type, param = '' }) => `${type} ${param}`).join(', ')
      if (isLate) throw new Error(`not within ${eventWithinMs} ms: ${fits}; what came instead: ${told}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Whose calls the commands below are about: baresip obeys for one of its users at a time. */
  select(user: string): void {
    this.#send('uafind', `sip:${user}@127.0.0.1`)
  }

  /** Presses a key in the user's call: RFC 4733, once the far end has offered telephone-event. */
  press(digit: string): void {
    this.#send('sndcode', digit)
  }

  /** Puts the user's call on hold, or takes it back; its sound goes on where the far end hears it. */
  hold(isHeld: boolean): void {
    this.#send(isHeld ? 'hold' : 'resume')
  }

  /** Says its session again by a re-INVITE, as it is. */
  refresh(): void {
    this.#send('reinvite')
  }

  hangup(): void {
    this.#send('hangup')
  }

  /** What it heard, one file per call in the order of the calls; a file is whole once its call has ended. */
  heard(): readonly string[] {
    return readdirSync(this.#recordings)
      .filter((name) => name.endsWith('-dec.wav'))
      .map((name) => join(this.#recordings, name))
      .sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs)
  }

  async stop(): Promise<void> {
    this.#control.destroy()
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await exited
  }

  #send(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: command })
    this.#control.write(`${Buffer.byteLength(text)}:${text},`)
  }
}

/** `LENGTH:TEXT,` (djb's netstrings), which ctrl_tcp speaks; null while it is not whole. */
function takeNetstring(bytes: Buffer): { text: string; rest: Buffer } | null {
  const colon = bytes.indexOf(':')
  if (colon < 0) return null
  const length = Number(bytes.toString('ascii', 0, colon))
  const end = colon + 1 + length
  if (bytes.length < end + 1) return null
  return { text: bytes.toString('utf8', colon + 1, end), rest: bytes.subarray(end + 1) }
}

async function connectWhenUp(port: number, child: ChildProcess): Promise<Socket> {
  for (let tries = 0; tries < startTries && child.exitCode === null; tries += 1) {
    const socket = connect({ host: '127.0.0.1', port })
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (isUp) return socket
    await pause(startPauseMs)
  }
  throw new Error('baresip did not open its control port: run it by hand with the same settings to see why')
}

/** Loopback alone. The player is a bridge to nowhere: without one it would decode nothing. */
function settings(sipPort: number, controlPort: number, speaks: string, recordings: string): string {
  return `poll_method epoll
sip_listen 127.0.0.1:${sipPort}
net_interface 127.0.0.1
audio_player aubridge,sink
audio_source aufile,${speaks}
audio_alert aubridge,alert
ausrc_format s16
auplay_format s16
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${controlPort}
snd_path ${recordings}
`
}
