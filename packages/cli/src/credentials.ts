/** Tokens of servers, kept between commands in a file that its owner alone can read. */
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './errors.ts'

export type Credential = {
  readonly token: string
  readonly login?: string | undefined
  /** An instant; absent: the token does not end. */
  readonly expiresAt?: string | undefined
}

type Kept = {
  /** The server of the last login: the one that is meant when none is named. */
  readonly server: string | undefined
  readonly servers: Readonly<Record<string, Credential>>
}

const ownerAlone = 0o600

export class Credentials {
  readonly path: string
  readonly #directory: string

  constructor(configDirectory: string) {
    this.#directory = configDirectory
    this.path = join(configDirectory, 'credentials.json')
  }

  /** @throws {UsageError} when the file is there and cannot be read. */
  async read(): Promise<Kept> {
    let text: string
    try {
      // A file that a copy or a restore has opened to others is closed again.
      if (((await stat(this.path)).mode & 0o077) !== 0) await chmod(this.path, ownerAlone)
      text = await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { server: undefined, servers: {} }
      throw new UsageError(`${this.path}: ${error instanceof Error ? error.message : String(error)}`)
    }
    try {
      const kept: unknown = JSON.parse(text)
      if (isKept(kept)) return kept
    } catch {
      // Told below, with the way out.
    }
    throw new UsageError(`${this.path} is damaged: remove it and log in again`)
  }

  async keep(server: string, credential: Credential): Promise<void> {
    const { servers } = await this.read()
    await this.#write({ server, servers: { ...servers, [server]: credential } })
  }

  /** @returns Whether there was a token. */
  async forget(server: string): Promise<boolean> {
    const { servers, server: last } = await this.read()
    const { [server]: gone, ...rest } = servers
    if (gone === undefined) return false
    await this.#write({ server: last === server ? undefined : last, servers: rest })
    return true
  }

  async #write(kept: Kept): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const fresh = `${this.path}.${process.pid}`
    await writeFile(fresh, `${JSON.stringify(kept, null, 2)}\n`, { mode: ownerAlone })
    await rename(fresh, this.path)
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false
  const { server, servers } = value as Record<string, unknown>
  return (server === undefined || typeof server === 'string') && typeof servers === 'object' && servers !== null
}
