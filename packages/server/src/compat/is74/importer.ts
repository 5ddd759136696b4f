/** Lists of projects, scenarios with start blocks, and phones, as this API prints them or as CSV, into sections of a provisioning document. */
import {
  type Findings,
  isRow,
  type ReadFile,
  type Row,
  refused,
  rowsIn,
  textIn,
  wholeIn,
} from '../../provisioning/vendor-import.ts'

const kinds = ['projects', 'scenarios', 'phones'] as const
type Kind = (typeof kinds)[number]

export function readIs74Lists(files: readonly ReadFile[], found: Findings): void {
  for (const [kind, rows] of files.flatMap(listsOf)) for (const row of rows) readRow(kind, row, found)
}

function readRow(kind: Kind, row: Row, found: Findings): void {
  const named = { id: wholeIn(row, 'id'), name: textIn(row, 'name') }
  switch (kind) {
    case 'projects':
      found.add('projects', named)
      found.note(
        'The list of projects does not tell their scenarios and numbers: each project is open to all. Name them under "scenarios" and "numbers" where it is not to be.',
      )
      return
    case 'phones':
      found.number(named, textIn(row, 'phone', 'number'))
      return
    case 'scenarios':
      found.draft(
        'scenarios',
        named,
        ['language', 'startBlocks[].next: the block that each begins with', 'blocks: what the scenario says and does'],
        { startBlocks: rowsIn(row.start_blocks).map(startBlock) },
      )
  }
}

function startBlock(row: Row, at: number): object {
  const id = wholeIn(row, 'id')
  return {
    id: at === 0 ? 'start' : `start${at + 1}`,
    name: textIn(row, 'name') ?? `Start ${at + 1}`,
    ...(id === undefined ? {} : { externalIds: { is74: id } }),
    parameters: rowsIn(row.parameters).map(({ name, type, required, default: fallback }) => ({
      ...{ name, type },
      ...(required === true ? { required } : {}),
      ...(fallback === null || fallback === undefined ? {} : { default: fallback }),
    })),
  }
}

function listsOf({ path, stem, value }: ReadFile): (readonly [Kind, Row[]])[] {
  const keyed = isRow(value) ? kinds.filter((kind) => value[kind] !== undefined) : []
  if (isRow(value) && keyed.length > 0) return keyed.map((kind) => [kind, rowsIn(value[kind])] as const)
  const kind = kinds.find((one) => stem.startsWith(one))
  if (kind === undefined || !Array.isArray(value))
    throw refused(
      path,
      `which list is it? Expected a JSON object with ${kinds.join(', ')}, or a list in a file called so`,
    )
  return [[kind, rowsIn(value)]]
}
