/** Facts for `explain`, read from the rows the claim reads: one phone of one campaign at an instant. */
import { type CampaignSettings, type ExplainFacts, nextDay, withinDayCap } from '@dialwright/dialer'
import { storeNow } from './campaign-store/nodes.ts'
import { dialsOf, talksOf } from './campaign-store/persons.ts'
import { type Queryable, statement } from './pool.ts'

type Row = Omit<ExplainFacts['campaign'], 'settings' | 'wave'> &
  Omit<ExplainFacts['contact'], 'state' | 'isLiveElsewhere'> & {
    readonly settings: CampaignSettings
    readonly starts: readonly Temporal.Instant[]
    readonly dials: number
    readonly waveLive: number | null
    readonly waveEnded: number | null
    readonly waveLastEndedAt: Temporal.Instant | null
    /** Of how many numbers one would have to be shown, and how many of them are valid. */
    readonly numbers: number
    readonly validNumbers: number
    readonly validFrom: Temporal.Instant | null
    readonly cappedNumbers: number
    readonly contactId: string
    readonly workspaceZone: string
    readonly contactState: ExplainFacts['contact']['state']
    readonly zones: readonly string[]
    readonly isNext: boolean
    readonly isLiveElsewhere: boolean
    readonly isPersonLiveElsewhere: boolean
    readonly forbiddenReason: string | null
    readonly forbiddenUntil: Temporal.Instant | null
    readonly trunks: readonly { readonly closedUntil: string | null }[]
    readonly rank: number
  }

// Of several contacts with this phone the undone one is told of. The entry that forbids longest decides.
const factsRow = statement<Row>(
  'explain-facts',
  `select k.id as "contactId", w.time_zone as "workspaceZone", c.state, c.start_at as "startAt", c.expires_at as "expiresAt",
          c.settings, k.state as "contactState", k.due_at as "dueAt", k.put_off_from is not null as "isPutOff", k.attempts, k.done_reason as reason, z.names as zones,
          p.position = k.next_phone_index as "isNext",
          dw_phone_is_live(p.phone_key, k.id) as "isLiveElsewhere",
          exists (select from contact_phone o join contact_phone t on t.phone_key = o.phone_key join live_leg l on l.contact_id = t.contact_id
                   where o.contact_id = k.id and l.workspace_id = k.workspace_id and l.contact_id <> k.id) as "isPersonLiveElsewhere",
          d.reason as "forbiddenReason", d.expires_at as "forbiddenUntil",
          array(select h.at from phone_history h
                 where h.workspace_id = p.workspace_id and h.phone_key = p.phone_key and h.at > $4::timestamptz - interval '2 days'
                   and h.is_dialled) as starts,
          ${dialsOf('p.campaign_id', 'p.phone_key')} as dials,
          ${talksOf('k.id', 'k.workspace_id', '$4')} as talks,
          v.live as "waveLive", v.ended as "waveEnded", v.last_ended_at as "waveLastEndedAt",
          n.numbers, n."validNumbers", n."validFrom", n."cappedNumbers",
          (select coalesce(jsonb_agg(jsonb_build_object('closedUntil', t.closed_until) order by y.position), '[]')
             from (select x.trunk_id, x.position from route_way x where x.route_id = p.route_id
                      and not exists (select from campaign_forced_way f where f.campaign_id = c.id)
                   union all select f.trunk_id, 0 from campaign_forced_way f where f.campaign_id = c.id) y
             join trunk t on t.id = y.trunk_id
            where (t.destinations is null or exists (select from unnest(t.destinations) as x(prefix)
                                                      where starts_with(p.phone_key, ltrim(x.prefix, '+'))))) as trunks,
          (select count(*) from contact o
            where o.campaign_id = k.campaign_id and o.state = 'ready' and o.due_at <= $4
              and (o.priority, k.due_at, k.id) > (k.priority, o.due_at, o.id)) as rank
     from contact_phone p
     join contact k on k.id = p.contact_id
     join campaign c on c.id = k.campaign_id
     join workspace w on w.id = c.workspace_id
     join zone z on z.id = p.zone_id
     left join campaign_wave v on v.campaign_id = c.id
     cross join lateral (
       select count(*) as numbers,
              count(*) filter (where (n.valid_from is null or n.valid_from <= $4) and (n.valid_until is null or n.valid_until > $4)) as "validNumbers",
              min(n.valid_from) filter (where n.valid_from > $4 and (n.valid_until is null or n.valid_until > n.valid_from)) as "validFrom",
              count(*) filter (where (n.valid_from is null or n.valid_from <= $4) and (n.valid_until is null or n.valid_until > $4)
                                 and q.shown_on = ($4::timestamptz at time zone w.time_zone)::date and q.shown_count >= n.daily_cap) as "cappedNumbers"
         from campaign_number n left join pace q on q.owner_id = n.number_id where n.campaign_id = c.id) n
     left join lateral (select d.reason, d.expires_at from do_not_call d
                         where d.workspace_id = p.workspace_id and d.phone_key = p.phone_key
                           and (d.campaign_id is null or d.campaign_id = p.campaign_id)
                           and (d.expires_at is null or d.expires_at > $4)
                         order by d.expires_at desc nulls first limit 1) d on true
    where p.workspace_id = $1 and p.campaign_id = $2 and p.phone_key = regexp_replace($3, '[^0-9]', '', 'g')
    order by k.state in ('ready', 'dialing') desc, k.id
    limit 1`,
)

