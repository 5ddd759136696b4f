/** Reads an untrusted document item by item: a mistake in one hides none in another, and of a wrong item what can be read is kept. */
import { externalIdsSchema } from '@dialwright/scenario'
import type { z } from 'zod'
import { isStorable, storageFaults } from '../adapters/postgres/storable.ts'
import type { Dialect } from './dialects.ts'
import { pointer, type Report } from './errors.ts'
import { idSchema } from './schema/fields.ts'
import { type WorkspaceItem, workspaceSchema } from './schema/workspace.ts'
import { type Items, type SectionName, sectionNames, sections } from './schema.ts'

/** An item as far as it could be read; `value` is null when it has mistakes. */
export type Draft<Name extends SectionName = SectionName> = {
  readonly section: Name
  /** JSON pointer. */
  readonly path: string
  readonly raw: Readonly<Record<string, unknown>>
  readonly id: string | null
  /** Login, path or name. */
  readonly key: string | null
  readonly externalIds: readonly { readonly dialect: Dialect; readonly externalId: string }[]
  readonly value: Items[Name] | null
}
export type Drafts = { readonly [Name in SectionName]: readonly Draft<Name>[] }
export type DraftDocument = { readonly workspace: WorkspaceItem | null; readonly drafts: Drafts }

const mostItems = 20_000

export function readDocument(document: unknown, report: Report): DraftDocument {
  const faults = [...storageFaults(document)]
  for (const { path, message } of faults) report(pointer(path), 'invalid', message)
  const isReadable = isRecord(document)
  if (!isReadable) report('', 'invalid', 'expected an object with the section workspace and others')
  const given = isReadable ? document : {}
  for (const name of Object.keys(given)) {
    if (name === 'workspace' || name in sections) continue
    report(
      pointer([name]),
      'invalid',
      `there is no section of this name; there are workspace, ${sectionNames.join(', ')}`,
    )
  }
  const workspace = isReadable ? parse(workspaceSchema, given.workspace, ['workspace'], report) : null
  const drafts = Object.fromEntries(sectionNames.map((name) => [name, readSection(name, given[name], report)]))
  // Its name is looked up; of an item the same is seen to where its key and ids are read.
  const isWhole = !faults.some(({ path }) => path[0] === 'workspace')
  return { workspace: isWhole ? workspace : null, drafts: drafts as unknown as Drafts }
}

function readSection(section: SectionName, given: unknown, report: Report): Draft[] {
  // A section with nothing under its name is an empty one in YAML.
  if (given === undefined || given === null) return []
  if (!Array.isArray(given) || given.length > mostItems) {
    report(pointer([section]), 'invalid', `expected a list of at most ${mostItems} items`)
    return []
  }
  return given.map((raw: unknown, index): Draft => {
    const path = [section, index]
    const readable = isRecord(raw) ? raw : {}
    const key = readable[sections[section].key]
    return {
      section,
      path: pointer(path),
      raw: readable,
      id: idSchema.safeParse(readable.id).data ?? null,
      key: typeof key === 'string' && isStorable(key) ? key.trim() : null,
      externalIds: externalIdsOf(readable.externalIds),
      value: parse(sections[section].schema, raw, path, report),
    }
  })
}

/** Integers as their decimal text: that is how they are kept. */
export function externalIdsOf(given: unknown): Draft['externalIds'] {
  const ids = externalIdsSchema.safeParse(given ?? {}).data ?? {}
  return Object.entries(ids).flatMap(([dialect, id]) => {
    const externalId = String(id)
    return id === undefined || !isStorable(externalId) ? [] : [{ dialect: dialect as Dialect, externalId }]
  })
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  path: readonly PropertyKey[],
  report: Report,
): z.output<Schema> | null {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const told = new Set<string>()
  for (const issue of parsed.error.issues) {
    const place = [...path, ...issue.path]
    // Of one field the first mistake is enough.
    if (told.has(pointer(place))) continue
    told.add(pointer(place))
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) report(pointer([...place, key]), 'invalid', 'there is no field of this name')
    else report(pointer(place), issue.message.includes('not yet in effect') ? 'not-yet' : 'invalid', issue.message)
  }
  return null
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
