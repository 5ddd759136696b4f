/** What a person or a token may do: a role allows, the scopes of a token narrow it. */
import type { Principal, Role } from './authenticate.ts'

export const permissions = [
  'workspace:read',
  'workspace:write',
  'campaigns:read',
  'campaigns:write',
  'contacts:read',
  'contacts:write',
  'calls:read',
  'trunks:read',
  'trunks:write',
  'numbers:read',
  'numbers:write',
  'callerIdGroups:read',
  'callerIdGroups:write',
  'dialplans:read',
  'dialplans:write',
  'voices:read',
  'voices:write',
  'operatorGroups:read',
  'operatorGroups:write',
  'tagScenes:read',
  'tagScenes:write',
  'scenarios:read',
  'scenarios:write',
  'projects:read',
  'projects:write',
  'retryRules:read',
  'retryRules:write',
  'timeGroups:read',
  'timeGroups:write',
  'doNotCall:read',
  'doNotCall:write',
  'webhookEndpoints:read',
  'webhookEndpoints:write',
  'users:read',
  'users:write',
  'tokens:read',
  'tokens:write',
  'audit:read',
  'provisioning:write',
] as const
export type Permission = (typeof permissions)[number]

/** Who may come in, and what was done: the business of who runs the house. */
const administering: readonly Permission[] = [
  'workspace:write',
  'users:read',
  'users:write',
  'tokens:read',
  'tokens:write',
  'audit:read',
  'provisioning:write',
]
/** Lines and the ways to them cost money, and hold credentials: authors use them. */
const cabling: readonly Permission[] = ['trunks:write', 'numbers:write', 'dialplans:write']

const working = permissions.filter((permission) => !administering.includes(permission))
const reading = working.filter((permission) => permission.endsWith(':read'))

/** Operators talk and analysts read: neither sets people being rung. */
const allowedTo: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions,
  author: working.filter((permission) => !cabling.includes(permission)),
  operator: reading,
  analyst: reading,
}

/** Empty scopes narrow nothing. */
export function mayDo({ role, scopes }: Pick<Principal, 'role' | 'scopes'>, permission: Permission): boolean {
  return allowedTo[role].includes(permission) && (scopes.length === 0 || scopes.includes(permission))
}

const ranks: readonly Role[] = ['analyst', 'operator', 'author', 'admin', 'owner']

/** Whether the first role may give, change or take away the second: nobody makes somebody above himself. */
export function isAtLeast(own: Role, other: Role): boolean {
  return ranks.indexOf(own) >= ranks.indexOf(other)
}
