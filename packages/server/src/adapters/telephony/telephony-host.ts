/** The telephony process itself: joins the SIP endpoint and the media engine, leg by leg, and obeys main. */
import { availableParallelism } from 'node:os'
import type { Clock, OriginateRequest, Random } from '@dialwright/dialer'
import { MediaEngine } from '@dialwright/media'
import { type IncomingCall, type Peer, SipEndpoint } from '@dialwright/sip'
import type { Faults } from '../../dialing/faults.ts'
import { uuidV7 } from '../system/uuid-v7.ts'
import { type Resolve, remembering, resolveHost } from './addresses.ts'
import { arrivalOf } from './arrival.ts'
import { IncomingLeg } from './incoming-leg.ts'
import { Ingress } from './ingress.ts'
import type { Leg, LegDeps } from './leg.ts'
import { LegJournal, type LegSnapshot } from './leg-journal.ts'
import { Lines } from './lines.ts'
import { OutgoingLeg } from './outgoing-leg.ts'
import type { HostCommand, HostMessage, HostOptions } from './protocol.ts'

type Deps = {
  readonly options: HostOptions
  readonly clock: Clock
  readonly random: Random
  readonly emit: (message: HostMessage) => void
  readonly faults: Faults
  /** Absent: by the name servers. */
  readonly resolve?: Resolve | undefined
}

/** After a hang-up at a deadline, a far end has this long to answer the BYE or CANCEL. */
const farEndMs = 2_000
/** Callers beyond it are refused: more than any port range of ours carries. */
const legsAtMost = 5_000

export class TelephonyHost {
  readonly #deps: Deps
  readonly #media: MediaEngine
  readonly #journal: LegJournal
  readonly #legs = new Map<string, Leg>()
  readonly #ingress: Ingress
  readonly #lines: Lines
  readonly #resolve: Resolve
  #sip: SipEndpoint | null = null
  #onIdle: (() => void) | null = null
  #closed: Promise<void> | null = null

