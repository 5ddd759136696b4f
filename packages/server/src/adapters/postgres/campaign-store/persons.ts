/** People and phones as policies and caps count them: all phones of a contact are one person's, whichever campaign has them. */
import { talkDispositions, talksDays } from '@dialwright/dialer'
import { type Queryable, statement } from '../pool.ts'

const isTalk = `h.disposition in (${talkDispositions.map((one) => `'${one}'`).join()})`

/**
 * SQL: starts of the attempts that count as talks with a contact's person, of the days before `at`, each once.
 * @param condition  On phone_history as `h`.
 */
export function talksOf(contactId: string, workspaceId: string, at: string, condition = 'true'): string {
  return `array(select distinct on (h.attempt_id) h.at from contact_phone o
                  join phone_history h on h.workspace_id = ${workspaceId} and h.phone_key = o.phone_key
                 where o.contact_id = ${contactId} and h.at > ${at}::timestamptz - interval '${talksDays} days'
                   and ${isTalk} and ${condition})`
}

/**
 * SQL: the attempts on a phone in a campaign, whichever of its people have it, of each those since the last reset.
 * @param condition  On the attempt as `a`.
 */
export function dialsOf(campaignId: string, phoneKey: string, condition = 'true'): string {
  return `(select count(*) from contact_phone x join contact y on y.id = x.contact_id
             cross join lateral (select a.id, a.phone_key from attempt a where a.contact_id = y.id
                                  order by a.started_at desc, a.id desc limit y.attempts) a
            where x.campaign_id = ${campaignId} and x.phone_key = ${phoneKey} and a.phone_key = x.phone_key and ${condition})`
}

const liveRows = statement<{ readonly phoneKeys: readonly string[] }>(
  'persons-live',
  `select coalesce(array_agg(p.phone_key), '{}') as "phoneKeys"
     from live_leg l join contact_phone p on p.contact_id = l.contact_id where l.workspace_id = $1`,
)

/** Every phone of everybody whom a campaign of the workspace is calling now. Read it under the workspace's gate: claims come one by one. */
export async function phonesOfPeopleLive(on: Queryable, workspaceId: string): Promise<readonly string[]> {
  const [row] = await liveRows(on, [workspaceId])
  return row?.phoneKeys ?? []
}
