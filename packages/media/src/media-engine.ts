/** The sound of all calls: spreads them over worker threads, gives them prompts, tells what they hear. */
import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { assertKeys } from './dtmf/telephone-event.ts'
import { MediaError } from './errors.ts'
import { encode } from './g711/g711.ts'
import { PromptMemory } from './prompt-memory.ts'
import type {
  EncodedPrompt,
  MediaEvent,
  RemoteMedia,
  SessionStats,
  WorkerCommand,
  WorkerMessage,
  WorkerOptions,
} from './worker/protocol.ts'

export type MediaEngineOptions = {
  /** Address the sockets are bound to. */
  readonly address: string
  /** Ports to bind, even ones are used; 'ephemeral' takes any free port. */
  readonly portRange: { readonly from: number; readonly to: number } | 'ephemeral'
  /** Worker threads. */
  readonly workers: number
  /** Sound that stays away this long is told as `media-lost`; absent: 30 s. */
  readonly lostAfterMs?: number | undefined
  readonly random: { next(): number }
  readonly onEvent: (event: MediaEvent) => void
}

type PromptPlace = { readonly bufferId: number; readonly memory: SharedArrayBuffer }
type Opening = { readonly resolve: (port: number) => void; readonly reject: (error: Error) => void }

const workerEntry = new URL('./worker/main.ts', import.meta.url)

export class MediaEngine {
  readonly #options: MediaEngineOptions
  readonly #workers: readonly Worker[]
  readonly #load: number[]
  readonly #workerOf = new Map<string, number>()
  readonly #opening = new Map<string, Opening>()
  readonly #draining = new Map<string, () => void>()
  /** Both ways. */
  readonly #bridged = new Map<string, string>()
  readonly #closing = new Map<string, (stats: SessionStats | null) => void>()
  readonly #memory = new PromptMemory()
  /** Where a prompt lies. */
  readonly #prompts = new Map<string, PromptPlace>()
  /** Prompts that were removed, and how many workers may still play them; by buffer. */
  readonly #leaving = new Map<number, { readonly memory: SharedArrayBuffer; workers: number }>()
  #nextBufferId = 1
  readonly #health: ((answer: { sessions: number; wheelLateMs: number }) => void)[] = []

