/** Contacts of a campaign over the native API. */
import { dispositions } from '@dialwright/dialer'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { CampaignNotFoundError } from '../../campaigns/errors.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import { cancelContacts } from '../../contacts/cancel-contacts.ts'
import { ContactNotFoundError, changeContact, deleteContact } from '../../contacts/change-contact.ts'
import { contactSchema } from '../../contacts/contact-schema.ts'
import { resetContacts } from '../../contacts/reset-contacts.ts'
import type { HttpDeps } from '../../deps.ts'
import { instantSchema } from '../../instant.ts'
import { etagOf, isMatch } from '../etag.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery, within } from '../scope.ts'
import { addedContacts, resetCount, type ShownContact, shownContact, shownContacts } from './shown.ts'

const body = z.strictObject({ contacts: z.array(contactSchema).min(1).max(10_000) })
const contactParams = z.strictObject({ id: z.string(), contact: z.string() })
const changeSchema = z.strictObject({
  variables: contactSchema.shape.variables.unwrap().optional(),
  priority: contactSchema.shape.priority,
  callbackData: contactSchema.shape.callbackData,
})
const listQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(['ready', 'dialing', 'done', 'excluded', 'unknown']).optional(),
  disposition: z.enum(dispositions).optional(),
  phone: z.string().optional(),
  clientExternalId: z.string().optional(),
  import: z.uuid().optional(),
})
const resetSchema = z.strictObject({
  dispositions: z.array(z.enum(dispositions)).min(1).optional(),
  import: z.uuid().optional(),
  createdFrom: instantSchema.optional(),
  createdTo: instantSchema.optional(),
  keyword: z.string().min(1).max(200).optional(),
})

const shown = `k.id, array(select p.phone from contact_phone p where p.contact_id = k.id order by p.position) as phones, k.state, k.priority,
  k.due_at as "dueAt", k.attempts, k.client_external_id as "clientExternalId", k.variables, k.callback_data as "callbackData",
  k.last_disposition as "lastDisposition", k.last_call_id as "lastCallId", k.done_reason as "doneReason", z.names as zones,
  k.import_id as "importId", k.created_at as "createdAt", k.finished_at as "finishedAt"`

