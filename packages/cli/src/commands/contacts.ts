/** `contacts`: people in and out of a campaign, as files of any size. */
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command, Context } from '../command.ts'
import { exitCodes, InterruptedError, UsageError } from '../errors.ts'
import { bar, bytes } from '../terminal/text.ts'
import { campaignId } from './resolve.ts'

type Import = {
  readonly id: string
  readonly state: 'receiving' | 'running' | 'done' | 'failed' | 'undone'
  readonly rows: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly bytes: number
  readonly error?: string | null
  readonly [field: string]: unknown
}

const lookEveryMs = 500
const formats: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
}

export const contactCommands: readonly Command[] = [
  {
    path: ['contacts', 'import'],
    summary: 'Adds people from a CSV or JSON lines file of any size; - is stdin',
    positionals: ['FILE'],
    options: ['campaign', 'format', 'encoding', 'rejected'],
    required: ['campaign'],
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
    options: ['campaign', 'force'],
    required: ['campaign'],
    run: exportFile,
  },
]

async function importFile(context: Context): Promise<number | undefined> {
  const { api, out, given } = context
  const file = given.positional(0)
  const contentType = contentTypeOf(file, given.text('format'), given.text('encoding'))
  const total = file === '-' ? null : await sizeOf(file)
  const campaign = await campaignId(context, given.needed('campaign'))
  const source = file === '-' ? context.stdin : createReadStream(file)
  let sent = 0
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of source) {
      const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
      sent += chunk.length
      const share = total === null ? '' : `${bar(sent / Math.max(1, total))} `
      out.bar(`${share}${bytes(sent)}${total === null ? '' : ` of ${bytes(total)}`} sent`)
      yield chunk
    }
  }
  const begun = await api.upload<Import>(`/campaigns/${campaign}/imports`, ReadableStream.from(counted()), contentType)
  const ended = await watchImport(context, begun)
  out.result(ended, () => summaryOf(ended))
  const target = given.text('rejected')
  if (ended.rejected > 0 && target !== undefined) {
    await save(api.stream(`/imports/${ended.id}/rejected`), createWriteStream(target, { mode: 0o600 }))
    out.note(`The rows that were not taken, with their reasons, are in ${target}`)
  } else if (ended.rejected > 0) out.note('--rejected FILE writes the rows that were not taken, with their reasons')
  return ended.state === 'done' && ended.rejected === 0 ? exitCodes.fine : exitCodes.badResult
}

/** Follows an import until it has ended. Ctrl-C leaves it going: what is received is the server's. */
async function watchImport({ api, out, clock, signal }: Context, begun: Import): Promise<Import> {
  let now = begun
  while (now.state === 'receiving' || now.state === 'running') {
    out.bar(`${now.rows} rows: ${now.accepted} taken, ${now.duplicates} known already, ${now.rejected} not taken`)
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
  const why = typeof error === 'string' ? `: ${error}` : ''
  return `import ${id} ${state}${why}: ${rows} rows, ${accepted} taken, ${duplicates} known already, ${rejected} not taken`
}

async function undo({ api, out, given }: Context): Promise<undefined> {
  const undone = await api.post<Import>(`/imports/${encodeURIComponent(given.positional(0))}/undo`)
  out.result(undone, () => summaryOf(undone))
}

async function exportFile(context: Context): Promise<undefined> {
  const { api, out, given } = context
  const file = given.positional(0)
  const campaign = await campaignId(context, given.needed('campaign'))
  const answer = api.stream(`/campaigns/${campaign}/contacts/export`)
  if (file === '-') {
    for await (const piece of textOf(await answer)) out.raw(piece)
    return
  }
  // Names and numbers of people: nobody else on this machine reads them.
  await save(answer, createWriteStream(file, { flags: given.flag('force') ? 'w' : 'wx', mode: 0o600 }))
  const { size } = await stat(file)
  out.result({ file, bytes: size }, () => `${bytes(size)} in ${file}`)
}

async function* textOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string, void, undefined> {
  if (body === null) return
  const decoder = new TextDecoder()
  for await (const piece of body) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

async function save(answer: Promise<ReadableStream<Uint8Array> | null>, target: WriteStream): Promise<void> {
  try {
    // The file is opened first: one that is there already is told before the server is asked for everything.
    await new Promise((resolve, reject) => target.once('open', resolve).once('error', reject))
    await pipeline(Readable.from((await answer) ?? []), target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${String(target.path)} is there already: --force writes over it`)
    throw error
  }
}

function contentTypeOf(file: string, format: string | undefined, encoding: string | undefined): string {
  const name = format ?? /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? ''
  const type = formats[name]
  if (type === undefined)
    throw new UsageError(
      format === undefined
        ? `${file}: is it csv or jsonl? Say it by --format`
        : `--format: expected csv or jsonl, found "${format}"`,
    )
  return encoding === undefined ? type : `${type}; charset=${encoding}`
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file)
    if (found.isDirectory()) throw new Error('it is a directory')
    return found.size
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
