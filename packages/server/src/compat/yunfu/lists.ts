/** What a task can be made of, as the robot lists it: lines, script groups, customer services, redial rules, time groups. */
import type { ForbiddenHours } from '@dialwright/dialer'
import type { Database } from '../../adapters/postgres/pool.ts'
import { freeLines } from '../../numbers/free-lines.ts'
import { integerIdsOf } from '../../resources/integer-id.ts'
import { vendorId } from '../vendor-id.ts'
import { clockTime, localTime } from './local-time.ts'

type At = Temporal.Instant
type Group = { readonly id: string; readonly name: string; readonly createdAt: At }

/** As the vendor's client brought it, else ours. */
const known = (kind: string, id?: string): string => vendorId('yunfu', kind, id)
/** Lines of a number that has no limit of its own: what its trunk and the workspace let through is found when it dials. */
export const withoutLimit = 10_000

export class Lists {
  readonly #database: Database
  readonly #workspaceId: string

  constructor(database: Database, workspaceId: string) {
    this.#database = database
    this.#workspaceId = workspaceId
  }

  /** Numbers that may be used now, with their free lines. */
  async lines(): Promise<readonly object[]> {
    const rows = await this.#rows<{
      id: string
      name: string
      value: string
      from: At | null
      phone: string
      zone: string
    }>(
      `select t.id, t.name, ${known('number')} as value, t.valid_from as from, t.phone, w.time_zone as zone
         from phone_number t join workspace w on w.id = t.workspace_id
        where t.workspace_id = $1 and coalesce(t.valid_from <= dw_clock(), true) and coalesce(t.valid_until > dw_clock(), true)
        order by t.name, t.id`,
    )
    const lines = await freeLines(this.#database, this.#workspaceId)
    return rows.map(({ id, name, value, from, phone, zone }) => ({
      name,
      value,
      residue: lines.get(id)?.free ?? withoutLimit,
      call_line: lines.get(id)?.all ?? withoutLimit,
      available_at: from === null ? null : localTime(from, zone),
      call_number: phone,
    }))
  }

  async timeGroups(): Promise<readonly object[]> {
    return this.#rows(
      `select ${known('time-group')} as uuid, t.name from time_group t where t.workspace_id = $1 order by t.name, t.id`,
    )
  }

  /** The same with their hours; `days` (1 Monday to 7 Sunday) where a range is not of every day. */
  async timeGroupsWithRanges(): Promise<readonly object[]> {
    const rows = await this.#rows<{ uuid: string; name: string; forbid: ForbiddenHours['forbid'] }>(
      `select ${known('time-group')} as uuid, t.name, t.forbid from time_group t where t.workspace_id = $1 order by t.name, t.id`,
    )
    return rows.map(({ uuid, name, forbid }) => ({
      uuid,
      name,
      ranges: forbid.map(({ fromSecond, toSecond, days }) => ({
        group_uuid: uuid,
        begin_datetime: clockTime(fromSecond),
        end_datetime: clockTime(toSecond),
        ...(days === undefined ? {} : { days }),
      })),
    }))
  }

  async redialRules(): Promise<readonly object[]> {
    const rows = await this.#rows<{ id: string; name: string; remark: string | null; enabled: boolean }>(
      'select t.id, t.name, t.remark, t.enabled from retry_rule t where t.workspace_id = $1 order by t.name, t.id',
    )
    const ids = await this.#integers('retry-rule', rows)
    return rows.map(({ id, name, remark, enabled }) => ({ id: ids.get(id), name, remark, status: enabled }))
  }

  /** Groups of operators; `caller_line_id` is the line that a hand-over leaves by. */
  async customerServices(): Promise<readonly object[]> {
    const rows = await this.#rows<Group & { line: string | null; enabled: boolean; zone: string }>(
      `select t.id, t.name, t.created_at as "createdAt", t.enabled, w.time_zone as zone,
              ${known('number', 't.number_id')} as line
         from operator_group t join workspace w on w.id = t.workspace_id where t.workspace_id = $1 order by t.name, t.id`,
    )
    const ids = await this.#integers('operator-group', rows)
    return rows.map(({ id, name, createdAt, line, enabled, zone }) => ({
      id: ids.get(id),
      user_id: this.#workspaceId,
      name,
      created_at: localTime(createdAt, zone),
      updated_at: localTime(createdAt, zone),
      caller_line_id: line,
      status: enabled ? 1 : 0,
    }))
  }

  async scriptGroups(): Promise<readonly object[]> {
    const rows = await this.#rows<
      Group & { zone: string; scene: string | null; allByVoice: boolean; isDefault: boolean }
    >(
      `select t.id, t.name, t.created_at as "createdAt", w.time_zone as zone, ${known('tag-scene', 't.tag_scene_id')} as scene,
              coalesce((v.definition ->> 'allByVoice')::boolean, false) as "allByVoice",
              coalesce((v.definition ->> 'default')::boolean, false) as "isDefault"
         from scenario t join workspace w on w.id = t.workspace_id
         join lateral (select definition from scenario_version v where v.scenario_id = t.id order by v.number desc limit 1) v on true
        where t.workspace_id = $1 order by t.name, t.id`,
    )
    const ids = await this.#integers('scenario', rows)
    return rows.map(({ id, name, createdAt, zone, scene, allByVoice, isDefault }) => ({
      id: ids.get(id),
      name,
      user_id: this.#workspaceId,
      debug: allByVoice,
      deleted_at: null,
      created_at: localTime(createdAt, zone),
      updated_at: localTime(createdAt, zone),
      link_word_group_id: null,
      tag_scene_id: scene,
      default: isDefault,
    }))
  }

  /** All that is needed to make a task, in one. */
  async forNewTask(): Promise<object> {
    return {
      enum_disable_dial_timegroup: await this.timeGroups(),
      caller_line_list: await this.lines(),
      max_recycle_limit: '50',
      auto_recycle_rules: await this.redialRules(),
      customer_service: await this.customerServices(),
      outbound_group: await this.scriptGroups(),
    }
  }

  async #rows<Row extends object>(text: string): Promise<Row[]> {
    return (await this.#database.query<Row & Record<string, unknown>>(text, [this.#workspaceId])).rows
  }

  #integers(kind: string, rows: readonly { readonly id: string }[]): Promise<ReadonlyMap<string, number>> {
    return integerIdsOf(
      this.#database,
      this.#workspaceId,
      'yunfu',
      kind,
      rows.map(({ id }) => id),
    )
  }
}
