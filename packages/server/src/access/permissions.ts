/** What a person or a token may do: a role allows, the scopes of a token narrow it. */
import type { Principal, Role } from './authenticate.ts'

export const permissions = [
  'campaigns:read',
  'campaigns:write',
  'contacts:read',
  'contacts:write',
  'calls:read',
] as const
export type Permission = (typeof permissions)[number]

const reading = permissions.filter((permission) => permission.endsWith(':read'))

/** Operators talk and analysts read: neither sets people being rung. */
const allowedTo: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions,
  author: permissions,
  operator: reading,
  analyst: reading,
}

/** Empty scopes narrow nothing. */
export function mayDo({ role, scopes }: Pick<Principal, 'role' | 'scopes'>, permission: Permission): boolean {
  return allowedTo[role].includes(permission) && (scopes.length === 0 || scopes.includes(permission))
}
