/** The company's hooks of calls: endpoints of the workspace that are told in the vendor's words. */
import { changeResource, createResource } from '../../resources/resource.ts'
import { webhookEndpoints } from '../../webhook-endpoints/webhook-endpoint.ts'
import type { Caller } from './sessions.ts'

type Hook = {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly createdAt: Temporal.Instant
}

async function hooksOf({ deps, principal }: Caller, isEnabled: boolean | null): Promise<Hook[]> {
  const { rows } = await deps.pool.query<Hook>(
    `select id, url, events, created_at as "createdAt" from webhook_endpoint
      where workspace_id = $1 and campaign_id is null and dialect = 'omicall' and ($2::boolean is null or enabled = $2) order by id`,
    [principal.workspaceId, isEnabled],
  )
  return rows
}

export async function listHooks(caller: Caller): Promise<object[]> {
  return (await hooksOf(caller, true)).map(({ id, url, events, createdAt }) => ({
    id,
    type: 'call',
    url,
    events: events.length === 0 ? ['ringing', 'answered', 'hangup'] : events,
    created_date: createdAt.epochMilliseconds,
  }))
}

/** An address that is registered again has the new events. */
export async function registerHook(
  caller: Caller,
  { url, events: given }: { readonly url: string; readonly events: readonly string[] },
): Promise<{ readonly id: string }> {
  const { deps, principal } = caller
  // All of them by name: an empty list would leave out what is told for the asking alone.
  const events = given.length === 0 ? ['ringing', 'answered', 'hangup'] : [...new Set(given)]
  const known = (await hooksOf(caller, null)).find((hook) => hook.url === url)
  if (known === undefined) {
    const made = { url, events, enabled: true, dialect: 'omicall' }
    return { id: (await createResource(deps, principal, webhookEndpoints, made, undefined)).shown.id }
  }
  const change = { events, enabled: true }
  await changeResource(deps, principal, webhookEndpoints, { id: known.id, given: change, check: () => {} })
  return { id: known.id }
}

/** What is still to be delivered is delivered no more once they are switched off. */
export async function destroyHooks(caller: Caller): Promise<number> {
  const { deps, principal } = caller
  const hooks = await hooksOf(caller, true)
  for (const { id } of hooks)
    await changeResource(deps, principal, webhookEndpoints, { id, given: { enabled: false }, check: () => {} })
  return hooks.length
}
