/** The deliveries of a webhook endpoint over the native API, newest first. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { shownId, shownInstant, shownInstantOrNull } from '../../resources/fields.ts'
import { readResource } from '../../resources/resource.ts'
import { webhookEndpoints } from '../../webhook-endpoints/webhook-endpoint.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, nextSchema, page, pageQuery, within } from '../scope.ts'

const querystring = z.strictObject({ ...pageQuery, state: z.enum(['pending', 'delivered', 'dead']).optional() })
const delivery = z.object({
  id: shownId,
  event: z.string(),
  key: shownId.meta({ description: 'The contact, else the campaign: deliveries of one key keep their order' }),
  state: z.enum(['pending', 'delivered', 'dead']),
  tries: z.int(),
  nextAt: shownInstantOrNull,
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  createdAt: shownInstant,
  deliveredAt: shownInstantOrNull,
  expiresAt: shownInstant,
  body: z.unknown(),
})

export function deliveryRoutes(app: NativeApp, deps: HttpDeps): void {
  app.get(
    '/webhookEndpoints/:id/deliveries',
    {
      config: { permission: 'webhookEndpoints:read' },
      schema: {
        tags: ['webhookEndpoints'],
        params: idParams,
        querystring,
        response: { 200: z.object({ items: z.array(delivery), next: nextSchema }) },
      },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { pool } = within(deps, request)
      const id = idOrNotFound(request.params.id)
      if ((await readResource(pool, workspaceId, webhookEndpoints, id)) === null)
        throw new Problem(404, 'not-found', `There is no webhook endpoint ${id}`)
      const { after, limit, state } = request.query
      const { rows } = await pool.query<z.output<typeof delivery>>(
        `select id, event, key, state, tries, case when state = 'pending' then next_at end as "nextAt", last_status as "lastStatus",
                last_error as "lastError", created_at as "createdAt", delivered_at as "deliveredAt", expires_at as "expiresAt", body
           from webhook_delivery
          where workspace_id = $1 and endpoint_id = $2 and ($3::uuid is null or id < $3) and ($4::text is null or state = $4)
          order by id desc limit $5`,
        [workspaceId, id, cursorOf(after), state ?? null, limit],
      )
      return page(rows, limit)
    },
  )
}
