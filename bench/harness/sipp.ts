/** SIPp as far end and as control: started, watched, ended by its process id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export class Sipp {
  readonly #process: ChildProcess
  readonly #directory: string
  /** Exit code; null: ended by a signal. Rejects when the program cannot be started. */
  readonly exited: Promise<number | null>

  private constructor(child: ChildProcess, directory: string) {
    this.#process = child
    this.#directory = directory
    this.exited = once(child, 'exit').then(([code]) => code)
    this.exited.catch(() => undefined)
  }

  /** Starts it in a directory of its own, where it may write what it likes. */
  static async start(program: string, scenario: URL, parameters: readonly string[]): Promise<Sipp> {
    const directory = await mkdtemp(join(tmpdir(), 'dialwright-bench-sipp-'))
    const local = ['-i', '127.0.0.1', '-mi', '127.0.0.1', '-nostdin']
    const child = spawn(program, ['-sf', fileURLToPath(scenario), ...local, ...parameters], {
      cwd: directory,
      stdio: 'ignore',
    })
    const sipp = new Sipp(child, directory)
    try {
      await once(child, 'spawn')
    } catch (error) {
      await rm(directory, { recursive: true, force: true })
      throw new Error(`${program} could not be started (Debian: sip-tester)`, { cause: error })
    }
    return sipp
  }

  get processId(): number {
    return this.#process.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  async stop(): Promise<void> {
    if (!this.hasEnded) this.#process.kill('SIGKILL')
    await this.exited.catch(() => undefined)
    await rm(this.#directory, { recursive: true, force: true })
  }
}
