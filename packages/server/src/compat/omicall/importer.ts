/**
 * Lists of hotlines, scripts, greetings, ring groups and hooks, as this API prints them or as CSV, and saved bodies of sessions, into
 * sections of a provisioning document. The vendor lists no ring groups: such a list is whoever moves' own, or what sessions named.
 */
import { ProvisioningError, pointer } from '../../provisioning/errors.ts'
import { type Findings, isRow, type ReadFile, type Row, refused, textIn } from '../../provisioning/vendor-import.ts'
import { problemsOf } from '../mistake.ts'
import { readRingGroups } from './import-ring-groups.ts'
import { type Mistakes, type Placed, rowsAt } from './import-rows.ts'
import { hookSchema } from './schemas.ts'

const kinds = ['hotline', 'greeting', 'ringgroup', 'hook', 'script'] as const
type Kind = (typeof kinds)[number]

/** @throws {ProvisioningError} with every mistake in the files. */
export function readOmicallLists(files: readonly ReadFile[], found: Findings): void {
  const mistakes: Mistakes = []
  const lists: Record<Kind, Placed[]> = { hotline: [], greeting: [], ringgroup: [], hook: [], script: [] }
  const steps: Placed[] = []
  for (const file of files) {
    const { path, stem, value } = file
    if (isRow(value) && 'scripts' in value) {
      steps.push(...rowsAt(value.scripts, `${path}/scripts`, mistakes))
      continue
    }
    const [items, place] = itemsOf(file)
    const byName = kindByName(stem)
    if (byName === undefined && !items.some((row) => isRow(row) && kindByFields(row) !== undefined)) unknownKind(path)
    for (const placed of rowsAt(items, place, mistakes))
      lists[kindByFields(placed.row) ?? byName ?? unknownKind(placed.path)].push(placed)
  }
  for (const { row } of lists.hotline) found.number(named(row), textIn(row, 'hotline', 'phone_number', 'phone'))
  for (const { row } of lists.greeting) readGreeting(named(row), textIn(row, 'file_name'), found)
  for (const { row } of lists.script) readScript(named(row), textIn(row, 'code'), found)
  readRingGroups(lists.ringgroup, found, mistakes)
  for (const hook of lists.hook) readHook(hook, found, mistakes)
  // Last: what a list tells of the same id is more.
  for (const step of steps) readStep(step, found)
  if (mistakes.length > 0) throw new ProvisioningError(mistakes)
}

type Named = { readonly id: string | undefined; readonly name: string | undefined }

function readGreeting(greeting: Named, file: string | undefined, found: Findings): void {
  const path = file !== undefined && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(file) ? `/greetings/${file}` : undefined
  found.draft('audio', greeting, [...(path === undefined ? ['path'] : []), 'file: the sound itself'], { path })
}

function readScript(script: Named, code: string | undefined, found: Findings): void {
  found.draft('scenarios', script, ['language', 'startBlocks', 'blocks: what the script says and does'], { code })
}

/** A document knows receivers of numbers and campaigns, not the company's: they are registered as they were at the vendor. */
function readHook({ row, path }: Placed, found: Findings, mistakes: Mistakes): void {
  if (String(row.type).toLowerCase() === 'contact') {
    found.note('Hooks of contacts are not yet in effect: they are left out.')
    return
  }
  const { type = 'call', url, events } = row
  // A cell of CSV holds several: `ringing, hangup`.
  const list = typeof events === 'string' ? events.split(/[\s,;|]+/).filter((event) => event !== '') : events
  const parsed = hookSchema.safeParse({ webhook: { type, url, events: list } })
  if (!parsed.success)
    for (const { field, message } of problemsOf(parsed.error))
      mistakes.push({ path: path + pointer(field.split('.').slice(1)), code: 'invalid', message })
  else
    found.note(
      `The hook ${parsed.data.webhook.url} is not part of this file: once it is applied, POST /api/webhooks/register with ${JSON.stringify(parsed.data)}.`,
    )
}

/** What a session named is there at the vendor, whatever its lists tell. */
function readStep({ row }: Placed, found: Findings): void {
  const [id, value] = [textIn(row, 'targetId', 'target'), textIn(row, 'targetValue')]
  const type = textIn(row, 'targetType')?.toLowerCase().replaceAll('_', '')
  if (id === undefined && value === undefined) return
  if (type === 'recording') readGreeting({ id, name: value }, value, found)
  if (type === 'ivrmenu') readScript({ id, name: value }, value, found)
  if (type === 'ringgroup')
    found.draft('operatorGroups', { id, name: value }, ['operators: names and numbers'], { code: value })
}

function named(row: Row): Named {
  return { id: textIn(row, '_id', 'id'), name: textIn(row, 'name') }
}

function kindByFields(row: Row): Kind | undefined {
  if ('hotline' in row) return 'hotline'
  if ('url' in row && 'events' in row) return 'hook'
  return 'file_name' in row ? 'greeting' : undefined
}

function kindByName(stem: string): Kind | undefined {
  const plain = stem.replace(/[-_ ]/g, '')
  return kinds.find((kind) => plain.includes(kind))
}

function unknownKind(path: string): never {
  throw refused(
    path,
    'which list is it? Expected hotline, greeting, script, ring_group or webhook in the name of the file, or the body of a session',
  )
}

/** The list and its place. */
function itemsOf({ path, value }: ReadFile): readonly [items: readonly unknown[], path: string] {
  if (Array.isArray(value)) return [value, path]
  const payload = isRow(value) && value.payload !== undefined ? value.payload : value
  const place = payload === value ? path : `${path}/payload`
  if (Array.isArray(payload)) return [payload, place]
  if (isRow(payload) && Array.isArray(payload.items)) return [payload.items, `${place}/items`]
  throw refused(path, 'expected a list, or an answer with payload.items')
}
