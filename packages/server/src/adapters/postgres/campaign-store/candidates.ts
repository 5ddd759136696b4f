/** Contacts a claim may take from one lane, and those it must pass: phones that live, phones nobody may dial. */
import {
  type CampaignSettings,
  capReached,
  type DoneReason,
  isOpen,
  type LanePick,
  policiesInForce,
  withinDayCap,
} from '@dialwright/dialer'
import { type Connection, statement } from '../pool.ts'
import type { LaneWindows } from './lane-window.ts'
import { dialsOf, talksOf } from './persons.ts'

export type Candidate = {
  readonly contactId: string
  readonly attempts: number
  readonly variables: Readonly<Record<string, unknown>>
  readonly phone: string
  readonly phoneKey: string
  readonly zones: readonly string[]
  readonly routeId: number
  readonly shownBefore: string | null
}

/**
 * What this claim has looked at already: a phone is taken once, a contact is not picked again. Where a policy is to be kept, the
 * phones are those of everybody who is in a call or about to be, and whoever has one of them is passed by.
 */
export type PassedBy = { readonly phoneKeys: Set<string>; readonly contactIds: string[] }

type Row = Omit<Candidate, 'routeId'> & {
  readonly isForbidden: boolean
  /** The phone's attempts in this campaign, where a cap is to be kept. */
  readonly dials: number
  /** The phone's attempts of the last two days, where a cap is to be kept. */
  readonly starts: readonly Temporal.Instant[]
  /** All phones of the contact, and the attempts that count as talks with that person, where a policy is to be kept. */
  readonly ownKeys: readonly string[]
  readonly talks: readonly Temporal.Instant[]
}

/** A lane whose head is full of phones that must not be dialled is looked through in this many steps per claim. */
const stepsAtMost = 10
/** Looked at together, once some at the head were not to be dialled. */
const rowsBehind = 100

const picked = `select k.id as "contactId", k.attempts, k.variables, p.phone, p.phone_key as "phoneKey", z.names as zones,
          exists (select from do_not_call d
                   where d.workspace_id = k.workspace_id and d.phone_key = p.phone_key
                     and (d.campaign_id is null or d.campaign_id = k.campaign_id)
                     and (d.expires_at is null or d.expires_at > $5)) as "isForbidden",
          case when $12::integer is null then 0 else ${dialsOf('p.campaign_id', 'p.phone_key')} end as dials,
          case when $8 then array(select h.at from phone_history h
                                   where h.workspace_id = k.workspace_id and h.phone_key = p.phone_key
                                     and h.at > $5::timestamptz - interval '2 days' and h.is_dialled)
               else '{}' end as starts,
          case when $10 then array(select o.phone_key from contact_phone o where o.contact_id = k.id) else '{}' end as "ownKeys",
          case when $10 then ${talksOf('k.id', 'k.workspace_id', '$5')} else '{}' end as talks,
          case when $11 then (select l.number_id from call l where l.id = k.last_call_id) end as "shownBefore"
     from contact k
     join contact_phone p on p.contact_id = k.id and p.position = k.next_phone_index
     join zone z on z.id = k.zone_id
    where k.due_at <= $5 and k.id <> all ($6::uuid[]) and p.phone_key <> all ($9::text[])
      and not ($10 and exists (select from contact_phone o where o.contact_id = k.id and o.phone_key = any ($9)))
      and not exists (select from live_leg l where l.phone_key = p.phone_key)`
const inOrder = `order by k.due_at, k.id
    limit $7
      for update of k skip locked`
