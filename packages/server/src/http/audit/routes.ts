/** The audit over the native API: who changed what, newest first. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import { auditedActions } from '../../audit/record.ts'
import type { HttpDeps } from '../../deps.ts'
import { instantSchema } from '../../instant.ts'
import { shownId, shownInstant } from '../../resources/fields.ts'
import { cursorOf, type NativeApp, nextSchema, page, pageQuery, within } from '../scope.ts'

const querystring = z.strictObject({
  ...pageQuery,
  kind: z.string().min(1).max(100).optional(),
  resource: z.uuid().optional(),
  user: z.uuid().optional(),
  token: z.uuid().optional(),
  action: z.enum(auditedActions).optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
})
const fields = z.record(z.string(), z.unknown()).nullable()
const entry = z.object({
  id: shownId,
  at: shownInstant,
  actor: z.string().meta({ description: 'The login, else the name of the token, else "system"' }),
  user: shownId.nullable(),
  token: shownId.nullable(),
  action: z.string(),
  kind: z.string(),
  resource: shownId,
  name: z.string().nullable(),
  before: fields.meta({ description: 'Of a change, the fields that differ; null: it was made' }),
  after: fields.meta({ description: 'Null: it is gone' }),
  secrets: z.array(z.string()).meta({ description: 'Secret fields that were given anew; their values stand nowhere' }),
})

export function auditRoutes(app: NativeApp, deps: HttpDeps): void {
  app.get(
    '/audit',
    {
      config: { permission: 'audit:read' },
      schema: {
        tags: ['audit'],
        querystring,
        response: { 200: z.object({ items: z.array(entry), next: nextSchema }) },
      },
    },
    async (request) => {
      const { after, limit, kind, resource, user, token, action, from, to } = request.query
      const { rows } = await within(deps, request).pool.query<z.output<typeof entry>>(
        `select id, at, actor, user_id as "user", token_id as token, action, kind, resource_id as resource, name, before, after, secrets
           from audit_entry
          where workspace_id = $1 and ($2::uuid is null or id < $2) and ($4::text is null or kind = $4)
            and ($5::uuid is null or resource_id = $5) and ($6::uuid is null or user_id = $6) and ($7::uuid is null or token_id = $7)
            and ($8::text is null or action = $8) and ($9::timestamptz is null or at >= $9) and ($10::timestamptz is null or at < $10)
          order by id desc limit $3`,
        [
          principalOf(request).workspaceId,
          cursorOf(after),
          limit,
          ...[kind, resource, user, token, action, from, to].map((given) => given ?? null),
        ],
      )
      return page(rows, limit)
    },
  )
}
