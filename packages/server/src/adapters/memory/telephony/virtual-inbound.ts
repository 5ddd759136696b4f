/** The inbound half of the in-memory telephony: its lines, whose calls are let in, and the callers. */
import type { Admission, Clock, IncomingCall, Registration, RegistrationState } from '@dialwright/dialer'
import { uuidV7 } from '../../system/uuid-v7.ts'
import { Ingress } from '../../telephony/ingress.ts'
import type { LegEvent, LineState } from '../../telephony/protocol.ts'
import type { Caller, CallerSaw, Registrar } from './caller.ts'
import { VirtualIncomingLeg } from './virtual-incoming-leg.ts'
import { type Bound, VirtualLine } from './virtual-line.ts'

export type VirtualInboundDeps = {
  readonly clock: Clock
  readonly registrarOf: (line: Registration) => Registrar
  readonly promptMs: (promptId: string) => number | null
  /** Takes a leg among the others, and gives it what tells its events. */
  readonly adopt: (legId: string, make: (emit: (event: LegEvent) => void) => VirtualIncomingLeg) => void
}

export class VirtualInbound {
  readonly #deps: VirtualInboundDeps
  readonly #ingress: Ingress
  readonly #lines = new Map<string, VirtualLine>()
  /** Outlives the process, as a registrar does. */
  readonly #bound = new Map<string, Bound>()
  readonly #incomingListeners = new Set<(call: IncomingCall) => void>()
  readonly #lineListeners = new Set<(state: RegistrationState) => void>()
  #wanted: readonly Registration[] = []
  #calls = 0
  #isLost = false

  constructor(deps: VirtualInboundDeps) {
    this.#deps = deps
    this.#ingress = new Ingress({
      clock: deps.clock,
      resolve: async (host) => [host],
      lines: () =>
        this.#wanted.map(({ lineId, user, trunk }) => ({
          lineId,
          user,
          trunkId: trunk.trunkId,
          port: trunk.port,
          addresses: [trunk.host],
        })),
    })
  }

  register(lines: readonly Registration[]): void {
    this.#wanted = lines
    for (const [lineId, line] of [...this.#lines]) {
      const next = lines.find((one) => one.lineId === lineId)
      if (next !== undefined && JSON.stringify(next) === JSON.stringify(line.wanted)) continue
      this.#lines.delete(lineId)
      line.stop()
    }
    if (!this.#isLost) this.begin()
  }

  /** Registers what is wanted and is not; after a restart that is everything. */
  begin(): void {
    this.#isLost = false
    for (const wanted of this.#wanted) {
      if (this.#lines.has(wanted.lineId)) continue
      const registrar = (): Registrar => this.#deps.registrarOf(wanted)
      const tell = (state: LineState): void => this.#tell(state)
      this.#lines.set(
        wanted.lineId,
        new VirtualLine({ wanted, bound: this.#boundOf(wanted.lineId), clock: this.#deps.clock, registrar, tell }),
      )
    }
  }

  /** The process is gone, and with it what kept the lines. */
  lose(): void {
    this.#isLost = true
    for (const [lineId, line] of this.#lines) {
      line.abandon()
      const message = 'The telephony process ended; the line is registered again as soon as the next one is there'
      this.#tell({ lineId, state: 'unreachable', forMs: null, sipCode: null, message })
    }
    this.#lines.clear()
  }

  admit(sources: readonly Admission[]): void {
    this.#ingress.admit(sources)
  }

  onIncoming(listener: (call: IncomingCall) => void): () => void {
    this.#incomingListeners.add(listener)
    return () => this.#incomingListeners.delete(listener)
  }

  onRegistration(listener: (state: RegistrationState) => void): () => void {
    this.#lineListeners.add(listener)
    return () => this.#lineListeners.delete(listener)
  }

  /** What the registrar knows of a line. */
  boundOf(lineId: string): Readonly<Bound> {
    return this.#boundOf(lineId)
  }

  /** Somebody calls; what it sees of that is told by what is returned, from now on. */
  call(caller: Caller, state: 'ready' | 'closing' | 'down'): Readonly<CallerSaw> {
    const saw: CallerSaw = { isRinging: false, isAnswered: false, status: null, digits: '', isOver: false }
    const { address, port, requestUri } = caller
    const known = state === 'down' ? null : this.#ingress.callerOf(requestUri, { address, port })
    if (known === null) return saw
    if (state === 'closing' || this.#incomingListeners.size === 0) {
      saw.status = state === 'closing' ? 503 : 480
      saw.isOver = true
      return saw
    }
    const { clock, promptMs } = this.#deps
    this.#calls += 1
    const count = this.#calls
    const legId = uuidV7(clock, {
      bytes: (length) => Uint8Array.from({ length }, (_, at) => (at < 6 ? 0 : count >> (8 * (at % 4)))),
    })
    this.#deps.adopt(legId, (emit) => new VirtualIncomingLeg({ caller, saw, clock, promptMs, emit }))
    const call: IncomingCall = {
      legId,
      sipCallId: `virtual-${count}`,
      at: clock.now(),
      ...known,
      to: /^sip:([^@;]*)@/.exec(requestUri)?.[1] ?? '',
      dialled: caller.dialled,
      from: caller.from,
      fromName: caller.fromName,
    }
    for (const listener of this.#incomingListeners) listener(call)
    return saw
  }

  #boundOf(lineId: string): Bound {
    const bound = this.#bound.get(lineId) ?? { bindings: 0, isBound: false }
    this.#bound.set(lineId, bound)
    return bound
  }

  #tell({ forMs, ...state }: LineState): void {
    const at = this.#deps.clock.now()
    const until = forMs === null ? null : at.add({ milliseconds: Math.round(forMs) })
    for (const listener of this.#lineListeners) listener({ ...state, at, until })
  }
}
