/** Tasks as they are read for being shown: the campaign with what it refers to. */
import type { CampaignSettings } from '@dialwright/dialer'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { vendorId } from '../vendor-id.ts'

export type TaskRow = {
  readonly uuid: string
  readonly name: string
  readonly state: string
  readonly remark: string | null
  readonly settings: CampaignSettings
  readonly createdAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
  readonly zone: string
  readonly total: number
  readonly over: number
  readonly scenarioId: string
  readonly scenario: {
    readonly name: string
    readonly allByVoice: boolean
    readonly isDefault: boolean
    readonly tagSceneId: string | null
  }
  readonly scenarioAt: Temporal.Instant
  readonly line: LineRow | null
  readonly rule: RuleRow | null
  readonly hours: { readonly uuid: string; readonly name: string; readonly createdAt: string } | null
}
export type LineRow = {
  readonly id: string
  readonly name: string
  readonly phone: string
  readonly validFrom: string | null
  readonly validUntil: string | null
  readonly maxCalls: number | null
  readonly live: number
  readonly createdAt: string
}
type RuleRow = {
  readonly id: string
  readonly name: string
  readonly remark: string | null
  readonly enabled: boolean
  readonly isDefault: boolean
  readonly createdAt: string
}

/** The client's id, or ours where it brought none. */
const known = (kind: string, id: string): string => vendorId('yunfu', kind, id, 'c.workspace_id')

const columns = `${known('campaign', 'c.id')} as uuid, c.name, c.state, case when c.dialect = 'yunfu' then c.original ->> 'remark' end as remark, c.settings, c.created_at as "createdAt",
  coalesce((select max(a.at) from audit_entry a where a.workspace_id = c.workspace_id and a.kind = 'campaign' and a.resource_id = c.id),
           c.created_at) as "changedAt",
  w.time_zone as zone, v.scenario_id as "scenarioId", s.created_at as "scenarioAt",
  (select count(*) from contact k where k.campaign_id = c.id) as total,
  (select count(*) from contact k where k.campaign_id = c.id and k.state in ('done', 'unknown', 'excluded')) as over,
  jsonb_build_object('name', s.name, 'allByVoice', coalesce((v.definition ->> 'allByVoice')::boolean, false),
    'isDefault', coalesce((v.definition ->> 'default')::boolean, false), 'tagSceneId', ${known('tag-scene', 's.tag_scene_id')}) as scenario,
  (select jsonb_build_object('id', ${known('number', 'n.id')}, 'name', n.name, 'phone', n.phone, 'validFrom', n.valid_from,
      'validUntil', n.valid_until, 'maxCalls', p.max_calls, 'createdAt', n.created_at,
      'live', (select count(*) from live_leg l where l.number_id = n.id))
     from caller_id_group_member m join phone_number n on n.id = m.number_id left join pace p on p.owner_id = n.id
    where m.group_id::text = c.settings -> 'callerId' ->> 'groupId' order by m.position limit 1) as line,
  (select jsonb_build_object('id', r.id, 'name', r.name, 'remark', r.remark, 'enabled', r.enabled, 'isDefault', r.is_default,
      'createdAt', r.created_at) from retry_rule r where r.id = c.retry_rule_id) as rule,
  (select jsonb_build_object('uuid', ${known('time-group', 't.id')}, 'name', t.name, 'createdAt', t.created_at)
     from campaign_time_group g join time_group t on t.id = g.time_group_id where g.campaign_id = c.id order by g.position limit 1) as hours`
const from = `campaign c join workspace w on w.id = c.workspace_id join scenario_version v on v.id = c.scenario_version_id
  join scenario s on s.id = v.scenario_id`

/** Lists are not paged in this dialect; so many are shown, the newest first. */
const listed = 1_000

export async function taskRow(on: Queryable, workspaceId: string, campaignId: string): Promise<TaskRow | null> {
  const { rows } = await on.query<TaskRow>(`select ${columns} from ${from} where c.workspace_id = $1 and c.id = $2`, [
    workspaceId,
    campaignId,
  ])
  return rows[0] ?? null
}

export async function taskRows(on: Queryable, workspaceId: string): Promise<TaskRow[]> {
  const { rows } = await on.query<TaskRow>(
    `select ${columns} from ${from} where c.workspace_id = $1 and c.dialect = 'yunfu' order by c.created_at desc, c.id desc limit $2`,
    [workspaceId, listed],
  )
  return rows
}
