/** The columns that a report on calls can have: what type each is of, and where it stands in the database. */
import { builtinVariables } from '@dialwright/scenario'

export const columnTypes = ['text', 'number', 'datetime', 'dialog', 'goal'] as const
export type ColumnType = (typeof columnTypes)[number]

/** A column as a report shows it. */
export type ColumnHead = { readonly name: string; readonly type: ColumnType }

/** SQL over the call `k`. No text of a request ever stands in it: names of variables go as parameters. */
export type ColumnSql = {
  readonly type: ColumnType
  /** What a row shows. */
  readonly value: string
  /** What filters of text look at. */
  readonly text: string
  /** What is compared and sorted by as a number or an instant; absent: the text is. */
  readonly ordered?: string | undefined
  /** A telephone number: filters look at its digits alone. */
  readonly isPhone?: true | undefined
}

/** Takes a value and tells the place where it will stand: `$3`. */
export type Parameters = (value: unknown) => string

/** A variable's column is its name behind this. */
export const variablePrefix = 'variables.'

const text = (value: string): ColumnSql => ({ type: 'text', value, text: value })
const phone = (value: string): ColumnSql => ({
  ...text(value),
  text: `regexp_replace(${value}, '[^0-9]', '', 'g')`,
  isPhone: true,
})
const number = (value: string): ColumnSql => ({ type: 'number', value, text: `(${value})::text`, ordered: value })
const instant = (value: string): ColumnSql => ({
  type: 'datetime',
  value,
  text: `to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  ordered: value,
})
const wholeSeconds = (milliseconds: string): string => `round((${milliseconds}) / 1000.0)::int`

/** A dialog or a variable says at most so much in a report: a row stays of a size that an answer can have some. */
const mostCharacters = 20_000
/**
 * The way through the scenario with what was said, and what was pressed, a line each in the order of time: "menu: Press 1.",
 * "> 1", "agreed". A key comes before the block that it leads to in the same moment.
 */
const dialog = `(select left(string_agg(line.said, E'\\n' order by line.at, line.place), ${mostCharacters}) from (
    select k.answered_at + make_interval(secs => (step.entry ->> 'atMs')::float8 / 1000) as at, step.place,
           (step.entry ->> 'block') || coalesce(': ' || (step.entry ->> 'said'), '') as said
      from jsonb_array_elements(k.path) with ordinality as step(entry, place)
    union all
    select (happening.entry ->> 'at')::timestamptz, happening.place - 1000000, '> ' || (happening.entry ->> 'digit')
      from jsonb_array_elements(k.timeline) with ordinality as happening(entry, place)
     where happening.entry ->> 'kind' = 'key') as line)`

const ofCampaign = (column: string): string => `(select c.${column} from campaign c where c.id = k.campaign_id)`
const ofContact = (column: string): string => `(select c.${column} from contact c where c.id = k.contact_id)`

const columns: ReadonlyMap<string, ColumnSql> = new Map([
  ['id', text('k.id::text')],
  ['direction', text('k.direction')],
  ['campaignId', text('k.campaign_id::text')],
  ['campaignName', text(ofCampaign('name'))],
  ['startBlock', text(ofCampaign('start_block'))],
  ['contactId', text('k.contact_id::text')],
  ['clientExternalId', text(ofContact('client_external_id'))],
  ['attempt', number('k.attempt_number')],
  ['phone', phone('k.phone')],
  ['callerId', phone('k.caller_id')],
  ['disposition', text('k.disposition')],
  ['detail', text('k.detail')],
  ['sipCode', number('k.sip_code')],
  ['q850', number('k.q850')],
  ['createdAt', instant('k.created_at')],
  ['startedAt', instant('k.started_at')],
  ['ringingAt', instant('k.ringing_at')],
  ['answeredAt', instant('k.answered_at')],
  ['endedAt', instant('k.ended_at')],
  ['durationSeconds', number(wholeSeconds('extract(epoch from k.ended_at - k.started_at) * 1000'))],
  ['talkMs', number('k.talk_ms')],
  ['talkSeconds', number(wholeSeconds('k.talk_ms'))],
  ['endedBy', text('k.ended_by')],
  ['keys', text('k.keys')],
  ['dialog', { type: 'dialog', value: dialog, text: dialog }],
  ['goal', { type: 'goal', value: 'k.goal', text: 'k.goal' }],
  ['level', text('k.level')],
  ['tags', text(`array_to_string(k.tags, ', ')`)],
  ['recording', text('k.recording')],
])

/** All but the variables, in the order in which they are offered. */
export const callColumns: readonly ColumnHead[] = [...columns].map(([name, { type }]) => ({ name, type }))

/** What a report shows that names no columns. */
export const usualColumns: readonly string[] = [
  ...['phone', 'disposition', 'attempt', 'startedAt', 'answeredAt', 'endedAt'],
  ...['durationSeconds', 'talkSeconds', 'dialog', 'goal', 'level', 'tags', 'recording'],
]

/**
 * @param variables  Types of those that are known to be no text.
 * @returns Null: there is no such column.
 */
export function columnSql(
  name: string,
  variables: ReadonlyMap<string, ColumnType>,
  parameter: Parameters,
): ColumnSql | null {
  if (!name.startsWith(variablePrefix)) return columns.get(name) ?? null
  const variable = name.slice(variablePrefix.length)
  const place = `${parameter(variable)}::text`
  // What every run has besides hides what the person brought under the same name: that stands with the person.
  const isHidden = builtinVariables.some((builtin) => builtin === variable)
  const from = (arrow: '->' | '->>'): string => {
    const ofCall = `k.variables ${arrow} ${place}`
    return isHidden ? `coalesce(${ofContact('variables')} ${arrow} ${place}, ${ofCall})` : `(${ofCall})`
  }
  const [whole, words] = [from('->'), from('->>')]
  const shown = `case when length(${words}) > ${mostCharacters} then to_jsonb(left(${words}, ${mostCharacters})) else ${whole} end`
  const own = { value: shown, text: words }
  const type = variables.get(variable) ?? 'text'
  // Anything may stand in it: what is no number sorts as none.
  const ordered = `(case when ${own.text} ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then ${own.text}::numeric end)`
  return type === 'number' ? { type, ...own, ordered } : { type: 'text', ...own }
}
