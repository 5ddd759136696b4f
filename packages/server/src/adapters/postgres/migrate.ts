/** Migrations: numbered `.sql` files, applied in order, forward only, each in a transaction of its own. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@dialwright/dialer'
import { systemClock } from '../system/system-clock.ts'
import { DatabaseError } from './errors.ts'
import type { Connection, Pool } from './pool.ts'
import { isDiskFull } from './supervisor/disk-space.ts'

export type MigrateOptions = {
  /** Absent: the product's own migrations. */
  readonly directory?: string | undefined
  readonly clock?: Clock | undefined
}

type Migration = { readonly version: number; readonly name: string; readonly text: string; readonly checksum: string }

/** Any constant serves, as long as nothing else in the database takes the same advisory lock: "dialwrig" in ASCII. */
const advisoryLock = '7235419170118822247'

/** A migration that waits longer for a table would stop everyone who queues behind it. */
const lockTimeout = '3s'

/** Another node may be migrating; it is waited for this long. */
const turnTimeout = '120s'

const ownDirectory = fileURLToPath(new URL('./migrations/', import.meta.url))

/**
 * Brings the schema up to date. Several nodes may call it at once: one works, the others wait and find it done.
 * @returns The names applied by this call, in order.
 * @throws {DatabaseError} `MIGRATION_FILES_INVALID`, `MIGRATION_CHANGED` (a landed file is not what it was), `MIGRATION_UNKNOWN`
 *   (the database is newer than this program), `MIGRATION_FAILED` (nothing of that file is kept).
 */
export async function migrate(pool: Pool, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations(options.directory ?? ownDirectory)
  const clock = options.clock ?? systemClock
  const connection = await pool.connect()
  let isHealthy = false
  try {
    await connection.query(`set lock_timeout = '${turnTimeout}'`)
    await connection.query(`select pg_advisory_lock(${advisoryLock})`)
    const applied: string[] = []
    const landed = await readLanded(connection)
    refuseStrangers(migrations, landed)
    for (const migration of migrations) {
      if (landed.has(migration.version)) continue
      await apply(connection, migration, clock.now())
      applied.push(migration.name)
    }
    await connection.query(`select pg_advisory_unlock(${advisoryLock})`)
    await connection.query('reset lock_timeout')
    isHealthy = true
    return applied
  } finally {
    // A connection that failed is closed: its session, and with it the advisory lock, ends.
    connection.release(!isHealthy)
  }
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const migrations: Migration[] = []
  for (const name of names) {
    const version = Number(/^(\d{4})[-_].+\.sql$/.exec(name)?.[1] ?? Number.NaN)
    if (version !== migrations.length + 1) {
      throw new DatabaseError(
        'MIGRATION_FILES_INVALID',
        `Expected migration ${migrations.length + 1} as NNNN-name.sql in ${directory}, found "${name}".`,
      )
    }
    // The same file with other line ends is the same migration.
    const text = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
    migrations.push({ version, name, text, checksum: createHash('sha256').update(text).digest('hex') })
  }
  return migrations
}

type Landed = ReadonlyMap<number, { readonly name: string; readonly checksum: string }>

async function readLanded(connection: Connection): Promise<Landed> {
  await connection.query(
    'create table if not exists schema_migration (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null)',
  )
  const { rows } = await connection.query<{ version: number; name: string; checksum: string }>(
    'select version, name, checksum from schema_migration',
  )
  return new Map(rows.map((row) => [row.version, row]))
}

function refuseStrangers(migrations: readonly Migration[], landed: Landed): void {
  for (const [version, { name, checksum }] of landed) {
    const own = migrations[version - 1]
    if (own === undefined) {
      throw new DatabaseError(
        'MIGRATION_UNKNOWN',
        `The database has migration "${name}" that this program does not know: start the newer version.`,
      )
    }
    if (own.checksum !== checksum) {
      throw new DatabaseError(
        'MIGRATION_CHANGED',
        `The migration "${own.name}" is not the file that was applied to this database ("${name}"). Restore the file and put the change into a new one.`,
      )
    }
  }
}

async function apply(connection: Connection, migration: Migration, now: Temporal.Instant): Promise<void> {
  try {
    await connection.query('begin')
    await connection.query(`set local lock_timeout = '${lockTimeout}'`)
    await connection.query(migration.text)
    if (connection.getTransactionStatus() !== 'T')
      throw new Error('The file ends its transaction itself (COMMIT or ROLLBACK): remove that.')
    await connection.query(
      'insert into schema_migration (version, name, checksum, applied_at) values ($1, $2, $3, $4)',
      [migration.version, migration.name, migration.checksum, now],
    )
    await connection.query('commit')
  } catch (cause) {
    await connection.query('rollback').catch(() => undefined)
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (isDiskFull(cause))
      throw new DatabaseError(
        'DATABASE_DISK_FULL',
        `The migration "${migration.name}" failed, the disk of the database is full: ${reason}. Make room and start again.`,
        { cause },
      )
    throw new DatabaseError('MIGRATION_FAILED', `The migration "${migration.name}" failed: ${reason}`, { cause })
  }
}
