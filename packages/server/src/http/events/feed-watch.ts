/** Wakes streams when the feed has grown: one listening connection per server while anybody listens, none otherwise. */
import type { Clock, Timer } from '@dialwright/dialer'
import type { Connection, Database } from '../../adapters/postgres/pool.ts'

const retryMs = 1_000

/** Rings when there may be something new. A ring while nobody waits is kept for the next wait. */
export class Alarm {
  readonly #clock: Clock
  #hasRung = false
  #wake: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ring(): void {
    this.#hasRung = true
    this.#wake?.()
  }

  /** @returns True: it has rung; false: `timeoutMs` are over, or the signal is aborted. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#hasRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          timer.cancel()
          signal.removeEventListener('abort', end)
          this.#wake = null
          resolve()
        }
        const timer = this.#clock.schedule(timeoutMs, end)
        signal.addEventListener('abort', end)
        this.#wake = end
      })
    }
    const hasRung = this.#hasRung
    this.#hasRung = false
    return hasRung
  }
}

export class FeedWatch {
  readonly #clock: Clock
  readonly #alarms = new Set<Alarm>()
  #connection: Connection | null = null
  #isConnecting = false
  #retry: Timer | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#alarms.size
  }

  /** @param database  Any that can be listened on: what is heard is only that there is something. */
  join(database: Database): Alarm {
    const alarm = new Alarm(this.#clock)
    this.#alarms.add(alarm)
    void this.#listen(database)
    return alarm
  }

  leave(alarm: Alarm): void {
    this.#alarms.delete(alarm)
    if (this.#alarms.size > 0) return
    this.#retry?.cancel()
    this.#retry = null
    this.#drop()
  }

  /** Never throws: without the connection streams look at every heartbeat, and it is tried again. */
  async #listen(database: Database): Promise<void> {
    if (this.#connection !== null || this.#isConnecting) return
    this.#isConnecting = true
    try {
      const connection = await database.connect()
      this.#connection = connection
      connection.on('notification', () => this.#ringAll())
      connection.once('error', () => this.#lose(connection, database))
      connection.once('end', () => this.#lose(connection, database))
      await connection.query('listen dialwright_events')
      // What was told before the ear was open.
      this.#ringAll()
      if (this.#alarms.size === 0) this.#drop()
    } catch {
      this.#drop()
      this.#retryLater(database)
    } finally {
      this.#isConnecting = false
    }
  }

  #lose(connection: Connection, database: Database): void {
    if (this.#connection !== connection) return
    this.#drop()
    this.#retryLater(database)
  }

  #retryLater(database: Database): void {
    if (this.#alarms.size === 0) return
    this.#retry?.cancel()
    this.#retry = this.#clock.schedule(retryMs, () => void this.#listen(database))
  }

  /** The connection is closed, not given back: it would go on listening. */
  #drop(): void {
    const connection = this.#connection
    this.#connection = null
    connection?.removeAllListeners('notification')
    connection?.release(true)
  }

  #ringAll(): void {
    for (const alarm of this.#alarms) alarm.ring()
  }
}
