/** Events: what is told of, and the body in which whoever uses our own API hears of one. */
import type { CampaignSnapshot } from './campaign-snapshot.ts'
import type { CallFacts, ContactFacts } from './facts.ts'

/** Everything that is told of. Vendors' words for it stand with the vendors: see dialects.ts. */
export const topics = [
  'campaign.created',
  'campaign.changed',
  'campaign.deleted',
  'attempt.finished',
  'attempt.revised',
  'contact.finished',
  /** A live call is handed to somebody else: told before the other side rings. */
  'call.redirected',
  'call.ringing',
  'call.answered',
  /** Of calls that come in, each of them: its channel was taken, its scenario is over, it has ended. */
  'call.started',
  'call.robot-ended',
  'call.finished',
  /** Its true end came after recovery had told another. */
  'call.revised',
] as const
export type Topic = (typeof topics)[number]

/** Written only where an endpoint asks for them by name: who looks for states and results alone is not troubled. */
export const askedTopics = ['campaign.created', 'campaign.deleted', 'call.ringing', 'call.answered'] as const
export type AskedTopic = (typeof askedTopics)[number]
/** Of calls that live: nobody else pays for them, see live-calls.ts. */
export type LiveTopic = Extract<AskedTopic, `call.${string}`>

/** What is told of a call that comes in. */
export const callTopics = [
  'call.started',
  'call.redirected',
  'call.robot-ended',
  'call.finished',
  'call.revised',
] as const

export function isTopic(word: string): word is Topic {
  return topics.some((topic) => topic === word)
}

export function isAskedTopic(word: string): word is AskedTopic {
  return askedTopics.some((topic) => topic === word)
}

export type OutboxPayload = {
  readonly workspaceId: string
  /** Absent: a call that came in. */
  readonly campaignId?: string | undefined
  readonly contactId?: string | undefined
  readonly attemptId?: string | undefined
  readonly callId?: string | undefined
  /** Of a call that came in: the number that was called. */
  readonly numberId?: string | null | undefined
  readonly robotMs?: number | undefined
  /** Of a scenario that is over: what it knows. */
  readonly keys?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  readonly goal?: string | null | undefined
  readonly lastCallId?: string | null | undefined
  readonly disposition?: string | undefined
  readonly reason?: string | undefined
  readonly startedAt?: string | undefined
  readonly talkMs?: number | undefined
  readonly state?: string | undefined
  /** Of a campaign that was made or is gone: what it was at that moment. */
  readonly campaign?: CampaignSnapshot | undefined
  /** Of a finished attempt after which the person is rung again: when, at the earliest. ISO 8601. */
  readonly redialAt?: string | undefined
  /** Of a revised attempt or call: what had been told of it. */
  readonly was?: { readonly disposition: string; readonly talkMs: number } | undefined
  /** Of a call that is handed over: to whom, in the words of `TransferTarget`, and the number that is dialled for it, if one is. */
  readonly redirect?:
    | {
        readonly target: Readonly<Record<string, unknown> & { to: string }>
        readonly phone?: string | null | undefined
      }
    | undefined
}

export type OutboxRow = {
  readonly id: number
  readonly workspaceId: string
  readonly topic: string
  readonly key: string
  readonly payload: OutboxPayload
  readonly createdAt: Temporal.Instant
}

/** The id of the group, the dialplan or the scenario that a call is handed to. */
export function redirectedToId({ redirect }: OutboxPayload): string | null {
  const target = redirect?.target
  const id = target?.groupId ?? target?.dialplanId ?? target?.scenarioId
  return typeof id === 'string' ? id : null
}

/** The body of a native webhook. */
export function nativeBody(
  row: OutboxRow,
  eventId: string,
  { call, contact }: { readonly call: CallFacts | null; readonly contact: ContactFacts | null },
): object {
  const { workspaceId, campaign, ...told } = row.payload
  return {
    id: eventId,
    type: row.topic,
    version: 1,
    at: row.createdAt.toString(),
    workspace: workspaceId,
    data: {
      ...told,
      ...(campaign && { name: campaign.name }),
      ...(call && { call: nativeCall(call) }),
      ...(contact && { contact: nativeContact(contact) }),
    },
  }
}

function nativeCall({ scenario: _, number: __, knownTags: ___, blocks: ____, ...call }: CallFacts): object {
  return call
}

function nativeContact({ ids: _, ...contact }: ContactFacts): object {
  return contact
}
