/** Calls and the question "why?" over the native API. */
import { dispositions, explain } from '@dialwright/dialer'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import { explainFacts } from '../../adapters/postgres/explain-facts.ts'
import type { HttpDeps } from '../../deps.ts'
import { instantSchema } from '../../instant.ts'
import { robotMsOf } from '../../reports/robot-ms.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery, within } from '../scope.ts'
import { type ListedCall, shownCall, shownCalls, shownExplanation } from './shown.ts'

const listQuery = z.strictObject({
  ...pageQuery,
  campaign: z.uuid().optional(),
  phone: z.string().optional(),
  disposition: z.enum(dispositions).optional(),
  direction: z.enum(['out', 'in']).optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
})
const shown = `k.id, k.direction, k.campaign_id as "campaignId", k.contact_id as "contactId", k.attempt_number as attempt, k.phone,
  k.caller_id as "callerId", k.trunk_id as "trunkId", k.number_id as "numberId", k.disposition, k.detail,
  json_build_object('code', k.sip_code, 'reason', k.sip_reason, 'q850', k.q850) as sip, k.created_at as "createdAt", k.started_at as "startedAt", k.ringing_at as "ringingAt",
  k.answered_at as "answeredAt", k.ended_at as "endedAt", k.talk_ms as "talkMs", ${robotMsOf('k')} as "robotMs", k.ended_by as "endedBy", k.keys, k.tags, k.goal, k.level, k.amd,
  k.recording, (select l.id from leg l where l.call_id = k.id order by l.started_at limit 1) as "sipCallId"`

export function callRoutes(app: NativeApp, deps: HttpDeps): void {
  app.get(
    '/calls',
    {
      config: { permission: 'calls:read' },
      schema: { tags: ['calls'], querystring: listQuery, response: { 200: shownCalls } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { campaign, phone, disposition, direction, from, to, after, limit } = request.query
      const { rows } = await within(deps, request).pool.query<ListedCall>(
        `select ${shown} from call k
        where k.workspace_id = $1 and ($2::uuid is null or k.campaign_id = $2) and ($3::text is null or k.phone_key = $3)
          and ($4::text is null or k.disposition = $4) and ($5::text is null or k.direction = $5)
          and ($6::timestamptz is null or k.created_at >= $6) and ($7::timestamptz is null or k.created_at < $7)
          and ($8::uuid is null or k.id < $8)
        order by k.id desc limit $9`,
        [
          workspaceId,
          campaign ?? null,
          phone?.replace(/\D/g, '') ?? null,
          disposition ?? null,
          direction ?? null,
          from ?? null,
          to ?? null,
          cursorOf(after),
          limit,
        ],
      )
      return page(rows, limit)
    },
  )
  app.get(
    '/calls/:id',
    {
      config: { permission: 'calls:read' },
      schema: { tags: ['calls'], params: idParams, response: { 200: shownCall } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { rows } = await within(deps, request).pool.query<
        ListedCall & {
          answeredAt: Temporal.Instant | null
          variables: Record<string, unknown>
          path: { block: string; atMs: number; said?: string }[]
          timeline: { kind: string }[]
        }
      >(`select ${shown}, k.variables, k.path, k.timeline from call k where k.workspace_id = $1 and k.id = $2`, [
        workspaceId,
        idOrNotFound(request.params.id),
      ])
      const call = rows[0]
      if (call === undefined) throw new Problem(404, 'not-found', `There is no call ${request.params.id}`)
      const at = (ms: number) => call.answeredAt?.add({ milliseconds: Math.round(ms) }) ?? null
      return { ...call, path: call.path.map(({ atMs, ...entry }) => ({ ...entry, at: at(atMs) })) }
    },
  )
  const explainQuery = z.strictObject({ campaign: z.uuid(), phone: z.string(), at: instantSchema.optional() })
  app.get(
    '/explain',
    {
      config: { permission: 'calls:read' },
      schema: { tags: ['calls'], querystring: explainQuery, response: { 200: shownExplanation } },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { campaign, phone, at } = request.query
      const facts = await explainFacts(within(deps, request).pool, {
        workspaceId,
        campaignId: campaign,
        phone,
        ...(at === undefined ? {} : { at: Temporal.Instant.from(at) }),
      })
      if (facts === null) throw new Problem(404, 'not-found', 'The campaign has no such phone')
      return explain(facts)
    },
  )
}
