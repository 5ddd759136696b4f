/** Endpoints that hear of the calls to a number: part of its inbound rule, or of a vendor's. */
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import type { Dialect } from '../webhooks/dialects.ts'

export type NumberWebhook = {
  readonly url: string
  /** In the words of the dialect; empty: all. */
  readonly events: readonly string[]
}
export type NumberWebhooks = { readonly numberId: string; readonly webhooks: readonly NumberWebhook[] }

const setAll = statement(
  'number-webhooks',
  `with given as (
     select * from json_to_recordset($4) as g (id uuid, number_id uuid, url text, events text[])
   ), gone as (
     delete from webhook_endpoint e where e.workspace_id = $1 and e.dialect = $2 and e.number_id = any ($3::uuid[])
        and not exists (select from given g where g.number_id = e.number_id and g.url = e.url)
   ), kept as (
     update webhook_endpoint e set events = g.events from given g
      where e.workspace_id = $1 and e.dialect = $2 and e.number_id = g.number_id and e.url = g.url returning e.number_id, e.url
   )
   insert into webhook_endpoint (id, workspace_id, number_id, url, dialect, events)
   select g.id, $1, g.number_id, g.url, $2, g.events from given g
    where not exists (select from kept k where k.number_id = g.number_id and k.url = g.url)`,
)

/**
 * Replaces these numbers' endpoints of one dialect. Those that stay keep their id, and with it what waits to be delivered. Whoever
 * changes a number that others may be changing holds its row: two at once would make one endpoint each.
 * @param newId  For those that are new.
 */
export async function setNumberWebhooks(
  connection: Connection,
  workspaceId: string,
  dialect: Dialect,
  numbers: readonly NumberWebhooks[],
  newId: () => string,
): Promise<void> {
  const given = numbers.flatMap(({ numberId, webhooks }) =>
    webhooks.map(({ url, events }) => ({ id: newId(), number_id: numberId, url, events })),
  )
  const ids = numbers.map(({ numberId }) => numberId)
  await setAll(connection, [workspaceId, dialect, ids, JSON.stringify(given)])
}
