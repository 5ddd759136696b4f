/** The server of the demo: the real one, started as its own process in a directory that goes with the demo. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../main.ts', import.meta.url))
const readyLine = /Dialwright is ready on (http:\/\/\S+)/

export class ServerProcess {
  readonly address: string
  readonly #child: ChildProcess
  readonly #lines: Interface

  private constructor(child: ChildProcess, address: string, lines: Interface) {
    this.#child = child
    this.address = address
    this.#lines = lines
  }

  /** Starts it and waits for its ready line; rejects with what it printed when it ends before. */
  static async start(environment: Readonly<Record<string, string | undefined>>): Promise<ServerProcess> {
    const child = spawn(process.execPath, [entry], { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const lines = createInterface({ input: child.stdout })
    return new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        output = `${output}${line}\n`.slice(-20_000)
        const address = readyLine.exec(line)?.[1]
        if (address !== undefined) resolve(new ServerProcess(child, address, lines))
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000)
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`The server ended (${signal ?? code}):\n${output}`)))
    })
  }

  /** Each line that it prints from now on. */
  onLine(listener: (line: string) => void): void {
    this.#lines.on('line', listener)
  }

  get processId(): number | undefined {
    return this.#child.pid
  }

  /** Resolves with the exit code when the process has ended, by itself or by `stop`. */
  get exited(): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve(this.#child.exitCode)
    return new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)))
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return this.exited
  }
}
