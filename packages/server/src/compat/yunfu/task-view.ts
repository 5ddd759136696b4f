/** A task as the robot shows it: one object for its making, with more for lists. Times are those of the workspace's zone, without it. */
import type { CampaignSettings } from '@dialwright/dialer'
import type { Database, Queryable } from '../../adapters/postgres/pool.ts'
import { integerIdsOf } from '../../resources/integer-id.ts'
import { vendorId } from '../vendor-id.ts'
import type { YunfuTask } from './schemas.ts'

type Row = {
  readonly uuid: string
  readonly name: string
  readonly state: string
  /** Of a campaign that was made elsewhere it is what that API kept, or nothing. */
  readonly task: Partial<YunfuTask> | null
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
type LineRow = {
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

/** The line's, or ours where the client brought none. */
const known = (kind: string, id: string): string => vendorId('yunfu', kind, id, 'c.workspace_id')

const columns = `${known('campaign', 'c.id')} as uuid, c.name, c.state, c.original as task, c.settings, c.created_at as "createdAt",
  coalesce((select max(a.at) from audit_entry a where a.workspace_id = c.workspace_id and a.kind = 'campaign' and a.resource_id = c.id),
           c.created_at) as "changedAt",
  w.time_zone as zone, v.scenario_id as "scenarioId", s.created_at as "scenarioAt",
  (select count(*) from contact k where k.campaign_id = c.id) as total,
  (select count(*) from contact k where k.campaign_id = c.id and k.state in ('done', 'unknown', 'excluded')) as over,
  jsonb_build_object('name', s.name, 'allByVoice', coalesce((v.definition ->> 'allByVoice')::boolean, false),
    'isDefault', coalesce((v.definition ->> 'default')::boolean, false), 'tagSceneId', s.tag_scene_id) as scenario,
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

export async function taskRow(on: Queryable, workspaceId: string, campaignId: string): Promise<Row | null> {
  const { rows } = await on.query<Row>(`select ${columns} from ${from} where c.workspace_id = $1 and c.id = $2`, [
    workspaceId,
    campaignId,
  ])
  return rows[0] ?? null
}

export async function taskRows(on: Queryable, workspaceId: string): Promise<Row[]> {
  const { rows } = await on.query<Row>(
    `select ${columns} from ${from} where c.workspace_id = $1 and c.dialect = 'yunfu' order by c.created_at desc, c.id desc limit $2`,
    [workspaceId, listed],
  )
  return rows
}

/** `YYYY-MM-DD HH:MM:SS` in a zone. */
export function localTime(at: Temporal.Instant | string, zone: string): string {
  const instant = typeof at === 'string' ? Temporal.Instant.from(at) : at
  const { year, month, day, hour, minute, second } = instant.toZonedDateTimeISO(zone)
  const [date, time] = [
    [month, day],
    [hour, minute, second],
  ].map((parts) => parts.map((part) => String(part).padStart(2, '0')))
  return `${year}-${date?.join('-')} ${time?.join(':')}`
}

export function progressOf({ total, over }: Pick<Row, 'total' | 'over'>): object {
  return { total, progress: over, percent: total === 0 ? 0 : Math.floor((over / total) * 100) }
}

/** Ids of script groups and redial rules are integers in this dialect: given on demand. */
type Integers = { readonly scenario: ReadonlyMap<string, number>; readonly rule: ReadonlyMap<string, number> }

export async function integersOf(database: Database, workspaceId: string, rows: readonly Row[]): Promise<Integers> {
  const rules = rows.flatMap(({ rule }) => (rule === null ? [] : [rule.id]))
  return {
    rule: await integerIdsOf(database, workspaceId, 'yunfu', 'retry-rule', [...new Set(rules)]),
    scenario: await integerIdsOf(database, workspaceId, 'yunfu', 'scenario', [
      ...new Set(rows.map(({ scenarioId }) => scenarioId)),
    ]),
  }
}

/** `data` of the answer to its making. */
export function shownTask(row: Row, ids: Integers, workspaceId: string): Readonly<Record<string, unknown>> {
  const { settings, zone } = row
  const task = row.task ?? {}
  const script = ids.scenario.get(row.scenarioId) ?? null
  const isOn = row.state === 'running' || row.state === 'scheduled'
  return {
    start: isOn ? 1 : 0,
    alter_datetime: localTime(row.changedAt, zone),
    destination_dialplan: 'XML',
    destination_context: 'default',
    originate_variables: '{execute_on_media=start_da2}',
    maximumcall: settings.pacing.maxCalls,
    recycle_limit: 0,
    name: row.name,
    remark: task.remark ?? null,
    destination_extension: script,
    disable_dial_timegroup: row.hours?.uuid ?? null,
    random_assignment_number: 0,
    caller_line_id: row.line?.id ?? null,
    call_pause_second: settings.pacing.pauseSeconds,
    _originate_timeout: settings.ringTimeoutMs / 1_000,
    customer_service_id: task.customer_service_id ?? null,
    auto_recycle_rule_id: row.rule === null ? null : (ids.rule.get(row.rule.id) ?? null),
    _origination_caller_id_number: row.line?.phone ?? '',
    dial_format: 'user/admin',
    // The vendor's own dialler tells its platform here. Ours needs no address: nothing is posted to it.
    call_notify_url: '',
    call_notify_type: 2,
    uuid: row.uuid,
    user_id: workspaceId,
    create_datetime: localTime(row.createdAt, zone),
    start_str: isOn ? '开启' : '暂停',
    group_str: row.scenario.name,
    progress_bar: progressOf(row),
    group: shownGroup(row, script, workspaceId),
  }
}

function shownGroup({ scenario, scenarioAt, zone }: Row, id: number | null, workspaceId: string): object {
  const at = localTime(scenarioAt, zone)
  return {
    id,
    name: scenario.name,
    user_id: workspaceId,
    debug: scenario.allByVoice,
    deleted_at: null,
    created_at: at,
    updated_at: at,
    link_word_group_id: null,
    tag_scene_id: scenario.tagSceneId,
    default: scenario.isDefault,
  }
}

/** In a list: the same with what it refers to. */
export function listedTask(row: Row, ids: Integers, workspaceId: string): object {
  const { line, rule, hours, zone, settings } = row
  const at = (instant: string | null): string | null => (instant === null ? null : localTime(instant, zone))
  return {
    ...shownTask(row, ids, workspaceId),
    call_per_second: settings.pacing.callsPerSecond,
    scheduling_policy_ratio: null,
    scheduling_queue: null,
    domain: null,
    sort: 1,
    caller_line: line === null ? null : shownLine(line, zone, workspaceId),
    auto_recycle_rule:
      rule === null
        ? null
        : {
            id: ids.rule.get(rule.id) ?? null,
            user_id: workspaceId,
            name: rule.name,
            remark: rule.remark,
            status: rule.enabled,
            created_at: at(rule.createdAt),
            updated_at: at(rule.createdAt),
            is_default: rule.isDefault,
          },
    disable_time_group:
      hours === null
        ? null
        : {
            uuid: hours.uuid,
            name: hours.name,
            domain: '',
            user_id: workspaceId,
            created_at: at(hours.createdAt),
            updated_at: at(hours.createdAt),
          },
  }
}

function shownLine(line: LineRow, zone: string, workspaceId: string): object {
  const at = (instant: string | null): string | null => (instant === null ? null : localTime(instant, zone))
  const { validFrom, validUntil } = line
  const seconds =
    validFrom === null || validUntil === null
      ? null
      : Math.round(Temporal.Instant.from(validFrom).until(Temporal.Instant.from(validUntil)).total('seconds'))
  return {
    id: line.id,
    name: line.name,
    user_id: workspaceId,
    description: null,
    deadline_at: at(validUntil),
    available_time: seconds,
    begin_at: at(validFrom),
    call_line: line.maxCalls,
    call_line_used: line.live,
    call_number_prefix: line.phone,
    is_call_number_enable: 1,
    is_call_number_prefix_editable: 0,
    dial_string: 'user/admin',
    dial_string_mode: 1,
    db_public_id: null,
    db_private_id: null,
    node_ip: '',
    node_status: '1',
    created_at: at(line.createdAt),
    updated_at: at(line.createdAt),
    feature: '',
  }
}
