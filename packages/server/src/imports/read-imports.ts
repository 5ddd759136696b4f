/** Imports as people see them: their progress, the rows that were refused, and the word that takes one back. */
import { type Database, statement, transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { ImportNotFoundError, ImportStateError } from './errors.ts'
import type { ImportState } from './import-rows.ts'

export type ShownImport = {
  readonly id: string
  readonly campaignId: string
  readonly name: string | null
  readonly state: ImportState
  readonly format: 'csv' | 'ndjson'
  readonly encoding: string
  readonly delimiter: string | null
  readonly bytes: number
  readonly bytesRead: number
  readonly rows: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly undone: number
  readonly kept: number
  readonly error: string | null
  readonly createdAt: Temporal.Instant
  readonly receivedAt: Temporal.Instant | null
  readonly finishedAt: Temporal.Instant | null
}
export type RejectedRow = {
  readonly row: number
  readonly field: string
  readonly code: string
  readonly message: string
  readonly given: string
}

const shown = `id, campaign_id as "campaignId", name, state, format, encoding, delimiter, bytes, bytes_read as "bytesRead", rows, accepted,
  duplicates, rejected, undone, kept, error, created_at as "createdAt", received_at as "receivedAt", finished_at as "finishedAt"`
const one = statement<ShownImport>(
  'import-one',
  `select ${shown} from contact_import where workspace_id = $1 and id = $2`,
)
const ofCampaign = statement<ShownImport>(
  'import-list',
  `select ${shown} from contact_import
    where workspace_id = $1 and campaign_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`,
)
const rejectedRows = statement<RejectedRow>(
  'import-rejected',
  `select row, field, code, message, given from contact_import_rejection
    where workspace_id = $1 and import_id = $2 and row > $3 order by row limit $4`,
)
// Whoever reads it finds another state at its next batch, and stops.
const undo = statement(
  'import-ask-undo',
  `update contact_import set state = 'undoing', lease_until = null
    where workspace_id = $1 and id = $2 and state in ('receiving', 'waiting', 'running', 'done', 'failed') returning id`,
)

/** @throws {ImportNotFoundError} */
export async function readImport(database: Database, workspaceId: string, id: string): Promise<ShownImport> {
  const [row] = await one(database, [workspaceId, id])
  if (row === undefined) throw new ImportNotFoundError(id)
  return row
}

export function listImports(
  database: Database,
  workspaceId: string,
  campaignId: string,
  after: string | null,
  limit: number,
): Promise<ShownImport[]> {
  return ofCampaign(database, [workspaceId, campaignId, after, limit])
}

/**
 * @param after  Rows behind this one, from 0.
 * @throws {ImportNotFoundError}
 */
export async function listRejected(
  database: Database,
  workspaceId: string,
  id: string,
  after: number,
  limit: number,
): Promise<RejectedRow[]> {
  await readImport(database, workspaceId, id)
  return rejectedRows(database, [workspaceId, id, after, limit])
}

/**
 * Asks for everybody of the import who has not been dialled to be taken away; it is done a little later.
 * @throws {ImportNotFoundError} @throws {ImportStateError} when it has been asked for already.
 */
export async function askUndo(deps: ServerDeps, actor: Actor, id: string): Promise<ShownImport> {
  const { workspaceId } = actor
  const { state, name } = await readImport(deps.pool, workspaceId, id)
  await transaction(deps.pool, async (connection) => {
    const asked = await undo(connection, [workspaceId, id])
    if (asked.length === 0) throw new ImportStateError(`The import is ${state}`)
    await recordAudit(connection, deps, actor, {
      ...{ action: 'undo', kind: 'import', id, name, before: { state }, after: { state: 'undoing' } },
    })
  })
  deps.onImport()
  return readImport(deps.pool, workspaceId, id)
}
