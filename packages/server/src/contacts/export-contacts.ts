/** A campaign's people as a list that can be read in again, with what became of them; page by page, however many they are. */
import { stringify } from 'csv-stringify/sync'
import { type Database, statement } from '../adapters/postgres/pool.ts'
import { CampaignNotFoundError } from '../campaigns/errors.ts'

type ExportedContact = {
  readonly id: string
  readonly phones: readonly string[]
  readonly state: string
  readonly priority: number
  readonly attempts: number
  readonly lastDisposition: string | null
  readonly doneReason: string | null
  readonly clientExternalId: string | null
  readonly createdAt: Temporal.Instant
  readonly finishedAt: Temporal.Instant | null
  readonly variables: Readonly<Record<string, unknown>>
  readonly callbackData: unknown
}

/** Reading and writing one page keeps the event loop for some milliseconds. */
const pageRows = 500

const campaignRow = statement('export-campaign', 'select from campaign where workspace_id = $1 and id = $2')
const pageOf = statement<ExportedContact>(
  'export-page',
  `select k.id, array(select p.given from contact_phone p where p.contact_id = k.id order by p.position) as phones, k.state, k.priority,
          k.attempts, k.last_disposition as "lastDisposition", k.done_reason as "doneReason", k.client_external_id as "clientExternalId",
          k.created_at as "createdAt", k.finished_at as "finishedAt", k.variables, k.callback_data as "callbackData"
     from contact k where k.workspace_id = $1 and k.campaign_id = $2 and ($3::uuid is null or k.id > $3) order by k.id limit $4`,
)
const variableNames = statement<{ name: string }>(
  'export-variables',
  `select distinct jsonb_object_keys(variables) as name from contact where workspace_id = $1 and campaign_id = $2 order by 1`,
)

/**
 * @param format  `csv`: phones as they were given, joined by `;`, a column for each variable; `ndjson`: an object a line.
 * @throws {CampaignNotFoundError} before the first piece.
 */
export async function exportContacts(
  database: Database,
  workspaceId: string,
  campaignId: string,
  format: 'csv' | 'ndjson',
): Promise<AsyncGenerator<string>> {
  if ((await campaignRow(database, [workspaceId, campaignId])).length === 0) throw new CampaignNotFoundError(campaignId)
  const pages = pagesOf(database, workspaceId, campaignId)
  if (format === 'ndjson') return inLines(pages)
  const names = (await variableNames(database, [workspaceId, campaignId])).map(({ name }) => name)
  return inTable(pages, names)
}

async function* pagesOf(
  database: Database,
  workspaceId: string,
  campaignId: string,
): AsyncGenerator<ExportedContact[]> {
  for (let after: string | null = null; ; ) {
    const rows: ExportedContact[] = await pageOf(database, [workspaceId, campaignId, after, pageRows])
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last.id
  }
}

async function* inLines(pages: AsyncIterable<ExportedContact[]>): AsyncGenerator<string> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

async function* inTable(pages: AsyncIterable<ExportedContact[]>, names: readonly string[]): AsyncGenerator<string> {
  const own = ['phones', 'clientExternalId', 'priority', 'callbackData']
  const told = ['id', 'state', 'attempts', 'lastDisposition', 'doneReason', 'createdAt', 'finishedAt']
  yield stringify([[...own, ...names, ...told]])
  for await (const rows of pages)
    yield stringify(
      rows.map((row) => [
        row.phones.join(';'),
        row.clientExternalId,
        row.priority,
        cellOf(row.callbackData),
        ...names.map((name) => cellOf(row.variables[name])),
        row.id,
        row.state,
        row.attempts,
        row.lastDisposition,
        row.doneReason,
        row.createdAt.toString(),
        row.finishedAt?.toString() ?? null,
      ]),
    )
}

function cellOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
