/** The dispatcher: the one in a cluster that turns what happened (outbox) into webhook deliveries and sums, and sends them. */
import type { Timer } from '@dialwright/dialer'
import type { Connection } from '../adapters/postgres/pool.ts'
import type { ServerDeps } from '../deps.ts'
import { Deliverer } from './deliverer.ts'
import { type EgressParts, egressAgent } from './egress.ts'
import { outboxBatch, takeOutbox } from './outbox.ts'

export type DispatcherDeps = Pick<ServerDeps, 'pool' | 'clock' | 'random' | 'secretBox' | 'log' | 'egress' | 'tellers'>

export type RunningDispatcher = {
  /** Takes what is in the outbox, waits for what is in flight (10 s at most), then leaves the lock to another node. */
  stop(): Promise<void>
}

/** "dwwebhks" as a number: the cluster-wide name of the lock. */
const lockKey = '7239403498217466739'
const pollMs = 200
const lockRetryMs = 1_000

/** Starts dispatching, or waiting for the lock while another node dispatches. */
export function startDispatcher(deps: DispatcherDeps, egress: EgressParts = {}): RunningDispatcher {
  const dispatcher = new Dispatcher(deps, egress)
  dispatcher.wake()
  return dispatcher
}

class Dispatcher implements RunningDispatcher {
  readonly #deps: DispatcherDeps
  readonly #agent: ReturnType<typeof egressAgent>
  readonly #deliverer: Deliverer
  #lock: Connection | null = null
  #timer: Timer | null = null
  #round: Promise<void> | null = null
  #isWoken = false
  #isStopping = false

  constructor(deps: DispatcherDeps, egress: EgressParts) {
    this.#deps = deps
    this.#agent = egressAgent(deps.egress, egress)
    this.#deliverer = new Deliverer({ ...deps, agent: this.#agent, onRoom: () => this.wake() })
  }

  /** Looks now; while a round runs, right after it. */
  wake(): void {
    this.#isWoken = true
    if (this.#round !== null || this.#isStopping) return
    this.#timer?.cancel()
    this.#round = this.#rounds()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#timer?.cancel()
    await this.#round
    await this.#work()
    await this.#deliverer.settled()
    this.#letGo()
    await this.#agent.close()
  }

  async #rounds(): Promise<void> {
    let waitMs = pollMs
    while (this.#isWoken && !this.#isStopping) {
      this.#isWoken = false
      waitMs = (await this.#work()) ? pollMs : lockRetryMs
    }
    // In one breath with the last look at `isWoken`: a wake in between would find a round that looks no more.
    this.#round = null
    if (!this.#isStopping) this.#timer = this.#deps.clock.schedule(waitMs, () => this.wake())
  }

  /** One round. False: another node dispatches, or the database cannot be reached. Never throws. */
  async #work(): Promise<boolean> {
    try {
      this.#lock ??= await this.#takeLock()
      if (this.#lock === null) return false
      let taken = outboxBatch
      while (taken === outboxBatch) taken = await takeOutbox(this.#lock, this.#deps)
      await this.#deliverer.fill()
      return true
    } catch (error) {
      this.#deps.log.warn({ error: String(error) }, 'webhook dispatch failed, is tried again')
      this.#letGo()
      return false
    }
  }

  /** The lock lives as long as the session that took it, so the connection is kept, and a lost one is a lost lock. */
  async #takeLock(): Promise<Connection | null> {
    const connection = await this.#deps.pool.connect()
    try {
      const { rows } = await connection.query<{ isMine: boolean }>('select pg_try_advisory_lock($1) as "isMine"', [
        lockKey,
      ])
      if (rows[0]?.isMine !== true) {
        connection.release()
        return null
      }
      connection.on('notification', () => this.wake())
      connection.on('error', () => {
        if (this.#lock === connection) this.#letGo()
      })
      await connection.query('listen dialwright')
      return connection
    } catch (error) {
      connection.release(true)
      throw error
    }
  }

  /** Closes the session: the server frees its lock and its listening with it. */
  #letGo(): void {
    this.#lock?.release(true)
    this.#lock = null
  }
}
