/** What applying a document does, item by item: created, changed in these fields, or left. Decides; `write.ts` acts. */
import { isDeepStrictEqual } from 'node:util'
import type { Identities, Identity } from './identify.ts'
import type { ExternalIdRow, Inventory, Row, Values, WorkspaceRow } from './inventory.ts'
import type { Drafts } from './read.ts'
import { isAddress } from './schema/sip.ts'
import type { WorkspaceItem } from './schema/workspace.ts'
import { type Items, type SectionName, sectionNames, sections } from './schema.ts'
import { type Context, toValues } from './values.ts'

export type Action = 'create' | 'change' | 'leave'
export type PlannedItem = {
  readonly section: SectionName
  readonly path: string
  readonly id: string
  readonly key: string
  readonly action: Action
  /** Fields that change. */
  readonly fields: readonly string[]
  readonly values: Values[SectionName]
  readonly row: Row | null
  /** External ids that it is to have and has not. */
  readonly externalIds: readonly ExternalIdRow[]
}
export type Note = { readonly path: string; readonly message: string }
export type Plan = {
  readonly workspace: {
    readonly values: WorkspaceRow
    readonly row: WorkspaceRow | null
    readonly action: Action
    readonly fields: readonly string[]
  }
  readonly items: readonly PlannedItem[]
  /** Secrets that a new row lacks. */
  readonly needs: readonly Note[]
  /** What is accepted and acts otherwise than one may think. */
  readonly notes: readonly Note[]
}

/** Of a document without mistakes. */
export function planProvisioning(
  { workspace, drafts }: { readonly workspace: WorkspaceItem; readonly drafts: Drafts },
  workspaceId: string,
  inventory: Inventory,
  identities: Identities,
  context: Context,
): Plan {
  const there = new Set(inventory.externalIds.map(markOf))
  const needs: Note[] = []
  const notes: Note[] = []
  const wanted: WorkspaceRow = {
    id: workspaceId,
    name: workspace.name,
    timeZone: workspace.timeZone,
    country: workspace.country,
    maxCalls: workspace.maxCalls ?? null,
    callsPerSecond: workspace.callsPerSecond ?? null,
    reservedCalls: workspace.reservedCalls ?? 0,
  }
  const items = sectionNames.flatMap((section) =>
    drafts[section].map((draft): PlannedItem => {
      const identity = identities.get(draft)
      if (identity === undefined || draft.value === null) throw new Error(`${draft.path} is planned with mistakes`)
      const { row, id } = identity
      const item = draft.value
      let values = valuesOf(section, item, context, row)
      if (section === 'dialplans') values = withKeptRoutes(values as Values['dialplans'], row, draft.path, notes)
      needs.push(...needsOf(section, item, row, draft.path))
      notes.push(...notesOf(section, item, draft.path))
      const fields = row === null ? [] : changed(values, row.values)
      const externalIds = externalIdsOf(identity, values).filter((one) => !there.has(markOf(one)))
      const all = [
        ...new Set(fields.map(publicName)),
        ...(externalIds.length > 0 && row !== null ? ['externalIds'] : []),
      ]
      const action = row === null ? 'create' : all.length > 0 ? 'change' : 'leave'
      return { section, path: draft.path, id, key: draft.key ?? '', action, fields: all, values, row, externalIds }
    }),
  )
  const fields = inventory.workspace === null ? [] : changed(wanted, inventory.workspace)
  const action = inventory.workspace === null ? 'create' : fields.length > 0 ? 'change' : 'leave'
  return { workspace: { values: wanted, row: inventory.workspace, action, fields }, items, needs, notes }
}

function valuesOf(
  section: SectionName,
  item: Items[SectionName],
  context: Context,
  row: Row | null,
): Values[SectionName] {
  // Section, item and row belong together; the compiler does not follow one name through three unions.
  const map = toValues[section] as (
    item: Items[SectionName],
    context: Context,
    row: Row['values'] | null,
  ) => Row['values']
  // As the database gives it back: fields that are undefined are not there.
  return JSON.parse(JSON.stringify(map(item, context, row?.values ?? null)))
}

function changed(wanted: object, current: object): string[] {
  const now = current as Readonly<Record<string, unknown>>
  return Object.entries(wanted).flatMap(([name, value]) => (isDeepStrictEqual(value, now[name]) ? [] : [name]))
}

/** A field as the document calls it. */
function publicName(field: string): string {
  const names: Readonly<Record<string, string>> = {
    passwordHash: 'password',
    hash: 'value',
    sha256: 'file',
    isDefault: 'default',
    policy: 'rules',
    webhooks: 'inbound',
    registerEverySeconds: 'register',
  }
  return names[field] ?? field
}

/** People may wait for a route of a dialplan that campaigns use: it stays until none does. */
function withKeptRoutes(
  values: Values['dialplans'],
  row: Row | null,
  path: string,
  notes: Note[],
): Values['dialplans'] {
  if (row === null || !('routes' in row.values)) return values
  const wanted = new Set(values.routes.map(({ prefix }) => prefix))
  const gone = row.values.routes.filter(({ prefix }) => !wanted.has(prefix))
  if (gone.length === 0 || row.isUsed !== true) return values
  const prefixes = gone.map(({ prefix }) => `"${prefix}"`).join(', ')
  notes.push({ path: `${path}/routes`, message: `the routes of ${prefixes} stay: campaigns use this dialplan` })
  const routes = [...values.routes, ...gone].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  return { ...values, routes }
}

function externalIdsOf({ draft, id }: Identity, values: Values[SectionName]): ExternalIdRow[] {
  const { kind } = sections[draft.section]
  const own = draft.externalIds.map((one) => ({ ...one, kind, resourceId: id, part: null }))
  return [...own, ...startBlockIds(id, values)]
}

function markOf({ dialect, kind, externalId, resourceId, part }: ExternalIdRow): string {
  return JSON.stringify([dialect, kind, externalId, resourceId, part])
}

function startBlockIds(resourceId: string, values: Values[SectionName]): ExternalIdRow[] {
  if (!('definition' in values)) return []
  return values.definition.startBlocks.flatMap((block) =>
    Object.entries(block.externalIds ?? {}).map(([dialect, externalId]) => ({
      dialect: dialect as ExternalIdRow['dialect'],
      kind: 'start-block',
      externalId: String(externalId),
      resourceId,
      part: block.id,
    })),
  )
}

function needsOf(section: SectionName, item: Items[SectionName], row: Row | null, path: string): Note[] {
  if (section === 'users' && row === null && 'password' in item && item.password === null)
    return [{ path: `${path}/password`, message: 'is new here: nobody can log in with it until a password is given' }]
  if (section === 'tokens' && row === null && 'value' in item && item.value === null)
    return [{ path: `${path}/value`, message: 'is new here: nobody has this token until a value is given' }]
  const box = row !== null && 'password' in row.values ? row.values.password : null
  if (section === 'trunks' && box === null && 'password' in item && item.password === null)
    return [{ path: `${path}/password`, message: 'is not known here: calls are sent without one until it is given' }]
  if (section === 'numbers' && box === null && 'login' in item && 'password' in item && item.password === null)
    return [{ path: `${path}/password`, message: 'is not known here: the number is not registered until it is given' }]
  return []
}

function notesOf(section: SectionName, item: Items[SectionName], path: string): Note[] {
  if (section === 'trunks' && 'host' in item && !isAddress(item.host))
    return [{ path: `${path}/host`, message: 'names are not looked up yet: calls need an IPv4 address here' }]
  return []
}
