/** Campaigns over the native API. */
import type { CampaignSettings, RetryTrigger } from '@dialwright/dialer'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { type CampaignChange, changeCampaign, deleteCampaign } from '../../campaigns/change-campaign.ts'
import { changeState, type StateAction } from '../../campaigns/change-state.ts'
import { createCampaign, type NewCampaign, type Reference } from '../../campaigns/create-campaign.ts'
import { CampaignNotFoundError } from '../../campaigns/errors.ts'
import { idempotencyOf } from '../../campaigns/idempotency.ts'
import type { HttpDeps } from '../../deps.ts'
import { campaignProgress, waitingContacts } from '../../reports/campaign-progress.ts'
import { etagOf, isMatch } from '../etag.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery, within } from '../scope.ts'
import {
  type CampaignChangeBody,
  campaignChangeSchema,
  type NewCampaignBody,
  newCampaignSchema,
  seconds,
} from './schemas.ts'

const actions: readonly StateAction[] = ['start', 'pause', 'resume', 'stop']
const shown = `id, name, state, dialect, start_block as "startBlock", settings, normalization, start_at as "startAt", expires_at as "expiresAt",
  is_test as "isTest", created_at as "createdAt", finished_at as "finishedAt"`

export function campaignRoutes(app: NativeApp, deps: HttpDeps): void {
  app.post(
    '/campaigns',
    { config: { permission: 'campaigns:write' }, schema: { tags: ['campaigns'], body: newCampaignSchema } },
    async (request, reply) => {
      const { workspaceId } = principalOf(request)
      const idempotency = idempotencyOf('campaigns', request.headers['idempotency-key'], request.body)
      const { id, isNew } = await createCampaign(
        within(deps, request),
        workspaceId,
        campaignOf(request.body),
        idempotency,
      )
      if (isNew && request.body.startAt !== undefined)
        await changeState(within(deps, request), workspaceId, id, 'start')
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
      const { rows } = await within(deps, request).pool.query<{ id: string }>(
        `select ${shown} from campaign where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
        [workspaceId, cursorOf(after), limit],
      )
      return page(rows, limit)
    },
  )
  const oneOf = async (on: Queryable, workspaceId: string, id: string) => {
    const { rows } = await on.query(`select ${shown} from campaign where workspace_id = $1 and id = $2`, [
      workspaceId,
      idOrNotFound(id),
    ])
    if (rows[0] === undefined) throw new CampaignNotFoundError(id)
    return rows[0]
  }
  app.get(
    '/campaigns/:id',
    { config: { permission: 'campaigns:read' }, schema: { tags: ['campaigns'], params: idParams } },
    async (request, reply) => {
      const campaign = await oneOf(within(deps, request).pool, principalOf(request).workspaceId, request.params.id)
      return reply.header('ETag', etagOf(campaign)).send(campaign)
    },
  )
  app.patch(
    '/campaigns/:id',
    {
      config: { permission: 'campaigns:write' },
      schema: { tags: ['campaigns'], params: idParams, body: campaignChangeSchema },
    },
    async (request, reply) => {
      const { workspaceId } = principalOf(request)
      const id = idOrNotFound(request.params.id)
      await changeCampaign(within(deps, request), workspaceId, id, changeOf(request.body), async (connection) => {
        const ifMatch = request.headers['if-match']
        if (ifMatch !== undefined && !isMatch(ifMatch, etagOf(await oneOf(connection, workspaceId, id))))
          throw new Problem(412, 'changed-meanwhile', 'The campaign has been changed since it was read: read it again')
      })
      const campaign = await oneOf(within(deps, request).pool, workspaceId, id)
      return reply.header('ETag', etagOf(campaign)).send(campaign)
    },
  )
  app.delete(
    '/campaigns/:id',
    { config: { permission: 'campaigns:write' }, schema: { tags: ['campaigns'], params: idParams } },
    async (request, reply) => {
      await deleteCampaign(within(deps, request), principalOf(request).workspaceId, idOrNotFound(request.params.id))
      return reply.status(204).send()
    },
  )
  for (const action of actions) {
    app.post(
      `/campaigns/:id/${action}`,
      { config: { permission: 'campaigns:write' }, schema: { tags: ['campaigns'], params: idParams } },
      async (request) => {
        const { workspaceId } = principalOf(request)
        const id = idOrNotFound(request.params.id)
        return { id, state: await changeState(within(deps, request), workspaceId, id, action) }
      },
    )
  }
  app.get(
    '/campaigns/:id/progress',
    { config: { permission: 'campaigns:read' }, schema: { tags: ['campaigns'], params: idParams } },
    async (request) => {
      const { workspaceId } = principalOf(request)
      return campaignProgress(within(deps, request), workspaceId, idOrNotFound(request.params.id))
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
        await waitingContacts(
          within(deps, request),
          workspaceId,
          idOrNotFound(request.params.id),
          cursorOf(after),
          limit,
        ),
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
      windows: windowsOf(body.windows),
      timeGroups: [],
      retry: retryOf(body.retry),
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

function changeOf(body: CampaignChangeBody): CampaignChange {
  const instant = (text: string | null | undefined): Temporal.Instant | null | undefined =>
    typeof text === 'string' ? Temporal.Instant.from(text) : text
  return {
    name: body.name,
    settings: {
      ...(body.pacing === undefined ? {} : { pacing: defined(body.pacing) }),
      ...(body.windows === undefined ? {} : { windows: windowsOf(body.windows) }),
      ...(body.retry === undefined ? {} : { retry: retryOf(body.retry) }),
      ...(body.ringTimeoutSeconds === undefined ? {} : { ringTimeoutMs: body.ringTimeoutSeconds * 1_000 }),
      ...(body.maxDurationSeconds === undefined ? {} : { maxDurationMs: body.maxDurationSeconds * 1_000 }),
    },
    startAt: instant(body.startAt),
    expiresAt: instant(body.expiresAt),
  }
}

/** Without the fields that are present and undefined: they would hide what they are merged over. */
function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }
}

function windowsOf(given: NewCampaignBody['windows']): CampaignSettings['windows'] {
  return given.map(({ zone, days, from, to }) => ({ zone, days, fromSecond: seconds(from), toSecond: seconds(to) - 1 }))
}

function retryOf({ rules, caps }: NewCampaignBody['retry']): CampaignSettings['retry'] {
  return {
    rules: Object.entries(rules).map(([on, rule]) => ({
      on: [on as RetryTrigger],
      tries: rule.tries,
      intervalsSeconds: rule.intervals,
    })),
    caps,
  }
}

type GivenReference = string | Readonly<Partial<Record<string, string | number>>>

/** A reference is an id, a name, or one `{dialect: externalId}`. */
function referenceOf(field: string, given: GivenReference): Reference {
  if (typeof given === 'string') return { field, value: given }
  const [[dialect, value] = ['native', '']] = Object.entries(given)
  return { field, value: String(value), dialect }
}
