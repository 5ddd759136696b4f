/** The records of a task's calls, page by page, in the robot's words. */
import type { Disposition } from '@dialwright/dialer'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { givenPhone } from '../../contacts/given-phone.ts'
import { recordingPath } from '../recording-path.ts'
import { localTime } from './local-time.ts'
import { numberState } from './number-states.ts'
import type { Page } from './numbers.ts'

type CallRow = {
  readonly callid: string
  readonly number: string
  readonly disposition: Disposition
  readonly detail: string | null
  readonly startedAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant
  readonly talkMs: number
  readonly keys: string
  readonly path: readonly { readonly block: string }[]
  readonly level: string | null
  readonly tags: readonly string[]
  readonly recording: string | null
  readonly zone: string
}

/** A to E as the vendor counts them; null: the scenario set none. */
export function intention(level: string | null): number | null {
  const at = level === null ? -1 : ['A', 'B', 'C', 'D', 'E'].indexOf(level)
  return at < 0 ? null : at + 1
}

export async function callsOfTask(
  on: Queryable,
  workspaceId: string,
  campaignId: string,
  { page, per_page: perPage }: Page,
): Promise<{ readonly data: readonly object[]; readonly total: number }> {
  const { rows } = await on.query<CallRow>(
    `select c.id as callid, coalesce(${givenPhone('c')}, c.phone) as number, c.disposition, c.detail, c.started_at as "startedAt", c.answered_at as "answeredAt",
            c.ended_at as "endedAt", c.talk_ms as "talkMs", c.keys, c.path, c.level, c.tags, c.recording, w.time_zone as zone
       from call c join workspace w on w.id = c.workspace_id
      where c.workspace_id = $1 and c.campaign_id = $2 order by c.created_at desc, c.id limit $3 offset $4`,
    [workspaceId, campaignId, perPage, (page - 1) * perPage],
  )
  const counted = await on.query<{ total: number }>(
    'select count(*) as total from call where workspace_id = $1 and campaign_id = $2',
    [workspaceId, campaignId],
  )
  return {
    total: counted.rows[0]?.total ?? 0,
    data: rows.map((row) => ({
      callid: row.callid,
      number: row.number,
      status: numberState(row.disposition, row.detail, false),
      calldate: localTime(row.startedAt, row.zone),
      answerdate: row.answeredAt === null ? null : localTime(row.answeredAt, row.zone),
      hangupdate: localTime(row.endedAt, row.zone),
      duration: Math.round((row.endedAt.epochMilliseconds - row.startedAt.epochMilliseconds) / 1_000),
      bill: Math.round(row.talkMs / 1_000),
      rounds: row.path.length,
      keys: row.keys,
      intention_results: intention(row.level),
      level_name: row.level,
      tags: row.tags,
      recording: row.recording === null ? null : recordingPath(row.callid),
    })),
  }
}
