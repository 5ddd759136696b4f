/**
 * The in-memory twin of the `Telephony` port: called parties, callers and registrars that behave as they are told, on the clock it is
 * given. A thousand calls cost nothing but their events, and the same people give the same events every time.
 */
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
import { TelephonyLegSeenError, TelephonyLostError } from '../../../errors.ts'
import type { LegEvent } from '../../telephony/protocol.ts'
import type { Callee, Seen } from './callee.ts'
import type { Caller, CallerSaw, Registrar } from './caller.ts'
import { VirtualInbound } from './virtual-inbound.ts'
import { VirtualIncomingLeg } from './virtual-incoming-leg.ts'
import type { VirtualLeg } from './virtual-leg.ts'
import type { Bound } from './virtual-line.ts'
import { VirtualOutgoingLeg } from './virtual-outgoing-leg.ts'

export type InMemoryTelephonyOptions = {
  readonly clock: Clock
  /** Who answers a number; asked once for each call, so that a person may change its mind. */
  readonly calleeOf: (number: string) => Callee
  /** How a line's registrar behaves; absent: each binds for as long as it is asked. */
  readonly registrarOf?: (line: Registration) => Registrar
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
  readonly #inbound: VirtualInbound
  /** Both ways. */
  readonly #bridged = new Map<string, string>()
  #isReady = true
  #isClosing = false

  constructor(options: InMemoryTelephonyOptions) {
    this.#options = options
    this.#inbound = new VirtualInbound({
      clock: options.clock,
      registrarOf: options.registrarOf ?? (() => ({ kind: 'binds', forSeconds: null })),
      promptMs: (promptId) => this.#promptMs.get(promptId) ?? null,
      adopt: (legId, make) => this.#legs.set(legId, make(this.#emitOf(legId))),
    })
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
    const leg = new VirtualOutgoingLeg({
      request,
      callee: this.#options.calleeOf(request.to),
      clock: this.#options.clock,
      seen,
      promptMs: (promptId) => this.#promptMs.get(promptId) ?? null,
      emit: this.#emitOf(legId),
    })
    this.#legs.set(legId, leg)
    leg.start()
  }

  async loadPrompt(prompt: Prompt): Promise<void> {
    this.#promptMs.set(prompt.promptId, prompt.samples.length / samplesPerMs)
  }

  unloadPrompt(promptId: string): void {
    this.#promptMs.delete(promptId)
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

  bridge(legId: string, otherLegId: string): void {
    if (this.#bridged.get(legId) === otherLegId || legId === otherLegId) return
    const legs = [this.#legs.get(legId), this.#legs.get(otherLegId)]
    if (!legs.every((leg) => leg?.isTalking === true)) return
    this.unbridge(legId)
    this.unbridge(otherLegId)
    this.#bridged.set(legId, otherLegId).set(otherLegId, legId)
    for (const leg of legs) leg?.bridge()
  }

  unbridge(legId: string): void {
    const otherLegId = this.#bridged.get(legId)
    if (otherLegId === undefined) return
    for (const id of [legId, otherLegId]) {
      this.#bridged.delete(id)
      this.#legs.get(id)?.unbridge()
    }
  }

  register(lines: readonly Registration[]): void {
    if (!this.#isClosing) this.#inbound.register(lines)
  }

  onRegistration(listener: (state: RegistrationState) => void): () => void {
    return this.#inbound.onRegistration(listener)
  }

  admit(sources: readonly Admission[]): void {
    this.#inbound.admit(sources)
  }

  onIncoming(listener: (call: IncomingCall) => void): () => void {
    return this.#inbound.onIncoming(listener)
  }

  ring(legId: string): void {
    this.#incoming(legId)?.ring()
  }

  answer(legId: string, request: AnswerRequest): void {
    this.#incoming(legId)?.answer(request)
  }

  reject(legId: string, status: number): void {
    this.#incoming(legId)?.reject(status)
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
    this.#inbound.register([])
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

  /** The leg that hears this one; undefined: none. */
  bridgedWith(legId: string): string | undefined {
    return this.#bridged.get(legId)
  }

  /** Somebody calls us; what it sees stands in what is returned, from now on. */
  call(caller: Caller): Readonly<CallerSaw> {
    return this.#inbound.call(caller, !this.#isReady ? 'down' : this.#isClosing ? 'closing' : 'ready')
  }

  /** What the registrar of a line knows of it. */
  boundOf(lineId: string): Readonly<Bound> {
    return this.#inbound.boundOf(lineId)
  }

  /** The process dies, as by a kill: every leg is lost, then the listeners are told; it is back after its restart. */
  die(): void {
    this.#isReady = false
    for (const leg of [...this.#legs.values()]) leg.lose()
    this.#inbound.lose()
    for (const listener of this.#lostListeners) listener()
    this.#options.clock.schedule(this.#options.restartMs ?? 250, () => {
      this.#isReady = !this.#isClosing
      if (this.#isReady) this.#inbound.begin()
    })
  }

  #incoming(legId: string): VirtualIncomingLeg | null {
    const leg = this.#legs.get(legId)
    return leg instanceof VirtualIncomingLeg ? leg : null
  }

  /** What tells the events of a leg, numbered. */
  #emitOf(legId: string): (event: LegEvent) => void {
    let seq = 0
    return (event) => {
      seq += 1
      if (event.type === 'ended') {
        this.unbridge(legId)
        this.#legs.delete(legId)
      }
      const stamped: TelephonyEvent = { ...event, legId, seq, at: this.#options.clock.now() }
      for (const listener of this.#listeners) listener(stamped)
    }
  }

  #hangUpAll(): void {
    for (const leg of [...this.#legs.values()]) leg.hangup('cut')
  }
}
