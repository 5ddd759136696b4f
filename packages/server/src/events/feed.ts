/** The feed: what happened in a workspace within the last hour, in the order it was told, so that a listener can come back. */
import { type Connection, type Queryable, statement } from '../adapters/postgres/pool.ts'
import { nativeBody, type OutboxRow } from '../webhooks/events.ts'
import { readFacts } from '../webhooks/facts.ts'

/** How long an event can be asked for again. An hour at 100 events a second is about 100 MB. */
const feedLifetime = Temporal.Duration.from({ hours: 1 })
/** Old events taken away with one batch: more than a batch brings, so that the feed never grows behind its age. */
const trimAtMost = 2_000
/** Events read at once. */
export const feedPage = 200

export type FeedEvent = {
  /** The place in the feed, a bigint as text. */
  readonly position: string
  readonly eventId: string
  readonly topic: string
  readonly payload: OutboxRow['payload']
  readonly createdAt: Temporal.Instant
}

export type FeedPlace = Pick<FeedEvent, 'position' | 'eventId'>

const add = statement(
  'feed-add',
  `insert into event_feed (workspace_id, event_id, topic, payload, created_at)
   select e.workspace_id, e.event_id, e.topic, e.payload, e.created_at
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[])
       with ordinality as e(workspace_id, event_id, topic, payload, created_at, place)
    order by e.place`,
)
// By the instant inside of the id: an index of its own for the age would cost every event a write.
const trim = statement(
  'feed-trim',
  `delete from event_feed where event_id in
     (select event_id from event_feed where event_id < $1::uuid order by event_id limit ${trimAtMost})`,
)
const wake = statement('feed-wake', `select pg_notify('dialwright_events', '')`)

/**
 * Adds a batch and takes away what is too old; listeners hear of it when the transaction commits.
 * @param eventIds  By outbox id; every row has one.
 */
export async function addToFeed(
  connection: Connection,
  rows: readonly OutboxRow[],
  eventIds: ReadonlyMap<number, string>,
  now: Temporal.Instant,
): Promise<void> {
  await add(connection, [
    rows.map(({ workspaceId }) => workspaceId),
    rows.map(({ id }) => eventIds.get(id)),
    rows.map(({ topic }) => topic),
    rows.map(({ payload }) => JSON.stringify(payload)),
    rows.map(({ createdAt }) => createdAt),
  ])
  await trim(connection, [firstIdOf(now.subtract(feedLifetime))])
  await wake(connection)
}

/** The least UUIDv7 of a millisecond (RFC 9562 §5.7). */
function firstIdOf(at: Temporal.Instant): string {
  const time = at.epochMilliseconds.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

const after = statement<FeedEvent>(
  'feed-after',
  `select id::text as position, event_id as "eventId", topic, payload, created_at as "createdAt"
     from event_feed where workspace_id = $1 and id > $2::bigint order by id limit ${feedPage}`,
)
const latest = statement<FeedPlace>(
  'feed-latest',
  `select id::text as position, event_id as "eventId" from event_feed where workspace_id = $1 order by id desc limit 1`,
)
const placeOf = statement<{ readonly position: string }>(
  'feed-place',
  `select id::text as position from event_feed where workspace_id = $1 and event_id = $2`,
)

/** The events of a workspace after a place, oldest first, at most `feedPage`. */
export async function eventsAfter(on: Queryable, workspaceId: string, position: string): Promise<FeedEvent[]> {
  return after(on, [workspaceId, position])
}

/** The place after which everything is still to come; null: nothing is kept, and everything is. */
export async function latestPlace(on: Queryable, workspaceId: string): Promise<FeedPlace | null> {
  return (await latest(on, [workspaceId]))[0] ?? null
}

/** @returns Null: the workspace has no such event any more, or never had. */
export async function positionOf(on: Queryable, workspaceId: string, eventId: string): Promise<string | null> {
  return (await placeOf(on, [workspaceId, eventId]))[0]?.position ?? null
}

/** The events' bodies, as native webhooks have them; calls and contacts as they are now. */
export async function feedBodies(
  on: Queryable,
  workspaceId: string,
  events: readonly FeedEvent[],
): Promise<readonly { readonly event: FeedEvent; readonly body: object }[]> {
  const facts = await readFacts(on, {
    calls: events.flatMap(({ payload }) => payload.callId ?? []),
    liveCalls: [],
    contacts: events.flatMap(({ payload }) => payload.contactId ?? []),
    campaigns: [],
    redirectedTo: [],
  })
  return events.map((event) => {
    const { callId = '', contactId = '' } = event.payload
    const [call, contact] = [facts.calls.get(callId) ?? null, facts.contacts.get(contactId) ?? null]
    return { event, body: nativeBody({ ...event, id: 0, key: '', workspaceId }, event.eventId, { call, contact }) }
  })
}
