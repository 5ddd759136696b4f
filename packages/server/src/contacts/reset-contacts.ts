/** Makes people of a campaign new again, as if they had never been dialled: their history stays, their tries begin anew. */
import { tellCampaignState } from '../adapters/postgres/campaign-store/settle.ts'
import { type Connection, statement, transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import { CampaignNotFoundError, CampaignStateError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'

/** How a last attempt ended: by its disposition, and of the finer cases those in `details` alone, or all but those in `except`. */
export type LastEnd = {
  readonly disposition: string
  readonly details?: readonly string[] | undefined
  readonly except?: readonly string[] | undefined
}

/** All that are given must hold; none given: everybody. */
export type ContactFilter = {
  /** Of the last attempt. */
  readonly dispositions?: readonly string[] | undefined
  /** Of the last attempt, with its finer cases: one of them. */
  readonly lastEnds?: readonly LastEnd[] | undefined
  readonly importId?: string | undefined
  /** When they came into the campaign: from, and before. */
  readonly createdFrom?: Temporal.Instant | undefined
  readonly createdTo?: Temporal.Instant | undefined
  /** Somewhere in a phone, the client's own id or a variable; upper and lower case are one. */
  readonly keyword?: string | undefined
  /** The key of one of their phones, whole. */
  readonly phoneKey?: string | undefined
}

const atOnce = 5_000

const lock = statement<{ state: string }>(
  'reset-campaign',
  'select state from campaign where workspace_id = $1 and id = $2 for update',
)
const wake = statement<{ id: string }>(
  'reset-wake-campaign',
  `update campaign set state = 'paused', finished_at = null where id = $1 and state in ('done', 'stopped') returning id`,
)
const reset = statement<{ id: string; isReset: boolean }>(
  'reset-contacts',
  `with page as (
     select k.id from contact k
      where k.workspace_id = $1 and k.campaign_id = $2 and ($3::uuid is null or k.id > $3) order by k.id limit $4),
   made as (
     update contact k set state = 'ready', due_at = dw_clock(), put_off_from = null, attempts = 0, next_phone_index = 0, route_id = p.route_id,
            zone_id = p.zone_id, last_disposition = null, last_call_id = null, done_reason = null, finished_at = null, cancelled_at = null
       from page, contact_phone p
      where k.id = page.id and p.contact_id = k.id and p.position = 0
        and (k.state in ('done', 'unknown') or k.state = 'ready' and k.attempts > 0)
        and ($5::text[] is null or k.last_disposition = any ($5))
        and ($10::jsonb is null or exists (
              select from jsonb_to_recordset($10) e(disposition text, details jsonb, "except" jsonb)
                left join call c on c.id = k.last_call_id
               where e.disposition = k.last_disposition and (e.details is null or e.details ? coalesce(c.detail, ''))
                 and (e."except" is null or not e."except" ? coalesce(c.detail, ''))))
        and ($6::uuid is null or k.import_id = $6)
        and ($7::timestamptz is null or k.created_at >= $7) and ($8::timestamptz is null or k.created_at < $8)
        and ($9::text is null or strpos(lower(coalesce(k.client_external_id, '')), $9) > 0
             or exists (select from contact_phone x where x.contact_id = k.id and (strpos(x.phone, $9) > 0 or strpos(x.given, $9) > 0))
             or exists (select from jsonb_each_text(k.variables) v where strpos(lower(v.value), $9) > 0))
        and ($11::text is null or exists (select from contact_phone x where x.contact_id = k.id and x.phone_key = $11))
      returning k.id, k.route_id, k.zone_id, k.priority),
   -- Back at the first phone, with a priority that may be another by now: the claim finds nobody outside of a lane.
   lanes as (
     insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
     select distinct $1::uuid, $2::uuid, made.route_id, made.zone_id, made.priority from made on conflict do nothing)
   select page.id, made.id is not null as "isReset" from page left join made using (id) order by page.id`,
)

/**
 * A campaign that was done or stopped is paused then: nobody is rung by a reset alone.
 * @returns How many there were.
 * @throws {CampaignNotFoundError} @throws {CampaignStateError} while it may dial: between two calls nobody's tries vanish.
 */
export async function resetContacts(
  deps: ServerDeps,
  actor: Actor,
  campaignId: string,
  filter: ContactFilter,
): Promise<number> {
  let count = 0
  for (let after: string | null = null; ; ) {
    const page: { id: string; isReset: boolean }[] = await transaction(deps.pool, async (connection) => {
      const done = await resetPage(connection, actor.workspaceId, campaignId, filter, after)
      // With the first of them: a reset that breaks off has been begun.
      if (after === null)
        await recordAudit(connection, deps, actor, {
          ...{ action: 'reset', kind: 'campaign', id: campaignId, name: null, before: {}, after: { reset: filter } },
        })
      return done
    })
    count += page.filter(({ isReset }) => isReset).length
    const last = page.at(-1)
    if (last === undefined) break
    after = last.id
  }
  deps.onChange()
  return count
}

async function resetPage(
  connection: Connection,
  workspaceId: string,
  campaignId: string,
  filter: ContactFilter,
  after: string | null,
): Promise<{ id: string; isReset: boolean }[]> {
  const [campaign] = await lock(connection, [workspaceId, campaignId])
  if (campaign === undefined) throw new CampaignNotFoundError(campaignId)
  if (campaign.state === 'running' || campaign.state === 'scheduled')
    throw new CampaignStateError('reset its contacts (pause it first)', campaign.state)
  const page = await reset(connection, [
    workspaceId,
    campaignId,
    after,
    atOnce,
    filter.dispositions ?? null,
    filter.importId ?? null,
    filter.createdFrom ?? null,
    filter.createdTo ?? null,
    filter.keyword?.toLowerCase() ?? null,
    filter.lastEnds === undefined ? null : JSON.stringify(filter.lastEnds),
    filter.phoneKey ?? null,
  ])
  if (page.some(({ isReset }) => isReset) && (await wake(connection, [campaignId])).length > 0)
    await tellCampaignState(connection, { workspaceId, campaignId, state: 'paused' })
  return page
}
