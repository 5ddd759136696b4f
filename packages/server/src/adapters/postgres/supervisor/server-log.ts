/** The log file of the embedded server: bounded, and with the words of the latest start told apart from older ones. */
import { type FileHandle, open, readFile, stat, truncate } from 'node:fs/promises'
import { systemErrorCode } from '../errors.ts'

const greatestBytes = 16 * 1024 * 1024
const tailLines = 10

export class ServerLog {
  readonly file: string
  #startedAt = 0

  constructor(file: string) {
    this.file = file
  }

  /** Opens it for a server that is about to be started, emptied when it has grown too large. */
  async open(): Promise<FileHandle> {
    this.#startedAt = await this.#size()
    if (this.#startedAt > greatestBytes) {
      await truncate(this.file)
      this.#startedAt = 0
    }
    return open(this.file, 'a', 0o600)
  }

  /** The last lines that the latest server wrote; empty when it wrote none, or could not. */
  async tail(): Promise<string> {
    const bytes = await readFile(this.file).catch(() => Buffer.alloc(0))
    return bytes.subarray(this.#startedAt).toString('utf8').trimEnd().split('\n').slice(-tailLines).join('\n')
  }

  async #size(): Promise<number> {
    try {
      return (await stat(this.file)).size
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return 0
      throw error
    }
  }
}
