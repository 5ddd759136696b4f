/** Reports on calls over the native API. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { type FieldProblem, InvalidInputError } from '../../campaigns/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { instantSchema } from '../../instant.ts'
import { type Reference, referenceSchema } from '../../provisioning/schema/reference.ts'
import { maxRows, reportCalls } from '../../reports/call-report.ts'
import { callColumns, columnTypes, usualColumns, variablePrefix } from '../../reports/report-columns.ts'
import { filterKinds } from '../../reports/report-filters.ts'
import { reportVariables } from '../../reports/report-variables.ts'
import { type ReferredKind, referenceOf, resolveReference } from '../../resources/references.ts'
import { cursorOf, type NativeApp, nextSchema, within } from '../scope.ts'

const usualRows = 1_000
const columnName = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: `A name of GET reports/calls/columns; "${variablePrefix}<name>" is any variable` })
const reportSchema = z.strictObject({
  campaign: referenceSchema.optional(),
  scenario: referenceSchema.optional(),
  startBlock: z.string().min(1).max(64).optional(),
  direction: z.enum(['out', 'in']).optional(),
  from: instantSchema.optional().meta({ description: 'Calls that started then or later' }),
  to: instantSchema.optional().meta({ description: 'Calls that started before' }),
  columns: z
    .array(
      z.strictObject({
        name: columnName,
        filter: z.strictObject({ is: z.enum(filterKinds), value: z.string().max(1_000).optional() }).optional(),
        sort: z.enum(['asc', 'desc']).optional(),
      }),
    )
    .min(1)
    .max(100)
    .default(usualColumns.map((name) => ({ name }))),
  limit: z.int().min(1).max(maxRows).default(usualRows),
  after: z.string().optional(),
})
const head = z.object({ name: z.string(), type: z.enum(columnTypes) })
const shownReport = z.object({
  columns: z.array(head),
  rows: z
    .array(z.array(z.unknown()))
    .meta({ description: 'A value for each column; the latest call first where no column sorts' }),
  totals: z.object({ calls: z.number(), talkMs: z.number(), averageTalkMs: z.number() }).nullable().meta({
    description: 'Over all calls that fit, shown or not; null where `after` is given: the first page told them',
  }),
  next: nextSchema,
})
const columnsQuery = z.strictObject({
  campaign: z.string().min(1).max(200).optional(),
  scenario: z.string().min(1).max(200).optional(),
})

export function reportRoutes(app: NativeApp, deps: HttpDeps): void {
  app.post(
    '/reports/calls',
    {
      config: { permission: 'calls:read' },
      schema: { tags: ['reports'], body: reportSchema, response: { 200: shownReport } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const scoped = within(deps, request)
      const { campaign, scenario, startBlock, direction, from, to, columns, limit, after } = request.body
      const ids = await idsOf(scoped.pool, workspaceId, { campaign, scenario })
      const variables = await reportVariables(scoped.pool, workspaceId, ids)
      const report = await reportCalls(scoped, workspaceId, {
        scope: { ...ids, startBlock, direction, from: instantOf(from), to: instantOf(to) },
        columns: columns.map((column, at) => ({ ...column, field: `columns.${at}` })),
        variables,
        limit,
        after: cursorOf(after) ?? undefined,
      })
      const { totals } = report
      return {
        columns: [...report.columns],
        rows: report.rows.map((row) => [...row]),
        totals: totals && { ...totals, averageTalkMs: Math.round(totals.talkMs / Math.max(1, totals.calls)) },
        next: report.next,
      }
    },
  )
  app.get(
    '/reports/calls/columns',
    {
      config: { permission: 'calls:read' },
      schema: { tags: ['reports'], querystring: columnsQuery, response: { 200: z.object({ items: z.array(head) }) } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { pool } = within(deps, request)
      const variables = await reportVariables(pool, workspaceId, await idsOf(pool, workspaceId, request.query))
      const own = [...variables].map(([name, type]) => ({ name: variablePrefix + name, type }))
      return { items: [...callColumns, ...own] }
    },
  )
}

/** @throws {InvalidInputError} for what leads nowhere. */
async function idsOf(
  on: Queryable,
  workspaceId: string,
  given: { readonly campaign?: Reference | undefined; readonly scenario?: Reference | undefined },
): Promise<{ campaignId: string | undefined; scenarioId: string | undefined }> {
  const problems: FieldProblem[] = []
  const find = async (kind: ReferredKind & ('campaign' | 'scenario')): Promise<string | undefined> => {
    const reference = given[kind]
    if (reference === undefined) return undefined
    const found = await resolveReference(on, workspaceId, kind, referenceOf(reference))
    if ('id' in found) return found.id
    problems.push({ field: kind, code: found.problem, message: `there is no such ${kind}, or more than one` })
    return undefined
  }
  const ids = { campaignId: await find('campaign'), scenarioId: await find('scenario') }
  if (problems.length > 0) throw new InvalidInputError(problems)
  return ids
}

function instantOf(text: string | undefined): Temporal.Instant | undefined {
  return text === undefined ? undefined : Temporal.Instant.from(text)
}
