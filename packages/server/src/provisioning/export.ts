/**
 * Writes a workspace as a provisioning document: applied where it came from it changes nothing, applied to an empty installation
 * it makes the same. Secrets are never in it: where one is needed it says null.
 */
import { AudioLibrary } from '../audio/library.ts'
import type { ServerDeps } from '../deps.ts'
import { keyOf } from './identify.ts'
import { type ExternalIdRow, type Inventory, type Row, readInventory } from './inventory.ts'
import { type SectionName, sectionNames, sections } from './schema.ts'
import { soundText } from './sounds.ts'
import { byText, shownExternalId, shownItem } from './values.ts'

export type ExportedDocument = Readonly<Record<string, unknown>>

/** Two exports of the same are the same, byte for byte: items by name, fields in the order of the format. */
export async function exportProvisioning(deps: ServerDeps, workspaceId: string): Promise<ExportedDocument> {
  const inventory = await readInventory(deps.pool, workspaceId)
  const { workspace, rows } = inventory
  if (workspace === null) throw new Error(`There is no workspace ${workspaceId}.`)
  const { name, timeZone, country, maxCalls, callsPerSecond, reservedCalls } = workspace
  const document: Record<string, unknown> = {
    workspace: {
      name,
      timeZone,
      country,
      ...(maxCalls === null ? {} : { maxCalls }),
      ...(callsPerSecond === null ? {} : { callsPerSecond }),
      ...(reservedCalls === 0 ? {} : { reservedCalls }),
    },
  }
  const sounds = await readSounds(deps, rows.audio)
  for (const section of sectionNames) {
    const items = rows[section]
      .toSorted((a, b) => byText(keyOf(section, a), keyOf(section, b)) || byText(a.id, b.id))
      .map((row) => itemOf(section, row, inventory, sounds))
    if (items.length > 0) document[section] = items
  }
  return document
}

function itemOf(section: SectionName, row: Row, inventory: Inventory, sounds: ReadonlyMap<string, string>): object {
  const { kind } = sections[section]
  const externalIds = externalIdsOf(
    inventory.externalIds.filter((one) => one.resourceId === row.id && one.kind === kind && one.part === null),
  )
  return { id: row.id, ...externalIds, ...shownItem(section, row.values, sounds.get(row.id) ?? null) }
}

/** One of each dialect: where a client's import has left more, the first by its text. */
function externalIdsOf(rows: readonly ExternalIdRow[]): object {
  const sorted = rows.toSorted((a, b) => byText(a.dialect, b.dialect) || byText(b.externalId, a.externalId))
  const ids = Object.fromEntries(
    sorted.map(({ dialect, externalId }) => [dialect, shownExternalId(dialect, externalId)]),
  )
  return rows.length === 0 ? {} : { externalIds: ids }
}

/** By the id of the row. */
async function readSounds(deps: ServerDeps, rows: readonly Row<'audio'>[]): Promise<ReadonlyMap<string, string>> {
  const library = new AudioLibrary(deps.dataDirectory, new Map(rows.map(({ values }) => [values.path, values.sha256])))
  const sounds = new Map<string, string>()
  for (const { id, values } of rows) {
    const bytes = await library.readBytes(values.path).catch(() => null)
    // A file that is lost is told as a secret is: applied here it changes nothing, elsewhere the file is asked for.
    if (bytes !== null) sounds.set(id, soundText(bytes))
  }
  return sounds
}