// The instants are parameters: dw_clock() is volatile, and a volatile call cannot bound the walk of the claim index.
const pick = statement<Row>(
  'claim-pick',
  `${picked} and k.campaign_id = $1 and k.route_id = $2 and k.zone_id = $3 and k.priority = $4 and k.state = 'ready'
    ${inOrder}`,
)
// By the primary key: lane and state are asked for in a form that no index has, or the planner would walk the claim index.
const pickServed = statement<Row>(
  'claim-pick-served',
  `${picked} and k.id = any ($13::uuid[])
      and (k.campaign_id, k.route_id, k.zone_id, k.priority, k.state)
          is not distinct from ($1::uuid, $2::integer, $3::smallint, $4::smallint, 'ready')
      and exists (select from unnest($14::text[]) as d(prefix) where starts_with(p.phone_key, d.prefix)) ${inOrder}`,
)
const postpone = statement(
  'claim-postpone',
  `update contact k set put_off_from = coalesce(k.put_off_from, k.due_at), due_at = n.due_at
     from unnest($1::uuid[], $2::timestamptz[]) as n(id, due_at) where k.id = n.id`,
)
// The first phone that may be dialled of those that have not had their turn, if there is one.
const moveToAllowedPhone = statement<{ readonly contactId: string; readonly routeId: number; readonly zoneId: number }>(
  'claim-other-phone',
  `update contact k set next_phone_index = a.position, route_id = a.route_id, zone_id = a.zone_id
     from (select distinct on (p.contact_id) p.contact_id, p.position, p.route_id, p.zone_id
             from contact_phone p join contact o on o.id = p.contact_id
            where p.contact_id = any ($1::uuid[]) and p.position > o.next_phone_index
              and not exists (select from do_not_call d
                               where d.workspace_id = p.workspace_id and d.phone_key = p.phone_key
                                 and (d.campaign_id is null or d.campaign_id = p.campaign_id)
                                 and (d.expires_at is null or d.expires_at > $2))
              and ($3::integer is null or ${dialsOf('p.campaign_id', 'p.phone_key')} < $3)
            order by p.contact_id, p.position) a
    where k.id = a.contact_id
   returning k.id as "contactId", k.route_id as "routeId", k.zone_id as "zoneId"`,
)
const addLanes = statement(
  'claim-add-lanes',
  `insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
   select distinct k.workspace_id, k.campaign_id, k.route_id, k.zone_id, k.priority from contact k where k.id = any ($1::uuid[])
   on conflict do nothing`,
)
// Whoever was called and has no phone left is done; whoever never was is left out.
const exclude = statement(
  'claim-exclude',
  `with gone as (
     update contact set state = case when $3 = 'phone-cap' and attempts > 0 then 'done' else 'excluded' end,
            done_reason = $3, finished_at = $2 where id = any ($1::uuid[])
     returning id, workspace_id, campaign_id, last_call_id)
   insert into outbox (workspace_id, topic, key, payload)
   select workspace_id, 'contact.finished', id,
          jsonb_build_object('workspaceId', workspace_id, 'campaignId', campaign_id, 'contactId', id,
                             'reason', $3::text, 'lastCallId', last_call_id)
     from gone`,
)

/** The campaign as the pick needs it. */
export type PickingCampaign = {
  readonly campaignId: string
  readonly workspaceZone: string
  readonly settings: Pick<CampaignSettings, 'retry' | 'policies' | 'isTest' | 'windows' | 'timeGroups'>
  /** The number that a contact's last call showed is asked for. */
  readonly isRegional: boolean
  readonly windows: LaneWindows
}

/**
 * Locks up to `count` contacts of a lane that may be dialled now, earliest due first. What is in
 * `passed` is passed by; those found are added to it. Contacts that nobody may dial leave the campaign, with the reason; those
 * whose phone has had its calls of this campaign go on to the next one; those whose phone has had its attempts of this day, or who
 * has had all talks that a policy allows, in whatever campaign, are put off until it may have another. Hours that have shut since
 * the lane was planned let nobody go.
 */
