/**
 * Writes people into a campaign, in the caller's transaction: who is there already is left out, lanes and zones are made. One
 * writer a campaign at a time, so that what was looked up still holds when it is written. A statement for a thousand people, not
 * COPY: row-level security allows no COPY, and next to the upkeep of the indexes the difference is small.
 */
import { setImmediate } from 'node:timers/promises'
import type { Clock, Random } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import type { ContactGround, ReadyContact } from './prepare-contact.ts'

/** `id` is that of the contact it became, or of the one that has its phone already. */
export type Written = { readonly id: string; readonly isNew: boolean }

const takeTurn = statement('contacts-turn', 'select pg_advisory_xact_lock(hashtextextended($1::text, 0))')
const known = statement<{ id: string; key: string; clientExternalId: string | null }>(
  'contacts-known',
  `select contact_id as id, phone_key as key, client_external_id as "clientExternalId"
     from contact_phone where campaign_id = $1 and phone_key = any ($2)`,
)
// Two statements: a neighbour's row that the insert waited for is seen by the next one only. Those that are there are left out
// before the insert: a conflict costs an id, and of the small ids there are 32,767.
const addZones = statement(
  'contacts-add-zones',
  `insert into zone (names)
   select wanted.names from (select distinct array(select jsonb_array_elements_text(z)) as names from jsonb_array_elements($1::jsonb) z) wanted
    where not exists (select from zone where zone.names = wanted.names) on conflict do nothing`,
)
const zoneRows = statement<{ id: number; names: string[] }>(
  'contacts-zones',
  `select id, names from zone where names in (select array(select jsonb_array_elements_text(z)) from jsonb_array_elements($1::jsonb) z)`,
)
const addLanes = statement(
  'contacts-add-lanes',
  `insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
   select $1, $2, (l ->> 0)::int, (l ->> 1)::int, (l ->> 2)::int from jsonb_array_elements($3::jsonb) l on conflict do nothing`,
)
const insertContacts = statement(
  'contacts-insert',
  `insert into contact (id, workspace_id, campaign_id, priority, route_id, zone_id, client_external_id, callback_data, variables,
                        zone_source, import_id)
   select r.id, $1, $2, r.priority, r.route, r.zone, r.client, r.callback, r.variables, r.source, $3
     from json_to_recordset($4::json) as r(id uuid, priority smallint, route integer, zone smallint, client text, callback jsonb,
                                           variables jsonb, source text)`,
)
const insertPhones = statement(
  'contacts-insert-phones',
  `insert into contact_phone (contact_id, position, workspace_id, campaign_id, given, phone, phone_key, client_external_id, zone_id, route_id)
   select r.id, r.position, $1, $2, r.given, r.phone, r.key, r.client, r.zone, r.route
     from json_to_recordset($3::json) as r(id uuid, position smallint, given text, phone text, key text, client text, zone smallint,
                                           route integer)`,
)

/** Rows of one statement: their JSON is made in a few milliseconds. */
const atOnce = 500
/** People looked at before others on the event loop get their turn. */
const lookedAtOnce = 500

type PhoneRow = {
  readonly id: string
  readonly position: number
  readonly given: string
  readonly phone: string
  readonly key: string
  readonly client: string | null
  readonly zone: number
  readonly route: number
}

/** @returns One for each of `contacts`, in their order. */
export async function writeContacts(
  connection: Connection,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { workspaceId, campaignId }: ContactGround,
  contacts: readonly ReadyContact[],
  importId: string | null = null,
): Promise<Written[]> {
  await takeTurn(connection, [campaignId])
  const lookingUp = knownIds(connection, campaignId, contacts)
  // Sorted, so that ids of one moment too are in the order of the list: it is the order in which people are rung and shown.
  const newIds: string[] = []
  for (let at = 0; at < contacts.length; at += 1) {
    if (at % lookedAtOnce === 0) await setImmediate()
    newIds.push(uuidV7(clock, random))
  }
  newIds.sort()
  const ids = await lookingUp
  const written: Written[] = []
  for (const [at, contact] of contacts.entries()) {
    if (at % lookedAtOnce === 0) await setImmediate()
    const keys = contact.phones.map(({ key }) => identity(key, contact.clientExternalId))
    const found = keys.map((key) => ids.get(key)).find((id) => id !== undefined)
    const id = found ?? newIds[at] ?? uuidV7(clock, random)
    written.push({ id, isNew: found === undefined })
    if (found === undefined) for (const key of keys) ids.set(key, id)
  }
  const fresh = contacts.flatMap((contact, index) => {
    const { id, isNew } = written[index] ?? {}
    return id !== undefined && isNew === true ? [{ id, contact }] : []
  })
  if (fresh.length > 0) await writeFresh(connection, { workspaceId, campaignId, importId }, fresh)
  return written
}

