/** What decides on a contact's next attempt when one has ended, and how its phone stood then. */
import {
  type AttemptOutcome,
  type CampaignSettings,
  type Disposition,
  nextAttempt,
  type PastAttempt,
  talkDispositions,
} from '@dialwright/dialer'
import type { ContactAfter } from './history.ts'
import { dialsOf, talksOf } from './persons.ts'

/** What comes out of JSON: instants are text. */
type PhoneJson = {
  readonly position: number
  readonly phoneKey: string
  readonly zones: readonly string[]
  readonly zoneId: number
  readonly routeId: number
  readonly dials: number
  readonly starts: readonly string[]
}
type PastJson = {
  readonly disposition: Disposition
  readonly detail: string | null
  readonly talkMs: number
  readonly endedAt: string
  readonly phoneKey: string
}
/** All that decides on the next attempt, besides the result. */
export type Deciding = {
  readonly phoneKey: string
  readonly startAt: Temporal.Instant
  readonly settings: CampaignSettings
  readonly expiresAt: Temporal.Instant | null
  readonly workspaceZone: string
  readonly now: Temporal.Instant
  readonly phones: readonly PhoneJson[]
  readonly talks: readonly Temporal.Instant[]
  readonly past: readonly PastJson[]
}

/**
 * The columns of what decides, besides phone and start, for a `select` from the attempt's leg as `g`, its campaign `c` and
 * workspace `w`. The attempt itself is left out of the past, of its phone's dials and of its starts, stored or not.
 */
// A phone's attempts of two days before this one: no calendar day of any zone is longer, and the rule cuts its own. The past begins
// behind the last reset: numbers of attempts begin anew with it.
export const decidingColumns = `dw_clock() as now, c.settings, c.expires_at as "expiresAt", w.time_zone as "workspaceZone",
            (select jsonb_agg(jsonb_build_object(
                      'position', p.position, 'phoneKey', p.phone_key, 'zones', z.names, 'zoneId', p.zone_id, 'routeId', p.route_id,
                      'dials', case when c.settings #> '{retry,caps,perPhone}' is null then 0
                                    else ${dialsOf('p.campaign_id', 'p.phone_key', 'a.id <> g.attempt_id')} end,
                      'starts', array(select h.at from phone_history h
                                       where h.workspace_id = g.workspace_id and h.phone_key = p.phone_key
                                         and h.at > g.start_at - interval '2 days' and h.attempt_id <> g.attempt_id
                                         and h.is_dialled)) order by p.position)
               from contact_phone p join zone z on z.id = p.zone_id where p.contact_id = g.contact_id) as phones,
            case when c.settings ? 'policies' then ${talksOf('g.contact_id', 'g.workspace_id', 'g.start_at', 'h.attempt_id <> g.attempt_id')}
                 else '{}' end as talks,
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'disposition', a.disposition, 'detail', a.detail, 'talkMs', a.talk_ms, 'endedAt', a.ended_at,
                      'phoneKey', a.phone_key) order by a.started_at, a.id), '[]')
               from (select * from attempt x where x.contact_id = g.contact_id and x.id <> g.attempt_id
                      order by x.started_at desc, x.id desc limit g.attempt_number - 1) a) as past`

/** What the rule makes of the contact after an attempt that ended so. */
export function contactAfter(leg: Deciding, outcome: AttemptOutcome): ContactAfter {
  const { settings, workspaceZone, expiresAt, phones, now } = leg
  const last: PastJson = {
    disposition: outcome.disposition,
    detail: outcome.detail,
    talkMs: Math.round(outcome.talkMs),
    endedAt: outcome.endedAt.toString(),
    phoneKey: leg.phoneKey,
  }
  const past = [...leg.past, last].map(
    ({ phoneKey, endedAt, ...row }): PastAttempt => ({
      ...row,
      endedAt: Temporal.Instant.from(endedAt),
      phoneIndex: phones.findIndex((phone) => phone.phoneKey === phoneKey),
    }),
  )
  const next = nextAttempt({
    settings,
    workspaceZone,
    expiresAt,
    now,
    past,
    phones: phones.map(({ zones, dials, starts, phoneKey }) => {
      const own = phoneKey === leg.phoneKey ? [leg.startAt] : []
      return { zones, dials: dials + own.length, starts: [...starts.map((at) => Temporal.Instant.from(at)), ...own] }
    }),
    talks: talkDispositions.includes(outcome.disposition) ? [...leg.talks, leg.startAt] : leg.talks,
  })
  const phone = next.kind === 'retry' ? phones[next.phoneIndex] : undefined
  if (next.kind === 'retry' && phone !== undefined) {
    const { position, routeId, zoneId } = phone
    return { state: 'ready', dueAt: next.dueAt, expectedAt: next.expectedAt, position, routeId, zoneId }
  }
  return {
    state: outcome.disposition === 'unknown' ? 'unknown' : 'done',
    reason: next.kind === 'done' ? next.reason : 'no-phone',
  }
}
