/** `contacts`: people in and out of a campaign, as files of any size. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command, Context } from '../command.ts'
import { exitCodes, InterruptedError, UsageError } from '../errors.ts'
import { bar, bytes } from '../terminal/text.ts'
import { campaignId, query } from './resolve.ts'
import { type Import, resumeList, sendList, sizeOf } from './upload.ts'

const lookEveryMs = 500
const contentTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
}

export const contactCommands: readonly Command[] = [
  {
    path: ['contacts', 'import'],
    summary: 'Adds people from a CSV or JSON lines file of any size; - is stdin',
    positionals: ['FILE'],
    options: ['campaign', 'format', 'encoding', 'delimiter', 'column', 'rejected', 'resume'],
    run: importFile,
  },
  {
    path: ['contacts', 'undo'],
    summary: 'Takes back an import: those of its people who were not called yet',
    positionals: ['IMPORT'],
    options: [],
    run: undo,
  },
  {
    path: ['contacts', 'export'],
    summary: 'Writes the people of a campaign and what became of them; - is stdout',
    positionals: ['FILE'],
    options: ['campaign', 'format', 'force'],
    required: ['campaign'],
    run: exportFile,
  },
]

async function importFile(context: Context): Promise<number> {
  const { api, out, given } = context
  const file = given.positional(0)
  const ended = await watchImport(context, await begin(context, file))
  out.result(ended, () => summaryOf(ended))
  const target = given.text('rejected')
  if (ended.rejected > 0 && target !== undefined) {
    await save(rejectedLines(context, ended.id), createWriteStream(target, { mode: 0o600 }))
    out.note(`The rows that were not taken, with their reasons, are in ${target}`)
  } else if (ended.rejected > 0) {
    for await (const row of api.list<Rejected>(`/imports/${ended.id}/rejected`, rejectedShown))
      out.note(`  row ${row.row}: ${row.field}: ${row.message}`)
    if (ended.rejected > rejectedShown)
      out.note(`  and ${ended.rejected - rejectedShown} more: --rejected FILE writes them all`)
  }
  return ended.state === 'done' && ended.rejected === 0 ? exitCodes.fine : exitCodes.badResult
}

async function begin(context: Context, file: string): Promise<Import> {
  const { given } = context
  const resumed = given.text('resume')
  if (resumed !== undefined) return resumeList(context, file, resumed)
  const campaign = given.text('campaign')
  if (campaign === undefined) throw new UsageError('--campaign is missing: which one are they for?')
  const contentType = contentTypeOf(file, given.text('format'), given.text('encoding'))
  const total = file === '-' ? null : await sizeOf(file)
  const id = await campaignId(context, campaign)
  const columns = columnsOf(given.all('column'))
  const path = `/campaigns/${id}/imports${query({ name: file === '-' ? undefined : basename(file), delimiter: given.text('delimiter'), columns })}`
  return sendList(context, { file, contentType, path, total })
}

/** Follows an import until it has ended. Ctrl-C leaves it going: what is received is the server's. */
async function watchImport({ api, out, clock, signal }: Context, begun: Import): Promise<Import> {
  let now = begun
  while (!['done', 'failed', 'undone'].includes(now.state)) {
    const counts = `${now.accepted} taken, ${now.duplicates} known already, ${now.rejected} not taken`
    out.bar(`${bar(now.bytesRead / Math.max(1, now.bytes))} ${now.rows} rows: ${counts}`)
    await clock.sleep(lookEveryMs, signal)
    if (signal.aborted) {
      out.note(`The import ${now.id} goes on without you`)
      throw new InterruptedError()
    }
    now = await api.get<Import>(`/imports/${now.id}`)
  }
  return now
}

function summaryOf({ id, state, rows, accepted, duplicates, rejected, error }: Import): string {
  const why = error === null ? '' : `: ${error}`
  return `import ${id} ${state}${why}: ${rows} rows, ${accepted} taken, ${duplicates} known already, ${rejected} not taken`
}

