/**
 * The supervisor of one embedded server. Where it can stand:
 *
 *   down      nothing runs; `bringUp` adopts a living server of this cluster, else starts one (20 tries, 300 ms apart: right after
 *             a kill the old backends still hold the shared memory and PostgreSQL refuses; it is right, and it is waited for)
 *   up        a child of this process, whose exit is told by the system, or an adopted one, which is looked at twice a second
 *   full      it ended because the disk is full: said once; the space is looked at, and a start is tried when there is some, or seldom
 *   stopping  no start any more; `pg_ctl stop -m fast`
 *
 * It never removes `postmaster.pid` and never kills a server: both are how clusters are destroyed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Clock, Timer } from '@dialwright/dialer'
import pg from 'pg'
import type { Binaries } from '../binaries.ts'
import { DatabaseError } from '../errors.ts'
import type { DatabaseLog } from '../pool.ts'
import { type Cluster, roleName } from './cluster.ts'
import { freeBytes, fullDiskError, isDiskFull, leastFreeBytes } from './disk-space.ts'
import type { Owner } from './place.ts'
import { livingPostmaster, type Postmaster, readPostmasterFile } from './postmaster-file.ts'
import { runProgram, spawnOptions } from './programs.ts'
import { ServerLog } from './server-log.ts'
import { serverArguments } from './settings.ts'
import { socketPort } from './socket-directory.ts'

const databaseName = 'dialwright'
const startTries = 20
const startPauseMs = 300
const readyPollMs = 25
/** Recovery after a crash replays the log since the last checkpoint: minutes at worst. */
const readyTimeoutMs = 300_000
const adoptedWatchMs = 500
const restartPauseMs = 3_000
/** On a full disk: looks at the space, 3 s apart, until a start is tried all the same (a quota does not show as space). */
const looksBetweenTries = 10
const stopTimeoutSeconds = 60

export type SupervisorParts = {
  readonly binaries: Binaries
  readonly cluster: Cluster
  readonly socketDirectory: string | null
  readonly owner: Owner
  readonly clock: Clock
  readonly log: DatabaseLog
  readonly settings: Readonly<Record<string, string>>
}

type Started = { readonly postmaster: Postmaster; readonly adopted: boolean }

