/** Reads the rows of a list, in their order and the same at every reading: a person each, or why the row is none. */
import { parse } from 'csv-parse'
import { storageFaults } from '../adapters/postgres/storable.ts'
import { contactSchema } from '../contacts/contact-schema.ts'
import type { NewContact, Rejection } from '../contacts/prepare-contact.ts'
import { type ColumnNames, Columns } from './columns.ts'

export type Row = { readonly given: string; readonly read: NewContact | Rejection }
export type TableForm = {
  readonly format: 'csv' | 'ndjson'
  readonly encoding: string
  readonly delimiter: string | null
  readonly columns: ColumnNames
}

/** A list that cannot be read on from some place. */
export class UnreadableListError extends Error {
  readonly code = 'LIST_UNREADABLE'

  constructor(message: string) {
    super(message)
    this.name = 'UnreadableListError'
  }
}

/** Of one row, in bytes: a quote that is never closed must not swallow the file. */
const greatestRow = 256 * 1024
/** What is shown again of a row. */
const longestGiven = 500

/**
 * Yields what each of the `pieces` completes.
 * @throws {InvalidInputError} for a header that names no phone. @throws {UnreadableListError}
 */
export function readRows(form: TableForm, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  return form.format === 'csv'
    ? readTable(form, decoded(form.encoding, pieces))
    : readLines(decoded(form.encoding, pieces))
}

async function* decoded(encoding: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

async function* readTable(form: TableForm, texts: AsyncIterable<string>): AsyncGenerator<Row[]> {
  const delimiter = form.delimiter ?? ','
  let columns: Columns | null = null
  let rows: Row[] = []
  let unclosed: string | null = null
  const refuse = (raw: string | undefined, error: { code?: string; message: string } | undefined): undefined => {
    // Everything behind a quote that is not closed is one cell: there are no rows any more.
    if (error?.code === 'CSV_MAX_RECORD_SIZE' || error?.code === 'CSV_QUOTE_NOT_CLOSED') unclosed ??= error.message
    else
      rows.push({
        given: (raw ?? '').slice(0, longestGiven),
        read: { field: '', code: 'unreadable', message: error?.message ?? 'cannot be read' },
      })
  }
  const lookAtQuotes = (): void => {
    if (unclosed !== null) throw new UnreadableListError(`a quote is opened and never closed (${unclosed})`)
  }
  // Collected by the callbacks alone, so that good rows and bad ones stay in their order.
  const parser = parse({
    delimiter,
    // Said, not discovered: a header that was put in front by hand ends otherwise than the rows.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: greatestRow,
    raw: false,
    on_record: (cells: string[]) => {
      if (columns === null) columns = new Columns(cells, form.columns)
      else rows.push(rowOf(columns, cells, delimiter))
      return null
    },
    on_skip: (error, raw) => refuse(raw, error),
  })
  parser.resume()
  for await (const text of texts) {
    await written(parser, (done) => parser.write(text, done))
    if (rows.length > 0) yield rows
    rows = []
    lookAtQuotes()
  }
  await written(parser, (done) => parser.end(done))
  if (columns === null) throw new UnreadableListError('the list is empty: expected a header and rows')
  if (rows.length > 0) yield rows
  lookAtQuotes()
}

/** What a callback throws, and what the parser cannot go on from, comes as its error event. */
async function written(
  parser: ReturnType<typeof parse>,
  act: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      parser.once('error', reject)
      act((error) => {
        parser.off('error', reject)
        if (error) reject(error)
        else resolve()
      })
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))
      throw new UnreadableListError(error.message)
    throw error
  }
}

function rowOf(columns: Columns, cells: readonly string[], delimiter: string): Row {
  const given = cells.join(delimiter).slice(0, longestGiven)
  if (cells.length > columns.count && cells.slice(columns.count).some((cell) => cell.trim() !== '')) {
    const message = `${cells.length} cells for ${columns.count} columns: a cell that holds the separator needs quotes`
    return { given, read: { field: '', code: 'too-many-cells', message } }
  }
  if (cells.some((cell) => cell.includes('\ufffd'))) return { given, read: notOfEncoding }
  return { given, read: storable(columns.contactOf(cells)) }
}

async function* readLines(texts: AsyncIterable<string>): AsyncGenerator<Row[]> {
  let rest = ''
  let isSkipping = false
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    const rows: Row[] = []
    for (const line of lines) {
      if (isSkipping) isSkipping = false
      else if (line.length > greatestRow) rows.push(tooLong(line))
      else if (line.trim() !== '') rows.push(rowOfLine(line))
    }
    if (rest.length > greatestRow) {
      if (!isSkipping) rows.push(tooLong(rest))
      isSkipping = true
      rest = ''
    }
    if (rows.length > 0) yield rows
  }
  if (rest.trim() !== '' && !isSkipping) yield [rowOfLine(rest)]
}

function rowOfLine(line: string): Row {
  const given = line.trim().slice(0, longestGiven)
  const refused = (code: string, message: string, field = ''): Row => ({ given, read: { field, code, message } })
  if (line.includes('\ufffd')) return { given, read: notOfEncoding }
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return refused('not-json', error instanceof Error ? error.message : 'is not JSON')
  }
  const parsed = contactSchema.safeParse(value)
  const [issue] = parsed.error?.issues ?? []
  if (issue !== undefined) return refused(issue.code, issue.message, issue.path.join('/'))
  return parsed.success ? { given, read: storable(parsed.data) } : refused('invalid', 'is not a contact')
}

const notOfEncoding: Rejection = {
  field: '',
  code: 'encoding',
  message: 'has bytes that the encoding of the list does not have: say the right one, like charset=windows-1251',
}

function storable(contact: NewContact): NewContact | Rejection {
  for (const { path, message } of storageFaults(contact)) return { field: path.join('/'), code: 'text', message }
  return contact
}

function tooLong(line: string): Row {
  return {
    given: line.slice(0, longestGiven),
    read: { field: '', code: 'too-long', message: `a row may have ${greatestRow} characters` },
  }
}
