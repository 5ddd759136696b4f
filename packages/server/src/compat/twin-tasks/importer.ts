/** Lists of bots, dialplans, caller IDs and noises, as this API prints them or as CSV, into sections of a provisioning document. */
import {
  type Findings,
  isRow,
  type ReadFile,
  type Row,
  refused,
  rowsIn,
  textIn,
} from '../../provisioning/vendor-import.ts'

const kinds = ['bots', 'dialplans', 'aonNumbers', 'aonGroups', 'noises'] as const
type Kind = (typeof kinds)[number]

export function readTwinLists(files: readonly ReadFile[], found: Findings): void {
  const lists = files.flatMap(listsOf)
  // A group of numbers names them by what stands in the list of numbers.
  const members = new Map<string, string[]>()
  const order: readonly Kind[] = ['aonNumbers', 'aonGroups', 'dialplans', 'bots', 'noises']
  for (const kind of order)
    for (const [, rows] of lists.filter(([one]) => one === kind))
      for (const row of rows) readRow(kind, row, members, found)
  for (const [group, numbers] of members)
    found.add('callerIdGroups', { id: undefined, name: group }, { numbers: numbers.map((twin) => ({ twin })) })
}

function readRow(kind: Kind, row: Row, members: Map<string, string[]>, found: Findings): void {
  const named = { id: textIn(row, 'id', 'identity', 'uuid'), name: textIn(row, 'name', 'title') }
  switch (kind) {
    case 'aonNumbers': {
      found.number(named, textIn(row, 'phone', 'number', 'name'))
      const group = textIn(row, 'group')
      if (group !== undefined && named.id !== undefined) members.set(group, [...(members.get(group) ?? []), named.id])
      return
    }
    case 'aonGroups': {
      const { name, id } = named
      const inCsv = name === undefined ? undefined : members.get(name)
      const listed = Array.isArray(row.numbers) ? row.numbers.flatMap((one) => memberId(one) ?? []) : inCsv
      if (name !== undefined) members.delete(name)
      if (listed !== undefined && listed.length > 0)
        found.add('callerIdGroups', { id, name }, { numbers: listed.map((twin) => ({ twin })) })
      else found.draft('callerIdGroups', named, ['numbers'])
      return
    }
    case 'dialplans':
      found.add('dialplans', named, { routes: [{ prefix: '', trunks: [found.settings.trunk] }] })
      found.note(
        `The list of dialplans does not tell their routes: each sends every number over the trunk "${found.settings.trunk}". Change it where that is wrong.`,
      )
      return
    case 'bots':
      found.draft('scenarios', named, ['language', 'startBlocks', 'blocks: what the bot says and does'])
      return
    case 'noises': {
      const path = textIn(row, 'id', 'path')
      found.draft('audio', { id: undefined, name: named.name }, ['file: the sound itself, where it is not shipped'], {
        path,
      })
    }
  }
}

/** The id of a member: itself, or of an object. */
function memberId(member: unknown): string | undefined {
  return isRow(member) ? textIn(member, 'id', 'identity') : textIn({ member }, 'member')
}

/** One list named by its file, or several by their keys. */
function listsOf({ path, stem, value }: ReadFile): (readonly [Kind, Row[]])[] {
  const keyed = isRow(value) ? kinds.filter((kind) => value[kind] !== undefined) : []
  if (isRow(value) && keyed.length > 0) return keyed.map((kind) => [kind, itemsOf(value[kind])] as const)
  const kind = kinds.find((one) => stem.replace(/[-_ ]/g, '').startsWith(one.toLowerCase()))
  if (kind === undefined)
    throw refused(
      path,
      `which list is it? Expected a file called ${kinds.join(', ')}, or a JSON object with these keys`,
    )
  return [[kind, itemsOf(value)]]
}

function itemsOf(value: unknown): Row[] {
  return rowsIn(isRow(value) ? value.items : value)
}
