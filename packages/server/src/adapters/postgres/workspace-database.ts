/**
 * The database as HTTP sees it: connections of their own, under the role that row-level security holds, each inside the one
 * workspace that it was asked for. A statement that forgets its workspace finds nothing of anybody else's.
 */
import pg from 'pg'
import type { Connection, Database, Pool, Queryable } from './pool.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export class WorkspaceDatabases {
  readonly #pool: Pool
  /** Which workspace a connection is in; not here: it is still its owner's. */
  readonly #inside = new WeakMap<Connection, string>()

  /** @param pool  Nobody else's: its connections stay in the role and the workspace that they were last put into. */
  constructor(pool: Pool) {
    this.#pool = pool
  }

  of(workspaceId: string): Database {
    if (!uuid.test(workspaceId)) throw new TypeError('Expected the id of a workspace')
    const connect = () => this.#enter(workspaceId)
    const query = async (...parameters: Parameters<Queryable['query']>) => {
      const connection = await connect()
      let isBroken = true
      try {
        const result = await connection.query(...parameters)
        isBroken = false
        return result
      } catch (error) {
        // What the server refused leaves the connection whole.
        isBroken = !(error instanceof pg.DatabaseError)
        throw error
      } finally {
        connection.release(isBroken)
      }
    }
    return { connect, query }
  }

  async #enter(workspaceId: string): Promise<Connection> {
    const connection = await this.#pool.connect()
    if (this.#inside.get(connection) === workspaceId) return connection
    try {
      await connection.query(
        `set role dialwright_http; select set_config('dialwright.workspace', '${workspaceId}', false)`,
      )
      this.#inside.set(connection, workspaceId)
      return connection
    } catch (error) {
      connection.release(true)
      throw error
    }
  }
}
