/**
 * Lists of projects, scenarios with start blocks, phones and campaigns, as this API prints them or as CSV, into sections of a
 * provisioning document. What a project may use is told by its own row, by `project_id` of what it uses, and by its campaigns.
 */
import { ProvisioningError, type ProvisioningProblem, pointer } from '../../provisioning/errors.ts'
import {
  type Findings,
  isRow,
  type ReadFile,
  type Row,
  refused,
  textIn,
  wholeIn,
} from '../../provisioning/vendor-import.ts'

const kinds = ['projects', 'scenarios', 'phones', 'campaigns'] as const
type Kind = (typeof kinds)[number]
/** `path` is where the row stands: a JSON pointer from the files on. */
type Placed = { readonly row: Row; readonly path: string }
type Used = 'scenarios' | 'phones'
const words = { projects: 'project', scenarios: 'scenario', phones: 'phone' } as const
const usedLists: readonly Used[] = ['scenarios', 'phones']

/** @throws {ProvisioningError} with every mistake in the files. */
export function readIs74Lists(files: readonly ReadFile[], found: Findings): void {
  const lists = new Lists(files)
  const members = lists.members(found)
  if (lists.problems.length > 0) throw new ProvisioningError(lists.problems)
  for (const { row } of lists.of('scenarios'))
    found.draft(
      'scenarios',
      named(row),
      ['language', 'startBlocks[].next: the block that each begins with', 'blocks: what the scenario says and does'],
      { startBlocks: rowsOf(row.start_blocks).map(startBlock) },
    )
  for (const { row } of lists.of('phones')) found.number(named(row), textIn(row, 'phone', 'number'))
  for (const { row } of lists.of('projects')) readProject(row, members.get(wholeIn(row, 'id') ?? 0), found)
}

type Members = Readonly<Record<Used, ReadonlySet<number>>>

function readProject(row: Row, { scenarios, phones }: Members = nobody(), found: Findings): void {
  const references = (ids: ReadonlySet<number>) => (ids.size === 0 ? undefined : [...ids].map((is74) => ({ is74 })))
  const rest = { scenarios: references(scenarios), numbers: references(phones) }
  if (scenarios.size === 0) found.add('projects', named(row), rest)
  else found.draft('projects', named(row), [`scenarios ${[...scenarios].join(', ')}: complete them above`], rest)
  if (scenarios.size === 0 || phones.size === 0)
    found.note(
      'A project of which the lists tell no scenarios (or no numbers) is open to all of them. Name them under "scenarios" and "numbers" where it is not to be.',
    )
}

const nobody = () => ({ scenarios: new Set<number>(), phones: new Set<number>() })

function named(row: Row): { id: number | undefined; name: string | undefined } {
  return { id: wholeIn(row, 'id'), name: textIn(row, 'name') }
}

function startBlock(row: Row, at: number): object {
  return {
    id: at === 0 ? 'start' : `start${at + 1}`,
    name: textIn(row, 'name') ?? `Start ${at + 1}`,
    externalIds: { is74: wholeIn(row, 'id') },
    parameters: rowsOf(row.parameters).map(({ name, type, required, default: fallback }) => ({
      ...{ name, type },
      ...(required === true ? { required } : {}),
      ...(fallback === null || fallback === undefined ? {} : { default: fallback }),
    })),
  }
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.filter(isRow) : []
}

/** The rows of all files by their kind; collects what is wrong with them. */
class Lists {
  readonly problems: ProvisioningProblem[] = []
  readonly #rows: Readonly<Record<Kind, Placed[]>> = { projects: [], scenarios: [], phones: [], campaigns: [] }
  readonly #ids: Readonly<Record<Exclude<Kind, 'campaigns'>, Set<number>>> = { projects: new Set(), ...nobody() }
  /** The scenario of each start block. */
  readonly #scenarioOf = new Map<number, number>()

  constructor(files: readonly ReadFile[]) {
    for (const file of files)
      for (const [kind, value, path] of listsIn(file)) this.#rows[kind].push(...this.#rowsAt(value, path))
    for (const kind of ['projects', ...usedLists] as const)
      for (const { row, path } of this.#rows[kind]) {
        const id = this.#id(row, 'id', path, 'needed')
        if (id === undefined) continue
        this.#ids[kind].add(id)
        const blocks = kind === 'scenarios' ? (row.start_blocks ?? []) : []
        for (const block of this.#rowsAt(blocks, `${path}/start_blocks`)) {
          const blockId = this.#id(block.row, 'id', block.path, 'needed')
          if (blockId !== undefined) this.#scenarioOf.set(blockId, id)
        }
      }
  }

