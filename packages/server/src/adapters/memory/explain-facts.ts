/** Facts for `explain` from the in-memory tables: what adapters/postgres/explain-facts.ts reads from its rows. */
import { type ExplainFacts, nextDay, withinDayCap } from '@dialwright/dialer'
import type { ContactRow, Forbidden, MemoryTables } from './tables.ts'

/** @returns Null when the campaign has no such phone. */
export function explainFacts(
  tables: MemoryTables,
  question: { readonly campaignId: string; readonly phone: string; readonly at: Temporal.Instant },
): (ExplainFacts & { readonly contactId: string }) | null {
  const { campaignId, at } = question
  const key = question.phone.replaceAll(/[^0-9]/g, '')
  const campaign = tables.campaigns.get(campaignId)
  const contacts = tables.contactsOf.get(campaignId) ?? []
  // Of several contacts with this phone the undone one is told of.
  const [contact] = contacts
    .filter((one) => one.phones.some((phone) => phone.phoneKey === key))
    .sort((a, b) => Number(isUndone(b)) - Number(isUndone(a)) || (a.id < b.id ? -1 : 1))
  const phone = contact?.phones.find((one) => one.phoneKey === key)
  if (campaign === undefined || contact === undefined || phone === undefined) return null
  const { workspaceId, settings, state, startAt, expiresAt } = campaign
  const zones = tables.zonesOf(phone.zoneId)
  const workspaceZone = tables.workspaces.get(workspaceId)?.timeZone ?? 'UTC'
  const starts = tables.startsOf(workspaceId, key)
  const { perPhone = Number.POSITIVE_INFINITY, perPhonePerDay } = settings.retry.caps
  const allowedAt = withinDayCap(perPhonePerDay, starts, zones, workspaceZone, at)
  const route = tables.routes.get(phone.routeId)
  const ways = route === undefined ? [] : tables.waysOf(campaign, route).trunkIds
  const trunks = ways.flatMap((id) => tables.trunks.get(id) ?? [])
  const numbers = tables.numbersFor(workspaceId, settings.callerId)
  const valid = tables.validNumbersFor(workspaceId, settings.callerId, at)
  const cap = tables.dailyCapOf(settings.callerId)
  const entry = longest(tables.forbiddenFor(contact, key, at))
  return {
    at,
    contactId: contact.id,
    workspaceZone,
    campaign: { state, startAt, expiresAt, settings, wave: tables.waveOf(campaignId) },
    contact: {
      state: contact.state,
      dueAt: contact.dueAt,
      isPutOff: contact.isPutOff,
      attempts: contact.attempts,
      reason: contact.reason,
      isLiveElsewhere: isPersonLiveElsewhere(tables, contact),
      talks: tables.talksOf(contact),
    },
    phone: {
      zones,
      isNext: contact.phones[contact.phoneIndex] === phone,
      isLiveElsewhere: [...tables.legs.values()].some(
        (leg) => leg.phoneKey === key && leg.claimed.contactId !== contact.id,
      ),
      forbidden: entry === undefined ? null : { reason: 'forbidden', until: entry.expiresAt },
      isUsedUp: tables.dialsOf(campaignId, key) >= perPhone,
      dayFullUntil: allowedAt.equals(at) ? null : allowedAt,
    },
    numbers:
      numbers.length === 0 && settings.callerId.mode !== 'group'
        ? null
        : {
            valid: valid.length,
            validFrom: tables.firstValidAfter(numbers, at),
            capped: valid.filter(({ id }) => cap !== null && tables.shownToday(workspaceId, id, at) >= cap).length,
            cappedUntil: nextDay(workspaceZone, at),
          },
    trunks: trunks
      .filter((one) => one.destinations?.some((prefix) => key.startsWith(prefix.replace(/^\+/, ''))) ?? true)
      .map(({ closedUntil }) => ({ closedUntil })),
    rank: contacts.filter((one) => goesBefore(one, contact, at)).length,
  }
}

function isPersonLiveElsewhere(tables: MemoryTables, { id, workspaceId, phones }: ContactRow): boolean {
  const own = new Set(phones.map((phone) => phone.phoneKey))
  return tables.legs.values().some(({ claimed }) => {
    if (claimed.workspaceId !== workspaceId || claimed.contactId === id) return false
    return tables.contacts.get(claimed.contactId)?.phones.some((phone) => own.has(phone.phoneKey)) ?? false
  })
}

function isUndone({ state }: ContactRow): boolean {
  return state === 'ready' || state === 'dialing'
}

function goesBefore(one: ContactRow, other: ContactRow, at: Temporal.Instant): boolean {
  if (one.state !== 'ready' || Temporal.Instant.compare(one.dueAt, at) > 0) return false
  const byDue = Temporal.Instant.compare(one.dueAt, other.dueAt)
  return one.priority !== other.priority
    ? one.priority > other.priority
    : byDue < 0 || (byDue === 0 && one.id < other.id)
}

/** The entry that forbids longest decides. */
function longest(entries: readonly Forbidden[]): Forbidden | undefined {
  return entries.toSorted((a, b) => {
    if (a.expiresAt === null || b.expiresAt === null) return Number(b.expiresAt === null) - Number(a.expiresAt === null)
    return Temporal.Instant.compare(b.expiresAt, a.expiresAt)
  })[0]
}
