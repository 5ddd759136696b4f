/** Gates of capacity and pace: locked in one fixed order by a claim, read without a lock by the planner's view. */
import { type Gate, type Pacing, type SideGate, type WaveView, withWave } from '@dialwright/dialer'
import { type Connection, type Queryable, statement } from '../pool.ts'
import type { BreakerRow } from './breaker.ts'

type OwnerKind = 'workspace' | 'campaign' | 'trunk' | 'number'
export type GateOwners = {
  readonly workspaceId: string
  /** Null: a leg that no campaign dials. */
  readonly campaignId: string | null
  readonly trunkIds: readonly string[]
  readonly numberIds: readonly string[]
}

const lockRows = statement<{ readonly ownerId: string }>(
  'pace-lock',
  'select owner_id as "ownerId" from pace where owner_id = any($1::uuid[]) order by owner_id for update',
)
const addRows = statement<{ readonly ownerId: string }>(
  'pace-add',
  `insert into pace (owner_id, owner_kind, workspace_id) select unnest($1::uuid[]), $2, $3
   on conflict (owner_id) do nothing`,
)
/** A gate as it is read: with what rests and what is kept for side legs (`live` includes both), and of a trunk with its breaker. */
export type ReadGate = SideGate &
  BreakerRow & {
    readonly restsUntil: Temporal.Instant | null
    /** Of a trunk: what it may call; null: every number. */
    readonly destinations: readonly string[] | null
    /** Of a number: slots given on this day of its workspace. */
    readonly shownToday: number
    /** Calls of a campaign's wave; null: no wave has begun, or it is no campaign. */
    readonly waveLive: number | null
    readonly waveEnded: number | null
    readonly waveLastEndedAt: Temporal.Instant | null
  }

// Live legs are counted by the index of their kind of owner; resting channels are few. Channels that are kept for side legs and
// that none of them uses count as live: an owner that keeps none, as most do, pays nothing for it.
const readRows = statement<ReadGate>(
  'pace-read',
  `select p.owner_id as "ownerId", p.max_calls as "maxCalls", p.calls_per_second as "callsPerSecond",
          p.next_slot_at as "nextSlotAt", p.last_slot_at as "lastSlotAt",
          r.channels + case p.owner_kind
            when 'workspace' then (select count(*) from live_leg l where l.workspace_id = p.owner_id)
            when 'campaign' then (select count(*) from live_leg l where l.campaign_id = p.owner_id)
            when 'trunk' then (select count(*) from live_leg l where l.trunk_id = p.owner_id)
            else (select count(*) from live_leg l where l.number_id = p.owner_id)
          end + h.held as live, h.held,
          r.until as "restsUntil", t.destinations, t.breaker, t.closed_until as "closedUntil", t.next_probe_at as "probeAt",
          case when p.shown_on = ($2::timestamptz at time zone w.time_zone)::date then p.shown_count else 0 end as "shownToday",
          v.live as "waveLive", v.ended as "waveEnded", v.last_ended_at as "waveLastEndedAt"
     from pace p
     join workspace w on w.id = p.workspace_id
     left join trunk t on t.id = p.owner_id
     left join campaign_wave v on v.campaign_id = p.owner_id
     cross join lateral (select count(*) as channels, min(r.until) as until from resting_channel r
                          where r.until > $2 and p.owner_id in (r.workspace_id, r.campaign_id, r.trunk_id, r.number_id)) r
     cross join lateral (select case when p.reserved_calls = 0 then 0 else greatest(0, p.reserved_calls -
                           (select count(*) from live_leg l
                             where l.direction <> 'out' and p.owner_id in (l.workspace_id, l.trunk_id, l.number_id))) end as held) h
    where p.owner_id = any($1::uuid[])`,
)
const moveRows = statement<{ readonly ownerId: string }>(
  'pace-move',
  `update pace p set next_slot_at = n.next_slot_at, last_slot_at = n.last_slot_at,
          wave_started_at = coalesce(n.wave_started_at, p.wave_started_at),
          shown_on = case when n.shown = 0 then p.shown_on else t.today end,
          shown_count = case when n.shown > 0 and p.shown_on is distinct from t.today then 0 else p.shown_count end + n.shown
     from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::integer[])
       as n(owner_id, next_slot_at, last_slot_at, wave_started_at, shown),
          (select (select ($6::timestamptz at time zone w.time_zone)::date from workspace w where w.id = $7) as today) t
    where p.owner_id = n.owner_id`,
)

