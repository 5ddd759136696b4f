/** Taking the outbox: events become deliveries, hourly sums and the feed in the one transaction that removes them. */
import type { Clock, Random } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { addToFeed } from '../events/feed.ts'
import { deliveryLifetime } from './backoff.ts'
import { type Dialect, tellerOf, toldOf, type VendorTellers } from './dialects.ts'
import { isAskedTopic, isTopic, type OutboxRow, redirectedToId } from './events.ts'
import { readFacts } from './facts.ts'

type Endpoint = {
  readonly id: string
  readonly workspaceId: string
  readonly campaignId: string | null
  readonly numberId: string | null
  readonly dialect: Dialect
  readonly events: readonly string[]
  readonly askedTopics: readonly string[]
  readonly delaySeconds: number
}
/** `place` orders the words of one row: one happening may be several events of a dialect. */
type Telling = {
  readonly row: OutboxRow
  readonly endpoint: Endpoint
  readonly event: string
  readonly place: number
}

/** Events of one transaction: bounds its time, and the memory it takes. */
export const outboxBatch = 500

const takeRows = statement<OutboxRow>(
  'webhook-take-outbox',
  `with taken as (delete from outbox where id in (select id from outbox order by id limit ${outboxBatch}) returning *)
   select id, workspace_id as "workspaceId", topic, key, payload, created_at as "createdAt" from taken order by id`,
)
const readEndpoints = statement<Endpoint>(
  'webhook-endpoints',
  `select id, workspace_id as "workspaceId", campaign_id as "campaignId", number_id as "numberId", dialect, events, live_topics as "askedTopics",
          delay_seconds as "delaySeconds"
     from webhook_endpoint
    where enabled and workspace_id = any ($1::uuid[]) and (campaign_id is null or campaign_id = any ($2::uuid[]))
      and (number_id is null or number_id = any ($3::uuid[]))
    order by id`,
)
const addDeliveries = statement(
  'webhook-add-deliveries',
  `insert into webhook_delivery (id, workspace_id, endpoint_id, outbox_id, place, event, key, body, next_at, created_at, expires_at)
   select d.id, d.workspace_id, d.endpoint_id, d.outbox_id, d.place, d.event, d.key, d.body, d.next_at, $9, $10
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::smallint[], $6::text[], $7::uuid[], $8::jsonb[],
                 $11::timestamptz[])
       as d(id, workspace_id, endpoint_id, outbox_id, place, event, key, body, next_at)
   on conflict (endpoint_id, outbox_id, place) do nothing`,
)
// The join drops sums of a campaign that has been deleted since; the order keeps two writers from a deadlock.
const addSums = statement(
  'webhook-add-sums',
  `insert into campaign_hour (workspace_id, campaign_id, hour, disposition, attempts, talk_ms)
   select c.workspace_id, c.id, date_trunc('hour', a.started_at, 'UTC'), a.disposition, sum(a.attempts), sum(a.talk_ms)
     from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::integer[], $5::bigint[])
       as a(campaign_id, started_at, disposition, attempts, talk_ms)
     join campaign c on c.id = a.campaign_id
    group by 1, 2, 3, 4 order by 2, 3, 4
   on conflict (campaign_id, hour, disposition) do update
      set attempts = campaign_hour.attempts + excluded.attempts, talk_ms = campaign_hour.talk_ms + excluded.talk_ms`,
)

const dropEmptySums = statement(
  'webhook-drop-empty-sums',
  'delete from campaign_hour where campaign_id = any ($1::uuid[]) and attempts = 0',
)

type TellingParts = { readonly clock: Clock; readonly random: Random; readonly tellers: VendorTellers }

/**
 * Takes one batch, oldest first, on the connection that holds the dispatcher's lock: when the session is lost, so is the work.
 * @returns How many events were taken; fewer than `outboxBatch` means the outbox is empty.
 */
export async function takeOutbox(connection: Connection, { clock, random, tellers }: TellingParts): Promise<number> {
  await connection.query('begin')
  try {
    const rows = await takeRows(connection)
    if (rows.length > 0) {
      await sumAttempts(connection, rows)
      // One event has one id wherever it is told, so that a receiver who hears of it twice sees it is the same.
      const eventIds = new Map(rows.map(({ id }) => [id, uuidV7(clock, random)]))
      await addToFeed(connection, rows, eventIds, clock.now())
      await addTellings(connection, await tellingsOf(connection, rows, tellers), eventIds, { clock, random, tellers })
    }
    await connection.query('commit')
    return rows.length
  } catch (error) {
    await connection.query('rollback').catch(() => undefined)
    throw error
  }
}

type Sum = {
  readonly campaignId: string
  readonly startedAt: string | undefined
  readonly disposition: string | undefined
  readonly attempts: 1 | -1
  readonly talkMs: number
}