type Fresh = { readonly id: string; readonly contact: ReadyContact }

async function writeFresh(
  connection: Connection,
  to: { readonly workspaceId: string; readonly campaignId: string; readonly importId: string | null },
  fresh: readonly Fresh[],
): Promise<void> {
  const zoneId = await zoneIds(connection, fresh)
  const lanes = new Set<string>()
  const phones: PhoneRow[] = []
  // Not waited for one by one: the database writes while the next rows are made.
  const sent = new Sent()
  for (let at = 0; at < fresh.length; at += atOnce) {
    const people = fresh.slice(at, at + atOnce).map(({ id, contact }) => {
      const [first] = contact.phones
      const { priority, clientExternalId: client, callbackData: callback, variables, zoneSource: source } = contact
      const zone = zoneId(first.zones)
      lanes.add(JSON.stringify([first.routeId, zone, priority]))
      for (const [position, { key, given, phone, zones, routeId }] of contact.phones.entries())
        phones.push({ id, position, given, phone, key, client, zone: zoneId(zones), route: routeId })
      return { id, priority, route: first.routeId, zone, client, callback, variables, source }
    })
    sent.add(insertContacts(connection, [to.workspaceId, to.campaignId, to.importId, JSON.stringify(people)]))
    await setImmediate()
  }
  sent.add(addLanes(connection, [to.workspaceId, to.campaignId, `[${[...lanes].join()}]`]))
  // In the order of the unique index, whose upkeep costs most: neighbours go to the same page.
  phones.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  for (let at = 0; at < phones.length; at += atOnce) {
    const rows = JSON.stringify(phones.slice(at, at + atOnce))
    sent.add(insertPhones(connection, [to.workspaceId, to.campaignId, rows]))
    await setImmediate()
  }
  await sent.answered()
}

/** Statements of one connection that are under way. */
class Sent {
  readonly #answers: Promise<unknown>[] = []

  add(answer: Promise<unknown>): void {
    // What fails is told by `answered`, and must not count as unheard until then.
    answer.catch(() => undefined)
    this.#answers.push(answer)
  }

  /** @throws what the first of them that failed was answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#answers)
  }
}

/** A repeated phone with the same client id is one contact; with another client id it is another contact. */
function identity(phoneKey: string, clientExternalId: string | null): string {
  return clientExternalId === null ? phoneKey : `${phoneKey} ${clientExternalId}`
}

async function knownIds(
  connection: Connection,
  campaignId: string,
  contacts: readonly ReadyContact[],
): Promise<Map<string, string>> {
  const keys = contacts.flatMap(({ phones }) => phones.map(({ key }) => key))
  const slices = Array.from({ length: Math.ceil(keys.length / atOnce) }, (_, at) =>
    keys.slice(at * atOnce, (at + 1) * atOnce),
  )
  const ids = new Map<string, string>()
  for (const rows of await Promise.all(slices.map((slice) => known(connection, [campaignId, slice]))))
    for (const { id, key, clientExternalId } of rows) ids.set(identity(key, clientExternalId), id)
  return ids
}

async function zoneIds(connection: Connection, fresh: readonly Fresh[]): Promise<(zones: readonly string[]) => number> {
  const sets = new Map<string, readonly string[]>()
  for (const { contact } of fresh) for (const { zones } of contact.phones) sets.set(zones.join(' '), zones)
  const wanted = JSON.stringify([...sets.values()])
  await addZones(connection, [wanted])
  const ids = new Map((await zoneRows(connection, [wanted])).map(({ id, names }) => [names.join(' '), id]))
  return (zones) => {
    const id = ids.get(zones.join(' '))
    if (id === undefined) throw new Error(`The zones ${zones.join(' ')} have no id.`)
    return id
  }
}
