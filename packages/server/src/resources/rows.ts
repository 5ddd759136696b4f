/** Rows of a workspace, written column by column: what is undefined keeps the table's default, or its present value. */
import type { Connection } from '../adapters/postgres/pool.ts'

/** Names are columns of the program's own, never of a request. */
export type Columns = Readonly<Record<string, unknown>>

export async function insertRow(
  connection: Connection,
  table: string,
  key: { readonly id: string; readonly workspaceId: string },
  columns: Columns,
): Promise<void> {
  const given = Object.entries({ id: key.id, workspace_id: key.workspaceId, ...columns }).filter(isGiven)
  await connection.query(
    `insert into ${table} (${given.map(([column]) => column).join(', ')}) values (${given.map((_, at) => `$${at + 1}`).join(', ')})`,
    given.map(([, value]) => value),
  )
}

/**
 * Many rows in one statement, all with the same columns. Values stand as JSON does, so that a json column takes an object as it is;
 * bytes are `bytesText`.
 */
export async function insertRows(connection: Connection, table: string, rows: readonly Columns[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const names = Object.keys(first).join(', ')
  await connection.query(
    `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1)`,
    [JSON.stringify(rows)],
  )
}

/** Bytes as text that a column of bytes reads. */
export function bytesText(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`
}

export async function updateRow(
  connection: Connection,
  table: string,
  key: { readonly id: string; readonly workspaceId: string },
  columns: Columns,
  idColumn = 'id',
): Promise<void> {
  const given = Object.entries(columns).filter(isGiven)
  if (given.length === 0) return
  await connection.query(
    `update ${table} set ${given.map(([column], at) => `${column} = $${at + 3}`).join(', ')} where ${idColumn} = $1 and workspace_id = $2`,
    [key.id, key.workspaceId, ...given.map(([, value]) => value)],
  )
}

/** Limits of a workspace, a trunk or a number: undefined stays as it is, null takes the limit away. */
export async function setLimits(
  connection: Connection,
  owner: { readonly id: string; readonly workspaceId: string; readonly kind: 'workspace' | 'trunk' | 'number' },
  limits: {
    readonly maxCalls?: number | null | undefined
    readonly callsPerSecond?: number | null | undefined
    readonly reservedCalls?: number | null | undefined
  },
): Promise<void> {
  await connection.query(
    'insert into pace (owner_id, owner_kind, workspace_id) values ($1, $2, $3) on conflict (owner_id) do nothing',
    [owner.id, owner.kind, owner.workspaceId],
  )
  const reserved = limits.reservedCalls === null ? 0 : limits.reservedCalls
  const columns = { max_calls: limits.maxCalls, calls_per_second: limits.callsPerSecond, reserved_calls: reserved }
  await updateRow(connection, 'pace', owner, columns, 'owner_id')
}

function isGiven([, value]: readonly [string, unknown]): boolean {
  return value !== undefined
}
