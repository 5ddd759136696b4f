/** The control of the database benches: claim and finish as a careful person would write them by hand, on the same tables. */
import type { Connection } from '../../packages/server/src/adapters/postgres/pool.ts'
import { statement, transaction } from '../../packages/server/src/adapters/postgres/pool.ts'
import { type Ground, ids } from './ground.ts'

// Fence, locks, pick, live legs, contacts: the promises of a claim in the fewest statements that can keep them. The count of live
// legs comes after the locks, in its own statement: in the same one it would be older than they are.
const fence = statement(
  'control-fence',
  'select node from dialer_node where node = $1 and epoch = $2 and expires_at > dw_clock() for share',
)
const lockPace = statement(
  'control-lock',
  'select owner_id from pace where owner_id = any ($1::uuid[]) order by owner_id for update',
)
const countLive = statement('control-count', 'select count(*) from live_leg where workspace_id = $1')
const take = statement<{ readonly legId: string }>(
  'control-claim',
  `with pick as (
     select k.id, k.attempts, p.phone, p.phone_key
       from contact k join contact_phone p on p.contact_id = k.id and p.position = k.next_phone_index
      where k.campaign_id = $1 and k.route_id = $2 and k.zone_id = $3 and k.priority = 0 and k.state = 'ready' and k.due_at <= $4
        and not exists (select from live_leg l where l.phone_key = p.phone_key)
        and not exists (select from do_not_call d where d.workspace_id = k.workspace_id and d.phone_key = p.phone_key)
      order by k.due_at limit $5 for update of k skip locked),
   legs as (
     insert into live_leg (leg_id, call_id, attempt_id, workspace_id, direction, campaign_id, contact_id, phone, phone_key, trunk_id,
                           node, epoch, attempt_number, scenario_version_id, start_at)
     select uuidv7(), uuidv7(), uuidv7(), $6, 'out', $1, id, phone, phone_key, $7, $8, $9, attempts + 1, $10, $4 from pick
     on conflict do nothing returning leg_id, contact_id),
   dialing as (update contact k set state = 'dialing' from legs where k.id = legs.contact_id),
   moved as (update pace set next_slot_at = dw_clock(), last_slot_at = dw_clock() where owner_id = any ($11::uuid[]))
   select leg_id as "legId" from legs`,
)
const begin = statement(
  'control-begin',
  'update live_leg set phase = 1 where leg_id = $1 and node = $2 and epoch = $3 and phase = 0',
)
const answer = statement(
  'control-answer',
  'update live_leg set phase = 2, answered_at = dw_clock() where leg_id = $1 and node = $2 and epoch = $3 and phase = 1',
)
const end = statement<{ readonly ended: number }>(
  'control-finish',
  `with gone as (delete from live_leg where leg_id = $1 and node = $2 and epoch = $3 returning *),
   c as (
     insert into call (id, workspace_id, direction, campaign_id, contact_id, attempt_id, attempt_number, phone, phone_key, trunk_id,
                       scenario_version_id, disposition, created_at, started_at, answered_at, ended_at, talk_ms, ended_by, path, timeline)
     select call_id, workspace_id, 'out', campaign_id, contact_id, attempt_id, attempt_number, phone, phone_key, trunk_id,
            scenario_version_id, 'answered', claimed_at, start_at, answered_at, $4::timestamptz, 8000, 'callee', $5::jsonb, $6::jsonb
       from gone),
   l as (
     insert into leg (id, workspace_id, call_id, direction, phone, trunk_id, node, epoch, started_at, answered_at, ended_at, ended_by)
     select leg_id, workspace_id, call_id, 'out', phone, trunk_id, node, epoch, start_at, answered_at, $4::timestamptz, 'callee'
       from gone),
   a as (
     insert into attempt (id, started_at, workspace_id, campaign_id, contact_id, call_id, phone, phone_key, attempt_number, trunk_id,
                          node, disposition, answered_at, ended_at, talk_ms, ended_by)
     select attempt_id, start_at, workspace_id, campaign_id, contact_id, call_id, phone, phone_key, attempt_number, trunk_id, node,
            'answered', answered_at, $4::timestamptz, 8000, 'callee' from gone),
   h as (
     insert into phone_history (attempt_id, workspace_id, phone_key, campaign_id, at, disposition)
     select attempt_id, workspace_id, phone_key, campaign_id, start_at, 'answered' from gone),
   o as (
     insert into outbox (workspace_id, topic, key, payload)
     select workspace_id, topic, contact_id,
            jsonb_build_object('workspaceId', workspace_id, 'campaignId', campaign_id, 'contactId', contact_id, 'callId', call_id)
       from gone, unnest(array['attempt.finished', 'contact.finished']) as given(topic)),
   k as (
     update contact set state = 'done', attempts = gone.attempt_number, last_disposition = 'answered', last_call_id = gone.call_id,
                        done_reason = 'answered', finished_at = $4::timestamptz
       from gone where contact.id = gone.contact_id)
   select count(*) as ended from gone`,
)

const paceOwners = [ids.workspace, ids.controlCampaign, ids.trunk]

/** @throws {Error} when the lane has fewer contacts left. */
export async function claimByHand(ground: Ground, count: number): Promise<readonly string[]> {
  const lane = ground.nextLane(count)
  const { node, epoch } = ground.lease
  const legs = await transaction(ground.pool, async (connection: Connection) => {
    await fence(connection, [node, epoch])
    await lockPace(connection, [paceOwners])
    await countLive(connection, [ids.workspace])
    return take(connection, [
      ids.controlCampaign,
      lane.routeId,
      lane.zoneId,
      Temporal.Now.instant(),
      count,
      ids.workspace,
      ids.trunk,
      node,
      epoch,
      ids.scenarioVersion,
      paceOwners,
    ])
  })
  if (legs.length !== count) throw new Error(`The control claimed ${legs.length} of ${count}: its contacts are used up`)
  return legs.map(({ legId }) => legId)
}

export async function dialByHand(ground: Ground, legId: string): Promise<void> {
  const { node, epoch } = ground.lease
  await begin(ground.pool, [legId, node, epoch])
  await answer(ground.pool, [legId, node, epoch])
}

export async function finishByHand(ground: Ground, legId: string, path: string, timeline: string): Promise<void> {
  const { node, epoch } = ground.lease
  const [row] = await end(ground.pool, [legId, node, epoch, Temporal.Now.instant(), path, timeline])
  if (row?.ended !== 1) throw new Error('The control found no leg to finish')
}
