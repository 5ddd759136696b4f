/** `/api/v1/search/cis/sessions`: calls, as the vendor's clients look for them. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { isKeepable } from '../../instant.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { resolveReference } from '../../resources/references.ts'
import { readFacts } from '../../webhooks/facts.ts'
import { parseGiven } from '../field-refusal.ts'
import { reading } from '../twin-routes.ts'
import { atMost, optionalInQuery, withPlus } from './schemas/fields.ts'
import { type SessionField, sessionFields, sessionOf } from './webhook-bodies.ts'

const text = optionalInQuery(z.string('expected a text').max(200, 'expected at most 200 characters'))
const fromWords = 'expected how many to leave out, or a time from which on, like 2025-06-01T00:00:00Z'
const querySchema = z.object({
  fields: optionalInQuery(z.string('expected fields with commas between them').max(2_000)),
  taskId: text,
  id: text,
  phone: text,
  from: optionalInQuery(
    z
      .string(fromWords)
      .transform((given) => (/^\d{1,9}$/.test(given) ? Number(given) : withPlus(given)))
      .refine((from) => typeof from === 'number' || isKeepable(from), fromWords),
  ),
  limit: optionalInQuery(atMost(1_000)),
})

export function sessionRoutes(scope: FastifyInstance, deps: HttpDeps): void {
  scope.get('/api/v1/search/cis/sessions', reading('calls:read', 'Search calls, newest first'), async (request) =>
    searchSessions(within(deps, request), principalOf(request).workspaceId, request.query),
  )
}

async function searchSessions(deps: ServerDeps, workspaceId: string, query: unknown): Promise<object> {
  const { fields, taskId, id, phone, from, limit = 100 } = parseGiven(querySchema, query)
  const task =
    taskId === undefined
      ? null
      : await resolveReference(deps.pool, workspaceId, 'campaign', { value: taskId, dialect: 'twin' })
  if (task !== null && !('id' in task)) return { count: 0, items: [] }
  const filter = `workspace_id = $1 and ($2::uuid is null or campaign_id = $2) and ($3::text is null or id::text = lower($3))
    and ($4::text[] is null or phone_key = any ($4)) and ($5::timestamptz is null or created_at >= $5)`
  const values = [
    workspaceId,
    task?.id ?? null,
    id ?? null,
    phone === undefined ? null : await keysOf(deps, workspaceId, phone),
    typeof from === 'string' ? from : null,
  ]
  const { pool } = deps
  const counted = await pool.query<{ count: number }>(`select count(*)::int as count from call where ${filter}`, values)
  const { rows } = await pool.query<{ id: string; campaignId: string | null; contactId: string | null }>(
    `select id, campaign_id as "campaignId", contact_id as "contactId" from call
      where ${filter} order by created_at desc, id limit $6 offset $7`,
    [...values, limit, typeof from === 'number' ? from : 0],
  )
  const facts = await readFacts(pool, {
    calls: rows.map((row) => row.id),
    liveCalls: [],
    contacts: [...new Set(rows.flatMap((row) => row.contactId ?? []))],
    campaigns: [...new Set(rows.flatMap((row) => row.campaignId ?? []))],
    redirectedTo: [],
  })
  const wanted = fieldsOf(fields)
  const items = rows.flatMap(({ id: callId, campaignId, contactId }) => {
    const call = facts.calls.get(callId)
    if (call === undefined) return []
    const session = sessionOf({
      call,
      campaign: facts.campaigns.get(campaignId ?? '') ?? null,
      contact: facts.contacts.get(contactId ?? '') ?? null,
    })
    return [Object.fromEntries(wanted.map((field) => [field, session[field]]))]
  })
  return { count: counted.rows[0]?.count ?? 0, items }
}

/** As a task with and one without `phoneNormalization` know this number. */
async function keysOf(deps: ServerDeps, workspaceId: string, phone: string): Promise<string[]> {
  const { rows } = await deps.pool.query<{ country: string }>('select country from workspace where id = $1', [
    workspaceId,
  ])
  return [rows[0]?.country ?? 'none', 'none'].flatMap((rule) => normalizePhone(phone, rule)?.key ?? [])
}

/** Fields that we do not know are left out, as the vendor's own search does; none known: all. */
function fieldsOf(given: string | undefined): readonly SessionField[] {
  const named = (given ?? '').split(',').map((field) => field.trim())
  const known = sessionFields.filter((field) => named.includes(field))
  return known.length === 0 ? sessionFields : known
}
