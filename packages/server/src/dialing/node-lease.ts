/** This node's right to dial: a lease in the store, renewed each second; past its local deadline nothing is claimed or sent. */
import type { CampaignStore, NodeLease, Timer } from '@dialwright/dialer'
import type { NodeClock } from './node-clock.ts'

const leaseMs = 5_000
/** The node stops this much before the store would let others take its legs. */
const safetyMs = 1_500
const renewEveryMs = 1_000

export class LeaseKeeper {
  readonly #store: CampaignStore
  readonly #clock: NodeClock
  readonly #name: string
  readonly #onError: (error: unknown) => void
  #lease: NodeLease | null = null
  #deadlineMs = Number.NEGATIVE_INFINITY
  #timer: Timer | null = null
  #stopped = false

  constructor(deps: { store: CampaignStore; clock: NodeClock; name: string; onError: (error: unknown) => void }) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#name = deps.name
    this.#onError = deps.onError
  }

  /** The lease while this node may act under it; null: claim nothing, send nothing. */
  get current(): NodeLease | null {
    return this.#clock.monotonicMs() < this.#deadlineMs ? this.#lease : null
  }

  /** The lease results are reported under, valid or not: the store's fence decides. */
  get last(): NodeLease | null {
    return this.#lease
  }

  async start(): Promise<void> {
    await this.#join()
    this.#scheduleRenewal()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    const lease = this.#lease
    this.#deadlineMs = Number.NEGATIVE_INFINITY
    if (lease !== null) await this.#store.leave(lease)
  }

  async #join(): Promise<void> {
    const askedAtMs = this.#clock.monotonicMs()
    this.#lease = await this.#store.join(this.#name, leaseMs)
    this.#deadlineMs = askedAtMs + leaseMs - safetyMs
    const nowAskedAtMs = this.#clock.monotonicMs()
    this.#clock.learn(await this.#store.now(), nowAskedAtMs)
  }

  #scheduleRenewal(): void {
    if (this.#stopped) return
    this.#timer = this.#clock.schedule(renewEveryMs, () => {
      this.#renew()
        .catch(this.#onError)
        .finally(() => this.#scheduleRenewal())
    })
  }

  async #renew(): Promise<void> {
    const lease = this.#lease
    if (lease === null || this.#stopped) return
    const askedAtMs = this.#clock.monotonicMs()
    const answer = await this.#store.renew(lease, leaseMs)
    if (answer.isCurrent) {
      this.#deadlineMs = askedAtMs + leaseMs - safetyMs
      this.#clock.learn(answer.now, askedAtMs)
    } else {
      // Another process took this node's name, or recovery fenced us after a stall: what we held is no longer ours.
      this.#deadlineMs = Number.NEGATIVE_INFINITY
      await this.#join()
    }
  }
}
