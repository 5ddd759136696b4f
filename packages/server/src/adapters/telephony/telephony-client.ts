/**
 * Main's side of the telephony process: the `Telephony` port over IPC. When the process dies, every leg it held ends as
 * `lost` (the engine knows by phase what that means) and a new process is started.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type {
  Admission,
  AnswerRequest,
  Clock,
  IncomingCall,
  OriginateRequest,
  Prompt,
  QueuedSpeech,
  Registration,
  RegistrationState,
  Telephony,
  TelephonyEvent,
  TelephonyHealth,
} from '@dialwright/dialer'
import type { Logger } from 'pino'
import type { Kill } from '../../dialing/faults.ts'
import { TelephonyLegSeenError, TelephonyLostError } from '../../errors.ts'
import type { Arrival, HostCommand, HostMessage, HostOptions, LegEvent, LineState } from './protocol.ts'

const entry = new URL('../../telephony.ts', import.meta.url)
const restartAfterMs = 250
const healthTimeoutMs = 2_000
/** A leg id comes again, if ever, from a retry of the same moment: an hour of calls is more than enough. */
const rememberedLegs = 100_000

type Leg = {
  seq: number
  answeredAtMs: number | null
  /** Of its last event. */
  at: Temporal.Instant | null
}
type Deps = {
  readonly options: HostOptions
  readonly clock: Clock
  readonly log: Logger
  /** For crash tests alone: kills at points inside the telephony process, and who carries them out when one is reached. */
  readonly faults?: { readonly killAt: readonly Kill[]; readonly kill: (kill: Kill) => void } | undefined
}

export class TelephonyClient implements Telephony {
  readonly #deps: Deps
  readonly #listeners = new Set<(event: TelephonyEvent) => void>()
  readonly #lostListeners = new Set<() => void>()
  readonly #legs = new Map<string, Leg>()
  /** Ids of the latest legs, oldest first. */
  readonly #seen = new Set<string>()
  readonly #prompts = new Map<string, Prompt>()
  readonly #incomingListeners = new Set<(call: IncomingCall) => void>()
  readonly #registrationListeners = new Set<(state: RegistrationState) => void>()
  /** What every process behind the port is told when it starts. */
  #lines: readonly Registration[] = []
  #admitted: readonly Admission[] = []
  readonly #healthWaiters = new Map<number, (health: TelephonyHealth) => void>()
  #child: ChildProcess | null = null
  #nextRequestId = 1
  #starting: Promise<void> = Promise.resolve()
  #isClosing = false
  #sipPort = 0
  /** Kills that have not taken place: a process that comes after one is not killed by it again. */
  #killAt: readonly Kill[]

  private constructor(deps: Deps) {
    this.#deps = deps
    this.#killAt = deps.faults?.killAt ?? []
  }

  /**
   * Starts the process and waits until its sockets are bound.
   * @throws {TelephonyLostError} when it cannot start, with the reason it gave (a port that is taken, say).
   */
  static async start(deps: Deps): Promise<TelephonyClient> {
    const client = new TelephonyClient(deps)
    await client.#spawn()
    return client
  }

  get isReady(): boolean {
    return this.#child !== null && !this.#isClosing
  }

  get sipPort(): number {
    return this.#sipPort
  }

  get processId(): number | undefined {
    return this.#child?.pid
  }

