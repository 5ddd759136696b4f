/** The other way to a database: one that somebody else runs, named by DATABASE_URL. Looked at before anything is built on it. */
import pg from 'pg'
import { StartError, systemReason } from '../../errors.ts'

/** Tests run on 18, and on whatever other PostgreSQL the machine has; `unique nulls not distinct` of the schema needs 15. */
const oldestMajor = 16

type Facts = {
  readonly version: string
  readonly encoding: string
  readonly role: string
  readonly schema: string | null
  readonly isReadOnly: boolean
  readonly mayCreate: boolean | null
}

/**
 * @throws {StartError} `DATABASE_UNREACHABLE`, `DATABASE_VERSION_UNSUPPORTED`, `DATABASE_RIGHTS_MISSING`; the password is never
 *   in the message.
 */
export async function checkGivenDatabase(url: string): Promise<void> {
  const client = clientOf(url)
  client.on('error', () => undefined)
  const place = `${client.host}:${client.port}/${client.database ?? ''}`
  try {
    await client.connect()
    const { rows } = await client.query<Facts>(
      `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
         current_user as role, current_schema() as schema,
         pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as "isReadOnly",
         has_schema_privilege(current_schema(), 'create') as "mayCreate"`,
    )
    const [facts] = rows
    if (facts === undefined) throw new Error('it answered nothing')
    refuseUnfit(place, facts)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(
      'DATABASE_UNREACHABLE',
      `DATABASE_URL: ${place} cannot be used: ${systemReason(error)}. Mend it, or leave DATABASE_URL out for the embedded database.`,
      error,
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

function refuseUnfit(place: string, facts: Facts): void {
  const major = Math.floor(Number(facts.version) / 10_000)
  if (major < oldestMajor)
    throw new StartError(
      'DATABASE_VERSION_UNSUPPORTED',
      `DATABASE_URL: ${place} is PostgreSQL ${major}; needed is ${oldestMajor} or newer.`,
    )
  if (facts.encoding !== 'UTF8')
    throw new StartError(
      'DATABASE_VERSION_UNSUPPORTED',
      `DATABASE_URL: ${place} has the encoding ${facts.encoding}; needed is UTF8.`,
    )
  if (facts.isReadOnly)
    throw new StartError(
      'DATABASE_RIGHTS_MISSING',
      `DATABASE_URL: ${place} can only be read: it is a standby, or default_transaction_read_only is on. Name the primary.`,
    )
  if (facts.mayCreate === true) return
  const role = `"${facts.role.replaceAll('"', '""')}"`
  const schema = facts.schema ?? 'public'
  throw new StartError(
    'DATABASE_RIGHTS_MISSING',
    `DATABASE_URL: ${place}: the role ${role} may not create tables in the schema ${schema}. Ask the owner of the database for: grant usage, create on schema ${schema} to ${role};`,
  )
}

function clientOf(url: string): pg.Client {
  try {
    return new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  } catch (error) {
    throw new StartError(
      'DATABASE_UNREACHABLE',
      'DATABASE_URL: expected postgresql://user:password@host:port/database',
      error,
    )
  }
}
