/** The other way to a database: one that somebody else runs, named by DATABASE_URL. Looked at before anything is built on it. */
import pg from 'pg'
import { StartError, systemReason } from '../../errors.ts'

/** What is promised. Tests run on the embedded 18 alone; `unique nulls not distinct` of the schema needs 15. */
const oldestMajor = 16

/**
 * @throws {StartError} `DATABASE_UNREACHABLE`, `DATABASE_VERSION_UNSUPPORTED`; the password is never in the message.
 */
export async function checkGivenDatabase(url: string): Promise<void> {
  const client = clientOf(url)
  client.on('error', () => undefined)
  const place = `${client.host}:${client.port}/${client.database ?? ''}`
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string; encoding: string }>(
      "select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding",
    )
    const major = Math.floor(Number(rows[0]?.version ?? 0) / 10_000)
    if (major < oldestMajor)
      throw new StartError(
        'DATABASE_VERSION_UNSUPPORTED',
        `DATABASE_URL: ${place} is PostgreSQL ${major}; needed is ${oldestMajor} or newer.`,
      )
    if (rows[0]?.encoding !== 'UTF8')
      throw new StartError(
        'DATABASE_VERSION_UNSUPPORTED',
        `DATABASE_URL: ${place} has the encoding ${rows[0]?.encoding}; needed is UTF8.`,
      )
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
