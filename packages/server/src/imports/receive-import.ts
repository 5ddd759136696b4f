/** Takes in a list as it arrives: in chunks, each kept before the next is read, so that a connection that breaks loses nothing. */
import { parse } from 'csv-parse/sync'
import { type Database, statement, transaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import { InvalidInputError } from '../campaigns/errors.ts'
import { contactGround } from '../contacts/contact-ground.ts'
import type { ServerDeps } from '../deps.ts'
import { type Idempotency, takeKey } from '../idempotency.ts'
import { type ColumnNames, Columns } from './columns.ts'
import { guessDelimiter, guessEncoding, knownEncoding, markedEncoding } from './encoding.ts'
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
const longestHeader = 256 * 1024
/** Of one list: ten million people of a hundred bytes. */
const greatestBytes = 1024 * 1024 * 1024

/** How long the rest of a list is waited for: as long as an Idempotency-Key is kept. */
const patience = "interval '24 hours'"

const insert = statement(
  'import-insert',
  `insert into contact_import (id, workspace_id, campaign_id, format, name, encoding, delimiter, columns, lease_until)
   values ($1, $2, $3, $4, $5, $6, $7, $8, dw_clock() + ${patience})`,
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
const grow = statement(
  'import-grow',
  `update contact_import set bytes = bytes + $2, runner_token = null, lease_until = dw_clock() + ${patience} where id = $1`,
)
const whole = statement<{ id: string }>(
  'import-whole',
  `update contact_import set state = 'waiting', received_at = dw_clock(), lease_until = null, runner_token = null
    where workspace_id = $1 and id = $2 and state = 'receiving' and bytes = $3 returning id`,
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
  if (first === null) await receiveRest(deps, workspaceId, id, 0, following(beginning, chunks))
  else await receiveAgain(deps, workspaceId, first, following(beginning, chunks))
  return first ?? id
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
  await receiveRest(deps, workspaceId, id, offset, inChunks(body))
}

/** The same list once more, from its beginning: what is here already is passed over. */
async function receiveAgain(
  deps: ServerDeps,
  workspaceId: string,
  id: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const row = await transaction(deps.pool, async (connection) => (await received(connection, [workspaceId, id]))[0])
  // Whole, or gone with its campaign: this is the answer to a request that was answered before.
  if (row?.state !== 'receiving') return
  const rest = async function* () {
    let toPass = row.bytes
    for await (const chunk of chunks) {
      const passed = Math.min(toPass, chunk.length)
      toPass -= passed
      if (passed < chunk.length) yield chunk.subarray(passed)
    }
    if (toPass > 0)
      throw new ImportStateError(
        `${row.bytes} bytes have been received under this Idempotency-Key, and this list has less`,
      )
  }
  await receiveRest(deps, workspaceId, id, row.bytes, rest())
}

/** @param offset  Where the first chunk belongs. */
async function receiveRest(
  deps: ServerDeps,
  workspaceId: string,
  id: string,
  offset: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  let bytes = offset
  for await (const chunk of chunks) {
    await append(deps.pool, workspaceId, id, bytes, chunk)
    bytes += chunk.length
  }
  const [ended] = await whole(deps.pool, [workspaceId, id, bytes])
  if (ended === undefined) throw new ImportStateError('The import was ended, or somebody else sent its rest meanwhile')
  deps.onImport()
}

async function append(
  database: Database,
  workspaceId: string,
  id: string,
  offset: number,
  chunk: Uint8Array,
): Promise<void> {
  if (chunk.length === 0) return
  await transaction(database, async (connection) => {
    const [row] = await received(connection, [workspaceId, id])
    // Deleted with its campaign, or undone, while it was being sent.
    if (row === undefined) throw new ImportNotFoundError(id)
    if (row.state !== 'receiving') throw new ImportStateError(`The import is ${row.state} meanwhile`)
    // A connection that its sender gave up may still hold bytes, while he sends them again on another.
    if (row.bytes !== offset)
      throw new ImportStateError(`Somebody else sends this list: ${row.bytes} bytes are received`)
    if (row.bytes + chunk.length > greatestBytes)
      throw new ImportStateError(`A list may have ${greatestBytes} bytes: send the rest as a second one`)
    await addChunk(connection, [workspaceId, id, row.chunks, chunk])
    await grow(connection, [id, chunk.length])
  })
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
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
  const encoding =
    given.encoding === undefined
      ? guessEncoding(beginning)
      : knownEncoding(given.encoding) && (markedEncoding(beginning) ?? knownEncoding(given.encoding))
  if (encoding === null) return refuse('charset', `"${given.encoding ?? ''}" is no encoding that is known here`)
  const text = new TextDecoder(encoding).decode(beginning, { stream: true })
  if (text.trim() === '') return refuse('', 'the list is empty: expected a header and rows')
  if (given.format === 'ndjson') return { encoding, delimiter: null }
  const top = text.slice(0, longestHeader)
  const header = headerOf(top.trimStart())
  const delimiter = given.delimiter ?? guessDelimiter(header)
  const [cells = []] = parse(header, { delimiter, relax_quotes: true, skip_records_with_error: true })
  new Columns(cells, given.columns)
  return { encoding, delimiter }
}

/** Within quotes a header may have lines of its own. */
function headerOf(text: string): string {
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && (character === '\n' || character === '\r')) return text.slice(0, at)
  }
  return isQuoted ? (/^[^\r\n]*/.exec(text)?.[0] ?? '') : text
}
