/** Puts people into a campaign: numbers normalised, zones and routes found, duplicates left out, each refusal told. */
import { routeNumber } from '@dialwright/dialer'
import { openForContacts } from '../adapters/postgres/campaign-store/settle.ts'
import { type Connection, transaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { CampaignNotFoundError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'
import { type NormalizedPhone, normalizePhone } from '../numbers/normalize.ts'
import { zoneNames } from './contact-zone.ts'
import { zonesOfPhone } from './zones-of-phone.ts'

export type NewContact = {
  readonly phones: readonly string[]
  readonly variables: Readonly<Record<string, unknown>>
  /** IANA name, or seconds east of UTC. */
  readonly zone?: string | number | undefined
  readonly priority?: number | undefined
  readonly clientExternalId?: string | undefined
  readonly callbackData?: unknown
}

export type AddedContacts = {
  readonly accepted: readonly { readonly index: number; readonly id: string; readonly phones: readonly string[] }[]
  readonly duplicates: readonly { readonly index: number; readonly id: string; readonly phones: readonly string[] }[]
  readonly rejected: readonly {
    readonly index: number
    readonly field: string
    readonly code: string
    readonly message: string
  }[]
}

type Campaign = {
  readonly id: string
  readonly normalization: string
  readonly country: string
  readonly dialplanId: string
}
type Route = { readonly routeId: number; readonly prefix: string }
type ReadyPhone = NormalizedPhone & {
  readonly given: string
  readonly routeId: number
  readonly zones: readonly string[]
}

const maxPhones = 10

/**
 * One transaction: what is accepted is in whole, what is rejected is told by its place in the list.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function addContacts(
  deps: ServerDeps,
  workspaceId: string,
  campaignId: string,
  contacts: readonly NewContact[],
): Promise<AddedContacts> {
  const result = await transaction(deps.pool, async (client) => {
    const campaign = await findCampaign(client, workspaceId, campaignId)
    await openForContacts(client, workspaceId, campaign.id)
    const { rows: routes } = await client.query<Route>(
      'select id as "routeId", prefix from route where workspace_id = $1 and dialplan_id = $2',
      [workspaceId, campaign.dialplanId],
    )
    const import_ = new Import(deps, client, workspaceId, campaign, routes)
    for (const [index, contact] of contacts.entries()) await import_.add(index, contact)
    return import_.result
  })
  if (result.accepted.length > 0) deps.onChange()
  return result
}

async function findCampaign(client: Connection, workspaceId: string, campaignId: string): Promise<Campaign> {
  const { rows } = await client.query<Campaign>(
    `select c.id, c.normalization, w.country, c.dialplan_id as "dialplanId" from campaign c join workspace w on w.id = c.workspace_id
      where c.workspace_id = $1 and c.id::text = lower($2)`,
    [workspaceId, campaignId],
  )
  if (rows[0] === undefined) throw new CampaignNotFoundError(campaignId)
  return rows[0]
}

class Import {
  readonly #deps: ServerDeps
  readonly #client: Connection
  readonly #workspaceId: string
  readonly #campaign: Campaign
  readonly #routes: readonly Route[]
  readonly #zoneIds = new Map<string, number>()
  readonly #lanes = new Set<string>()
  readonly result = {
    accepted: [] as AddedContacts['accepted'][number][],
    duplicates: [] as AddedContacts['duplicates'][number][],
    rejected: [] as AddedContacts['rejected'][number][],
  }

  constructor(deps: ServerDeps, client: Connection, workspaceId: string, campaign: Campaign, routes: readonly Route[]) {
    this.#deps = deps
    this.#client = client
    this.#workspaceId = workspaceId
    this.#campaign = campaign
    this.#routes = routes
  }

  async add(index: number, contact: NewContact): Promise<void> {
    const phones = this.#phones(index, contact)
    const [first] = phones ?? []
    if (phones === null || first === undefined) return
    const known = await this.#known(phones, contact.clientExternalId)
    if (known !== null) {
      this.result.duplicates.push({ index, id: known, phones: phones.map((phone) => phone.phone) })
      return
    }
    const id = uuidV7(this.#deps.clock, this.#deps.random)
    const priority = contact.priority ?? 0
    const zoneId = await this.#zoneId(first.zones)
    await this.#lane(first.routeId, zoneId, priority)
    await this.#client.query(
      `insert into contact (id, workspace_id, campaign_id, priority, route_id, zone_id, client_external_id, callback_data, variables, zone_source)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        this.#workspaceId,
        this.#campaign.id,
        priority,
        first.routeId,
        zoneId,
        contact.clientExternalId ?? null,
        JSON.stringify(contact.callbackData ?? null),
        JSON.stringify(contact.variables),
        contact.zone === undefined ? 'number' : 'given',
      ],
    )
    for (const [position, phone] of phones.entries()) {
      await this.#client.query(
        `insert into contact_phone (contact_id, position, workspace_id, campaign_id, given, phone, phone_key, client_external_id, zone_id, route_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          id,
          position,
          this.#workspaceId,
          this.#campaign.id,
          phone.given,
          phone.phone,
          phone.key,
          contact.clientExternalId ?? null,
          await this.#zoneId(phone.zones),
          phone.routeId,
        ],
      )
    }
    this.result.accepted.push({ index, id, phones: phones.map((phone) => phone.phone) })
  }

  /** Null when any of them is refused: half a person would be dialled half. */
  #phones(index: number, contact: NewContact): ReadyPhone[] | null {
    const reject = (field: string, code: string, message: string): null => {
      this.result.rejected.push({ index, field, code, message })
      return null
    }
    if (contact.phones.length === 0) return reject('phones', 'required', 'expected at least one phone')
    if (contact.phones.length > maxPhones) return reject('phones', 'too-many', `expected at most ${maxPhones} phones`)
    const own = contact.zone === undefined ? null : zoneNames(contact.zone)
    if (own === undefined)
      return reject('zone', 'unknown', 'expected an IANA time zone, like Europe/Moscow, or seconds east of UTC')
    const rule = this.#campaign.normalization === 'auto' ? this.#campaign.country : this.#campaign.normalization
    const ready: ReadyPhone[] = []
    for (const [position, given] of contact.phones.entries()) {
      const normalized = normalizePhone(given, rule)
      if (normalized === null)
        return reject(`phones/${position}`, 'not-a-phone', `"${given.slice(0, 40)}" cannot be read as a phone number`)
      const route = routeNumber(this.#routes, normalized.key)
      if (route === undefined)
        return reject(`phones/${position}`, 'no-route', `no route of the dialplan carries ${normalized.phone}`)
      if (ready.some((other) => other.key === normalized.key)) continue
      ready.push({
        ...normalized,
        given,
        routeId: route.routeId,
        zones: own ?? zonesOfPhone(normalized.phone, this.#campaign.country),
      })
    }
    return ready
  }

  async #known(phones: readonly ReadyPhone[], clientExternalId: string | undefined): Promise<string | null> {
    const { rows } = await this.#client.query<{ id: string }>(
      `select contact_id as id from contact_phone
        where campaign_id = $1 and phone_key = any($2) and client_external_id is not distinct from $3 limit 1`,
      [this.#campaign.id, phones.map((phone) => phone.key), clientExternalId ?? null],
    )
    return rows[0]?.id ?? null
  }

  async #zoneId(zones: readonly string[]): Promise<number> {
    const names = [...new Set(zones)].sort()
    const key = names.join(' ')
    const known = this.#zoneIds.get(key)
    if (known !== undefined) return known
    // Two statements: a neighbour's row that this insert waited for is seen by the next one only.
    await this.#client.query('insert into zone (names) values ($1) on conflict do nothing', [names])
    const { rows } = await this.#client.query<{ id: number }>('select id from zone where names = $1', [names])
    const id = rows[0]?.id ?? 0
    this.#zoneIds.set(key, id)
    return id
  }

  async #lane(routeId: number, zoneId: number, priority: number): Promise<void> {
    const key = `${routeId} ${zoneId} ${priority}`
    if (this.#lanes.has(key)) return
    this.#lanes.add(key)
    await this.#client.query(
      'insert into lane (workspace_id, campaign_id, route_id, zone_id, priority) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [this.#workspaceId, this.#campaign.id, routeId, zoneId, priority],
    )
  }
}
