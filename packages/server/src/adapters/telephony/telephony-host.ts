/** The telephony process itself: joins the SIP endpoint and the media engine, leg by leg, and obeys main. */
import { availableParallelism } from 'node:os'
import type { Clock, OriginateRequest, Random } from '@dialwright/dialer'
import { MediaEngine } from '@dialwright/media'
import { type Peer, SipEndpoint } from '@dialwright/sip'
import type { Faults } from '../../dialing/faults.ts'
import { Leg } from './leg.ts'
import { LegJournal } from './leg-journal.ts'
import type { HostCommand, HostMessage, HostOptions } from './protocol.ts'

type Deps = {
  readonly options: HostOptions
  readonly clock: Clock
  readonly random: Random
  readonly emit: (message: HostMessage) => void
  readonly faults: Faults
}

/** After a hang-up at a deadline, a far end has this long to answer the BYE or CANCEL. */
const farEndMs = 2_000

export class TelephonyHost {
  readonly #deps: Deps
  readonly #media: MediaEngine
  readonly #journal: LegJournal
  readonly #legs = new Map<string, Leg>()
  /** Addresses of trunks that we have called: nobody else is read. */
  readonly #peers = new Set<string>()
  #sip: SipEndpoint | null = null
  #onIdle: (() => void) | null = null
  #closed: Promise<void> | null = null

  private constructor(deps: Deps) {
    this.#deps = deps
    const { options, random } = deps
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
      accept: (source: Peer) => host.#peers.has(source.address),
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
      case 'play':
        return this.#legs.get(command.legId)?.play(command.playId, command.promptIds)
      case 'stop':
        return this.#media.stop(command.legId, command.playId)
      case 'send-dtmf':
        return this.#media.sendDtmf(command.legId, command.digits)
      case 'hangup':
        return this.#legs.get(command.legId)?.hangup(command.speech)
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
    if (this.#legs.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    await this.#media.shutdown()
    await this.#sip?.close()
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
    this.#peers.add(request.trunk.host)
    const leg = new Leg(request, {
      sip: this.#sip,
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
    })
    this.#legs.set(legId, leg)
    void leg.start()
  }

  #endSurvivors(sip: SipEndpoint): void {
    for (const [legId, snapshot] of this.#journal.survivors) {
      const peer = snapshot.kind === 'dialog' ? snapshot.dialog.peer : snapshot.invite.peer
      this.#peers.add(peer.address)
      const ended =
        snapshot.kind === 'dialog' ? sip.byeFromSnapshot(snapshot.dialog) : sip.cancelFromSnapshot(snapshot.invite)
      void ended.then(() => this.#journal.close(legId))
    }
  }
}
