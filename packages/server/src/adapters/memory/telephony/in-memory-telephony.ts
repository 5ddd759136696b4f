/**
 * The in-memory twin of the `Telephony` port: called parties that behave as they are told, on the clock it is given. A
 * thousand calls cost nothing but their events, and the same callees give the same events every time.
 */
import type {
  Clock,
  OriginateRequest,
  Prompt,
  QueuedSpeech,
  Telephony,
  TelephonyEvent,
  TelephonyHealth,
} from '@dialwright/dialer'
import { TelephonyLegSeenError, TelephonyLostError } from '../../../errors.ts'
import type { LegEvent } from '../../telephony/protocol.ts'
import type { Callee, Seen } from './callee.ts'
import { VirtualLeg } from './virtual-leg.ts'

export type InMemoryTelephonyOptions = {
  readonly clock: Clock
  /** Who answers a number; asked once for each call, so that a person may change its mind. */
  readonly calleeOf: (number: string) => Callee
  /** How long a dead process takes to be there again. */
  readonly restartMs?: number
}

const samplesPerMs = 8

export class InMemoryTelephony implements Telephony {
  readonly #options: InMemoryTelephonyOptions
  readonly #listeners = new Set<(event: TelephonyEvent) => void>()
  readonly #lostListeners = new Set<() => void>()
  readonly #promptMs = new Map<string, number>()
  readonly #legs = new Map<string, VirtualLeg>()
  readonly #seen = new Map<string, Seen>()
  #isReady = true
  #isClosing = false

  constructor(options: InMemoryTelephonyOptions) {
    this.#options = options
  }

  get isReady(): boolean {
    return this.#isReady && !this.#isClosing
  }

  async originate(request: OriginateRequest): Promise<void> {
    const { legId } = request
    if (this.#seen.has(legId)) throw new TelephonyLegSeenError(legId)
    if (!this.isReady) throw new TelephonyLostError('The telephony process takes no calls')
    const seen: Seen = { rings: 0, digits: '', isOver: false }
    this.#seen.set(legId, seen)
    let seq = 0
    const leg = new VirtualLeg({
      request,
      callee: this.#options.calleeOf(request.to),
      clock: this.#options.clock,
      seen,
      promptMs: (promptId) => this.#promptMs.get(promptId) ?? null,
      emit: (event: LegEvent) => {
        seq += 1
        if (event.type === 'ended') this.#legs.delete(legId)
        const stamped: TelephonyEvent = { ...event, legId, seq, at: this.#options.clock.now() }
        for (const listener of this.#listeners) listener(stamped)
      },
    })
    this.#legs.set(legId, leg)
    leg.start()
  }

  async loadPrompt(prompt: Prompt): Promise<void> {
    this.#promptMs.set(prompt.promptId, prompt.samples.length / samplesPerMs)
  }

  play(legId: string, playId: string, promptIds: readonly string[]): void {
    this.#legs.get(legId)?.play(playId, promptIds)
  }

  stop(legId: string, playId: string): void {
    this.#legs.get(legId)?.stop(playId)
  }

  sendDtmf(legId: string, digits: string): void {
    this.#legs.get(legId)?.sendDtmf(digits)
  }

  hangup(legId: string, speech: QueuedSpeech = 'finish'): void {
    this.#legs.get(legId)?.hangup(speech)
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
    if (!this.#isReady) throw new TelephonyLostError('There is no telephony process to ask')
    return { calls: this.#legs.size, transactions: 0, ports: this.#legs.size, wheelLateMs: 0 }
  }

  async drain(deadlineMs: number): Promise<void> {
    this.#isClosing = true
    const deadline = this.#options.clock.schedule(deadlineMs, () => this.#hangUpAll())
    await Promise.all([...this.#legs.values()].map((leg) => leg.over))
    deadline.cancel()
    this.#isReady = false
  }

  async close(): Promise<void> {
    await this.drain(0)
  }

  /** What the called party of a leg saw; undefined: it was never dialled. */
  seen(legId: string): Readonly<Seen> | undefined {
    return this.#seen.get(legId)
  }

  /** The process dies, as by a kill: every leg is lost, then the listeners are told; it is back after its restart. */
  die(): void {
    this.#isReady = false
    for (const leg of [...this.#legs.values()]) leg.lose()
    for (const listener of this.#lostListeners) listener()
    this.#options.clock.schedule(this.#options.restartMs ?? 250, () => {
      this.#isReady = !this.#isClosing
    })
  }

  #hangUpAll(): void {
    for (const leg of [...this.#legs.values()]) leg.hangup('cut')
  }
}