export function contactRoutes(app: NativeApp, deps: HttpDeps): void {
  app.post(
    '/campaigns/:id/contacts',
    {
      config: { permission: 'contacts:write' },
      schema: { tags: ['contacts'], params: idParams, body, response: { 200: addedContacts } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const campaignId = idOrNotFound(request.params.id)
      const added = await addContacts(within(deps, request), workspaceId, campaignId, request.body.contacts)
      return { accepted: added.accepted.length, duplicates: added.duplicates.length, rejected: added.rejected }
    },
  )
  app.get(
    '/campaigns/:id/contacts',
    {
      config: { permission: 'contacts:read' },
      schema: { tags: ['contacts'], params: idParams, querystring: listQuery, response: { 200: shownContacts } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { limit, after, state, disposition, phone, clientExternalId, import: importId } = request.query
      const campaignId = idOrNotFound(request.params.id)
      const { pool } = within(deps, request)
      const { rows } = await pool.query<ShownContact>(
        `select ${shown} from contact k join zone z on z.id = k.zone_id
          where k.workspace_id = $1 and k.campaign_id = $2 and ($3::uuid is null or k.id > $3)
            and ($5::text is null or k.state = $5) and ($6::text is null or k.last_disposition = $6)
            and ($7::text is null or exists (select from contact_phone p where p.contact_id = k.id and p.phone_key = $7))
            and ($8::text is null or k.client_external_id = $8) and ($9::uuid is null or k.import_id = $9)
          order by k.id limit $4`,
        [
          workspaceId,
          campaignId,
          cursorOf(after),
          limit,
          state ?? null,
          disposition ?? null,
          phone?.replace(/\D/g, '') ?? null,
          clientExternalId ?? null,
          importId ?? null,
        ],
      )
      if (rows.length === 0) await requireCampaign(pool, workspaceId, campaignId)
      return page(rows, limit)
    },
  )
  const oneOf = async (on: Queryable, workspaceId: string, campaignId: string, id: string) => {
    const { rows } = await on.query<ShownContact>(
      `select ${shown} from contact k join zone z on z.id = k.zone_id
        where k.workspace_id = $1 and k.campaign_id = $2 and k.id = $3`,
      [workspaceId, campaignId, id],
    )
    if (rows[0] === undefined) throw new ContactNotFoundError(id)
    return rows[0]
  }
  const idsOf = (params: z.infer<typeof contactParams>): readonly [string, string] => [
    idOrNotFound(params.id),
    idOrNotFound(params.contact),
  ]
  app.get(
    '/campaigns/:id/contacts/:contact',
    {
      config: { permission: 'contacts:read' },
      schema: { tags: ['contacts'], params: contactParams, response: { 200: shownContact } },
    },
    async (request, reply) => {
      const [campaignId, id] = idsOf(request.params)
      const contact = await oneOf(within(deps, request).pool, principalOf(request).workspaceId, campaignId, id)
      return reply.header('ETag', etagOf(contact)).send(contact)
    },
  )
  app.patch(
    '/campaigns/:id/contacts/:contact',
    {
      config: { permission: 'contacts:write' },
      schema: { tags: ['contacts'], params: contactParams, body: changeSchema, response: { 200: shownContact } },
    },
    async (request, reply) => {
      const { workspaceId } = principalOf(request)
      const [campaignId, id] = idsOf(request.params)
      const scoped = within(deps, request)
      await changeContact(scoped, principalOf(request), campaignId, id, request.body, async (connection) => {
        const ifMatch = request.headers['if-match']
        if (ifMatch !== undefined && !isMatch(ifMatch, etagOf(await oneOf(connection, workspaceId, campaignId, id))))
          throw new Problem(412, 'changed-meanwhile', 'The contact has been changed since it was read: read it again')
      })
      const contact = await oneOf(scoped.pool, workspaceId, campaignId, id)
      return reply.header('ETag', etagOf(contact)).send(contact)
    },
  )
  app.delete(
    '/campaigns/:id/contacts/:contact',
    {
      config: { permission: 'contacts:write' },
      schema: { tags: ['contacts'], params: contactParams, response: { 204: z.null().describe('It is gone') } },
    },
    async (request, reply) => {
      const [campaignId, id] = idsOf(request.params)
      await deleteContact(within(deps, request), principalOf(request), campaignId, id)
      return reply.status(204).send(null)
    },
  )
  app.post(
    '/campaigns/:id/contacts/:contact/cancel',
    {
      config: { permission: 'contacts:write' },
      schema: {
        tags: ['contacts'],
        description: 'Nobody rings this person any more; a call that lives goes on to its end',
        params: contactParams,
        response: { 200: shownContact },
      },
    },
    async (request) => {
      const [campaignId, id] = idsOf(request.params)
      const scoped = within(deps, request)
      await cancelContacts(scoped, principalOf(request), campaignId, { id })
      return oneOf(scoped.pool, principalOf(request).workspaceId, campaignId, id)
    },
  )
  app.post(
    '/campaigns/:id/reset',
    {
      config: { permission: 'contacts:write' },
      schema: { tags: ['contacts'], params: idParams, body: resetSchema, response: { 200: resetCount } },
    },
    async (request) => {
      const { dispositions: wanted, import: importId, createdFrom, createdTo, keyword } = request.body
      const instant = (text: string | undefined) => (text === undefined ? undefined : Temporal.Instant.from(text))
      const reset = await resetContacts(within(deps, request), principalOf(request), idOrNotFound(request.params.id), {
        dispositions: wanted,
        importId,
        createdFrom: instant(createdFrom),
        createdTo: instant(createdTo),
        keyword,
      })
      return { reset }
    },
  )
}

/** An empty list of a campaign that is not there would look like one of a campaign without people. */
async function requireCampaign(on: Queryable, workspaceId: string, id: string): Promise<void> {
  const { rowCount } = await on.query('select from campaign where workspace_id = $1 and id = $2', [workspaceId, id])
  if (rowCount === 0) throw new CampaignNotFoundError(id)
}
