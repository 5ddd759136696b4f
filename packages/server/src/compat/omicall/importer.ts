/** Lists of hotlines, scripts and greetings, as this API prints them or as CSV, into sections of a provisioning document. */
import {
  type Findings,
  isRow,
  type ReadFile,
  type Row,
  refused,
  rowsIn,
  textIn,
} from '../../provisioning/vendor-import.ts'

export function readOmicallLists(files: readonly ReadFile[], found: Findings): void {
  for (const { path, stem, value } of files) {
    const kind = (row: Row): Kind => kindByFields(row) ?? kindByName(stem) ?? unknownKind(path)
    const rows = itemsOf(value)
    if (rows === null) throw refused(path, 'expected a list, or an answer with payload.items')
    if (rows.length === 0 && kindByName(stem) === undefined) unknownKind(path)
    for (const row of rows) read[kind(row)](row, found)
  }
}

type Kind = 'hotline' | 'greeting' | 'script'

const read: Readonly<Record<Kind, (row: Row, found: Findings) => void>> = {
  hotline: (row, found) => found.number(named(row), textIn(row, 'hotline', 'phone_number', 'phone')),
  greeting: (row, found) => {
    const file = textIn(row, 'file_name')
    const path = file !== undefined && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(file) ? `/greetings/${file}` : undefined
    found.draft('audio', named(row), [...(path === undefined ? ['path'] : []), 'file: the sound itself'], { path })
  },
  script: (row, found) =>
    found.draft('scenarios', named(row), ['language', 'startBlocks', 'blocks: what the script says and does'], {
      code: textIn(row, 'code'),
    }),
}

function named(row: Row): { id: string | undefined; name: string | undefined } {
  return { id: textIn(row, '_id', 'id'), name: textIn(row, 'name') }
}

function kindByFields(row: Row): Kind | undefined {
  if ('hotline' in row) return 'hotline'
  return 'file_name' in row ? 'greeting' : undefined
}

function kindByName(stem: string): Kind | undefined {
  return (['hotline', 'greeting', 'script'] as const).find((kind) => stem.includes(kind))
}

function unknownKind(path: string): never {
  throw refused(path, 'which list is it? Expected a file with hotline, greeting or script in its name')
}

function itemsOf(value: unknown): Row[] | null {
  if (Array.isArray(value)) return rowsIn(value)
  if (!isRow(value)) return null
  const payload = isRow(value.payload) ? value.payload : value
  return Array.isArray(payload.items) ? rowsIn(payload.items) : null
}