/**
 * @param phone  As a person writes it; its digits are compared with the phone's key.
 * @param at  The instant asked about; absent: the store's now.
 * @returns Null when the campaign has no such phone.
 */
export async function explainFacts(
  on: Queryable,
  question: {
    readonly workspaceId: string
    readonly campaignId: string
    readonly phone: string
    readonly at?: Temporal.Instant | undefined
  },
): Promise<(ExplainFacts & { readonly contactId: string }) | null> {
  const at = question.at ?? (await storeNow(on))
  const [row] = await factsRow(on, [question.workspaceId, question.campaignId, question.phone, at])
  if (row === undefined) return null
  const { perPhone = Number.POSITIVE_INFINITY, perPhonePerDay } = row.settings.retry.caps
  const allowedAt = withinDayCap(perPhonePerDay, row.starts, row.zones, row.workspaceZone, at)
  const { waveLive: live, waveEnded: ended, waveLastEndedAt: lastEndedAt } = row
  return {
    at,
    contactId: row.contactId,
    workspaceZone: row.workspaceZone,
    campaign: {
      state: row.state,
      startAt: row.startAt,
      expiresAt: row.expiresAt,
      settings: row.settings,
      wave: live === null || ended === null ? null : { live, ended, lastEndedAt },
    },
    contact: {
      state: row.contactState,
      dueAt: row.dueAt,
      isPutOff: row.isPutOff,
      attempts: row.attempts,
      reason: row.reason,
      isLiveElsewhere: row.isPersonLiveElsewhere,
      talks: row.talks,
    },
    phone: {
      zones: row.zones,
      isNext: row.isNext,
      isLiveElsewhere: row.isLiveElsewhere,
      forbidden: row.forbiddenReason === null ? null : { reason: row.forbiddenReason, until: row.forbiddenUntil },
      isUsedUp: row.dials >= perPhone,
      dayFullUntil: allowedAt.equals(at) ? null : allowedAt,
    },
    numbers:
      row.numbers === 0 && row.settings.callerId.mode !== 'group'
        ? null
        : {
            valid: row.validNumbers,
            validFrom: row.validFrom,
            capped: row.cappedNumbers,
            cappedUntil: nextDay(row.workspaceZone, at),
          },
    trunks: row.trunks.map(({ closedUntil }) => ({
      closedUntil: closedUntil === null ? null : Temporal.Instant.from(closedUntil),
    })),
    rank: row.rank,
  }
}
