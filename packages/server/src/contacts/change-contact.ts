/** Changes what is known of one person, or takes the person away: never in the middle of a call. */
import { type Connection, statement, transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'

/** Undefined: as it is. */
export type ContactChange = {
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  readonly priority?: number | undefined
  readonly callbackData?: unknown
}

export class ContactNotFoundError extends Error {
  readonly code = 'CONTACT_NOT_FOUND'

  constructor(id: string) {
    super(`There is no contact ${id} in this campaign`)
    this.name = 'ContactNotFoundError'
  }
}

export class ContactBusyError extends Error {
  readonly code = 'CONTACT_BUSY'

  constructor() {
    super('The contact is on the line: wait until the call has ended')
    this.name = 'ContactBusyError'
  }
}

type Locked = { readonly state: string; readonly routeId: number; readonly zoneId: number; readonly priority: number }

// Before the contact, as whoever changes a campaign and moves its people with it: a new lane refers to the campaign, and would wait for him.
const holdCampaign = statement('contact-hold-campaign', 'select from campaign where id = $1 for key share')
const lock = statement<Locked>(
  'contact-lock',
  `select state, route_id as "routeId", zone_id as "zoneId", priority from contact
    where workspace_id = $1 and campaign_id = $2 and id = $3 for update`,
)
const addLane = statement(
  'contact-add-lane',
  'insert into lane (workspace_id, campaign_id, route_id, zone_id, priority) values ($1, $2, $3, $4, $5) on conflict do nothing',
)
const change = statement(
  'contact-change',
  `update contact set variables = coalesce($2, variables), priority = coalesce($3, priority),
          callback_data = case when $4 then $5 else callback_data end where id = $1`,
)
const remove = statement('contact-remove', 'delete from contact where id = $1')

/**
 * @param check  Looks at the contact under its lock and throws to refuse.
 * @throws {ContactNotFoundError} @throws {ContactBusyError}
 */
export async function changeContact(
  deps: ServerDeps,
  actor: Actor,
  campaignId: string,
  id: string,
  given: ContactChange,
  check: (connection: Connection) => Promise<void>,
): Promise<void> {
  const { workspaceId } = actor
  await transaction(deps.pool, async (connection) => {
    await holdCampaign(connection, [campaignId])
    const contact = await lockIdle(connection, workspaceId, campaignId, id)
    await check(connection)
    if (given.priority !== undefined && given.priority !== contact.priority)
      await addLane(connection, [workspaceId, campaignId, contact.routeId, contact.zoneId, given.priority])
    await change(connection, [
      id,
      given.variables === undefined ? null : JSON.stringify(given.variables),
      given.priority ?? null,
      given.callbackData !== undefined,
      JSON.stringify(given.callbackData ?? null),
    ])
    // Which fields, and not what stood in them: what people tell us about people is not kept beyond them.
    const changed = Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [field]))
    await recordAudit(connection, deps, actor, {
      ...{ action: 'change', kind: 'contact', id, name: null, before: {}, after: { changed } },
    })
  })
  deps.onChange()
}

/** Calls and attempts stay as history. @throws {ContactNotFoundError} @throws {ContactBusyError} */
export async function deleteContact(deps: ServerDeps, actor: Actor, campaignId: string, id: string): Promise<void> {
  await transaction(deps.pool, async (connection) => {
    await lockIdle(connection, actor.workspaceId, campaignId, id)
    await remove(connection, [id])
    await recordAudit(connection, deps, actor, {
      ...{ action: 'delete', kind: 'contact', id, name: null, before: { campaign: campaignId }, after: null },
    })
  })
  deps.onChange()
}

async function lockIdle(connection: Connection, workspaceId: string, campaignId: string, id: string): Promise<Locked> {
  const [contact] = await lock(connection, [workspaceId, campaignId, id])
  if (contact === undefined) throw new ContactNotFoundError(id)
  if (contact.state === 'dialing') throw new ContactBusyError()
  return contact
}