  constructor(options: MediaEngineOptions) {
    this.#options = options
    const { address, portRange, workers, random, lostAfterMs = 30_000 } = options
    this.#load = Array.from({ length: workers }, () => 0)
    this.#workers = this.#load.map((_, worker) => {
      const seed = Math.floor(random.next() * 2 ** 32)
      const data: WorkerOptions = { address, portRange, worker, workers, lostAfterMs, seed }
      const thread = new Worker(workerEntry, { workerData: data })
      thread.on('message', (message: WorkerMessage) => this.#receive(worker, message))
      // A worker that dies takes its calls with it: better the whole process, whose end main knows how to treat.
      thread.on('error', (error) => {
        throw error
      })
      return thread
    })
  }

  /** Makes a prompt playable: 8 kHz mono samples, encoded once in both laws, shared by all workers. */
  addPrompt(promptId: string, samples: Int16Array): void {
    this.removePrompt(promptId)
    const count = samples.length
    const place = { bufferId: this.#nextBufferId++, memory: this.#memory.take(2 * count) }
    const prompt: EncodedPrompt = {
      pcma: new Uint8Array(place.memory, 0, count),
      pcmu: new Uint8Array(place.memory, count, count),
    }
    prompt.pcma.set(encode('pcma', samples))
    prompt.pcmu.set(encode('pcmu', samples))
    this.#prompts.set(promptId, place)
    const { bufferId } = place
    for (const worker of this.#workers.keys()) this.#post(worker, { type: 'prompt', promptId, bufferId, prompt })
  }

  /** Forgets a prompt: what was asked to play it before plays on, later plays of it fail. */
  removePrompt(promptId: string): void {
    const place = this.#prompts.get(promptId)
    if (place === undefined) return
    this.#prompts.delete(promptId)
    this.#leaving.set(place.bufferId, { memory: place.memory, workers: this.#workers.length })
    for (const worker of this.#workers.keys()) this.#post(worker, { type: 'forget-prompt', promptId })
  }

  /**
   * Opens the socket of a call.
   * @returns Its port.
   * @throws {MediaError} `MEDIA_NO_PORT` when none can be bound.
   */
  async open(sessionId: string): Promise<number> {
    const worker = this.#load.indexOf(Math.min(...this.#load))
    this.#workerOf.set(sessionId, worker)
    this.#load[worker] = (this.#load[worker] ?? 0) + 1
    return new Promise((resolve, reject) => {
      this.#opening.set(sessionId, { resolve, reject })
      this.#post(worker, { type: 'open', sessionId })
    })
  }

  /** From here on sound goes to and comes from the far end. */
  setRemote(sessionId: string, remote: RemoteMedia): void {
    this.#command({ type: 'set-remote', sessionId, remote })
  }

  /** Queues prompts, to be played without a gap; `play-done` tells the end. */
  play(sessionId: string, playId: string, promptIds: readonly string[]): void {
    this.#command({ type: 'play', sessionId, playId, promptIds })
  }

  stop(sessionId: string, playId: string): void {
    this.#command({ type: 'stop', sessionId, playId })
  }

  /** @throws {RangeError} when a character is no key. */
  sendDtmf(sessionId: string, digits: string): void {
    assertKeys(digits)
    this.#command({ type: 'dtmf', sessionId, digits })
  }

  /** Records both sides from now on, or from when the far end is known; the file is whole when the session is closed. */
  record(sessionId: string, path: string): void {
    this.#command({ type: 'record', sessionId, path })
  }

  /**
   * Two calls hear each other, packet by packet, each under a source of our own: what plays on either stops as `stopped`,
   * and a play on either fails, until `unbridge` or until either is closed. Keys pass, and are told all the same. A recording of
   * either has both sides. Calls that are not open are not bridged; one that was bridged with a third leaves that one.
   */
  bridge(sessionId: string, otherId: string): void {
    if (this.#bridged.get(sessionId) === otherId || sessionId === otherId) return
    const worker = this.#workerOf.get(sessionId)
    const other = this.#workerOf.get(otherId)
    if (worker === undefined || other === undefined) return
    this.unbridge(sessionId)
    this.unbridge(otherId)
    this.#bridged.set(sessionId, otherId).set(otherId, sessionId)
    const { port1, port2 } = new MessageChannel()
    const [port, otherPort] = worker === other ? [null, null] : [port1, port2]
    if (port === null) port1.close()
    this.#join(worker, sessionId, otherId, port)
    this.#join(other, otherId, sessionId, otherPort)
  }

  unbridge(sessionId: string): void {
    const otherId = this.#bridged.get(sessionId)
    if (otherId === undefined) return
    for (const id of [sessionId, otherId]) {
      this.#bridged.delete(id)
      this.#command({ type: 'unbridge', sessionId: id })
    }
  }

  /** Resolves when everything queued has been sent, however long that takes, or the session is closed: no last word is cut. */
  async drain(sessionId: string): Promise<void> {
    if (!this.#workerOf.has(sessionId)) return
    await new Promise<void>((resolve) => {
      this.#draining.set(sessionId, resolve)
      this.#command({ type: 'drain', sessionId })
    })
  }

  /** Closes the call's socket and recording, also while it is being opened; null when there was none, or it was closed before. */
  async close(sessionId: string): Promise<SessionStats | null> {
    if (!this.#workerOf.has(sessionId) || this.#closing.has(sessionId)) return null
    this.unbridge(sessionId)
    return new Promise((resolve) => {
      this.#closing.set(sessionId, resolve)
      this.#command({ type: 'close', sessionId })
    })
  }

  /** Calls that are open and how late the latest wheel was. */
  async health(): Promise<{ sessions: number; wheelLateMs: number }> {
    const answers = await Promise.all(
      this.#workers.map((_, worker) => {
        const answer = new Promise<{ sessions: number; wheelLateMs: number }>((resolve) => this.#health.push(resolve))
        this.#post(worker, { type: 'health' })
        return answer
      }),
    )
    return {
      sessions: answers.reduce((sum, answer) => sum + answer.sessions, 0),
      wheelLateMs: Math.max(0, ...answers.map((answer) => answer.wheelLateMs)),
    }
  }

  /** Closes every call and ends the workers. */
  async shutdown(): Promise<void> {
    const exits = this.#workers.map((thread) => once(thread, 'exit'))
    for (const worker of this.#workers.keys()) this.#post(worker, { type: 'shutdown' })
    await Promise.all(exits)
  }

  #join(worker: number, sessionId: string, otherId: string, port: MessagePort | null): void {
    this.#workers[worker]?.postMessage(
      { type: 'bridge', sessionId, otherId, port } satisfies WorkerCommand,
      port === null ? [] : [port],
    )
  }

  #command(command: Extract<WorkerCommand, { sessionId: string }>): void {
    const worker = this.#workerOf.get(command.sessionId)
    if (worker !== undefined) this.#post(worker, command)
  }

  #post(worker: number, command: WorkerCommand): void {
    this.#workers[worker]?.postMessage(command)
  }

  #receive(worker: number, message: WorkerMessage): void {
    switch (message.type) {
      case 'opened':
        this.#opening.get(message.sessionId)?.resolve(message.port)
        this.#opening.delete(message.sessionId)
        break
      case 'open-failed':
        this.#opening.get(message.sessionId)?.reject(new MediaError('MEDIA_NO_PORT', message.message))
        this.#opening.delete(message.sessionId)
        this.#forget(worker, message.sessionId)
        this.#closing.get(message.sessionId)?.(null)
        this.#closing.delete(message.sessionId)
        break
      case 'drained':
        this.#draining.get(message.sessionId)?.()
        this.#draining.delete(message.sessionId)
        break
      case 'closed':
        this.#forget(worker, message.sessionId)
        this.#draining.get(message.sessionId)?.()
        this.#draining.delete(message.sessionId)
        this.#closing.get(message.sessionId)?.(message.stats)
        this.#closing.delete(message.sessionId)
        break
      case 'prompt-forgotten': {
        const leaving = this.#leaving.get(message.bufferId)
        if (leaving === undefined) break
        leaving.workers -= 1
        if (leaving.workers > 0) break
        this.#leaving.delete(message.bufferId)
        this.#memory.giveBack(leaving.memory)
        break
      }
      case 'health':
        this.#health.shift()?.(message)
        break
      case 'event':
        this.#options.onEvent(message.event)
        break
    }
  }

  #forget(worker: number, sessionId: string): void {
    if (this.#workerOf.delete(sessionId)) this.#load[worker] = (this.#load[worker] ?? 1) - 1
  }
}
