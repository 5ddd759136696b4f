/** Takes in a list as it arrives: in chunks, each kept before the next is read, so that a connection that breaks loses nothing. */
import { parse } from 'csv-parse/sync'
import { type Database, statement, transaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import { InvalidInputError } from '../campaigns/errors.ts'
import { type Idempotency, takeKey } from '../campaigns/idempotency.ts'
import { contactGround } from '../contacts/contact-ground.ts'
import type { ServerDeps } from '../deps.ts'
import { type ColumnNames, Columns } from './columns.ts'
import { guessDelimiter, guessEncoding, knownEncoding } from './encoding.ts'
import { ImportNotFoundError, ImportStateError } from './errors.ts'

export type NewImport = {
  readonly format: 'csv' | 'ndjson'
  readonly name: string | null
  /** Absent: guessed from the beginning. */
  readonly encoding?: string | undefined
  readonly delimiter?: string | undefined
  readonly columns: ColumnNames
}

const chunkBytes = 512 * 1024
/** Of one list: ten million people of a hundred bytes. */
const greatestBytes = 1024 * 1024 * 1024

const insert = statement(
  'import-insert',
  `insert into contact_import (id, workspace_id, campaign_id, format, name, encoding, delimiter, columns)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
)
const addChunk = statement(
  'import-add-chunk',
  'insert into contact_import_chunk (workspace_id, import_id, position, bytes) values ($1, $2, $3, $4)',
)
const received = statement<{ state: string; bytes: number; chunks: number }>(
  'import-received',
  `select state, bytes, (select count(*) from contact_import_chunk k where k.import_id = i.id) as chunks
     from contact_import i where workspace_id = $1 and id = $2 for update`,
)
const grow = statement('import-grow', 'update contact_import set bytes = bytes + $2 where id = $1')
const whole = statement(
  'import-whole',
  `update contact_import set state = 'waiting', received_at = dw_clock() where workspace_id = $1 and id = $2 and state = 'receiving'`,
)

/**
 * Begins an import with its list's first bytes, and goes on with the rest. The header is looked at before anything is kept.
 * @returns Its id; that of the first, when it was asked for before under the same key.
 * @throws {CampaignNotFoundError} @throws {IdempotencyError} @throws {InvalidInputError}
 */
export async function receiveImport(
  deps: ServerDeps,
  actor: Actor,
  campaignId: string,
  given: NewImport,
  body: AsyncIterable<Uint8Array>,
  idempotency?: Idempotency,
): Promise<string> {
  const id = uuidV7(deps.clock, deps.random)
  const { workspaceId } = actor
  const chunks = inChunks(body)
  const { value: beginning = new Uint8Array() } = await chunks.next()
  const form = formOf(given, beginning)
  const first = await transaction(deps.pool, async (connection) => {
    const before = idempotency === undefined ? null : await takeKey(connection, workspaceId, idempotency, id)
    if (before !== null) return before
    const ground = await contactGround(connection, workspaceId, campaignId)
    await insert(connection, [
      id,
      workspaceId,
      ground.campaignId,
      given.format,
      given.name,
      form.encoding,
      form.delimiter,
      JSON.stringify(given.columns),
    ])
    const after = { campaign: ground.campaignId, format: given.format }
    await recordAudit(connection, deps, actor, {
      ...{ action: 'create', kind: 'import', id, name: given.name, before: null, after },
    })
    return null
  })
  if (first !== null) return first
  await append(deps.pool, workspaceId, id, beginning)
  await receiveRest(deps, workspaceId, id, chunks)
  return id
}

/**
 * Goes on where a connection broke.
 * @param offset  How many bytes the sender knows to be received: the number that the import shows.
 * @throws {ImportNotFoundError} @throws {ImportStateError} when it is whole already, or the offset is another.
 */
export async function continueImport(
  deps: ServerDeps,
  workspaceId: string,
  id: string,
  offset: number,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  await transaction(deps.pool, async (connection) => {
    const [row] = await received(connection, [workspaceId, id])
    if (row === undefined) throw new ImportNotFoundError(id)
    if (row.state !== 'receiving') throw new ImportStateError(`The list has been received whole: it is ${row.state}`)
    if (row.bytes !== offset) throw new ImportStateError(`${row.bytes} bytes have been received: go on from there`)
  })
  await receiveRest(deps, workspaceId, id, inChunks(body))
}

async function receiveRest(
  deps: ServerDeps,
  workspaceId: string,
  id: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of chunks) await append(deps.pool, workspaceId, id, chunk)
  await whole(deps.pool, [workspaceId, id])
  deps.onImport()
}

async function append(database: Database, workspaceId: string, id: string, chunk: Uint8Array): Promise<void> {
  if (chunk.length === 0) return
  await transaction(database, async (connection) => {
    const [row] = await received(connection, [workspaceId, id])
    // Deleted with its campaign, or undone, while it was being sent.
    if (row === undefined) throw new ImportNotFoundError(id)
    if (row.state !== 'receiving') throw new ImportStateError(`The import is ${row.state} meanwhile`)
    if (row.bytes + chunk.length > greatestBytes)
      throw new ImportStateError(`A list may have ${greatestBytes} bytes: send the rest as a second one`)
    await addChunk(connection, [workspaceId, id, row.chunks, chunk])
    await grow(connection, [id, chunk.length])
  })
}

async function* inChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    pieces.push(piece)
    length += piece.length
    if (length < chunkBytes) continue
    yield Buffer.concat(pieces)
    pieces = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(pieces)
}

function formOf(given: NewImport, beginning: Uint8Array): { encoding: string; delimiter: string | null } {
  const refuse = (field: string, message: string): never => {
    throw new InvalidInputError([{ field, code: 'invalid', message }])
  }
  const encoding = given.encoding === undefined ? guessEncoding(beginning) : knownEncoding(given.encoding)
  if (encoding === null) return refuse('charset', `"${given.encoding ?? ''}" is no encoding that is known here`)
  const text = new TextDecoder(encoding).decode(beginning, { stream: true })
  if (text.trim() === '') return refuse('', 'the list is empty: expected a header and rows')
  if (given.format === 'ndjson') return { encoding, delimiter: null }
  const header = /^[^\r\n]*/.exec(text.trimStart())?.[0] ?? ''
  const delimiter = given.delimiter ?? guessDelimiter(header)
  const [cells = []] = parse(header, { delimiter, relax_quotes: true, skip_records_with_error: true })
  new Columns(cells, given.columns)
  return { encoding, delimiter }
}