  of(kind: Kind): readonly Placed[] {
    return this.#rows[kind]
  }

  /** What each project uses, by its id. */
  members(found: Findings): ReadonlyMap<number, Members> {
    const members = new Map([...this.#ids.projects].map((id) => [id, nobody()]))
    for (const { row, path } of this.#rows.projects) {
      const own = members.get(wholeIn(row, 'id') ?? 0)
      for (const kind of usedLists)
        for (const [id, place] of this.#idsIn(row, `${words[kind]}_ids`, path))
          if (this.#isThere(kind, id, place)) own?.[kind].add(id)
    }
    for (const kind of usedLists)
      for (const { row, path } of this.#rows[kind]) {
        const [id, project] = [wholeIn(row, 'id'), this.#id(row, 'project_id', path)]
        if (id === undefined || project === undefined) continue
        if (this.#isThere('projects', project, `${path}/project_id`)) members.get(project)?.[kind].add(id)
      }
    for (const placed of this.#rows.campaigns) this.#readCampaign(placed, members, found)
    return members
  }

  /** A campaign of the past may name what is gone since: that is no mistake. */
  #readCampaign({ row, path }: Placed, members: ReadonlyMap<number, ReturnType<typeof nobody>>, found: Findings): void {
    const at = (field: string): number | undefined => this.#id(row, field, path)
    const [project, block, phone] = [at('project_id'), at('start_block_id'), at('phone_id')]
    const scenario = at('scenario_id') ?? this.#scenarioOf.get(block ?? 0)
    const own = members.get(project ?? 0)
    if (own === undefined) return
    if (scenario !== undefined && this.#ids.scenarios.has(scenario)) own.scenarios.add(scenario)
    if (phone !== undefined && this.#ids.phones.has(phone)) own.phones.add(phone)
    found.note(
      'Campaigns are not brought; their projects list the scenarios and phones that campaigns used and that are in the lists. Add what else a project may use.',
    )
  }

  #isThere(kind: Exclude<Kind, 'campaigns'>, id: number, path: string): boolean {
    if (this.#ids[kind].has(id)) return true
    this.#report(path, 'unknown', `there is no ${words[kind]} ${id} in the lists`)
    return false
  }

  /** Undefined: there is none, or it is none. */
  #id(row: Row, field: string, path: string, needed?: 'needed'): number | undefined {
    const isAbsent = row[field] === undefined || row[field] === null || row[field] === ''
    if (isAbsent && needed === undefined) return undefined
    const id = wholeIn(row, field)
    if (id !== undefined && id > 0) return id
    this.#report(path + pointer([field]), 'invalid', `expected the id at the vendor, a whole number from 1`)
    return undefined
  }

  /** A list of ids, or a cell of CSV that holds some: `951 952`. Each with its place. */
  #idsIn(row: Row, field: string, path: string): (readonly [id: number, place: string])[] {
    const value = row[field]
    if (value === undefined || value === null || value === '') return []
    const isList = Array.isArray(value)
    const ids: readonly unknown[] = isList ? value : (textIn(row, field)?.split(/[\s,;|]+/) ?? [''])
    return ids.flatMap((one, at) => {
      const place = path + pointer(isList ? [field, at] : [field])
      const id = wholeIn({ one }, 'one')
      if (id !== undefined && id > 0) return [[id, place] as const]
      this.#report(place, 'invalid', 'expected ids at the vendor, whole numbers from 1')
      return []
    })
  }

  #rowsAt(value: unknown, path: string): Placed[] {
    if (!Array.isArray(value)) {
      this.#report(path, 'invalid', 'expected a list')
      return []
    }
    return value.flatMap((row: unknown, at) => {
      if (isRow(row)) return [{ row, path: path + pointer([at]) }]
      this.#report(path + pointer([at]), 'invalid', 'expected an object')
      return []
    })
  }

  #report(path: string, code: ProvisioningProblem['code'], message: string): void {
    this.problems.push({ path, code, message })
  }
}

/** One list named by its file, or several by their keys; each with its place. */
function listsIn({ path, stem, value }: ReadFile): (readonly [Kind, unknown, path: string])[] {
  const keyed = isRow(value) ? kinds.filter((kind) => value[kind] !== undefined) : []
  if (isRow(value) && keyed.length > 0) return keyed.map((kind) => [kind, value[kind], path + pointer([kind])] as const)
  const kind = kinds.find((one) => stem.startsWith(one))
  if (kind === undefined || !Array.isArray(value))
    throw refused(
      path,
      `which list is it? Expected a JSON object with ${kinds.join(', ')}, or a list in a file called so`,
    )
  return [[kind, value, path]]
}
