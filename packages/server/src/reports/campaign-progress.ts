/** How far a campaign is, and who waits for what. */
import { type CampaignSettings, isOpen, nextOpening, openingWithinYear } from '@dialwright/dialer'
import type { CampaignState } from '../campaigns/change-state.ts'
import { CampaignNotFoundError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'

export type CampaignProgress = {
  readonly state: CampaignState
  readonly total: number
  readonly done: number
  readonly waiting: number
  readonly dialing: number
  readonly excluded: number
  readonly attempts: number
  readonly answered: number
  readonly byDisposition: Readonly<Record<string, number>>
  /** 0 to 100, rounded down; 0 for an empty campaign. */
  readonly percent: number
}

/** @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND` */
export async function campaignProgress(
  deps: ServerDeps,
  workspaceId: string,
  campaignId: string,
): Promise<CampaignProgress> {
  const [campaign, contacts, attempts] = await Promise.all([
    deps.pool.query<{ state: CampaignState }>('select state from campaign where workspace_id = $1 and id = $2', [
      workspaceId,
      campaignId,
    ]),
    deps.pool.query<{ state: string; count: number }>(
      'select state, count(*) from contact where workspace_id = $1 and campaign_id = $2 group by state',
      [workspaceId, campaignId],
    ),
    deps.pool.query<{ disposition: string; count: number }>(
      'select disposition, count(*) from attempt where workspace_id = $1 and campaign_id = $2 group by disposition',
      [workspaceId, campaignId],
    ),
  ])
  const state = campaign.rows[0]?.state
  if (state === undefined) throw new CampaignNotFoundError(campaignId)
  const inState = (wanted: string): number => contacts.rows.find((row) => row.state === wanted)?.count ?? 0
  const byDisposition: Record<string, number> & { answered?: number } = Object.fromEntries(
    attempts.rows.map((row) => [row.disposition, row.count]),
  )
  const total = contacts.rows.reduce((sum, row) => sum + row.count, 0)
  // A contact whose only attempt ended as unknown is not dialled again without a rule: it is done.
  const done = inState('done') + inState('unknown')
  return {
    state,
    total,
    done,
    waiting: inState('ready'),
    dialing: inState('dialing'),
    excluded: inState('excluded'),
    attempts: attempts.rows.reduce((sum, row) => sum + row.count, 0),
    answered: byDisposition.answered ?? 0,
    byDisposition,
    percent: total === 0 ? 0 : Math.floor(((done + inState('excluded')) / total) * 100),
  }
}

export type WaitingContact = {
  readonly id: string
  readonly phones: readonly string[]
  readonly reason:
    | 'campaign-not-running'
    | 'outside-calling-window'
    | 'hours-never-open'
    | 'put-off-by-cap'
    | 'retry-interval'
    | 'due'
  /** When time alone will make it callable; null: it is callable, or time alone does not help. */
  readonly until: Temporal.Instant | null
}

type Row = {
  id: string
  phones: string[]
  zones: string[]
  dueAt: Temporal.Instant
  isPutOff: boolean
  settings: CampaignSettings
  workspaceZone: string
  state: string
  now: Temporal.Instant
}

/**
 * Contacts that are neither done nor on the line, each with its reason and, where time alone helps, the instant.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function waitingContacts(
  deps: ServerDeps,
  workspaceId: string,
  campaignId: string,
  after: string | null,
  limit: number,
): Promise<WaitingContact[]> {
  const { rows } = await deps.pool.query<Row>(
    `select k.id, array(select p.phone from contact_phone p where p.contact_id = k.id order by p.position) as phones, z.names as zones,
            k.due_at as "dueAt", k.put_off_from is not null as "isPutOff", c.settings, w.time_zone as "workspaceZone", c.state, dw_clock() as now
       from contact k join campaign c on c.id = k.campaign_id join workspace w on w.id = c.workspace_id join zone z on z.id = k.zone_id
      where k.workspace_id = $1 and k.campaign_id = $2 and k.state = 'ready' and ($3::uuid is null or k.id > $3)
      order by k.id limit $4`,
    [workspaceId, campaignId, after, limit],
  )
  if (rows.length === 0) {
    const { rowCount } = await deps.pool.query('select from campaign where workspace_id = $1 and id = $2', [
      workspaceId,
      campaignId,
    ])
    if (rowCount === 0) throw new CampaignNotFoundError(campaignId)
  }
  const known = new Map<string, boolean>()
  /** People in the same zones have the same hours: a year is looked through once for all of them. */
  const neverOpens = ({ settings, zones, workspaceZone, now }: Row): boolean => {
    const key = zones.join()
    const never = known.get(key) ?? openingWithinYear(settings, zones, workspaceZone, now) === null
    known.set(key, never)
    return never
  }
  return rows.map((row) => ({
    id: row.id,
    phones: row.phones,
    ...(neverOpens(row) ? { reason: 'hours-never-open', until: null } : whyWaiting(row)),
  }))
}

function whyWaiting({
  settings,
  zones,
  workspaceZone,
  dueAt,
  isPutOff,
  now,
  state,
}: Row): Pick<WaitingContact, 'reason' | 'until'> {
  const isDue = Temporal.Instant.compare(dueAt, now) <= 0
  const from = isDue ? now : dueAt
  const opening = nextOpening(settings, zones, workspaceZone, from)
  if (!isOpen(settings, zones, workspaceZone, now) && isDue) return { reason: 'outside-calling-window', until: opening }
  if (!isDue) return { reason: isPutOff ? 'put-off-by-cap' : 'retry-interval', until: opening }
  return { reason: state === 'running' ? 'due' : 'campaign-not-running', until: state === 'running' ? now : null }
}
