/** A user: a person of a workspace, with a role. */
import { z } from 'zod'
import { hashPassword } from '../access/passwords.ts'
import { isAtLeast } from '../access/permissions.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { ResourceError } from '../resources/errors.ts'
import { externalIdsColumn } from '../resources/external-ids.ts'
import { changedExternalIds, changeOf, shownExternalIds, shownId, shownInstant } from '../resources/fields.ts'
import { defineResource, type Shown } from '../resources/resource.ts'
import { insertRow, updateRow } from '../resources/rows.ts'

const { id: _, password, ...document } = sections.users.schema.shape
const fields = { ...document, password: password.unwrap() }
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Role = z.output<typeof newSchema>['role']

export const users = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'user',
  path: 'users',
  read: 'users:read',
  write: 'users:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    login: z.string(),
    role: fields.role,
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: ['password'],
  table: 'app_user',
  columns: `t.id, t.login, t.role, ${externalIdsColumn('user')}, t.created_at as "createdAt"`,
  filters: {
    login: {
      schema: z.string().min(1).max(320),
      where: (parameter) => `position(lower(${parameter}) in lower(t.login)) > 0`,
    },
    role: { schema: fields.role, where: (parameter) => `t.role = ${parameter}` },
  },
  unique: { app_user_login_key: 'login' },

  async create(desk, id, given) {
    refuseAbove(desk, given.role, 'role')
    const { login, role } = given
    const hash = await hashPassword(given.password, desk.deps.random)
    const key = { id, workspaceId: desk.workspaceId }
    await insertRow(desk.connection, 'app_user', key, { login, role, password_hash: hash })
    await desk.externalIds('user', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given, before) {
    // Whoever gives somebody a password can be that person.
    refuseAbove(desk, before.role as Role)
    if (given.role !== undefined) refuseAbove(desk, given.role, 'role')
    if (given.role !== undefined && given.role !== 'owner') await keepAnOwner(desk, before)
    const { login, role } = given
    const hash = given.password === undefined ? undefined : await hashPassword(given.password, desk.deps.random)
    const key = { id, workspaceId: desk.workspaceId }
    await updateRow(desk.connection, 'app_user', key, { login, role, password_hash: hash })
    // Whoever came in by the old password goes out.
    if (hash !== undefined)
      await desk.connection.query('delete from api_token where workspace_id = $1 and user_id = $2', [
        desk.workspaceId,
        id,
      ])
    await desk.externalIds('user', id, given.externalIds)
  },

  async beforeDelete(desk, _id, before) {
    refuseAbove(desk, before.role as Role)
    await keepAnOwner(desk, before)
  },
})

function refuseAbove(desk: Desk, role: Role, field?: 'role'): void {
  if (isAtLeast(desk.principal.role, role)) return
  const message = `An ${desk.principal.role} may not make, change or take away an ${role}`
  throw new ResourceError('RESOURCE_FORBIDDEN', message, { field })
}

/** One change of owners at a time: two that each leave the other one would leave none. */
async function keepAnOwner(desk: Desk, before: Shown): Promise<void> {
  if (before.role !== 'owner') return
  await desk.connection.query('select from workspace where id = $1 for no key update', [desk.workspaceId])
  const { rowCount } = await desk.connection.query(
    "select from app_user where workspace_id = $1 and role = 'owner' and id <> $2 limit 1",
    [desk.workspaceId, before.id],
  )
  if (rowCount === 0)
    throw new ResourceError('RESOURCE_LAST_OWNER', 'This is the last owner of the workspace: make another one first')
}
