/** Campaigns over the native API. */
import { type CampaignSettings, policyPacks } from '@dialwright/dialer'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import { type CampaignChange, changeCampaign, deleteCampaign } from '../../campaigns/change-campaign.ts'
import { changeState, type StateAction } from '../../campaigns/change-state.ts'
import { createCampaign, type NewCampaign } from '../../campaigns/create-campaign.ts'
import type { GivenRoute, Reference } from '../../campaigns/route.ts'
import type { GivenRules } from '../../campaigns/shared-rules.ts'
import { campaignColumns, type ShownCampaign, showCampaign } from '../../campaigns/show-campaign.ts'
import type { HttpDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import type { Reference as GivenReference } from '../../provisioning/schema/reference.ts'
import { campaignProgress, waitingContacts } from '../../reports/campaign-progress.ts'
import { referenceOf } from '../../resources/references.ts'
import { policyOf } from '../../retry-rules/retry-rule.ts'
import { etagOf, isMatch } from '../etag.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery, within } from '../scope.ts'
import { redirectOf } from './redirect.ts'
import {
  type CampaignChangeBody,
  campaignChangeSchema,
  type NewCampaignBody,
  newCampaignSchema,
  seconds,
} from './schemas.ts'
import {
  campaignState,
  goneSchema,
  madeCampaign,
  shownCampaign,
  shownCampaigns,
  shownPolicies,
  shownProgress,
  shownWaiting,
} from './shown.ts'

const listQuery = z.strictObject({
  ...pageQuery,
  name: z.string().min(1).max(500).optional(),
  state: shownCampaign.shape.state.optional(),
})
const actions: readonly StateAction[] = ['start', 'pause', 'resume', 'stop']

export function campaignRoutes(app: NativeApp, deps: HttpDeps): void {
  app.get(
    '/policies',
    {
      config: { permission: 'campaigns:read' },
      schema: { tags: ['campaigns'], response: { 200: shownPolicies } },
    },
    async () => ({ items: policyPacks }),
  )
  app.post(
    '/campaigns',
    {
      config: { permission: 'campaigns:write' },
      schema: { tags: ['campaigns'], body: newCampaignSchema, response: { 201: madeCampaign } },
    },
    async (request, reply) => {
      const idempotency = idempotencyOf('campaigns', request.headers['idempotency-key'], request.body)
      const id = await createCampaign(
        within(deps, request),
        principalOf(request),
        campaignOf(request.body),
        idempotency,
      )
      return reply.status(201).send({ id })
    },
  )
  app.get(
    '/campaigns',
    {
      config: { permission: 'campaigns:read' },
      schema: { tags: ['campaigns'], querystring: listQuery, response: { 200: shownCampaigns } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { limit, after, name, state } = request.query
      const { rows } = await within(deps, request).pool.query<ShownCampaign>(
        `select ${campaignColumns} from campaign
          where workspace_id = $1 and ($2::uuid is null or id < $2) and ($4::text is null or position(lower($4) in lower(name)) > 0)
            and ($5::text is null or state = $5)
          order by id desc limit $3`,
        [workspaceId, cursorOf(after), limit, name ?? null, state ?? null],
      )
      return page(rows, limit)
    },
  )
  app.get(
    '/campaigns/:id',
    {
      config: { permission: 'campaigns:read' },
      schema: { tags: ['campaigns'], params: idParams, response: { 200: shownCampaign } },
    },
    async (request, reply) => {
      const campaign = await showCampaign(
        within(deps, request).pool,
        principalOf(request).workspaceId,
        idOrNotFound(request.params.id),
      )
      return reply.header('ETag', etagOf(campaign)).send(campaign)
    },
  )
  app.patch(
    '/campaigns/:id',
    {
      config: { permission: 'campaigns:write' },
      schema: { tags: ['campaigns'], params: idParams, body: campaignChangeSchema, response: { 200: shownCampaign } },
    },
    async (request, reply) => {
      const id = idOrNotFound(request.params.id)
      const ifMatch = request.headers['if-match']
      const change = changeOf(request.body)
      const campaign = await changeCampaign(within(deps, request), principalOf(request), id, change, (seen) => {
        if (!isMatch(ifMatch, etagOf(seen)))
          throw new Problem(412, 'changed-meanwhile', 'The campaign has been changed since it was read: read it again')
      })
      return reply.header('ETag', etagOf(campaign)).send(campaign)
    },
  )
  app.delete(
    '/campaigns/:id',
    {
      config: { permission: 'campaigns:write' },
      schema: { tags: ['campaigns'], params: idParams, response: { 204: goneSchema } },
    },
    async (request, reply) => {
      await deleteCampaign(within(deps, request), principalOf(request), idOrNotFound(request.params.id))
      return reply.status(204).send(null)
    },
  )
  for (const action of actions) {
    app.post(
      `/campaigns/:id/${action}`,
      {
        config: { permission: 'campaigns:write' },
        schema: { tags: ['campaigns'], params: idParams, response: { 200: campaignState } },
      },
      async (request) => {
        const id = idOrNotFound(request.params.id)
        return { id, state: await changeState(within(deps, request), principalOf(request), id, action) }
      },
    )
  }
  app.get(
    '/campaigns/:id/progress',
    {
      config: { permission: 'campaigns:read' },
      schema: { tags: ['campaigns'], params: idParams, response: { 200: shownProgress } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      return campaignProgress(within(deps, request), workspaceId, idOrNotFound(request.params.id))
    },
  )
  app.get(
    '/campaigns/:id/waiting',
    {
      config: { permission: 'campaigns:read' },
      schema: {
        tags: ['campaigns'],
        params: idParams,
        querystring: z.strictObject(pageQuery),
        response: { 200: shownWaiting },
      },
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
  const { route } = body
  return {
    name: body.name,
    scenario: referTo('scenario', body.scenario),
    ...(body.startBlock === undefined ? {} : { startBlock: body.startBlock }),
    route: routeOf(body.route),
    settings: {
      pacing: body.pacing,
      windows: windowsOf(body.windows),
      timeGroups: [],
      retry: ownRetry(body.retry),
      callerId: route.via === 'dialplan' && route.callerId.mode === 'number' ? route.callerId : { mode: 'trunk' },
      ringTimeoutMs: body.ringTimeoutSeconds * 1_000,
      maxDurationMs: body.maxDurationSeconds * 1_000,
      record: body.record,
      isTest: body.isTest,
      policies: body.policies,
    },
    shared: sharedOf(body),
    redirect: body.redirect === undefined ? undefined : redirectOf(body.redirect),
    normalization: body.normalization,
    startAt: body.startAt === undefined ? null : Temporal.Instant.from(body.startAt),
    expiresAt: body.expiresAt === undefined ? null : Temporal.Instant.from(body.expiresAt),
    dialect: 'native',
    original: body,
    notYet: {},
    webhooks: body.webhooks.map(({ url, events }) => ({ url, dialect: 'native', events })),
  }
}

function routeOf(given: NewCampaignBody['route']): GivenRoute {
  if (given.via === 'numbers') return { via: 'numbers', numbers: numbersOf(given.numbers) }
  const { dialplan, callerId } = given
  return {
    via: 'dialplan',
    dialplan: referTo('route.dialplan', dialplan),
    ...(callerId.mode === 'group' ? { callerIdGroup: referTo('route.callerId.group', callerId.group) } : {}),
  }
}

function numbersOf(given: readonly GivenReference[]): readonly Reference[] {
  return given.map((number, index) => referTo(`route.numbers.${index}`, number))
}

function changeOf(body: CampaignChangeBody): CampaignChange {
  const instant = (text: string | null | undefined): Temporal.Instant | null | undefined =>
    typeof text === 'string' ? Temporal.Instant.from(text) : text
  return {
    name: body.name,
    settings: {
      ...(body.pacing === undefined ? {} : { pacing: pacingOf(body.pacing) }),
      ...(body.windows === undefined ? {} : { windows: windowsOf(body.windows) }),
      ...(body.policies === undefined ? {} : { policies: body.policies }),
      ...(body.isTest === undefined ? {} : { isTest: body.isTest }),
      ...(body.retry === undefined ? {} : { retry: ownRetry(body.retry) }),
      ...(body.ringTimeoutSeconds === undefined ? {} : { ringTimeoutMs: body.ringTimeoutSeconds * 1_000 }),
      ...(body.maxDurationSeconds === undefined ? {} : { maxDurationMs: body.maxDurationSeconds * 1_000 }),
      ...(body.record === undefined ? {} : { record: body.record }),
    },
    shared: sharedOf(body),
    redirect: body.redirect ? redirectOf(body.redirect) : body.redirect,
    numbers: body.route === undefined ? undefined : numbersOf(body.route.numbers),
    startAt: instant(body.startAt),
    expiresAt: instant(body.expiresAt),
  }
}

function pacingOf({
  wave,
  ...rest
}: NonNullable<CampaignChangeBody['pacing']>): NonNullable<CampaignChange['settings']['pacing']> {
  return { ...defined(rest), ...(wave === undefined ? {} : { wave: wave ?? undefined }) }
}

/** Without the fields that are present and undefined: they would hide what they are merged over. */
function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }
}

/** A window over midnight is two: what is behind it belongs to the day after. */
function windowsOf(given: NewCampaignBody['windows']): CampaignSettings['windows'] {
  return given.flatMap(({ zone, days, from, to }) => {
    const [fromSecond, end] = [seconds(from), seconds(to)]
    if (fromSecond < end) return [{ zone, days, fromSecond, toSecond: end - 1 }]
    const evening = { zone, days, fromSecond, toSecond: 86_399 }
    return end === 0
      ? [evening]
      : [evening, { zone, days: days?.map((day) => (day % 7) + 1), fromSecond: 0, toSecond: end - 1 }]
  })
}

/** Without a rule that is named, whose place `shared` fills. */
function ownRetry({ rules = {}, caps = {} }: NewCampaignBody['retry']): CampaignSettings['retry'] {
  return policyOf({ rules, caps })
}

function sharedOf({ retry, timeGroups }: Pick<CampaignChangeBody, 'retry' | 'timeGroups'>): GivenRules {
  return {
    retryRule:
      retry === undefined
        ? undefined
        : retry.rule === undefined
          ? null
          : { field: 'retry.rule', ...referenceOf(retry.rule), caps: retry.caps },
    timeGroups: timeGroups?.map((given, index) => ({ field: `timeGroups.${index}`, ...referenceOf(given) })),
  }
}

function referTo(field: string, given: GivenReference): Reference {
  return { field, ...referenceOf(given) }
}
