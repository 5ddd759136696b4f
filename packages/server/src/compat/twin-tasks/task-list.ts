/** The list of tasks, with the vendor's own way of paging, filtering and sorting. */
import { z } from 'zod'
import type { ServerDeps } from '../../deps.ts'
import { parseGiven } from '../field-refusal.ts'
import { together } from '../together.ts'
import { vendorId } from '../vendor-id.ts'
import { atMost, optionalInQuery as optional, queryTime } from './schemas/fields.ts'
import { stateOf, type TaskStatus, taskStatus, taskStatuses } from './task-status.ts'

const whole = (what: string) => z.coerce.number(what).int(what).min(0, what)

/** Our columns behind the vendor's words. */
const columns = { status: 'c.state', name: 'c.name', createdAt: 'c.created_at', id: 'c.id' } as const
const sorts = Object.keys(columns) as readonly (keyof typeof columns)[]

const querySchema = z
  .object({
    page: optional(whole('expected a whole number from 0').max(1_000_000)),
    offset: optional(whole('expected a whole number from 0').max(1_000_000_000)),
    limit: optional(atMost(1_000)),
    keyword: optional(z.string('expected a text').max(500)),
    status: optional(
      z
        .string('expected statuses with commas between them')
        .transform((text) => text.split(',').map((one) => one.trim().toUpperCase()))
        .pipe(
          z.array(
            z.enum(
              taskStatuses as readonly [TaskStatus, ...TaskStatus[]],
              `expected some of ${taskStatuses.join(', ')}`,
            ),
          ),
        ),
    ),
    from: optional(queryTime),
    to: optional(queryTime),
    sort: optional(
      z
        .string('expected a field, with a minus in front for the other way round')
        .regex(
          new RegExp(`^-?(${sorts.join('|')})$`),
          `expected ${sorts.join(', ')}, with or without a minus in front`,
        ),
    ),
  })
  .check(
    together(({ page, offset }, refuse) => {
      if (page !== undefined && offset !== undefined) refuse('offset', 'expected either page or offset')
    }),
  )

type Row = {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly botId: string
  readonly createdAt: Temporal.Instant
  readonly startAt: Temporal.Instant | null
  readonly candidates: number
}

/** @throws {FieldRefusal} naming each wrong parameter. `from` and `to` are about when a task was made; newest first. */
export async function listTasks(deps: ServerDeps, workspaceId: string, query: unknown): Promise<object> {
  const { page, offset, limit = 1_000, keyword, status, from, to, sort } = parseGiven(querySchema, query)
  const filter = `c.workspace_id = $1 and c.dialect = 'twin'
    and ($2::text is null or position(lower($2) in lower(c.name)) > 0)
    and ($3::text[] is null or c.state = any ($3))
    and ($4::timestamptz is null or c.created_at >= $4) and ($5::timestamptz is null or c.created_at < $5)`
  const values = [workspaceId, keyword ?? null, status?.map(stateOf) ?? null, from ?? null, to ?? null]
  const counted = await deps.pool.query<{ count: number }>(
    `select count(*)::int as count from campaign c where ${filter}`,
    values,
  )
  const { rows } = await deps.pool.query<Row>(
    `select c.id, c.name, c.state, c.created_at as "createdAt", c.start_at as "startAt",
            ${vendorId('twin', 'scenario', 'v.scenario_id', 'c.workspace_id')} as "botId",
            (select count(*)::int from contact k where k.campaign_id = c.id) as candidates
       from campaign c join scenario_version v on v.id = c.scenario_version_id
      where ${filter} order by ${orderOf(sort)} limit $6 offset $7`,
    [...values, limit, offset ?? (page ?? 0) * limit],
  )
  return {
    count: counted.rows[0]?.count ?? 0,
    items: rows.map(({ state, createdAt, startAt, botId, ...row }) => ({
      ...row,
      status: taskStatus(state),
      defaultExecData: botId,
      createdAt: createdAt.toString(),
      startMoment: startAt?.toString() ?? null,
    })),
  }
}

/** Only words of the table above come here: the schema lets nothing else through. */
function orderOf(sort: string | undefined): string {
  if (sort === undefined) return 'c.created_at desc, c.id desc'
  const isDown = sort.startsWith('-')
  const column = columns[(isDown ? sort.slice(1) : sort) as keyof typeof columns]
  return `${column} ${isDown ? 'desc' : 'asc'}, c.id`
}