  async originate(request: OriginateRequest): Promise<void> {
    if (this.#seen.has(request.legId)) throw new TelephonyLegSeenError(request.legId)
    if (!this.isReady) throw new TelephonyLostError('The telephony process takes no calls')
    this.#remember(request.legId)
    this.#legs.set(request.legId, { seq: 0, answeredAtMs: null, at: null })
    this.#send({ type: 'originate', request })
  }

  async loadPrompt(prompt: Prompt): Promise<void> {
    if (this.#prompts.has(prompt.promptId)) return
    this.#prompts.set(prompt.promptId, prompt)
    this.#send({ type: 'load-prompt', ...prompt })
  }

  unloadPrompt(promptId: string): void {
    if (this.#prompts.delete(promptId)) this.#send({ type: 'unload-prompt', promptId })
  }

  play(legId: string, playId: string, promptIds: readonly string[]): void {
    this.#send({ type: 'play', legId, playId, promptIds })
  }

  stop(legId: string, playId: string): void {
    this.#send({ type: 'stop', legId, playId })
  }

  sendDtmf(legId: string, digits: string): void {
    this.#send({ type: 'send-dtmf', legId, digits })
  }

  hangup(legId: string, speech: QueuedSpeech = 'finish'): void {
    this.#send({ type: 'hangup', legId, speech })
  }

  bridge(legId: string, otherLegId: string): void {
    this.#send({ type: 'bridge', legId, otherLegId })
  }

  unbridge(legId: string): void {
    this.#send({ type: 'unbridge', legId })
  }

  register(lines: readonly Registration[]): void {
    this.#lines = lines
    this.#send({ type: 'register', lines })
  }

  onRegistration(listener: (state: RegistrationState) => void): () => void {
    this.#registrationListeners.add(listener)
    return () => this.#registrationListeners.delete(listener)
  }

  admit(sources: readonly Admission[]): void {
    this.#admitted = sources
    this.#send({ type: 'admit', sources })
  }

  onIncoming(listener: (call: IncomingCall) => void): () => void {
    this.#incomingListeners.add(listener)
    return () => this.#incomingListeners.delete(listener)
  }

  ring(legId: string): void {
    this.#send({ type: 'ring', legId })
  }

  answer(legId: string, request: AnswerRequest): void {
    this.#send({ type: 'answer', legId, request })
  }

  reject(legId: string, status: number): void {
    this.#send({ type: 'reject', legId, status })
  }

  onEvent(listener: (event: TelephonyEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onLost(listener: () => void): () => void {
    this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  async health(): Promise<TelephonyHealth> {
    if (this.#child === null) throw new TelephonyLostError('There is no telephony process to ask')
    const requestId = this.#nextRequestId++
    return new Promise((resolve, reject) => {
      const timer = this.#deps.clock.schedule(healthTimeoutMs, () => {
        this.#healthWaiters.delete(requestId)
        reject(new TelephonyLostError(`The telephony process did not answer within ${healthTimeoutMs} ms`))
      })
      this.#healthWaiters.set(requestId, (health) => {
        timer.cancel()
        resolve(health)
      })
      this.#send({ type: 'health', requestId })
    })
  }

  async drain(deadlineMs: number): Promise<void> {
    await this.#end(deadlineMs)
  }

  async close(): Promise<void> {
    await this.#end(0)
  }

  async #end(deadlineMs: number): Promise<void> {
    this.#isClosing = true
    // A process that is just being started is awaited: closed before it is ready it would outlive us.
    await this.#starting
    const child = this.#child
    if (child === null) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.#send({ type: 'close', deadlineMs })
    await exited
  }

  async #spawn(): Promise<void> {
    const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: HostMessage) => {
        if (message.type === 'ready') {
          // Before this line the process knows no command: whoever dials meanwhile is told that it is not there.
          this.#child = child
          this.#sipPort = message.sipPort
          resolve()
        } else if (message.type === 'failed') reject(new TelephonyLostError(message.message))
        else this.#receive(message)
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        reject(new TelephonyLostError(`The telephony process ended (${signal ?? code}) before it was ready`))
        this.#onExit(child, signal ?? String(code))
      })
      child.send({ type: 'start', options: this.#deps.options, killAt: this.#killAt } satisfies HostCommand)
    })
    for (const prompt of this.#prompts.values()) this.#send({ type: 'load-prompt', ...prompt })
    this.#send({ type: 'admit', sources: this.#admitted })
    this.#send({ type: 'register', lines: this.#lines })
  }

