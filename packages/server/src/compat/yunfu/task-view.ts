/** A task as the robot shows it: one object for its making, with more for lists. Times are those of the workspace's zone, without it. */
import type { Database } from '../../adapters/postgres/pool.ts'
import { integerIdsOf } from '../../resources/integer-id.ts'
import { withoutLimit } from './lists.ts'
import { localTime } from './local-time.ts'
import type { LineRow, TaskRow } from './task-rows.ts'

export function progressOf({ total, over }: Pick<TaskRow, 'total' | 'over'>): object {
  return { total, progress: over, percent: total === 0 ? 0 : Math.floor((over / total) * 100) }
}

/** Ids of script groups, redial rules and customer services are integers in this dialect: given on demand. */
type Integers = Readonly<Record<'scenario' | 'rule' | 'service', ReadonlyMap<string, number>>>

export async function integersOf(database: Database, workspaceId: string, rows: readonly TaskRow[]): Promise<Integers> {
  const idsOf = (kind: string, of: (row: TaskRow) => string | null) =>
    integerIdsOf(database, workspaceId, 'yunfu', kind, [...new Set(rows.flatMap((row) => of(row) ?? []))])
  return {
    rule: await idsOf('retry-rule', ({ rule }) => rule?.id ?? null),
    scenario: await idsOf('scenario', ({ scenarioId }) => scenarioId),
    service: await idsOf('operator-group', serviceOf),
  }
}

function serviceOf({ settings: { redirect } }: TaskRow): string | null {
  return redirect?.to === 'operator-group' ? redirect.groupId : null
}

/** Until it is stopped: a task that is dialled to its end takes up what is imported then. */
function isOn({ state }: TaskRow): boolean {
  return state === 'running' || state === 'scheduled' || state === 'done'
}

/** `data` of the answer to its making. */
export function shownTask(row: TaskRow, ids: Integers, workspaceId: string): Readonly<Record<string, unknown>> {
  const { settings, zone } = row
  const service = serviceOf(row)
  const script = ids.scenario.get(row.scenarioId) ?? null
  return {
    start: isOn(row) ? 1 : 0,
    alter_datetime: localTime(row.changedAt, zone),
    destination_dialplan: 'XML',
    destination_context: 'default',
    originate_variables: '{execute_on_media=start_da2}',
    maximumcall: settings.pacing.maxCalls,
    recycle_limit: 0,
    name: row.name,
    remark: row.remark,
    destination_extension: script,
    disable_dial_timegroup: row.hours?.uuid ?? null,
    random_assignment_number: 0,
    caller_line_id: row.line?.id ?? null,
    call_pause_second: settings.pacing.pauseSeconds,
    _originate_timeout: settings.ringTimeoutMs / 1_000,
    customer_service_id: service === null ? null : (ids.service.get(service) ?? null),
    auto_recycle_rule_id: row.rule === null ? null : (ids.rule.get(row.rule.id) ?? null),
    _origination_caller_id_number: row.line?.phone ?? '',
    dial_format: 'user/admin',
    // The vendor's own dialler tells its platform here. Ours needs no address: nothing is posted to it.
    call_notify_url: '',
    call_notify_type: 2,
    uuid: row.uuid,
    user_id: workspaceId,
    create_datetime: localTime(row.createdAt, zone),
    start_str: isOn(row) ? '开启' : '暂停',
    group_str: row.scenario.name,
    progress_bar: progressOf(row),
    group: shownGroup(row, script, workspaceId),
  }
}

function shownGroup({ scenario, scenarioAt, zone }: TaskRow, id: number | null, workspaceId: string): object {
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
export function listedTask(row: TaskRow, ids: Integers, workspaceId: string): object {
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
    call_line: line.maxCalls ?? withoutLimit,
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
