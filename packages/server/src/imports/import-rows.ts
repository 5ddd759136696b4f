/** The table of imports: claimed by one runner at a time, and moved on in the transactions that write what was read. */
import { type Connection, type Database, type Queryable, statement } from '../adapters/postgres/pool.ts'
import type { ColumnNames } from './columns.ts'

export type ImportState = 'receiving' | 'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone'
export type Import = {
  readonly id: string
  readonly workspaceId: string
  readonly campaignId: string
  readonly state: ImportState
  readonly format: 'csv' | 'ndjson'
  readonly encoding: string
  readonly delimiter: string | null
  readonly columns: ColumnNames
  readonly rows: number
}
/** Who reads; the token is of one life of one process. */
export type Runner = { readonly node: string; readonly token: string }

const leaseSeconds = 30

// The same node's earlier life is dead or will find itself fenced; another node's is waited for until its lease ends. While a
// list is received, its lease is how long the rest is waited for: then it is taken to be ended.
const claim = statement<Import>(
  'import-claim',
  `update contact_import i set runner_node = $1, runner_token = $2, lease_until = dw_clock() + make_interval(secs => $3),
          state = case i.state when 'waiting' then 'running' else i.state end
     from (select id from contact_import
            where state in ('waiting', 'running', 'undoing') and (lease_until is null or lease_until < dw_clock() or runner_node = $1)
               or state = 'receiving' and lease_until < dw_clock()
            order by created_at, id limit 1 for update skip locked) next
    where i.id = next.id
   returning i.id, i.workspace_id as "workspaceId", i.campaign_id as "campaignId", i.state, i.format, i.encoding, i.delimiter, i.columns, i.rows`,
)
const anyOpen = statement(
  'import-any-open',
  `select from contact_import where state in ('waiting', 'running', 'undoing')
      and (lease_until is null or lease_until < dw_clock() or runner_node = $1)
       or state = 'receiving' and lease_until < dw_clock() limit 1`,
)
const hold = statement<{ state: ImportState }>(
  'import-hold',
  'select state from contact_import where id = $1 and runner_token = $2 for update',
)
const renew = statement(
  'import-renew',
  `update contact_import set lease_until = dw_clock() + make_interval(secs => $3)
    where id = $1 and runner_token = $2 and state = 'running' returning id`,
)
const chunk = statement<{ bytes: Buffer }>(
  'import-chunk',
  'select bytes from contact_import_chunk where import_id = $1 and position = $2',
)
const moveOn = statement(
  'import-move-on',
  `update contact_import set rows = rows + $2, accepted = accepted + $3, duplicates = duplicates + $4, rejected = rejected + $5,
          bytes_read = $6, lease_until = dw_clock() + make_interval(secs => $7) where id = $1`,
)
const finish = statement(
  'import-finish',
  `update contact_import set state = $2, error = $3, finished_at = dw_clock(), lease_until = null, runner_token = null,
          bytes_read = case $2 when 'done' then bytes else bytes_read end
    where id = $1`,
)
const dropChunks = statement('import-drop-chunks', 'delete from contact_import_chunk where import_id = $1')

/** Null: nothing that this runner may take is open. */
export async function claimImport(on: Queryable, { node, token }: Runner): Promise<Import | null> {
  const [row] = await claim(on, [node, token, leaseSeconds])
  return row ?? null
}

export async function hasOpenImports(on: Queryable, node: string): Promise<boolean> {
  return (await anyOpen(on, [node])).length > 0
}

/** Locks the import for the rest of the transaction. Null: it has another runner, or is gone. */
export async function holdImport(connection: Connection, id: string, runner: Runner): Promise<ImportState | null> {
  const [row] = await hold(connection, [id, runner.token])
  return row?.state ?? null
}

/** Reading on without writing takes longer than the lease where millions of rows are skipped. @returns Whether it is still ours. */
export async function keepImport(on: Queryable, id: string, runner: Runner): Promise<boolean> {
  return (await renew(on, [id, runner.token, leaseSeconds])).length > 0
}

/** What was received, in pieces that are quick to read: others on the event loop get their turn between them. */
export async function* receivedPieces(database: Database, id: string): AsyncGenerator<Uint8Array> {
  const pieceBytes = 4 * 1024
  for (let position = 0; ; position += 1) {
    const [row] = await chunk(database, [id, position])
    if (row === undefined) return
    for (let at = 0; at < row.bytes.length; at += pieceBytes) yield row.bytes.subarray(at, at + pieceBytes)
  }
}

export async function moveImportOn(
  connection: Connection,
  id: string,
  by: {
    readonly rows: number
    readonly accepted: number
    readonly duplicates: number
    readonly rejected: number
    readonly bytesRead: number
  },
): Promise<void> {
  await moveOn(connection, [id, by.rows, by.accepted, by.duplicates, by.rejected, by.bytesRead, leaseSeconds])
}

/** What was received is not needed any more. */
export async function finishImport(
  connection: Connection,
  id: string,
  state: 'done' | 'failed' | 'undone',
  error: string | null,
): Promise<void> {
  await finish(connection, [id, state, error])
  await dropChunks(connection, [id])
}
