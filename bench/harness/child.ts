/** A process of the bench that answers commands one by one over Node's IPC channel. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** In the child: answers each command; ends with its parent. What `answer` throws is told to the parent. */
export function serve<Command>(answer: (command: Command) => Promise<unknown> | unknown): void {
  process.on('message', (command: Command) => {
    Promise.try(() => answer(command)).then(
      (value) => process.send?.({ value }),
      (error) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}

export class Child<Command extends object> {
  readonly #process: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(entry: URL) {
    this.#process = fork(fileURLToPath(entry), [], { execArgv: [], serialization: 'advanced' })
    this.#exited = once(this.#process, 'exit')
    // Told where somebody waits for it, in `ask`.
    this.#exited.catch(() => undefined)
  }

  get processId(): number {
    return this.#process.pid ?? 0
  }

  /** One command at a time. Rejects with what the child threw, or when it has ended. */
  async ask<Answer>(command: Command): Promise<Answer> {
    const gone = this.#exited.then(() => Promise.reject(new Error('A process of the bench has ended')))
    const answer = Promise.race([once(this.#process, 'message'), gone])
    this.#process.send(command)
    const [{ value, error }] = await answer
    if (error !== undefined) throw new Error(error)
    return value
  }

  async stop(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect()
    await this.#exited
  }
}
