/** Campaigns over the native API. */
import type { RetryTrigger } from '@dialwright/dialer'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import { changeState, type StateAction } from '../../campaigns/change-state.ts'
import { createCampaign, type NewCampaign, type Reference } from '../../campaigns/create-campaign.ts'
import { CampaignNotFoundError } from '../../campaigns/errors.ts'
import { idempotencyOf } from '../../campaigns/idempotency.ts'
import type { ServerDeps } from '../../deps.ts'
import { campaignProgress, waitingContacts } from '../../reports/campaign-progress.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery } from '../scope.ts'
import { type NewCampaignBody, newCampaignSchema, seconds } from './schemas.ts'

const actions: readonly StateAction[] = ['start', 'pause', 'resume', 'stop']
const shown = `id, name, state, dialect, start_block as "startBlock", settings, normalization, start_at as "startAt", expires_at as "expiresAt",
  is_test as "isTest", created_at as "createdAt", finished_at as "finishedAt"`

export function campaignRoutes(app: NativeApp, deps: ServerDeps): void {
  app.post(
    '/campaigns',
    { config: { permission: 'campaigns:write' }, schema: { tags: ['campaigns'], body: newCampaignSchema } },
    async (request, reply) => {
      const { workspaceId } = principalOf(request)
      const idempotency = idempotencyOf('campaigns', request.headers['idempotency-key'], request.body)
      const { id, isNew } = await createCampaign(deps, workspaceId, campaignOf(request.body), idempotency)
      if (isNew && request.body.startAt !== undefined) await changeState(deps, workspaceId, id, 'start')
      return reply.status(201).send({ id })
    },
  )
  app.get(
    '/campaigns',
    {
      config: { permission: 'campaigns:read' },
      schema: { tags: ['campaigns'], querystring: z.strictObject(pageQuery) },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { limit, after } = request.query
      const { rows } = await deps.pool.query(
        `select ${shown} from campaign where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
        [workspaceId, cursorOf(after), limit],
      )
      return page(rows, limit)
    },
  )
  app.get(
    '/campaigns/:id',
    { config: { permission: 'campaigns:read' }, schema: { tags: ['campaigns'], params: idParams } },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { rows } = await deps.pool.query(`select ${shown} from campaign where workspace_id = $1 and id = $2`, [
        workspaceId,
        idOrNotFound(request.params.id),
      ])
      if (rows[0] === undefined) throw new CampaignNotFoundError(request.params.id)
      return rows[0]
    },
  )
  for (const action of actions) {
    app.post(
      `/campaigns/:id/${action}`,
      { config: { permission: 'campaigns:write' }, schema: { tags: ['campaigns'], params: idParams } },
      async (request) => {
        const { workspaceId } = principalOf(request)
        const id = idOrNotFound(request.params.id)
        return { id, state: await changeState(deps, workspaceId, id, action) }
      },
    )
  }
  app.get(
    '/campaigns/:id/progress',
    { config: { permission: 'campaigns:read' }, schema: { tags: ['campaigns'], params: idParams } },
    async (request) => {
      const { workspaceId } = principalOf(request)
      return campaignProgress(deps, workspaceId, idOrNotFound(request.params.id))
    },
  )
  app.get(
    '/campaigns/:id/waiting',
    {
      config: { permission: 'campaigns:read' },
      schema: { tags: ['campaigns'], params: idParams, querystring: z.strictObject(pageQuery) },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { limit, after } = request.query
      return page(
        await waitingContacts(deps, workspaceId, idOrNotFound(request.params.id), cursorOf(after), limit),
        limit,
      )
    },
  )
}

function campaignOf(body: NewCampaignBody): NewCampaign {
  const { callerId } = body.route
  return {
    name: body.name,
    scenario: referenceOf('scenario', body.scenario),
    ...(body.startBlock === undefined ? {} : { startBlock: body.startBlock }),
    dialplan: referenceOf('route.dialplan', body.route.dialplan),
    ...(callerId.mode === 'group' ? { callerIdGroup: { field: 'route.callerId.group', value: callerId.group } } : {}),
    settings: {
      pacing: body.pacing,
      windows: body.windows.map(({ zone, days, from, to }) => ({
        zone,
        days,
        fromSecond: seconds(from),
        toSecond: seconds(to) - 1,
      })),
      timeGroups: [],
      retry: {
        rules: Object.entries(body.retry.rules).map(([on, rule]) => ({
          on: [on as RetryTrigger],
          tries: rule.tries,
          intervalsSeconds: rule.intervals,
        })),
        caps: body.retry.caps,
      },
      callerId: callerId.mode === 'number' ? callerId : { mode: 'trunk' },
      ringTimeoutMs: body.ringTimeoutSeconds * 1_000,
      maxDurationMs: body.maxDurationSeconds * 1_000,
      isTest: body.isTest,
    },
    normalization: body.normalization,
    startAt: body.startAt === undefined ? null : Temporal.Instant.from(body.startAt),
    expiresAt: body.expiresAt === undefined ? null : Temporal.Instant.from(body.expiresAt),
    dialect: 'native',
    original: body,
    notYet: {},
    webhooks: body.webhooks.map(({ url, events }) => ({ url, dialect: 'native', events })),
  }
}

type GivenReference = string | Readonly<Partial<Record<string, string | number>>>

/** A reference is an id, a name, or one `{dialect: externalId}`. */
function referenceOf(field: string, given: GivenReference): Reference {
  if (typeof given === 'string') return { field, value: given }
  const [[dialect, value] = ['native', '']] = Object.entries(given)
  return { field, value: String(value), dialect }
}
