/** The calls that come in to this node: each gets its run; events find theirs; a drain refuses new ones and waits for the others. */
import type { Timer } from '@dialwright/dialer'
import { InboundCall, type InboundCallDeps } from './inbound-call.ts'
import type { InboundSource } from './inbound-source.ts'
import { LineKeeper } from './line-keeper.ts'

export type InboundDeps = Omit<InboundCallDeps, 'source'> & { readonly source: InboundSource }

/** Not before a lease is there could a line be registered. */
export class InboundDesk {
  readonly #deps: InboundDeps
  readonly #lines: LineKeeper
  readonly #calls = new Map<string, InboundCall>()
  readonly #unsubscribe: (() => void)[] = []
  #isDraining = false

  constructor(deps: InboundDeps) {
    this.#deps = deps
    this.#lines = new LineKeeper({ ...deps, lease: () => deps.lease.current })
  }

  get liveCount(): number {
    return this.#calls.size
  }

  start(): void {
    const { telephony } = this.#deps
    this.#unsubscribe.push(
      telephony.onEvent((event) => this.#calls.get(event.legId)?.onEvent(event)),
      telephony.onIncoming((incoming) => {
        if (this.#isDraining) return telephony.reject(incoming.legId, 503)
        const call = new InboundCall(incoming, this.#deps)
        this.#calls.set(incoming.legId, call)
        void call.done.then(() => this.#calls.delete(incoming.legId))
        void call.receive()
      }),
    )
    this.#lines.start()
  }

  /** Something changed: a number, a trunk. */
  wake(): void {
    this.#lines.wake()
  }

  /** Takes no new calls; those that live may end by themselves until the deadline, then they are hung up. */
  async drain(deadlineMs: number): Promise<void> {
    this.#isDraining = true
    await this.#lines.stop()
    const idle = Promise.all([...this.#calls.values()].map((call) => call.done))
    let timer: Timer | null = null
    const late = new Promise<'late'>((resolve) => {
      timer = this.#deps.clock.schedule(deadlineMs, () => resolve('late'))
    })
    const result = await Promise.race([idle, late])
    ;(timer as Timer | null)?.cancel()
    if (result === 'late') {
      for (const legId of this.#calls.keys()) this.#deps.telephony.hangup(legId, 'cut')
      await idle
    }
    for (const end of this.#unsubscribe) end()
  }
}
