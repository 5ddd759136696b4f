/** Endpoints that hear of the calls to one number: part of its inbound rule, or of a vendor's. */
import type { Connection } from '../adapters/postgres/pool.ts'
import type { Dialect } from '../webhooks/dialects.ts'

export type NumberWebhook = {
  readonly url: string
  /** In the words of the dialect; empty: all. */
  readonly events: readonly string[]
}

/**
 * Replaces a number's endpoints of one dialect. Those that stay keep their id, and with it what waits to be delivered.
 * @param newId  For those that are new.
 */
export async function setNumberWebhooks(
  connection: Connection,
  { id, workspaceId }: { readonly id: string; readonly workspaceId: string },
  dialect: Dialect,
  webhooks: readonly NumberWebhook[],
  newId: () => string,
): Promise<void> {
  await connection.query(
    'delete from webhook_endpoint where workspace_id = $1 and number_id = $2 and dialect = $3 and url <> all ($4::text[])',
    [workspaceId, id, dialect, webhooks.map(({ url }) => url)],
  )
  const { rows } = await connection.query<{ id: string; url: string }>(
    'select id, url from webhook_endpoint where workspace_id = $1 and number_id = $2 and dialect = $3',
    [workspaceId, id, dialect],
  )
  const known = new Map(rows.map((row) => [row.url, row.id]))
  for (const { url, events } of webhooks) {
    const endpointId = known.get(url)
    if (endpointId === undefined)
      await connection.query(
        'insert into webhook_endpoint (id, workspace_id, number_id, url, dialect, events) values ($1, $2, $3, $4, $5, $6)',
        [newId(), workspaceId, id, url, dialect, events],
      )
    else await connection.query('update webhook_endpoint set events = $2 where id = $1', [endpointId, events])
  }
}
