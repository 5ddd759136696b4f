/** The company's hooks of calls: endpoints of the workspace that are told in the vendor's words. */
import { type Queryable, transaction } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import { Desk } from '../../resources/desk.ts'
import { changeAt, createAt } from '../../resources/resource.ts'
import { webhookEndpoints } from '../../webhook-endpoints/webhook-endpoint.ts'
import { takeTurn } from '../turn.ts'
import { hookEvents } from './schemas.ts'
import type { Caller } from './sessions.ts'

type Hook = {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly isEnabled: boolean
  readonly createdAt: Temporal.Instant
}

async function hooksOf(on: Queryable, workspaceId: string): Promise<Hook[]> {
  const { rows } = await on.query<Hook>(
    `select id, url, events, enabled as "isEnabled", created_at as "createdAt" from webhook_endpoint
      where workspace_id = $1 and campaign_id is null and number_id is null and dialect = 'omicall' order by id`,
    [workspaceId],
  )
  return rows
}

export async function listHooks({ deps, principal }: Caller): Promise<object[]> {
  const hooks = await hooksOf(deps.pool, principal.workspaceId)
  return hooks
    .filter(({ isEnabled }) => isEnabled)
    .map(({ id, url, events, createdAt }) => ({
      id,
      type: 'call',
      url,
      events: events.length === 0 ? hookEvents : events,
      created_date: createdAt.epochMilliseconds,
    }))
}

/** An address that is registered again has the new events. */
export async function registerHook(
  caller: Caller,
  { url, events: given }: { readonly url: string; readonly events?: readonly string[] | null | undefined },
): Promise<{ readonly id: string }> {
  // All of them by name: an empty list would leave out what is told for the asking alone.
  const events = given == null || given.length === 0 ? hookEvents : [...new Set(given)]
  const id = await oneAtATime(caller, async (desk) => {
    const known = (await hooksOf(desk.connection, desk.workspaceId)).find((hook) => hook.url === url)
    if (known === undefined) {
      const made = { url, events, enabled: true, dialect: 'omicall' }
      const newId = uuidV7(desk.deps.clock, desk.deps.random)
      return (await createAt(desk, webhookEndpoints, newId, made)).shown.id
    }
    await changeAt(desk, webhookEndpoints, { id: known.id, given: { events, enabled: true }, check: () => {} })
    return known.id
  })
  return { id }
}

/** What is still to be delivered is delivered no more once they are switched off. @returns How many were on. */
export function destroyHooks(caller: Caller): Promise<number> {
  return oneAtATime(caller, async (desk) => {
    const hooks = (await hooksOf(desk.connection, desk.workspaceId)).filter(({ isEnabled }) => isEnabled)
    for (const { id } of hooks)
      await changeAt(desk, webhookEndpoints, { id, given: { enabled: false }, check: () => {} })
    return hooks.length
  })
}

/** Two who register one address at once would else make two hooks of it, and each call would be told twice. */
async function oneAtATime<Result>({ deps, principal }: Caller, work: (desk: Desk) => Promise<Result>): Promise<Result> {
  const result = await transaction(deps.pool, async (connection) => {
    await takeTurn(connection, principal.workspaceId, 'hooks of calls')
    return work(new Desk(deps, connection, principal))
  })
  deps.onChange()
  return result
}
