/** The report of a campaign in the assistant's form, over the report on calls. */
import type { FieldProblem } from '../../campaigns/errors.ts'
import { maxRows, noCalls, reportCalls } from '../../reports/call-report.ts'
import { type ColumnType, columnSql } from '../../reports/report-columns.ts'
import { conditionOf, type Filter } from '../../reports/report-filters.ts'
import { reportVariables } from '../../reports/report-variables.ts'
import { FieldRefusal } from '../field-refusal.ts'
import { type FieldMessage, isRecord, problemsOf } from '../mistake.ts'
import { recordingPath } from '../recording-path.ts'
import { refused } from './errors.ts'
import { type Caller, idOf, idOrNotFound, lookUp, startBlockOf } from './ids.ts'
import { type ChosenColumn, chooseColumns, knownColumns, mostColumns, usualChoice } from './report-names.ts'
import { type AskedColumn, reportSchema } from './schemas.ts'

/** Unknown ids leave nothing: no call is of a scenario that there is not. */
type Scope = { readonly campaignId: string; readonly scenarioId: string; readonly startBlock: string }

/** @throws {FieldRefusal} 404 for the project, 400 with every mistake. */
export async function makeReport(
  { deps, principal }: Caller,
  projectId: string,
  body: Readonly<Record<string, unknown>>,
): Promise<object> {
  const { workspaceId } = principal
  await idOrNotFound({ deps, principal }, 'project', projectId)
  const parsed = reportSchema.safeParse(body)
  const problems = parsed.success ? [] : problemsOf(parsed.error)
  const raw = isRecord(body.analytics_filter) ? body.analytics_filter : {}
  const scope = await scopeOf({ deps, principal }, Number(projectId), raw, problems)
  const variables = await reportVariables(deps.pool, workspaceId, { campaignId: scope?.campaignId })
  const known = knownColumns(variables)
  const { columns, analytics_filter } = parsed.data ?? {}
  // Without the campaign nobody can say which variables there are.
  const ofColumns: FieldMessage[] = scope === null ? [] : problems
  const chosen = columns == null || columns.length === 0 ? usualChoice(known) : chooseColumns(columns, known, ofColumns)
  if (chosen.length > mostColumns)
    problems.push({ field: 'columns', message: `expected at most ${mostColumns} columns, these are ${chosen.length}` })
  else refuseFilters(chosen, variables, problems)
  if (analytics_filter === undefined || scope === null || problems.length > 0)
    throw new FieldRefusal(400, refused, problems)
  const { date_start, date_end } = analytics_filter
  const report = await reportCalls(deps, workspaceId, {
    // The last millisecond belongs to it.
    scope: { ...scope, from: date_start, to: date_end.add({ milliseconds: 1 }) },
    columns: [
      ...chosen.map(({ known: { column }, asked, field }) => ({
        field,
        name: column,
        filter: filterOf(asked),
        sort: asked.sorting ?? undefined,
      })),
      // For whoever wants to hear it.
      { field: 'columns', name: 'id', filter: undefined, sort: undefined },
    ],
    variables,
    limit: maxRows,
  })
  const { calls, talkMs } = report.totals ?? noCalls
  const seconds = Math.round(talkMs / 1_000)
  return {
    columns: chosen.map(({ known: { name, title, type }, asked }) => ({
      ...{ field: name, display_name: asked.display_name ?? title, type },
    })),
    data: report.rows.map((row) => rowOf(chosen, row, String(row.at(-1)))),
    total_duration: seconds,
    avg_duration: calls === 0 ? 0 : Math.round((seconds / calls) * 100) / 100,
    count: calls,
  }
}

function rowOf(chosen: readonly ChosenColumn[], row: readonly unknown[], callId: string): object {
  return Object.fromEntries(
    chosen.map(({ known: { name, column } }, at) => {
      const value = row[at] ?? null
      return [name, column === 'recording' && value !== null ? recordingPath(callId) : shown(value)]
    }),
  )
}

function shown(value: unknown): unknown {
  return value instanceof Temporal.Instant ? value.toString({ fractionalSecondDigits: 3 }) : value
}

/** Each filter that cannot be asked, at the vendor's place for it. */
function refuseFilters(
  chosen: readonly ChosenColumn[],
  variables: ReadonlyMap<string, ColumnType>,
  problems: FieldMessage[],
): void {
  const nowhere = () => '$1'
  for (const { known, asked, field } of chosen) {
    const [column, filter] = [columnSql(known.column, variables, nowhere), filterOf(asked)]
    const found: FieldProblem[] = []
    if (column !== null && filter !== undefined) conditionOf(column, filter, nowhere, field, found)
    problems.push(...found.map(({ message }) => ({ field: `${field}.filter_value`, message })))
  }
}

function filterOf({ filter_type, filter_value }: AskedColumn): Filter | undefined {
  return filter_type == null ? undefined : { is: filter_type, value: filter_value ?? undefined }
}

/** Null: something leads nowhere. */
async function scopeOf(
  { deps, principal }: Caller,
  projectId: number,
  raw: Readonly<Record<string, unknown>>,
  problems: FieldMessage[],
): Promise<Scope | null> {
  const { workspaceId } = principal
  const find = <What>(name: string, what: string, look: (id: number) => Promise<What | null>) =>
    lookUp({ field: `analytics_filter.${name}`, id: raw[name], what }, problems, look)
  const scenarioId = await find('scenario_id', 'scenario', (id) => idOf(deps.pool, workspaceId, 'scenario', id))
  const block = await find('start_block_id', 'start block', (id) => startBlockOf(deps.pool, workspaceId, id))
  const campaignId = await find('outgoing_campaign_id', 'campaign', (id) =>
    idOf(deps.pool, workspaceId, 'campaign', id),
  )
  if (scenarioId === null || block === null || campaignId === null) return null
  if (block.scenarioId !== scenarioId)
    problems.push({ field: 'analytics_filter.start_block_id', message: 'is a start block of another scenario' })
  const { rows } = await deps.pool.query<{ projectId: number | null }>(
    `select c.original -> 'campaign' -> 'project_id' as "projectId" from campaign c where c.workspace_id = $1 and c.id = $2`,
    [workspaceId, campaignId],
  )
  const own = rows[0]?.projectId ?? null
  if (own !== null && own !== projectId)
    problems.push({ field: 'analytics_filter.outgoing_campaign_id', message: 'is a campaign of another project' })
  return { campaignId, scenarioId, startBlock: block.part }
}

/** The columns that a report can have, as a report asks for them. */
export async function listColumns(
  { deps, principal }: Caller,
  projectId: string,
  asked: { readonly outgoing_campaign_id?: number | undefined; readonly scenario_id?: number | undefined },
): Promise<object> {
  const { workspaceId } = principal
  const find = async (kind: 'campaign' | 'scenario', id: number | undefined) =>
    id === undefined ? undefined : idOrNotFound({ deps, principal }, kind, id)
  await idOrNotFound({ deps, principal }, 'project', projectId)
  const campaignId = await find('campaign', asked.outgoing_campaign_id)
  const scenarioId = await find('scenario', asked.scenario_id)
  const variables = await reportVariables(deps.pool, workspaceId, { campaignId, scenarioId })
  return {
    columns: knownColumns(variables).map(({ id, name, title, kind, type }) => ({
      ...{ id, name, display_name: title, column_type: kind, data_type: type },
    })),
  }
}
