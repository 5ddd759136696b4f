/** The call history in the vendor's words: whole seconds for times and lengths, milliseconds for `created_date`. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { givenPhone } from '../../contacts/given-phone.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { recordingPath } from '../recording-path.ts'
import { vendorId } from '../vendor-id.ts'
import { companyOf } from './company.ts'
import { paged } from './paging.ts'
import type { HistoryQuery } from './schemas.ts'

/** What the history and the hooks have in common. */
export type CallOfHistory = {
  readonly id: string
  readonly attemptId: string | null
  readonly campaignId: string | null
  readonly direction: 'in' | 'out'
  /** As the session gave it. */
  readonly phone: string
  readonly callerId: string | null
  readonly disposition: string | null
  readonly createdAt: Temporal.Instant
  readonly startedAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant | null
  readonly talkMs: number
  readonly recording: string | null
  readonly tags: readonly string[]
  readonly trunk: string | null
}

const answered: readonly string[] = ['answered', 'machine', 'screened', 'fax']
const columns = `c.id, c.attempt_id as "attemptId", ${vendorId('omicall', 'campaign', 'c.campaign_id', 'c.workspace_id')} as "campaignId", c.direction, coalesce(${givenPhone('c')}, c.phone) as phone, c.caller_id as "callerId",
  c.disposition, c.created_at as "createdAt", c.started_at as "startedAt", c.answered_at as "answeredAt", c.ended_at as "endedAt",
  c.talk_ms as "talkMs", c.recording, c.tags, t.name as trunk`

/** The campaign that `$8` names: looked up once, so that its calls are found by their index. */
const asked = `(select coalesce(
  (select x.resource_id from external_id x
    where x.workspace_id = $1 and x.dialect = 'omicall' and x.kind = 'campaign' and x.external_id = $8 and x.part is null),
  case when $8 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $8::uuid end))`

export async function searchHistory(on: Queryable, workspaceId: string, query: HistoryQuery): Promise<object> {
  const instant = (ms: number | null | undefined) => (ms == null ? null : Temporal.Instant.fromEpochMilliseconds(ms))
  const direction = query.direction == null ? null : query.direction === 'inbound' ? 'in' : 'out'
  const keyword = query.keyword?.trim() || null
  // A whole number is found by whatever spelling; a part of one, letter by letter.
  const { country } = await companyOf(on, workspaceId)
  const from = `call c left join trunk t on t.id = c.trunk_id
    where c.workspace_id = $1 and ($2::timestamptz is null or c.created_at >= $2) and ($3::timestamptz is null or c.created_at < $3)
      and ($4::text is null or strpos(c.phone, $4) > 0 or strpos(coalesce(c.caller_id, ''), $4) > 0 or c.phone_key = $9
           or ltrim(c.caller_id, '+') = $9)
      and ($5::boolean is null or (c.disposition = any ($6)) = $5) and ($7::text is null or c.direction = $7)
      and ($8::text is null or c.campaign_id = ${asked})`
  const parameters = [
    workspaceId,
    instant(query.from_date),
    instant(query.to_date),
    keyword,
    query.disposition == null ? null : query.disposition === 'answered',
    answered,
    direction,
    query.autocall_id ?? null,
    keyword === null ? null : (normalizePhone(keyword, country)?.key ?? null),
  ]
  const { rows } = await on.query<CallOfHistory>(
    `select ${columns} from ${from} order by c.created_at desc, c.id limit $10 offset $11`,
    [...parameters, query.size, (query.page - 1) * query.size],
  )
  const counted = await on.query<{ total: number }>(`select count(*) as total from ${from}`, parameters)
  return paged(query, counted.rows[0]?.total ?? 0, rows.map(shownTransaction))
}

/** A call as the vendor calls it. What is not known yet is null. */
export function shownTransaction(call: CallOfHistory): object {
  const isIn = call.direction === 'in'
  const talk = Math.round(call.talkMs / 1_000)
  const between = (from: Temporal.Instant, to: Temporal.Instant | null): number | null =>
    to === null ? null : Math.round((to.epochMilliseconds - from.epochMilliseconds) / 1_000)
  return {
    transaction_id: call.id,
    direction: isIn ? 'inbound' : 'outbound',
    source_number: isIn ? call.phone : call.callerId,
    destination_number: isIn ? call.callerId : call.phone,
    phone_number: call.phone,
    hotline: call.callerId,
    sip_number: null,
    provider: call.trunk,
    disposition: call.disposition === null ? null : answered.includes(call.disposition) ? 'answered' : 'cancelled',
    bill_sec: talk,
    record_seconds: call.recording === null ? 0 : talk,
    answer_sec: between(call.startedAt, call.answeredAt),
    duration: between(call.startedAt, call.endedAt),
    time_start_call: seconds(call.startedAt),
    time_answered: call.answeredAt === null ? null : seconds(call.answeredAt),
    time_end_call: call.endedAt === null ? null : seconds(call.endedAt),
    recording_file_url: call.recording === null ? null : recordingPath(call.id),
    call_out_price: null,
    is_auto_call: call.campaignId !== null,
    autocall_uuid: call.attemptId,
    autocall_id: call.campaignId,
    tag: call.tags,
    note: null,
    created_date: call.createdAt.epochMilliseconds,
  }
}

function seconds(at: Temporal.Instant): number {
  return Math.floor(at.epochMilliseconds / 1_000)
}