type Rejected = {
  readonly row: number
  readonly field: string
  readonly code: string
  readonly message: string
  readonly given: string
}
/** Of those without a file, so many are shown. */
const rejectedShown = 10

async function* rejectedLines({ api }: Context, id: string): AsyncGenerator<string, void, undefined> {
  for await (const row of api.list<Rejected>(`/imports/${id}/rejected`)) yield `${JSON.stringify(row)}\n`
}

async function undo(context: Context): Promise<undefined> {
  const { api, out, given } = context
  const undone = await watchImport(
    context,
    await api.post<Import>(`/imports/${encodeURIComponent(given.positional(0))}/undo`),
  )
  out.result(
    undone,
    () => `import ${undone.id} undone: ${undone.undone} taken away, ${undone.kept} stay because they were called`,
  )
}

async function exportFile(context: Context): Promise<undefined> {
  const { api, out, given } = context
  const file = given.positional(0)
  const name = given.text('format') ?? (/\.(jsonl|ndjson)$/i.test(file) ? 'jsonl' : 'csv')
  if (name !== 'csv' && name !== 'jsonl') throw new UsageError(`--format: expected csv or jsonl, found "${name}"`)
  const campaign = await campaignId(context, given.needed('campaign'))
  const pieces = (): Promise<ReadableStream<Uint8Array> | null> =>
    api.stream(`/campaigns/${campaign}/contacts/export?format=${name === 'csv' ? 'csv' : 'ndjson'}`)
  if (file === '-') {
    for await (const piece of textOf(await pieces())) out.raw(piece)
    return
  }
  await save(bytesOf(pieces), createWriteStream(file, { flags: given.flag('force') ? 'w' : 'wx', mode: 0o600 }))
  const { size } = await stat(file)
  out.result({ file, bytes: size }, () => `${bytes(size)} in ${file}`)
}

async function* textOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string, void, undefined> {
  if (body === null) return
  const decoder = new TextDecoder()
  for await (const piece of body) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

async function* bytesOf(
  pieces: () => Promise<ReadableStream<Uint8Array> | null>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const body = await pieces()
  if (body !== null) yield* body
}

/**
 * Names and numbers of people: nobody else on this machine reads them.
 * The file is opened first: one that is there already is told before the server is asked for everything.
 */
async function save(pieces: AsyncIterable<string | Uint8Array>, target: WriteStream): Promise<void> {
  try {
    await new Promise((resolve, reject) => target.once('open', resolve).once('error', reject))
    await pipeline(Readable.from(pieces), target)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new UsageError(`${String(target.path)} is there already: --force writes over it`)
    throw code?.startsWith('E') === true && 'syscall' in (error as object) ? new UsageError(message) : error
  }
}

function contentTypeOf(file: string, format: string | undefined, encoding: string | undefined): string {
  const name = format ?? /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? ''
  const type = contentTypes[name]
  if (type === undefined)
    throw new UsageError(
      format === undefined
        ? `${file}: is it csv or jsonl? Say it by --format`
        : `--format: expected csv, tsv or jsonl, found "${format}"`,
    )
  if (encoding !== undefined && !/^[\w-]+$/.test(encoding))
    throw new UsageError(`--encoding: "${encoding}" is no encoding`)
  return encoding === undefined ? type : `${type}; charset=${encoding}`
}

/** `Телефон=phone` and so on, as the JSON that the server takes; undefined: by the headers alone. */
function columnsOf(given: readonly string[]): string | undefined {
  if (given.length === 0) return undefined
  const columns = given.map((text) => {
    const equals = text.lastIndexOf('=')
    if (equals < 1 || equals === text.length - 1)
      throw new UsageError(`--column: expected HEADER=FIELD, found "${text}"`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  })
  return JSON.stringify(Object.fromEntries(columns))
}