/**
 * Locks every gate that a claim or a side leg may move: workspace, campaign, trunks by id, numbers by id. It does not count: a count in the
 * statement that waits for a lock would see the legs from before the wait, and the limit would be passed.
 */
export async function lockGates(connection: Connection, owners: GateOwners): Promise<void> {
  await lock(connection, 'workspace', [owners.workspaceId], owners.workspaceId)
  await lock(connection, 'campaign', owners.campaignId === null ? [] : [owners.campaignId], owners.workspaceId)
  await lock(connection, 'trunk', owners.trunkIds, owners.workspaceId)
  await lock(connection, 'number', owners.numberIds, owners.workspaceId)
}

async function lock(
  connection: Connection,
  kind: OwnerKind,
  ids: readonly string[],
  workspaceId: string,
): Promise<void> {
  if (ids.length === 0) return
  const there = await lockRows(connection, [ids])
  if (there.length === ids.length) return
  const known = new Set(there.map((row) => row.ownerId))
  await addRows(connection, [ids.filter((id) => !known.has(id)).sort(), kind, workspaceId])
  await lockRows(connection, [ids])
}

/** @param now  Store time: a channel rests until an instant. */
export async function readGates(
  on: Queryable,
  ownerIds: readonly string[],
  now: Temporal.Instant,
): Promise<Map<string, ReadGate>> {
  const rows = await readRows(on, [ownerIds, now])
  return new Map(rows.map((row) => [row.ownerId, row]))
}

export function waveOf(gate: ReadGate | undefined): WaveView | null {
  if (gate === undefined || gate.waveLive === null || gate.waveEnded === null) return null
  return { live: gate.waveLive, ended: gate.waveEnded, lastEndedAt: gate.waveLastEndedAt }
}

/** What a claim may take of a campaign: its limits, and what its wave has room for. */
export function campaignGate(
  gate: ReadGate | undefined,
  campaignId: string,
  pacing: Pacing,
  now: Temporal.Instant,
): Gate {
  return withWave(withCampaignLimits(gate, campaignId, pacing, now), pacing, waveOf(gate), now)
}

/** A campaign's limits are its settings; its pace row keeps the instant alone. */
export function withCampaignLimits(
  gate: Gate | undefined,
  campaignId: string,
  pacing: Pacing,
  now: Temporal.Instant,
): Gate {
  return {
    ownerId: campaignId,
    live: gate?.live ?? 0,
    nextSlotAt: gate?.nextSlotAt ?? now,
    lastSlotAt: gate?.lastSlotAt ?? null,
    maxCalls: pacing.maxCalls,
    callsPerSecond: pacing.callsPerSecond,
  }
}

/** What a claim has given of numbers, counted for their groups' caps of the day. */
export type GivenSlots = {
  readonly workspaceId: string
  readonly now: Temporal.Instant
  /** Slots by number. */
  readonly shown: ReadonlyMap<string, number>
}

/** @param given  Absent: no number was shown. */
export async function moveGates(connection: Connection, gates: Iterable<Gate>, given?: GivenSlots): Promise<void> {
  const all = [...gates]
  await moveRows(connection, [
    all.map((gate) => gate.ownerId),
    all.map((gate) => gate.nextSlotAt),
    all.map((gate) => gate.lastSlotAt),
    all.map((gate) => gate.beginsWave ?? null),
    all.map((gate) => given?.shown.get(gate.ownerId) ?? 0),
    given?.now ?? null,
    given?.workspaceId ?? null,
  ])
}