export async function pickCandidates(
  connection: Connection,
  picking: PickingCampaign,
  lane: LanePick,
  now: Temporal.Instant,
  passed: PassedBy,
): Promise<Candidate[]> {
  const { workspaceZone, settings } = picking
  const { perPhone = null, perPhonePerDay } = settings.retry.caps
  const found: Candidate[] = []
  for (let step = 0; step < stepsAtMost && found.length < lane.count; step++) {
    const wanted = Math.max(lane.count - found.length, step === 0 ? 0 : rowsBehind)
    const { rows, isLast } = await nextRows(connection, picking, lane, now, passed, wanted)
    const [first] = rows
    if (first !== undefined && !isOpen(settings, first.zones, workspaceZone, now)) break
    const forbidden: string[] = []
    const usedUp: string[] = []
    const later: { contactId: string; dueAt: Temporal.Instant }[] = []
    for (const { isForbidden, dials, starts, ownKeys, talks, ...row } of rows) {
      if (found.length >= lane.count) break
      const { zones } = row
      const byDay = withinDayCap(perPhonePerDay, starts, zones, workspaceZone, now)
      const allowedAt = capReached(settings, { zones, workspaceZone, talks }, byDay)?.until ?? byDay
      passed.contactIds.push(row.contactId)
      // Of two contacts with one phone the second waits for another claim.
      if ([row.phoneKey, ...ownKeys].some((key) => passed.phoneKeys.has(key))) continue
      if (isForbidden) forbidden.push(row.contactId)
      else if (perPhone !== null && dials >= perPhone) usedUp.push(row.contactId)
      else if (Temporal.Instant.compare(allowedAt, now) > 0) later.push({ contactId: row.contactId, dueAt: allowedAt })
      else {
        for (const key of [row.phoneKey, ...ownKeys]) passed.phoneKeys.add(key)
        found.push({ ...row, routeId: lane.routeId })
      }
    }
    if (later.length > 0) await postpone(connection, [later.map((one) => one.contactId), later.map((one) => one.dueAt)])
    if (forbidden.length > 0) await passOver(connection, forbidden, 'do-not-call', perPhone, now)
    if (usedUp.length > 0) await passOver(connection, usedUp, 'phone-cap', perPhone, now)
    if (isLast) break
  }
  return found
}

/** Up to `wanted` of a lane, earliest due first; `isLast`: there are no more. */
async function nextRows(
  connection: Connection,
  { campaignId, settings, isRegional, windows }: PickingCampaign,
  lane: LanePick,
  now: Temporal.Instant,
  passed: PassedBy,
  wanted: number,
): Promise<{ readonly rows: readonly Row[]; readonly isLast: boolean }> {
  const { routeId, zoneId, priority, destinations } = lane
  const { perPhone, perPhonePerDay } = settings.retry.caps
  const hasDayCap = perPhonePerDay !== undefined
  const given = [campaignId, routeId, zoneId, priority, now, passed.contactIds, wanted, hasDayCap]
  const values = [
    ...[...given, [...passed.phoneKeys], policiesInForce(settings).length > 0],
    ...[isRegional, perPhone ?? null],
  ]
  if (destinations === null) {
    const rows = await pick(connection, values)
    return { rows, isLast: rows.length < wanted }
  }
  const window = await windows.next(connection, campaignId, lane, now, passed.contactIds)
  const rows = await pickServed(connection, [...values, window.contactIds, destinations])
  if (rows.length === wanted) return { rows, isLast: false }
  window.lookedPast()
  return { rows, isLast: window.isLast }
}

async function passOver(
  connection: Connection,
  contactIds: readonly string[],
  reason: Extract<DoneReason, 'phone-cap'> | 'do-not-call',
  perPhone: number | null,
  now: Temporal.Instant,
): Promise<void> {
  const moved = await moveToAllowedPhone(connection, [contactIds, now, perPhone])
  if (moved.length > 0) await addLanes(connection, [moved.map((row) => row.contactId)])
  const movedIds = new Set(moved.map((row) => row.contactId))
  const gone = contactIds.filter((id) => !movedIds.has(id))
  if (gone.length > 0) await exclude(connection, [gone, now, reason])
}
