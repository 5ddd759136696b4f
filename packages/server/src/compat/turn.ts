/** One after the other: what looks whether a thing is there and then makes it. What lies directly in compat/ belongs to every room. */
import { type Connection, statement } from '../adapters/postgres/pool.ts'

const take = statement('compat-turn', 'select pg_advisory_xact_lock(hashtextextended($1, 0))')

/** Waits for whoever has this turn, and keeps it until the transaction ends; what they committed is seen then. */
export async function takeTurn(connection: Connection, workspaceId: string, what: string): Promise<void> {
  await take(connection, [`${what} ${workspaceId}`])
}
