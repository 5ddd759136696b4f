/** The numbers of a task, page by page, in the robot's words. */
import type { Disposition } from '@dialwright/dialer'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { localTime } from './local-time.ts'
import { endsOf, numberState } from './number-states.ts'

export type Page = { readonly page: number; readonly per_page: number }

type NumberRow = {
  readonly id: string
  readonly number: string
  readonly state: string
  readonly disposition: Disposition | null
  readonly detail: string | null
  readonly attempts: number
  readonly createdAt: Temporal.Instant
  readonly lastAt: Temporal.Instant | null
  readonly duration: number | null
  readonly zone: string
}

/** @param states  Empty: all. */
export async function numbersOfTask(
  on: Queryable,
  workspaceId: string,
  campaignId: string,
  states: readonly number[],
  { page, per_page: perPage }: Page,
): Promise<{ readonly data: readonly object[]; readonly total: number }> {
  const where = `k.workspace_id = $1 and k.campaign_id = $2 and (cardinality($3::int[]) = 0
      or 11 = any ($3) and k.state = 'excluded'
      or 0 = any ($3) and k.state <> 'excluded' and k.last_disposition is null
      or k.state <> 'excluded' and exists (
           select from jsonb_to_recordset($4::jsonb) e(disposition text, details jsonb, "except" jsonb)
            where e.disposition = k.last_disposition and (e.details is null or e.details ? coalesce(c.detail, ''))
              and (e."except" is null or not e."except" ? coalesce(c.detail, ''))))`
  const parameters = [workspaceId, campaignId, states, JSON.stringify(endsOf(states))]
  const from = 'contact k left join call c on c.id = k.last_call_id'
  const { rows } = await on.query<NumberRow>(
    `select k.id, p.given as number, k.state, k.last_disposition as disposition, c.detail, k.attempts, k.created_at as "createdAt",
            c.started_at as "lastAt", round(c.talk_ms / 1000.0)::int as duration, w.time_zone as zone
       from ${from} join workspace w on w.id = k.workspace_id join contact_phone p on p.contact_id = k.id and p.position = 0
      where ${where} order by k.id limit $5 offset $6`,
    [...parameters, perPage, (page - 1) * perPage],
  )
  const counted = await on.query<{ total: number }>(`select count(*) as total from ${from} where ${where}`, parameters)
  return {
    total: counted.rows[0]?.total ?? 0,
    data: rows.map((row) => ({
      id: row.id,
      number: row.number,
      status: numberState(row.disposition, row.detail, row.state === 'excluded'),
      is_calling: row.state === 'dialing' ? 1 : 0,
      calls: row.attempts,
      calldate: row.lastAt === null ? null : localTime(row.lastAt, row.zone),
      duration: row.duration,
      created_at: localTime(row.createdAt, row.zone),
    })),
  }
}
