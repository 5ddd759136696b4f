/** The form data of a new task (or its lists apart, or CSV), tags of a task, ranges of hours, into sections of a provisioning document. */
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

const lists = {
  caller_line_list: ['line', 'caller_line'],
  enum_disable_dial_timegroup: ['disable_time_group', 'time_group'],
  auto_recycle_rules: ['auto_recycle_rule', 'recycle'],
  customer_service: ['customer_service'],
  outbound_group: ['group', 'outbound_group'],
  ranges: ['range', 'time_range'],
} as const
type List = keyof typeof lists
const listNames = Object.keys(lists) as List[]

export function readYunfuForm(files: readonly ReadFile[], found: Findings): void {
  const all = files.flatMap((file) => {
    const content = contentOf(file.value)
    if (isRow(content) && isRow(content.tag_scene)) {
      readTags(content, found)
      return []
    }
    return listsOf(file, content)
  })
  const rowsOf = (list: List): Row[] => all.flatMap(([name, rows]) => (name === list ? rows : []))
  for (const row of rowsOf('caller_line_list')) readLine(row, found)
  for (const row of rowsOf('enum_disable_dial_timegroup')) readHours(row, rowsOf('ranges'), found)
  for (const row of rowsOf('auto_recycle_rules'))
    found.draft('retryRules', idAndName(row), ['rules: after which results, how often, how late'], {
      remark: textIn(row, 'remark'),
      enabled: isOn(row.status),
    })
  for (const row of rowsOf('customer_service')) {
    const line = textIn(row, 'caller_line_id')
    found.draft('operatorGroups', idAndName(row), ['operators: names and numbers'], {
      number: line === undefined ? undefined : { yunfu: line },
      enabled: isOn(row.status),
    })
  }
  for (const row of rowsOf('outbound_group'))
    found.draft('scenarios', idAndName(row), ['language', 'startBlocks', 'blocks: what the script says and does'], {
      allByVoice: row.debug === true ? true : undefined,
      default: row.default === true ? true : undefined,
    })
}

function readLine(row: Row, found: Findings): void {
  const maxCalls = wholeIn(row, 'call_line')
  found.number({ id: textIn(row, 'value', 'id'), name: textIn(row, 'name') }, textIn(row, 'call_number', 'phone'), {
    maxCalls,
    validFrom: instantOf(textIn(row, 'available_at', 'begin_at'), found.settings.timeZone),
    validUntil: instantOf(textIn(row, 'deadline_at'), found.settings.timeZone),
  })
}

function readHours(row: Row, ranges: readonly Row[], found: Findings): void {
  const id = textIn(row, 'uuid', 'id')
  const named = { id, name: textIn(row, 'name') }
  const forbid = [...rowsIn(row.ranges), ...ranges]
    .filter((range) => id !== undefined && textIn(range, 'group_uuid') === id)
    .flatMap((range) => {
      const [from, to] = [clock(textIn(range, 'begin_datetime')), clock(textIn(range, 'end_datetime'))]
      return from === undefined || to === undefined || from === to ? [] : [{ from, to }]
    })
  if (forbid.length > 0) found.add('timeGroups', named, { zone: 'workspace', forbid })
  else found.draft('timeGroups', named, ['forbid: the hours in which nobody is called'], { zone: 'workspace' })
}

/** Which group a tag is of the answer does not tell, unless there is one group. */
function readTags({ tag_scene, tag_groups, tags }: Row, found: Findings): void {
  const scene = isRow(tag_scene) ? tag_scene : {}
  const groups = rowsIn(tag_groups).map((row) => partOf(row))
  const all = rowsIn(tags).map((row) => ({ ...partOf(row), description: textIn(row, 'description') ?? '' }))
  const named = idAndName(scene)
  const description = textIn(scene, 'description')
  const [only] = groups
  if (groups.length === 1 && only !== undefined)
    found.add('tagScenes', named, { description, groups: [{ ...only, tags: all }] })
  else
    found.draft('tagScenes', named, [`groups[].tags: which group each of these is of: ${JSON.stringify(all)}`], {
      description,
      groups,
    })
}

function partOf(row: Row): { name: string; externalIds: { yunfu: string | number } } {
  const { id = '', name = '' } = idAndName(row)
  return { name: name || String(id), externalIds: { yunfu: id } }
}

function idAndName(row: Row): { id: string | number | undefined; name: string | undefined } {
  return { id: wholeIn(row, 'id') ?? textIn(row, 'id', 'uuid'), name: textIn(row, 'name') }
}

const isOn = (status: unknown): boolean => status !== false && status !== 0 && status !== '0' && status !== 'false'

/** Behind the envelope; the form data stand under `data` and `meta`. */
function contentOf(value: unknown): unknown {
  if (!isRow(value)) return value
  return value.data ?? value.meta ?? value
}

function listsOf({ path, stem }: ReadFile, content: unknown): (readonly [List, Row[]])[] {
  if (isRow(content)) {
    const keyed = listNames.filter((name) => content[name] !== undefined)
    if (keyed.length > 0) return keyed.map((name) => [name, rowsIn(content[name])] as const)
  }
  const plain = stem.replace(/[- ]/g, '_')
  const list = listNames.find((name) => plain === name || lists[name].some((word) => plain.startsWith(word)))
  if (list === undefined || !Array.isArray(content))
    throw refused(
      path,
      `which list is it? Expected the answer of GET /v1/task/create, or a file called ${listNames.join(', ')}`,
    )
  return [[list, rowsIn(content)]]
}

/** `2019-12-18 00:00:00` on the workspace's clocks. */
function instantOf(text: string | undefined, zone: string): string | undefined {
  if (text === undefined) return undefined
  try {
    return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(zone).toInstant().toString()
  } catch {
    return undefined
  }
}

/** The time of day in `12:00:00` or `2019-12-17 12:00:00`. */
function clock(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /\b([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.exec(text)?.[0]
}
