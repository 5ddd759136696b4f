/**
 * Main's side of the jobs process: starts it when there is work that this node may take, and again when it dies over it. Reading
 * a million rows takes a core for a minute, which main's event loop, with the calls on it, does not have.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Clock, Timer } from '@dialwright/dialer'
import type { Database } from '../adapters/postgres/pool.ts'
import { hasOpenImports } from '../imports/import-rows.ts'
import type { JobsMessage, JobsStart } from './protocol.ts'

export type JobsParts = {
  readonly start: JobsStart
  readonly database: Database
  readonly clock: Clock
  readonly onContacts: () => void
  readonly log: { error(fields: object, message: string): void }
}

const entry = new URL('../jobs.ts', import.meta.url)
/** Work that nobody told of: another node died over it, or the process did. */
const lookEveryMs = 3_000

export class JobsProcess {
  readonly #parts: JobsParts
  #child: ChildProcess | null = null
  #exited: Promise<void> = Promise.resolve()
  #timer: Timer | null = null
  #isStopping = false

  constructor(parts: JobsParts) {
    this.#parts = parts
    this.wake()
  }

  get processId(): number | undefined {
    return this.#child?.pid
  }

  /** There may be work. */
  wake(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#look().catch((error) => this.#parts.log.error({ err: error }, 'could not look for jobs'))
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#timer?.cancel()
    if (this.#child?.connected === true) this.#child.disconnect()
    await this.#exited
  }

  async #look(): Promise<void> {
    try {
      if (this.#isStopping || this.#child !== null) return
      const isOpen = await hasOpenImports(this.#parts.database, this.#parts.start.nodeName)
      if (isOpen && !this.#isStopping && this.#child === null) this.#spawn()
    } finally {
      if (!this.#isStopping && this.#timer === null)
        this.#timer = this.#parts.clock.schedule(lookEveryMs, () => this.wake())
    }
  }

  #spawn(): void {
    const child = fork(entry, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    this.#exited = new Promise((resolve) => {
      const end = (why: unknown): void => {
        if (this.#child !== child) return
        this.#child = null
        if (why !== 0) this.#parts.log.error({ why: String(why) }, 'the jobs process ended early, looking again')
        resolve()
        // Once it is gone: what came while it was ending is not left for the next look.
        if (why === 0 && !this.#isStopping) this.wake()
      }
      child.once('exit', (code, signal) => end(signal ?? code))
      child.once('error', end)
    })
    child.on('message', (message: JobsMessage) => {
      if (message.type === 'contacts-changed') this.#parts.onContacts()
    })
    child.send(this.#parts.start, () => {})
  }
}