  #onExit(child: ChildProcess, why: string): void {
    if (this.#child !== child) return
    this.#child = null
    const lost = [...this.#legs.keys()]
    for (const legId of lost) this.#emitLost(legId)
    if (this.#isClosing) return
    const message = 'The telephony process ended; the line is registered again as soon as the next one is there'
    for (const { lineId } of this.#lines)
      this.#tellLine({ lineId, state: 'unreachable', forMs: null, sipCode: null, message })
    this.#deps.log.error({ why, lostLegs: lost.length }, 'the telephony process ended, starting it again')
    for (const listener of this.#lostListeners) listener()
    this.#restart()
  }

  /** Tries until it is there again: a port may be held for a moment by what has just died. */
  #restart(): void {
    this.#deps.clock.schedule(restartAfterMs, () => {
      if (this.#isClosing) return
      this.#starting = this.#spawn().catch((error) => {
        this.#deps.log.error({ err: error }, 'the telephony process could not be started, trying again')
        if (!this.#isClosing) this.#restart()
      })
    })
  }

  #remember(legId: string): void {
    this.#seen.add(legId)
    if (this.#seen.size <= rememberedLegs) return
    const [oldest] = this.#seen
    if (oldest !== undefined) this.#seen.delete(oldest)
  }

  #emitLost(legId: string): void {
    const leg = this.#legs.get(legId)
    const answeredAtMs = leg?.answeredAtMs ?? null
    this.#emit(legId, {
      type: 'ended',
      by: 'error',
      cause: 'lost',
      sip: { code: null, reason: null, q850: null },
      retryAfterSeconds: null,
      wasAnswered: answeredAtMs !== null,
      talkMs: answeredAtMs === null ? 0 : Math.round(this.#deps.clock.monotonicMs() - answeredAtMs),
      error: 'the telephony process ended',
    })
  }

  #receive(message: Exclude<HostMessage, { type: 'ready' } | { type: 'failed' }>): void {
    if (message.type === 'event') return this.#emit(message.legId, message.event)
    if (message.type === 'incoming') return this.#arrive(message.call)
    if (message.type === 'registration') return this.#tellLine(message.state)
    if (message.type === 'kill') {
      const index = this.#killAt.findIndex(({ point, nth }) => point === message.kill.point && nth === message.kill.nth)
      this.#killAt = this.#killAt.filter((_, at) => at !== index)
      return this.#deps.faults?.kill(message.kill)
    }
    this.#healthWaiters.get(message.requestId)?.(message.health)
    this.#healthWaiters.delete(message.requestId)
  }

  #arrive(call: Arrival): void {
    const { legId } = call
    if (this.#seen.has(legId)) return
    this.#remember(legId)
    const at = this.#deps.clock.now()
    this.#legs.set(legId, { seq: 0, answeredAtMs: null, at })
    // Whoever would take it is not there (yet): the caller must not hear ringing that nobody answers.
    if (this.#incomingListeners.size === 0) return this.reject(legId, 480)
    const stamped: IncomingCall = { ...call, at }
    for (const listener of this.#incomingListeners) listener(stamped)
  }

  #tellLine({ forMs, ...state }: LineState): void {
    const at = this.#deps.clock.now()
    const until = forMs === null ? null : at.add({ milliseconds: Math.round(forMs) })
    for (const listener of this.#registrationListeners) listener({ ...state, at, until })
  }

  #emit(legId: string, event: LegEvent): void {
    const leg = this.#legs.get(legId)
    // A leg that has ended says nothing more: exactly one `ended`.
    if (leg === undefined) return
    leg.seq += 1
    if (event.type === 'answered') leg.answeredAtMs = this.#deps.clock.monotonicMs()
    if (event.type === 'ended') this.#legs.delete(legId)
    const now = this.#deps.clock.now()
    // The machine's clock may be set back meanwhile: a call would end before it was answered.
    leg.at = leg.at !== null && Temporal.Instant.compare(leg.at, now) > 0 ? leg.at : now
    const stamped: TelephonyEvent = { ...event, legId, seq: leg.seq, at: leg.at }
    for (const listener of this.#listeners) listener(stamped)
  }

  #send(command: HostCommand): void {
    // A closed channel loses the command on purpose: the legs it spoke of have ended as lost.
    if (this.#child?.connected === true) this.#child.send(command, () => {})
  }
}