/** What an event adds to the sums; a revised attempt leaves the sum that it stood in. */
function sumsOf({ topic, payload }: OutboxRow): readonly Sum[] {
  const { campaignId, startedAt, disposition, talkMs = 0, was } = payload
  if (campaignId === undefined) return []
  const now: Sum = { campaignId, startedAt, disposition, attempts: 1, talkMs }
  if (topic === 'attempt.finished') return [now]
  if (topic !== 'attempt.revised' || was === undefined) return []
  return [{ campaignId, startedAt, disposition: was.disposition, attempts: -1, talkMs: -was.talkMs }, now]
}

async function sumAttempts(connection: Connection, rows: readonly OutboxRow[]): Promise<void> {
  const sums = rows.flatMap(sumsOf)
  if (sums.length === 0) return
  await addSums(connection, [
    sums.map((sum) => sum.campaignId),
    sums.map((sum) => sum.startedAt),
    sums.map((sum) => sum.disposition),
    sums.map((sum) => sum.attempts),
    sums.map((sum) => sum.talkMs),
  ])
  const revised = sums.filter((sum) => sum.attempts < 0).map((sum) => sum.campaignId)
  if (revised.length > 0) await dropEmptySums(connection, [unique(revised)])
}

async function tellingsOf(
  connection: Connection,
  rows: readonly OutboxRow[],
  tellers: VendorTellers,
): Promise<readonly Telling[]> {
  const endpoints = await readEndpoints(connection, [
    unique(rows.map((row) => row.workspaceId)),
    unique(rows.flatMap((row) => row.payload.campaignId ?? [])),
    unique(rows.flatMap((row) => row.payload.numberId ?? [])),
  ])
  return rows.flatMap((row) =>
    endpoints.flatMap((endpoint) => {
      if (!isTopic(row.topic) || !isOf(endpoint, row)) return []
      const words = tellerOf(endpoint.dialect, tellers)?.words[row.topic] ?? []
      return words.flatMap((event, place) => (wants(endpoint, row, event) ? [{ row, endpoint, event, place }] : []))
    }),
  )
}

function isOf(endpoint: Endpoint, row: OutboxRow): boolean {
  if (endpoint.workspaceId !== row.workspaceId) return false
  if (endpoint.numberId !== null) return endpoint.numberId === row.payload.numberId
  return endpoint.campaignId === null || endpoint.campaignId === row.payload.campaignId
}

/** No word means all of them, but for what is written on demand alone: that was somebody else's demand. */
function wants(endpoint: Endpoint, { topic }: OutboxRow, event: string): boolean {
  if (isAskedTopic(topic)) return endpoint.askedTopics.includes(topic)
  return endpoint.events.length === 0 || endpoint.events.includes(event)
}

async function addTellings(
  connection: Connection,
  tellings: readonly Telling[],
  eventIds: ReadonlyMap<number, string>,
  { clock, random, tellers }: TellingParts,
): Promise<void> {
  if (tellings.length === 0) return
  const payloads = tellings.map(({ row }) => row.payload)
  const facts = await readFacts(connection, {
    calls: unique(payloads.flatMap(({ callId }) => callId ?? [])),
    liveCalls: unique(tellings.flatMap(({ row }) => (row.topic.startsWith('call.') ? (row.payload.callId ?? []) : []))),
    contacts: unique(payloads.flatMap(({ contactId }) => contactId ?? [])),
    campaigns: unique(payloads.flatMap(({ campaignId }) => campaignId ?? [])),
    redirectedTo: unique(payloads.flatMap((payload) => redirectedToId(payload) ?? [])),
  })
  // What one happening is told as besides is an event of its own: a receiver that drops what it has seen must not drop it.
  const otherIds = new Map<string, string>()
  const idOf = ({ row, event, place }: Telling): string => {
    if (place === 0) return eventIds.get(row.id) ?? ''
    const key = `${row.id} ${event}`
    const id = otherIds.get(key) ?? uuidV7(clock, random)
    otherIds.set(key, id)
    return id
  }
  const bodies = tellings.flatMap((telling) => {
    const told = toldOf(telling.row, idOf(telling), facts)
    const body = tellerOf(telling.endpoint.dialect, tellers)?.body(telling.event, told) ?? null
    return body === null ? [] : [{ ...telling, body }]
  })
  const now = clock.now()
  await addDeliveries(connection, [
    bodies.map(() => uuidV7(clock, random)),
    bodies.map(({ row }) => row.workspaceId),
    bodies.map(({ endpoint }) => endpoint.id),
    bodies.map(({ row }) => row.id),
    bodies.map(({ place }) => place),
    bodies.map(({ event }) => event),
    bodies.map(({ row }) => row.key),
    bodies.map(({ body }) => JSON.stringify(body)),
    now,
    now.add(deliveryLifetime),
    bodies.map(({ endpoint }) => now.add({ seconds: endpoint.delaySeconds })),
  ])
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}