  private constructor(deps: Deps) {
    this.#deps = deps
    const { options, random, clock } = deps
    const resolve = remembering(deps.resolve ?? resolveHost, clock)
    this.#resolve = resolve
    this.#lines = new Lines({
      random,
      resolve,
      register: (line, onEvent, afterMs) => this.#started.register(line, onEvent, afterMs),
      onAsk: (address) => this.#ingress.ask(address),
      tell: (state) => deps.emit({ type: 'registration', state }),
    })
    this.#ingress = new Ingress({ clock, resolve, lines: () => this.#lines.known() })
    this.#journal = new LegJournal(options.journalDirectory)
    this.#media = new MediaEngine({
      address: options.sip.host,
      portRange: options.rtpPorts,
      workers: Math.max(1, availableParallelism() - 1),
      lostAfterMs: options.mediaLostAfterMs,
      random,
      onEvent: (event) => this.#legs.get(event.sessionId)?.onMedia(event),
    })
  }

  /** Binds the sockets, then ends what an earlier process left on the line. */
  static async start(deps: Deps): Promise<TelephonyHost> {
    const host = new TelephonyHost(deps)
    const { sip, publicAddress } = deps.options
    host.#sip = await SipEndpoint.open({
      address: sip.host,
      port: sip.port,
      publicAddress,
      clock: deps.clock,
      random: deps.random,
      accept: (source: Peer) => host.#ingress.reads(source),
      onInvite: (call) => host.#onInvite(call),
    })
    host.#endSurvivors(host.#sip)
    return host
  }

  get sipPort(): number {
    return this.#sip?.localPort ?? 0
  }

  handle(command: Exclude<HostCommand, { type: 'start' } | { type: 'close' }>): void {
    switch (command.type) {
      case 'originate':
        return this.#originate(command.request)
      case 'load-prompt':
        return this.#media.addPrompt(command.promptId, command.samples)
      case 'unload-prompt':
        return this.#media.removePrompt(command.promptId)
      case 'play':
        return this.#legs.get(command.legId)?.play(command.playId, command.promptIds)
      case 'stop':
        return this.#media.stop(command.legId, command.playId)
      case 'send-dtmf':
        return this.#media.sendDtmf(command.legId, command.digits)
      case 'hangup':
        return this.#legs.get(command.legId)?.hangup(command.speech)
      case 'bridge':
        return this.#bridge(command.legId, command.otherLegId)
      case 'unbridge':
        return this.#media.unbridge(command.legId)
      case 'register':
        if (this.#closed === null) this.#lines.set(command.lines)
        return
      case 'admit':
        return this.#ingress.admit(command.sources)
      case 'ring':
        return this.#incoming(command.legId)?.ring()
      case 'answer':
        return void this.#incoming(command.legId)?.answer(command.request)
      case 'reject':
        return this.#incoming(command.legId)?.reject(command.status)
      case 'health':
        return void this.#tellHealth(command.requestId)
    }
  }

  /**
   * Lets calls end until the deadline, then hangs them up; those whose far ends do not play their part end without them. Asked again,
   * the earlier deadline counts. Resolves when all is closed.
   */
  async close(deadlineMs: number): Promise<void> {
    const { clock } = this.#deps
    const timers = [
      clock.schedule(deadlineMs, () => {
        for (const leg of this.#legs.values()) leg.hangup('cut')
      }),
      clock.schedule(deadlineMs + farEndMs, () => {
        for (const leg of this.#legs.values()) leg.giveUp()
      }),
    ]
    this.#closed ??= this.#close()
    await this.#closed
    for (const timer of timers) timer.cancel()
  }

  async #close(): Promise<void> {
    // Providers hear first that nobody is here: what they send until then is refused.
    const takenBack = this.#lines.close()
    if (this.#legs.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    await this.#patiently(takenBack)
    this.#ingress.close()
    await this.#media.shutdown()
    await this.#sip?.close()
  }

  /** A provider that does not answer must not keep the process. */
  async #patiently(done: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#deps.clock.schedule(farEndMs, resolve)
    await Promise.race([done, promise])
    timer.cancel()
  }

  /** Only those that have been answered: nobody else has anybody to hear. */
  #bridge(legId: string, otherLegId: string): void {
    const isTalking = (id: string): boolean => this.#legs.get(id)?.isTalking === true
    if (isTalking(legId) && isTalking(otherLegId)) this.#media.bridge(legId, otherLegId)
  }

  get #started(): SipEndpoint {
    if (this.#sip === null) throw new Error('The telephony process has not started')
    return this.#sip
  }

  async #tellHealth(requestId: number): Promise<void> {
    const { wheelLateMs, sessions } = await this.#media.health()
    const transactions = this.#sip?.live.transactions ?? 0
    const health = { calls: this.#legs.size, transactions, ports: sessions, wheelLateMs }
    this.#deps.emit({ type: 'health', requestId, health })
  }

  #originate(request: OriginateRequest): void {
    const { legId } = request
    if (this.#sip === null || this.#legs.has(legId)) return
    const locate = async (host: string): Promise<string> => {
      const [address] = await this.#resolve(host)
      if (address === undefined) throw new Error(`the name ${host} has no address`)
      // Its answers must be read.
      this.#ingress.ask(address)
      return address
    }
    const leg = new OutgoingLeg(request, { sip: this.#sip, locate, ...this.#legDeps(legId) })
    this.#legs.set(legId, leg)
    void leg.start()
  }

  #onInvite(call: IncomingCall): void {
    const caller = this.#ingress.callerOf(call.request.uri, call.source)
    if (caller === null) return call.silence()
    if (this.#closed !== null || this.#legs.size >= legsAtMost) return call.reject(503)
    const legId = uuidV7(this.#deps.clock, this.#deps.random)
    this.#legs.set(legId, new IncomingLeg(legId, call, this.#legDeps(legId)))
    this.#deps.emit({ type: 'incoming', call: arrivalOf(legId, call.request, caller) })
  }

  #incoming(legId: string): IncomingLeg | null {
    const leg = this.#legs.get(legId)
    return leg instanceof IncomingLeg ? leg : null
  }

  #legDeps(legId: string): LegDeps {
    return {
      media: this.#media,
      clock: this.#deps.clock,
      publicAddress: this.#deps.options.publicAddress,
      emit: (event) => this.#deps.emit({ type: 'event', legId, event }),
      faults: this.#deps.faults,
      onUnderWay: (snapshot) => this.#journal.open(legId, snapshot),
      onSettled: () => this.#journal.close(legId),
      onEnded: () => {
        this.#legs.delete(legId)
        if (this.#legs.size === 0) this.#onIdle?.()
      },
    }
  }

  #endSurvivors(sip: SipEndpoint): void {
    for (const [legId, snapshot] of this.#journal.survivors) {
      void this.#endSurvivor(sip, snapshot).then(() => this.#journal.close(legId))
    }
  }

  #endSurvivor(sip: SipEndpoint, snapshot: LegSnapshot): Promise<unknown> {
    switch (snapshot.kind) {
      case 'dialog':
        this.#ingress.ask(snapshot.dialog.peer.address)
        return sip.byeFromSnapshot(snapshot.dialog)
      case 'invite':
        this.#ingress.ask(snapshot.invite.peer.address)
        return sip.cancelFromSnapshot(snapshot.invite)
      case 'incoming':
        return sip.refuseFromSnapshot(snapshot.incoming, 503)
    }
  }
}
