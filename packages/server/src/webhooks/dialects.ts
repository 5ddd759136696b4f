/**
 * The table of dialects: how each vendor's receivers are told of what happens. A vendor's words stand in its own room; here is
 * only the shape that a room fills, and the one dialect that is ours. Whoever wires the process gives the table.
 */
import {
  type AskedTopic,
  askedTopics,
  isAskedTopic,
  nativeBody,
  type OutboxRow,
  redirectedToId,
  type Topic,
  topics,
} from './events.ts'
import type { CallFacts, CampaignFacts, ContactFacts, Facts, LiveCallFacts, Named } from './facts.ts'

export const dialects = ['native', 'twin', 'yunfu', 'is74', 'omicall'] as const
export type Dialect = (typeof dialects)[number]
export type Vendor = Exclude<Dialect, 'native'>

/** One event with all that is known of it. What has been deleted since is null. */
export type Told = {
  readonly eventId: string
  readonly row: OutboxRow
  readonly campaign: CampaignFacts | null
  readonly contact: ContactFacts | null
  /** A call that has ended. */
  readonly call: CallFacts | null
  /** The same call, or one that still lives: for what is told in the middle of it. */
  readonly liveCall: LiveCallFacts | null
  /** Of whom it is handed to, where that is one of ours. */
  readonly redirectTo: Named | null
}

/** How the receivers of one dialect are told. */
export type DialectTeller = {
  /**
   * What a topic is called, in the order in which it is told. Several: one happening is several events to the vendor. A topic that
   * is missing is not told of.
   */
  readonly words: Readonly<Partial<Record<Topic, readonly string[]>>>
  /** The body of one of these words; null: this one is not told of, or what it tells of is gone. */
  body(word: string, told: Told): object | null
  /** The receiver has taken it. */
  takes(status: number): boolean
  /** What `takes` expects, for people: 'status 200'. */
  readonly expects: string
  /** The id by which a receiver knows the event again, of a body that was made above: goes into the signature's headers. */
  eventIdOf(body: Readonly<Record<string, unknown>>): string
  /** Told though it has no secret to sign with: with the headers of Standard Webhooks, unsigned. */
  readonly isAlwaysHeaded: boolean
}

/** What the wiring gives; a vendor that is missing tells nobody. */
export type VendorTellers = Readonly<Partial<Record<Vendor, DialectTeller>>>

/** Any 2xx counts. */
export const takesAny2xx = {
  takes: (status: number): boolean => status >= 200 && status < 300,
  expects: 'a 2xx status',
} as const

const native: DialectTeller = {
  words: Object.fromEntries(topics.map((topic) => [topic, [topic]])),
  body: (_, { eventId, row, call, contact }) => nativeBody(row, eventId, { call, contact }),
  ...takesAny2xx,
  eventIdOf: ({ id }) => String(id),
  isAlwaysHeaded: true,
}

/** Null: nobody has given the teller of this dialect. */
export function tellerOf(dialect: Dialect, vendors: VendorTellers): DialectTeller | null {
  return dialect === 'native' ? native : (vendors[dialect] ?? null)
}

/** All words that an endpoint of this dialect may ask for. */
export function wordsOf(dialect: Dialect, vendors: VendorTellers): readonly string[] {
  const { words = {} } = tellerOf(dialect, vendors) ?? {}
  return [...new Set(topics.flatMap((topic) => words[topic] ?? []))]
}

/** What an endpoint asks for of that which is written on demand alone: natively by its name, in a vendor's words like anything else. */
export function askedTopicsOf(
  dialect: Dialect,
  events: readonly string[],
  vendors: VendorTellers,
): readonly AskedTopic[] {
  if (dialect === 'native') return events.filter(isAskedTopic)
  const { words = {} } = tellerOf(dialect, vendors) ?? {}
  return askedTopics.filter((topic) => words[topic]?.some((word) => events.length === 0 || events.includes(word)))
}

/** Everything that is known of an event, out of what was read for its batch. */
export function toldOf(row: OutboxRow, eventId: string, facts: Facts): Told {
  const { campaignId = '', contactId = '', callId = '' } = row.payload
  const call = facts.calls.get(callId) ?? null
  return {
    eventId,
    row,
    campaign: facts.campaigns.get(campaignId) ?? null,
    contact: facts.contacts.get(contactId) ?? null,
    call,
    liveCall: call ?? facts.liveCalls.get(callId) ?? null,
    redirectTo: facts.redirectedTo.get(redirectedToId(row.payload) ?? '') ?? null,
  }
}

/** The id that a thing has in a dialect: the one it was given there, else ours. */
export function idIn(dialect: Vendor, { id, ids }: Named): string {
  return ids[dialect] ?? id
}

/** The same where the dialect's ids are integers. Null: it has none there. */
export function integerIdIn(dialect: Vendor, { ids }: Named): number | null {
  const id = ids[dialect]
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : null
}
