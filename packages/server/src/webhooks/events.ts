/** Events as receivers see them: which word of its dialect an endpoint knows one by, and the body it gets. */
import { callEndedBody, candidateChangedBody } from '../compat/twin/webhook-bodies.ts'
import type { Facts } from './facts.ts'

export type OutboxPayload = {
  readonly workspaceId: string
  readonly campaignId: string
  readonly contactId?: string | undefined
  readonly attemptId?: string | undefined
  readonly callId?: string | undefined
  readonly lastCallId?: string | null | undefined
  readonly disposition?: string | undefined
  readonly reason?: string | undefined
  readonly startedAt?: string | undefined
  readonly talkMs?: number | undefined
  readonly state?: string | undefined
  /** Of a revised attempt: what had been told of it. */
  readonly was?: { readonly disposition: string; readonly talkMs: number } | undefined
}

export type OutboxRow = {
  readonly id: number
  readonly workspaceId: string
  readonly topic: string
  readonly key: string
  readonly payload: OutboxPayload
  readonly createdAt: Temporal.Instant
}

export type Dialect = 'native' | 'twin' | 'yunfu' | 'is74' | 'omicall'

const twinWords = new Map([
  ['attempt.finished', 'CALL_ENDED'],
  // The dialect has no word for a correction: the same call is told again, as it really ended.
  ['attempt.revised', 'CALL_ENDED'],
  ['contact.finished', 'CANDIDATE_CHANGED'],
])

/**
 * The event's name in a dialect.
 * @returns Null: the dialect does not tell of it. Yunfu, IS74 and OMICall endpoints are told nothing yet.
 */
export function eventWord(topic: string, dialect: Dialect): string | null {
  if (dialect === 'native') return topic
  return dialect === 'twin' ? (twinWords.get(topic) ?? null) : null
}

/** The body of an event, or null when what it tells of has been deleted. */
export function eventBody(row: OutboxRow, dialect: Dialect, eventId: string, facts: Facts): object | null {
  return dialect === 'twin' ? twinBody(row, eventId, facts) : nativeBody(row, eventId, facts)
}

function twinBody({ topic, payload }: OutboxRow, eventId: string, facts: Facts): object | null {
  const campaign = facts.campaigns.get(payload.campaignId)
  const contact = facts.contacts.get(payload.contactId ?? '')
  if (campaign === undefined || contact === undefined) return null
  if (topic === 'contact.finished') return candidateChangedBody({ eventId, campaign, contact })
  const call = facts.calls.get(payload.callId ?? '')
  return call === undefined ? null : callEndedBody({ eventId, campaign, contact, call })
}

function nativeBody(row: OutboxRow, eventId: string, facts: Facts): object {
  const { workspaceId, ...told } = row.payload
  const contact = facts.contacts.get(row.payload.contactId ?? '')
  const call = facts.calls.get(row.payload.callId ?? '')
  return {
    id: eventId,
    type: row.topic,
    version: 1,
    at: row.createdAt.toString(),
    workspace: workspaceId,
    data: { ...told, ...(call && { call: { ...call } }), ...(contact && { contact: nativeContact(contact) }) },
  }
}

function nativeContact({ twinId: _, ...contact }: NonNullable<ReturnType<Facts['contacts']['get']>>): object {
  return contact
}
