/** Reads one person of a list: numbers normalised, zones and route found; or the reason why this one cannot be dialled. */
import { routeNumber } from '@dialwright/dialer'
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

/** What of a campaign its contacts are read by. */
export type ContactGround = {
  readonly campaignId: string
  readonly workspaceId: string
  /** `none`, or the country whose national numbers are understood. */
  readonly normalization: string
  readonly country: string
  readonly routes: readonly { readonly routeId: number; readonly prefix: string }[]
}

export type ReadyPhone = NormalizedPhone & {
  readonly given: string
  readonly routeId: number
  /** IANA names, sorted, each once. */
  readonly zones: readonly string[]
}
export type ReadyContact = {
  /** At least one, no two with one key. */
  readonly phones: readonly [ReadyPhone, ...ReadyPhone[]]
  readonly variables: Readonly<Record<string, unknown>>
  readonly zoneSource: 'number' | 'given'
  readonly priority: number
  readonly clientExternalId: string | null
  readonly callbackData: unknown
}
export type Rejection = { readonly field: string; readonly code: string; readonly message: string }

const maxPhones = 10
/** Of priority: higher goes first; each level costs the claim a lane, so they are few. */
const highestPriority = 3
const longestClientId = 200

/** All or nothing: half a person would be dialled half. */
export function prepareContact(ground: ContactGround, contact: NewContact): ReadyContact | Rejection {
  if (contact.phones.length === 0) return { field: 'phones', code: 'required', message: 'expected at least one phone' }
  if (contact.phones.length > maxPhones)
    return { field: 'phones', code: 'too-many', message: `expected at most ${maxPhones} phones` }
  const { priority = 0, clientExternalId = null } = contact
  if (!Number.isInteger(priority) || priority < 0 || priority > highestPriority)
    return { field: 'priority', code: 'range', message: `expected a whole number from 0 to ${highestPriority}` }
  if (clientExternalId !== null && clientExternalId.length > longestClientId)
    return { field: 'clientExternalId', code: 'too-long', message: `expected at most ${longestClientId} characters` }
  const own = contact.zone === undefined ? null : zoneNames(contact.zone)
  if (own === undefined)
    return {
      field: 'zone',
      code: 'unknown',
      message: 'expected an IANA time zone, like Europe/Moscow, or seconds east of UTC',
    }
  const ready: ReadyPhone[] = []
  for (const [position, given] of contact.phones.entries()) {
    const phone = preparePhone(ground, `phones/${position}`, given, own)
    if (isRejection(phone)) return phone
    if (!ready.some((other) => other.key === phone.key)) ready.push(phone)
  }
  return {
    phones: ready as [ReadyPhone, ...ReadyPhone[]],
    variables: contact.variables,
    zoneSource: own === null ? 'number' : 'given',
    priority,
    clientExternalId,
    callbackData: contact.callbackData ?? null,
  }
}

export function isRejection(read: object): read is Rejection {
  return 'code' in read
}

function preparePhone(
  { normalization, country, routes }: ContactGround,
  field: string,
  given: string,
  ownZone: readonly string[] | null,
): ReadyPhone | Rejection {
  const normalized = normalizePhone(given, normalization)
  if (normalized === null)
    return { field, code: 'not-a-phone', message: `"${given.slice(0, 40)}" cannot be read as a phone number` }
  const route = routeNumber(routes, normalized.key)
  if (route === undefined)
    return { field, code: 'no-route', message: `no route of the dialplan carries ${normalized.phone}` }
  const zones = [...new Set(ownZone ?? zonesOfPhone(normalized.phone, country))].sort()
  return { ...normalized, given, routeId: route.routeId, zones }
}
