/** The campaign that a scenario has for a day: made from a template at the first use, found again until the day is over. */
import { createHash } from 'node:crypto'
import type { CampaignSettings } from '@dialwright/dialer'
import type { Actor } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { resolveReference } from '../resources/references.ts'
import type { Dialect } from '../webhooks/dialects.ts'
import type { CampaignWebhook } from './campaign-webhooks.ts'
import { createCampaign } from './create-campaign.ts'
import { type FieldProblem, InvalidInputError } from './errors.ts'
import type { GivenRoute, Reference } from './route.ts'

export type DayOrder = {
  /** A campaign: everything but the scenario is taken from it. */
  readonly template: Reference
  /** Absent: the template's own. */
  readonly scenario?: Reference | undefined
  /** The request that the new campaign shows, from that of the template. */
  readonly original: (templates: unknown, name: string) => unknown
}

type Template = {
  readonly id: string
  readonly name: string
  readonly scenarioId: string
  readonly startBlock: string
  readonly dialplanId: string | null
  readonly settings: CampaignSettings
  readonly normalization: string
  readonly notYet: unknown
  readonly dialect: Dialect
  readonly original: unknown
  readonly timeZone: string
  readonly numbers: readonly string[]
  readonly webhooks: readonly CampaignWebhook[]
}

/**
 * Days are those of the workspace's zone. Two that ask at once get one campaign.
 * @throws {InvalidInputError} for a template or a scenario that is not there.
 */
export async function campaignOfDay(deps: ServerDeps, actor: Actor, order: DayOrder): Promise<string> {
  const { workspaceId } = actor
  const problems: FieldProblem[] = []
  const find = async (kind: 'campaign' | 'scenario', { field, value, dialect = 'native' }: Reference) => {
    const found = await resolveReference(deps.pool, workspaceId, kind, { value, dialect })
    if ('id' in found) return found.id
    problems.push({ field, code: found.problem, message: `there is no ${kind} "${value}", or more than one` })
    return null
  }
  const templateId = await find('campaign', order.template)
  const scenarioId = order.scenario === undefined ? null : await find('scenario', order.scenario)
  const template = templateId === null ? undefined : await readTemplate(deps, workspaceId, templateId)
  if (problems.length > 0 || template === undefined) throw new InvalidInputError(problems)
  const day = deps.clock.now().toZonedDateTimeISO(template.timeZone).toPlainDate().toString()
  const name = `${template.name.slice(0, 480)} ${day}`
  const scenario = scenarioId ?? template.scenarioId
  const route: GivenRoute =
    template.dialplanId === null
      ? { via: 'numbers', numbers: template.numbers.map((value) => native('route', value)) }
      : { via: 'dialplan', dialplan: native('route', template.dialplanId) }
  // The key of a repeated request is kept for a day after its making: for as long as the day lasts.
  const key = `${template.id}:${scenario}:${day}`
  return createCampaign(
    deps,
    actor,
    {
      name,
      scenario: native('scenario', scenario),
      ...(scenario === template.scenarioId ? { startBlock: template.startBlock } : {}),
      route,
      settings: template.settings,
      normalization: template.normalization,
      startAt: null,
      expiresAt: null,
      dialect: template.dialect,
      original: order.original(template.original, name),
      notYet: template.notYet,
      webhooks: template.webhooks,
    },
    { operation: 'campaign-of-day', key, requestHash: createHash('sha256').update(key).digest() },
  )
}

function native(field: string, value: string): Reference {
  return { field, value, dialect: 'native' }
}

async function readTemplate(deps: ServerDeps, workspaceId: string, id: string): Promise<Template | undefined> {
  const { rows } = await deps.pool.query<Template>(
    `select c.id, c.name, v.scenario_id as "scenarioId", c.start_block as "startBlock", c.dialplan_id as "dialplanId", c.settings,
            c.normalization, c.not_yet as "notYet", c.dialect, c.original, w.time_zone as "timeZone",
            array(select m.number_id::text from caller_id_group g join caller_id_group_member m on m.group_id = g.id
                   where g.campaign_id = c.id order by m.position) as numbers,
            coalesce((select jsonb_agg(jsonb_build_object('url', e.url, 'dialect', e.dialect, 'events', e.events,
                                                          'delaySeconds', e.delay_seconds) order by e.created_at, e.id)
                        from webhook_endpoint e where e.campaign_id = c.id and e.enabled), '[]') as webhooks
       from campaign c join workspace w on w.id = c.workspace_id join scenario_version v on v.id = c.scenario_version_id
      where c.workspace_id = $1 and c.id = $2`,
    [workspaceId, id],
  )
  return rows[0]
}
