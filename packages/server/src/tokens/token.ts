/** A token: what a program shows in place of a person. It belongs to the workspace and to no person; its value is told once. */
import { z } from 'zod'
import { isAtLeast } from '../access/permissions.ts'
import { newToken, tokenHash } from '../access/token-value.ts'
import { instantSchema } from '../instant.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { ResourceError } from '../resources/errors.ts'
import { nameFilter, shownId, shownInstant, shownInstantOrNull } from '../resources/fields.ts'
import { defineResource } from '../resources/resource.ts'
import { insertRow } from '../resources/rows.ts'

const { name, role, scopes } = sections.tokens.schema.shape
const newSchema = z.strictObject({ name, role, scopes, expiresAt: instantSchema.optional() })
type NewToken = z.output<typeof newSchema>

export const tokens = defineResource<NewToken, never>({
  kind: 'token',
  path: 'tokens',
  read: 'tokens:read',
  write: 'tokens:write',
  newSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    role,
    scopes: z.array(z.string()).meta({ description: 'Empty: everything that the role may' }),
    expiresAt: shownInstantOrNull,
    lastUsedAt: shownInstantOrNull,
    createdAt: shownInstant,
  }),
  onceSchema: z.object({
    value: z.string().optional().meta({ description: 'Shown now and never again; a repeated request does not get it' }),
  }),
  secrets: [],
  table: 'api_token',
  // The others are people's sessions.
  only: "t.user_id is null and t.kind = 'access'",
  columns: `t.id, t.name, t.role, t.scopes, t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt", t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    role: { schema: role, where: (parameter) => `t.role = ${parameter}` },
  },
  unique: {},

  async create(desk, id, given) {
    refuseWider(desk, given)
    const expiresAt = given.expiresAt === undefined ? null : Temporal.Instant.from(given.expiresAt)
    if (expiresAt !== null && Temporal.Instant.compare(expiresAt, desk.deps.clock.now()) <= 0)
      desk.report('expiresAt', 'past', 'expected an instant that is still to come')
    desk.check()
    const value = newToken(desk.deps.random)
    await insertRow(
      desk.connection,
      'api_token',
      { id, workspaceId: desk.workspaceId },
      { hash: tokenHash(value), name: given.name, role: given.role, scopes: given.scopes, expires_at: expiresAt },
    )
    return { value }
  },

  async beforeDelete(desk, _id, before) {
    if (!isAtLeast(desk.principal.role, before.role as NewToken['role']))
      throw new ResourceError(
        'RESOURCE_FORBIDDEN',
        `An ${desk.principal.role} may not revoke a token of an ${before.role}`,
      )
  },
})

/** A token is never wider than what makes it: neither its role nor its scopes. */
function refuseWider({ principal }: Desk, given: NewToken): void {
  if (!isAtLeast(principal.role, given.role))
    throw new ResourceError('RESOURCE_FORBIDDEN', `An ${principal.role} may not make a token of an ${given.role}`, {
      field: 'role',
    })
  const isNarrow = principal.scopes.length === 0 || given.scopes.length > 0
  const beyond = given.scopes.filter((scope) => principal.scopes.length > 0 && !principal.scopes.includes(scope))
  if (isNarrow && beyond.length === 0) return
  throw new ResourceError('RESOURCE_FORBIDDEN', 'A token with scopes makes tokens with some of its own scopes alone', {
    field: 'scopes',
  })
}
