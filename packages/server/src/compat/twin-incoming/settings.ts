/** The company's own hook of calls that come in: an endpoint of the workspace in the vendor's words, one at most. */
import { type Queryable, transaction } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import { Desk } from '../../resources/desk.ts'
import { changeAt, createAt } from '../../resources/resource.ts'
import { webhookEndpoints } from '../../webhook-endpoints/webhook-endpoint.ts'
import { takeTurn } from '../turn.ts'
import type { Caller } from './rules.ts'
import { incomingCallHook } from './schemas.ts'
import { incomingEvents } from './teller.ts'

type Hook = { readonly id: string; readonly url: string; readonly enabled: boolean }

async function hookOf(on: Queryable, workspaceId: string): Promise<Hook | null> {
  const { rows } = await on.query<Hook>(
    `select id, url, enabled from webhook_endpoint
      where workspace_id = $1 and campaign_id is null and number_id is null and dialect = 'twin' and events = $2::text[]
      order by id limit 1`,
    [workspaceId, incomingEvents],
  )
  return rows[0] ?? null
}

export async function readSettings({ deps, principal }: Caller): Promise<object> {
  const hook = await hookOf(deps.pool, principal.workspaceId)
  return shown(hook?.enabled === true ? hook.url : null)
}

/** @param url  Null: nobody is told any more, what waits to be delivered included. Absent: it stays as it is. */
export async function changeSettings(caller: Caller, url: string | null | undefined): Promise<object> {
  if (url === undefined) return readSettings(caller)
  const { deps, principal } = caller
  await transaction(deps.pool, async (connection) => {
    // Two who set it at once would else make two of it, and each call would be told twice.
    await takeTurn(connection, principal.workspaceId, 'incoming call hook')
    const desk = new Desk(deps, connection, principal)
    const hook = await hookOf(connection, principal.workspaceId)
    if (hook !== null) {
      const given = url === null ? { enabled: false } : { url, enabled: true }
      await changeAt(desk, webhookEndpoints, { id: hook.id, given, check: () => {} })
    } else if (url !== null) {
      const given = { url, events: incomingEvents, enabled: true, dialect: 'twin' }
      await createAt(desk, webhookEndpoints, uuidV7(deps.clock, deps.random), given)
    }
  })
  deps.onChange()
  return shown(url)
}

function shown(url: string | null): object {
  return { settings: { [incomingCallHook]: url } }
}
