/** What TWIN's routes have in common, in both of its rooms. */
import type { Permission } from '../access/permissions.ts'

export type ById = { Params: { id: string } }

/** The vendor's later methods stand under both. */
export const telephonyPrefixes = ['/api/v1/telephony', '/cis/api/v1/telephony'] as const

const kind = (permission: Permission, summary: string) => ({
  config: { permission },
  schema: { tags: ['twin'], summary },
})
export const reading = (permission: Permission & `${string}:read`, summary: string) => kind(permission, summary)
export const writing = (permission: Permission & `${string}:write`, summary: string) => kind(permission, summary)
