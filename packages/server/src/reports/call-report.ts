/**
 * A report on calls: chosen columns of those that fit every filter, sorted, with totals over all of them. Rows are bounded, whatever
 * there is; totals are counted by the database, so that neither is ever held here whole.
 */
import { transaction } from '../adapters/postgres/pool.ts'
import { type FieldProblem, InvalidInputError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'
import { type ColumnHead, type ColumnSql, type ColumnType, columnSql, type Parameters } from './report-columns.ts'
import { conditionOf, type Filter } from './report-filters.ts'

/** Which calls it is about; what is absent does not narrow. */
export type ReportScope = {
  readonly campaignId?: string | undefined
  readonly scenarioId?: string | undefined
  /** The start block of the calls' campaign. */
  readonly startBlock?: string | undefined
  readonly direction?: 'out' | 'in' | undefined
  /** By the start of the call. */
  readonly from?: Temporal.Instant | undefined
  /** Up to this instant, without it. */
  readonly to?: Temporal.Instant | undefined
}

export type ReportColumn = {
  /** Where it stands in the request, with dots: 'columns.0'. */
  readonly field: string
  readonly name: string
  readonly filter?: Filter | undefined
  /** Of several, the first one sorts first. What is empty comes last, either way. */
  readonly sort?: 'asc' | 'desc' | undefined
}

export type ReportQuery = {
  readonly scope: ReportScope
  readonly columns: readonly ReportColumn[]
  /** Types of variables, where they are no text: see report-variables.ts. */
  readonly variables: ReadonlyMap<string, ColumnType>
  readonly limit: number
  /** Rows end behind so many bytes, whatever people brought; absent: 64 MB. */
  readonly limitBytes?: number | undefined
  /** The last call of the page before; only in the order of no column. */
  readonly after?: string | undefined
}

export type Totals = { readonly calls: number; readonly talkMs: number }

export type CallReport = {
  readonly columns: readonly ColumnHead[]
  /** Values in the order of the columns, the latest call first where no column sorts; at most `limit`, fewer where they are large. */
  readonly rows: readonly (readonly unknown[])[]
  /** Over all calls that fit, shown or not; null behind the first page, which told them: a page costs what it holds. */
  readonly totals: Totals | null
  /** For `after`; null: this was the last page, or the order has no pages. */
  readonly next: string | null
}

/** Rows of one report at most. */
export const maxRows = 5_000
/** An answer is held here whole, as text: of 512 MB at the very most. */
const maxBytes = 64 * 1024 * 1024

/** As the indexes of calls have it: a page is read from where it begins, and no further than it goes. */
const latestFirst = ['k.created_at desc', 'k.id']

/** Of a report of nothing. */
export const noCalls: Totals = { calls: 0, talkMs: 0 }

type Row = { readonly id: string; readonly bytes: number; readonly [column: `c${number}`]: unknown }

/** @throws {InvalidInputError} naming each column that is not there and each filter that cannot be asked. */
export async function reportCalls(deps: ServerDeps, workspaceId: string, query: ReportQuery): Promise<CallReport> {
  const [rowsAsked, totalsAsked] = [new Asked(workspaceId, query), new Asked(workspaceId, query)]
  const columns = query.columns.map((column) => rowsAsked.column(column))
  const sorting = query.columns.flatMap(({ sort }, at) => {
    const column = columns[at]
    return sort === undefined || column == null ? [] : [`${column.ordered ?? column.text} ${sort} nulls last`]
  })
  if (query.after !== undefined && sorting.length > 0)
    rowsAsked.refuse('after', 'invalid', 'only a report that no column sorts has pages')
  const { problems } = rowsAsked
  if (problems.length > 0) throw new InvalidInputError(problems)
  for (const column of query.columns) if (column.filter !== undefined) totalsAsked.column(column)
  const found = columns.filter((column) => column !== null)
  if (query.after !== undefined) rowsAsked.beginBehind(query.after)
  const { limitBytes = maxBytes } = query
  const chosen = `select k.id${found.map(({ value }, at) => `, ${value} as c${at}`).join('')}
    from call k where ${rowsAsked.conditions}
   order by ${(sorting.length > 0 ? [...sorting, 'k.id'] : latestFirst).join(', ')} limit ${rowsAsked.parameter(query.limit)}::int`
  const sized = `select r.*, pg_column_size(r) as size, sum(pg_column_size(r)) over (rows unbounded preceding) as bytes from (${chosen}) r`
  const rowsText = `select * from (${sized}) s where bytes - size <= ${limitBytes} order by bytes`
  const totalsText = `select count(*) as calls, coalesce(sum(k.talk_ms), 0)::bigint as "talkMs" from call k where ${totalsAsked.conditions}`
  return transaction(deps.pool, async (connection) => {
    // Rows and totals of one moment: calls end meanwhile.
    await connection.query('set transaction isolation level repeatable read, read only')
    const counted = query.after === undefined ? await connection.query<Totals>(totalsText, totalsAsked.values) : null
    const { rows } = await connection.query<Row>(rowsText, rowsAsked.values)
    const isFull = rows.length === query.limit || (rows.at(-1)?.bytes ?? 0) > limitBytes
    const isPage = sorting.length === 0 && isFull
    return {
      columns: query.columns.map(({ name }, at) => ({ name, type: found[at]?.type ?? 'text' })),
      rows: rows.map((row) => found.map((_, at) => row[`c${at}`] ?? null)),
      totals: counted === null ? null : (counted.rows[0] ?? noCalls),
      next: isPage ? (rows.at(-1)?.id ?? null) : null,
    }
  })
}

/** One statement of a report while it is made: what it asks, with the values that stand in it. */
class Asked {
  readonly values: unknown[] = []
  readonly problems: FieldProblem[] = []
  readonly #variables: ReportQuery['variables']
  readonly #conditions: string[]

  constructor(workspaceId: string, { scope, variables }: ReportQuery) {
    this.#variables = variables
    this.#conditions = [`k.workspace_id = ${this.parameter(workspaceId)}::uuid`]
    const narrow = (value: unknown, condition: (place: string) => string): void => {
      if (value !== undefined) this.#conditions.push(condition(this.parameter(value)))
    }
    narrow(scope.campaignId, (place) => `k.campaign_id = ${place}::uuid`)
    narrow(scope.direction, (place) => `k.direction = ${place}::text`)
    narrow(
      scope.scenarioId,
      (place) => `k.scenario_version_id in (select v.id from scenario_version v where v.scenario_id = ${place}::uuid)`,
    )
    narrow(
      scope.startBlock,
      (place) => `exists (select from campaign c where c.id = k.campaign_id and c.start_block = ${place}::text)`,
    )
    // Calls are found by the instant of their making, which comes before their start: by an hour at the very most.
    narrow(
      scope.from,
      (place) => `k.started_at >= ${place}::timestamptz and k.created_at >= ${place}::timestamptz - interval '1 hour'`,
    )
    narrow(scope.to, (place) => `k.started_at < ${place}::timestamptz and k.created_at < ${place}::timestamptz`)
  }

  readonly parameter: Parameters = (value) => `$${this.values.push(value)}`

  get conditions(): string {
    return this.#conditions.join(' and ')
  }

  /** Adds the column's own filter. Null: there is no such column. */
  column({ field, name, filter }: ReportColumn): ColumnSql | null {
    const column = columnSql(name, this.#variables, this.parameter)
    if (column === null) {
      this.refuse(
        `${field}.name`,
        'unknown',
        `there is no column "${name.slice(0, 60)}"; a variable is variables.<name>`,
      )
      return null
    }
    if (filter === undefined) return column
    const condition = conditionOf(column, filter, this.parameter, `${field}.filter`, this.problems)
    if (condition !== null) this.#conditions.push(condition)
    return column
  }

  /** Only what comes after this call, the latest one first. */
  beginBehind(callId: string): void {
    const id = `${this.parameter(callId)}::uuid`
    const at = `(select c.created_at from call c where c.id = ${id})`
    this.#conditions.push(`k.created_at <= ${at} and (k.created_at < ${at} or k.id > ${id})`)
  }

  refuse(field: string, code: string, message: string): void {
    this.problems.push({ field, code, message })
  }
}
