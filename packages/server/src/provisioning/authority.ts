/** What a person or a token may hand on through a document that comes over the API. */
import type { Principal } from '../access/authenticate.ts'
import { isAtLeast, mayDo, permissions } from '../access/permissions.ts'
import type { Report } from './errors.ts'
import type { Inventory } from './inventory.ts'
import type { Plan } from './plan.ts'

/** Who applies it; null: whoever has the machine. */
export type Authority = Pick<Principal, 'role' | 'scopes'> | null

/**
 * Nobody gives over the API what is not theirs: a role above their own, a permission that their token is narrowed from, or a new
 * password to whoever has one of these. And a workspace that had an owner keeps one.
 */
export function checkAuthority(plan: Plan, inventory: Inventory, authority: Authority, report: Report): void {
  if (authority === null) return
  for (const { section, path, action, values, row } of plan.items) {
    if ((section !== 'users' && section !== 'tokens') || action === 'leave') continue
    const states = [values, ...(row === null ? [] : [row.values])] as readonly Held[]
    if (!states.every((held) => mayGive(authority, held)))
      report(`${path}/role`, 'forbidden', 'is more than whoever asks may give, or change')
  }
  const planned = new Map(plan.items.map(({ id, values }) => [id, values as Partial<Held>]))
  const owners = inventory.rows.users.filter(({ values }) => values.role === 'owner')
  const isOwner = (id: string, role: string): boolean => (planned.get(id)?.role ?? role) === 'owner'
  const isOwned =
    owners.some(({ id, values }) => isOwner(id, values.role)) ||
    plan.items.some(({ section, values }) => section === 'users' && (values as Partial<Held>).role === 'owner')
  if (owners.length > 0 && !isOwned) report('/users', 'forbidden', 'the last owner of the workspace would be gone')
}

type Held = { readonly role: Principal['role']; readonly scopes?: readonly string[] }

function mayGive(authority: NonNullable<Authority>, { role, scopes = [] }: Held): boolean {
  return (
    isAtLeast(authority.role, role) &&
    permissions.every((one) => !mayDo({ role, scopes }, one) || mayDo(authority, one))
  )
}
