/** The way to the database: a pool that outlives a lost server, instants as `Temporal.Instant`, transactions, named statements. */
import pg from 'pg'

export type Pool = pg.Pool
export type Connection = pg.PoolClient
/** Where a statement runs: on any connection of a pool, or on the one of a transaction. */
export type Queryable = {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}
/** A whole pool, or a pool as one workspace may see it. */
export type Database = Queryable & { connect(): Promise<Connection> }

/** The part of a logger that the database rooms use; pino's fits. */
export type DatabaseLog = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type PoolOptions = {
  readonly size?: number | undefined
  /** A statement is sent though an earlier one of its connection is not answered yet (true); COPY needs false. */
  readonly pipeline?: boolean | undefined
}

const timestamptz = 1184
const timestamptzArray = 1185
const int8 = 20
const int8Array = 1016
const textArray: number = 1009

const earliest = Temporal.Instant.fromEpochNanoseconds(-8_640_000_000_000_000_000_000n)
const latest = Temporal.Instant.fromEpochNanoseconds(8_640_000_000_000_000_000_000n)

/** PostgreSQL's `infinity` and `-infinity` become the last and first instant that can be told. */
function parseInstant(text: string): Temporal.Instant {
  if (text === 'infinity') return latest
  if (text === '-infinity') return earliest
  return Temporal.Instant.from(text)
}

/** A number while it is exact, a bigint beyond 2^53. */
function parseInt8(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

/** Elements of one dimension; null stays null. */
function parseArray(text: string, parse: (element: string) => unknown): unknown[] {
  const elements: (string | null)[] = pg.types.getTypeParser(textArray)(text)
  return elements.map((element) => (element === null ? null : parse(element)))
}

const parsers = new Map<number, (text: string) => unknown>([
  [timestamptz, parseInstant],
  [int8, parseInt8],
  [timestamptzArray, (text) => parseArray(text, parseInstant)],
  [int8Array, (text) => parseArray(text, parseInt8)],
])

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? pg.types.getTypeParser(oid, format),
}

/** `infinity` and `-infinity` go back as they came. */
function toParameter(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toParameter)
  if (value instanceof Temporal.Instant) {
    if (value.equals(latest)) return 'infinity'
    return value.equals(earliest) ? '-infinity' : value.toString()
  }
  return value instanceof Temporal.Duration ? value.toString() : value
}

function withParameters(argument: unknown): unknown {
  if (Array.isArray(argument)) return argument.map(toParameter)
  const isConfig = typeof argument === 'object' && argument !== null && 'values' in argument && !('submit' in argument)
  return isConfig && Array.isArray(argument.values)
    ? { ...argument, values: argument.values.map(toParameter) }
    : argument
}

/** A client that also takes `Temporal` values as parameters: the driver would send them as JSON strings, in quotes. */
class TemporalClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    const send = this.query as (...parameters: unknown[]) => unknown
    Object.assign(this, { query: (...parameters: unknown[]) => send.apply(this, parameters.map(withParameters)) })
  }
}

/**
 * Makes a pool. A lost connection is logged and replaced at the next use; it never ends the process.
 * @param connectionString  `postgresql://...`; a Unix socket through `?host=/directory`.
 */
export function createPool(connectionString: string, log: DatabaseLog, options: PoolOptions = {}): Pool {
  const pool = new pg.Pool({
    connectionString,
    types,
    Client: TemporalClient,
    max: options.size ?? 10,
    connectionTimeoutMillis: 10_000,
    application_name: 'dialwright',
    pipeline: options.pipeline ?? true,
    // A transaction forgotten by a fault must not hold back vacuum and the claim.
    idle_in_transaction_session_timeout: 10_000,
  })
  // The pool listens to idle connections only: without this a connection lost inside a transaction would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost'))
  })
  pool.on('error', () => undefined)
  return pool
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws.
 * The connection goes back to the pool, or away when it can no longer be trusted.
 */
export async function transaction<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await database.connect()
  let isBroken = false
  try {
    await connection.query('begin')
    const result = await work(connection)
    // A transaction that failed inside answers COMMIT with a rollback and no error: nothing of it would be kept.
    const { command } = await connection.query('commit')
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back: a statement inside it failed and the failure was swallowed.')
    return result
  } catch (error) {
    await connection.query('rollback').catch(() => {
      isBroken = true
    })
    throw error
  } finally {
    connection.release(isBroken)
  }
}

/** Times that the database may take a transaction back because of another one. */
const mostTries = 3

/**
 * A transaction that is begun anew where the database took it back because of another one: a deadlock, a conflict of serialization.
 * @param work  May run several times; of all but the last nothing is left.
 */
export async function repeatableTransaction<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(database, work)
    } catch (error) {
      const isTakenBack = error instanceof Error && 'code' in error && ['40P01', '40001'].includes(String(error.code))
      if (!isTakenBack || tries === mostTries) throw error
    }
  }
}

/** A statement under a name: parsed and planned once per connection. Answers its rows. */
export type Statement<Row extends pg.QueryResultRow> = (on: Queryable, values?: readonly unknown[]) => Promise<Row[]>

/** Names a statement. The name is unique in the product: the driver refuses two texts under one name. */
export function statement<Row extends pg.QueryResultRow>(name: string, text: string): Statement<Row> {
  return async (on, values = []) => (await on.query<Row>({ name, text, values: [...values] })).rows
}