export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #log: ServerLog
  #child: { readonly process: ChildProcess; readonly exited: Promise<void> } | null = null
  #postmaster: Postmaster | null = null
  #address: { readonly socketDirectory: string | null; readonly port: number } | null = null
  #watch: Timer | null = null
  #bringingUp: Promise<Started> | null = null
  #isStopping = false
  #isDiskFull = false

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    this.#log = new ServerLog(join(parts.cluster.home, 'postgres.log'))
  }

  get processId(): number | null {
    return this.#postmaster?.pid ?? null
  }

  get connectionString(): string {
    return this.#connectionString(databaseName)
  }

  /** Adopts or starts the server, and makes the product's database once. */
  async start(): Promise<{ adopted: boolean }> {
    for (let tries = 1; ; tries += 1) {
      const { adopted } = await this.#bringUpOnce()
      try {
        await this.#checkAndCreateDatabase()
        return { adopted }
      } catch (error) {
        // A server killed a moment ago still has its process and its file, and looks alive: it is gone at the next look.
        if (isFinal(error) || tries === startTries) {
          const full = isDiskFull(error) ? await this.#fullDisk(error) : null
          await this.stop().catch((failure: unknown) => {
            this.#parts.log.warn({ error: String(failure) }, 'the embedded database could not be stopped')
          })
          throw full ?? error
        }
      }
      await this.#pause(startPauseMs)
    }
  }

  async ensureRunning(): Promise<void> {
    if (this.#isStopping) throw new DatabaseError('DATABASE_START_FAILED', 'The embedded database is being stopped.')
    const living = await livingPostmaster(this.#parts.cluster.directory)
    if (living === null || living.status !== 'ready') await this.#bringUpOnce()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#watch?.cancel()
    await this.#bringingUp?.catch(() => undefined)
    this.#watch?.cancel()
    const { cluster, binaries, owner } = this.#parts
    if ((await livingPostmaster(cluster.directory)) !== null) {
      const parameters = ['stop', '-D', cluster.directory, '-m', 'fast', '-w', '-t', String(stopTimeoutSeconds)]
      const run = await runProgram(binaries.pgCtl, parameters, { cwd: cluster.home, owner })
      if (run.code !== 0 && (await livingPostmaster(cluster.directory)) !== null) {
        throw new DatabaseError(
          'DATABASE_STOP_FAILED',
          `The embedded database did not stop within ${stopTimeoutSeconds} s: ${run.output.trim()}`,
        )
      }
    }
    await this.#child?.exited
    this.#postmaster = null
  }

  #bringUpOnce(): Promise<Started> {
    this.#bringingUp ??= this.#bringUp().finally(() => {
      this.#bringingUp = null
    })
    return this.#bringingUp
  }

  async #bringUp(): Promise<Started> {
    const { cluster } = this.#parts
    for (let tries = 1; ; tries += 1) {
      const living = await this.#settled(await livingPostmaster(cluster.directory))
      if (living !== null) return this.#up(living, true)
      if (this.#isStopping)
        throw new DatabaseError(
          'DATABASE_START_FAILED',
          'The embedded database was stopped while it was being started.',
        )
      const started = await this.#spawnServer()
      if (started !== null) return this.#up(started, false)
      const full = await this.#fullDisk()
      if (full !== null) throw full
      if (tries === startTries) {
        throw new DatabaseError(
          'DATABASE_START_FAILED',
          `PostgreSQL did not start in ${startTries} tries. The end of its log ${this.#log.file}:\n${await this.#log.tail()}`,
        )
      }
      await this.#pause(startPauseMs)
    }
  }

  /** A server found on its way up or down is waited for. */
  async #settled(found: Postmaster | null): Promise<Postmaster | null> {
    let living = found
    for (
      let waitedMs = 0;
      living !== null && living.status !== 'ready' && waitedMs < readyTimeoutMs;
      waitedMs += readyPollMs
    ) {
      await this.#pause(readyPollMs)
      living = await livingPostmaster(this.#parts.cluster.directory)
    }
    return living?.status === 'ready' ? living : null
  }

  #up(postmaster: Postmaster, adopted: boolean): Started {
    this.#postmaster = postmaster
    this.#address = {
      socketDirectory: postmaster.socketDirectory === '' ? null : postmaster.socketDirectory,
      port: postmaster.port,
    }
    if (adopted) this.#watchAdopted()
    this.#parts.log.info(
      { pid: postmaster.pid, adopted },
      adopted ? 'embedded database adopted' : 'embedded database started',
    )
    return { postmaster, adopted }
  }

  /** @returns null when the server ended before it was ready: its log says why. */
  async #spawnServer(): Promise<Postmaster | null> {
    const { binaries, cluster, owner, settings, socketDirectory } = this.#parts
    const port = this.#address?.port ?? (socketDirectory === null ? await freePort() : socketPort)
    const logFile = await this.#log.open()
    let server: ChildProcess
    let exited: Promise<void>
    let hasEnded = false
    try {
      server = spawn(
        binaries.postgres,
        serverArguments({ cluster: cluster.directory, socketDirectory, port, settings }),
        {
          ...spawnOptions({ cwd: cluster.home, owner }),
          // Its own session: Ctrl-C in a terminal reaches this process, which then stops the server in order.
          detached: true,
          stdio: ['ignore', logFile.fd, logFile.fd],
        },
      )
      // Before anything is awaited: a server that finds an old lock file ends within milliseconds, and its end is told once.
      exited = new Promise((resolve) => {
        const end = (): void => {
          hasEnded = true
          resolve()
        }
        server.once('exit', end)
        server.once('error', (error) => {
          this.#parts.log.error({ error: error.message }, 'the database program cannot be run')
          end()
        })
      })
    } finally {
      await logFile.close()
    }
    // The server may outlive this process: the next one adopts it.
    server.unref()
    for (let waitedMs = 0; waitedMs < readyTimeoutMs; waitedMs += readyPollMs) {
      if (hasEnded) return null
      const postmaster = await readPostmasterFile(cluster.directory)
      if (postmaster?.pid === server.pid && postmaster?.status === 'ready') {
        this.#child = { process: server, exited }
        void exited.then(() => this.#onLost(server))
        return postmaster
      }
      await this.#pause(readyPollMs)
    }
    throw new DatabaseError(
      'DATABASE_START_FAILED',
      `PostgreSQL was not ready after ${readyTimeoutMs / 1_000} s. See ${this.#log.file}`,
    )
  }

  #onLost(server: ChildProcess): void {
    if (this.#child?.process !== server) return
    this.#child = null
    this.#restart()
  }

  #watchAdopted(): void {
    this.#watch?.cancel()
    this.#watch = this.#parts.clock.schedule(adoptedWatchMs, () => {
      livingPostmaster(this.#parts.cluster.directory).then(
        (living) => {
          if (this.#isStopping || this.#child !== null) return
          if (living === null) this.#restart()
          else this.#watchAdopted()
        },
        () => this.#watchAdopted(),
      )
    })
  }

  #restart(): void {
    this.#postmaster = null
    if (this.#isStopping) return
    const { log, clock } = this.#parts
    if (!this.#isDiskFull) log.error({}, 'the embedded database ended; it is started again')
    this.#bringUpOnce().then(
      () => {
        this.#isDiskFull = false
      },
      (error: unknown) => {
        if (this.#isStopping) return
        const wasFull = this.#isDiskFull
        this.#isDiskFull = isDiskFull(error)
        if (!this.#isDiskFull) {
          log.error({ error: String(error) }, 'the embedded database cannot be started; the next try follows')
          this.#watch = clock.schedule(restartPauseMs, () => this.#restart())
          return
        }
        if (!wasFull) log.error({ error: String(error) }, 'the disk is full; the embedded database waits for space')
        this.#awaitSpace(0)
      },
    )
  }

  #awaitSpace(looks: number): void {
    const { clock, cluster } = this.#parts
    this.#watch = clock.schedule(restartPauseMs, () => {
      void freeBytes(cluster.home).then((free) => {
        if (this.#isStopping) return
        if (free !== null && free < leastFreeBytes && looks < looksBetweenTries) this.#awaitSpace(looks + 1)
        else this.#restart()
      })
    })
  }

  async #fullDisk(cause?: unknown): Promise<DatabaseError | null> {
    return fullDiskError(this.#parts.cluster.home, {
      what: 'The embedded database cannot be started',
      output: await this.#log.tail(),
      cause,
    })
  }

  /** What answers must be our cluster; then the product's database is made, once. */
  async #checkAndCreateDatabase(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString('postgres'),
      connectionTimeoutMillis: 10_000,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const shown = await client.query<{ data_directory: string }>('show data_directory')
      const found = shown.rows[0]?.data_directory
      if (found !== this.#parts.cluster.directory) {
        throw new DatabaseError(
          'DATABASE_START_FAILED',
          `Expected the server of ${this.#parts.cluster.directory}, found that of ${found}.`,
        )
      }
      const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName])
      if (rowCount === 0) await client.query(`create database ${databaseName}`)
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  #connectionString(database: string): string {
    if (this.#address === null)
      throw new DatabaseError('DATABASE_START_FAILED', 'The embedded database was never started.')
    const { socketDirectory, port } = this.#address
    const host = socketDirectory === null ? '' : `?host=${encodeURIComponent(socketDirectory)}`
    return `postgresql://${roleName}:${encodeURIComponent(this.#parts.cluster.password)}@127.0.0.1:${port}/${database}${host}`
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.schedule(delayMs, resolve)
    })
  }
}

/** Whether asking the same server again would bring the same answer: our own verdicts, and what PostgreSQL says of rights and names. */
function isFinal(error: unknown): boolean {
  if (error instanceof DatabaseError || isDiskFull(error)) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(?:28|42|3D)...$/.test(code)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
