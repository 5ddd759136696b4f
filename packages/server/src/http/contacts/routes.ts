/** Contacts of a campaign over the native API. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import type { HttpDeps } from '../../deps.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery, within } from '../scope.ts'

const contact = z.strictObject({
  phones: z.array(z.string()).min(1),
  variables: z.record(z.string(), z.unknown()).default({}),
  zone: z.string().optional(),
  priority: z.int().min(0).max(3).optional(),
  clientExternalId: z.string().max(200).optional(),
  callbackData: z.unknown().optional(),
})
const body = z.strictObject({ contacts: z.array(contact).min(1).max(10_000) })

export function contactRoutes(app: NativeApp, deps: HttpDeps): void {
  app.post(
    '/campaigns/:id/contacts',
    { config: { permission: 'contacts:write' }, schema: { tags: ['contacts'], params: idParams, body } },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const added = await addContacts(
        within(deps, request),
        workspaceId,
        idOrNotFound(request.params.id),
        request.body.contacts,
      )
      return { accepted: added.accepted.length, duplicates: added.duplicates.length, rejected: added.rejected }
    },
  )
  app.get(
    '/campaigns/:id/contacts',
    {
      config: { permission: 'contacts:read' },
      schema: { tags: ['contacts'], params: idParams, querystring: z.strictObject(pageQuery) },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { limit, after } = request.query
      const { rows } = await within(deps, request).pool.query<{ id: string }>(
        `select k.id, array(select p.phone from contact_phone p where p.contact_id = k.id order by p.position) as phones, k.state, k.priority,
              k.due_at as "dueAt", k.attempts, k.client_external_id as "clientExternalId", k.variables, k.last_disposition as "lastDisposition",
              k.done_reason as "doneReason", z.names as zones
         from contact k join zone z on z.id = k.zone_id
        where k.workspace_id = $1 and k.campaign_id = $2 and ($3::uuid is null or k.id > $3) order by k.id limit $4`,
        [workspaceId, idOrNotFound(request.params.id), cursorOf(after), limit],
      )
      return page(rows, limit)
    },
  )
}
