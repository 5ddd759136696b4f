/** The provisioning document: what of a workspace can be described in one file. Sections of later issues are refused, not ignored. */
import { externalIdsSchema, scenarioSchema } from '@dialwright/scenario'
import { z } from 'zod'
import { permissions } from '../access/permissions.ts'

const id = z.uuid().optional()
const externalIds = externalIdsSchema.optional()
const name = z.string().min(1).max(200)
const identity = { id, externalIds, name }

function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}
export const zoneSchema = z.string().refine(isZone, 'expected an IANA time zone, like Europe/Moscow')

const trunk = z.strictObject({
  ...identity,
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(5060),
  transport: z.literal('udp', 'only udp is in effect yet').default('udp'),
  username: z.string().optional(),
  password: z.string().optional(),
  fromDomain: z.string().optional(),
  format: z.enum(['e164', 'plain', 'local']).default('e164'),
  codecs: z
    .array(z.enum(['pcma', 'pcmu']))
    .min(1)
    .default(['pcma', 'pcmu']),
  srtp: z.literal('off', 'only "off" is in effect yet').default('off'),
  maxCalls: z.int().min(0).optional(),
  callsPerSecond: z.number().positive().optional(),
  ringTimeoutMs: z.int().min(1_000).max(300_000).optional(),
  destinations: z.array(z.string().regex(/^\+?\d+$/)).optional(),
})
const number = z.strictObject({
  ...identity,
  phone: z.string().regex(/^\+?\d{2,20}$/, 'expected digits, like 79996662211'),
  trunk: z.string(),
  maxCalls: z.int().min(0).optional(),
})
const callerIdGroup = z.strictObject({
  ...identity,
  numbers: z.array(z.string()).min(1),
  mode: z
    .enum(['round-robin', 'random'], 'expected round-robin or random; regional is not yet in effect')
    .default('round-robin'),
})
const dialplan = z.strictObject({
  ...identity,
  routes: z.array(z.strictObject({ prefix: z.string().regex(/^\+?\d*$/), trunks: z.array(z.string()).min(1) })).min(1),
})

export const provisioningSchema = z.strictObject({
  workspace: z.strictObject({
    name,
    timeZone: zoneSchema,
    country: z.string().regex(/^[A-Z]{2}$/, 'expected two capital letters, like RU'),
    maxCalls: z.int().min(0).optional(),
    callsPerSecond: z.number().positive().optional(),
  }),
  users: z
    .array(
      z.strictObject({
        login: z.string().min(1),
        password: z.string().min(8),
        role: z.enum(['owner', 'admin', 'operator', 'author', 'analyst']),
      }),
    )
    .default([]),
  tokens: z
    .array(
      z.strictObject({
        name,
        value: z.string().min(16),
        role: z.enum(['owner', 'admin', 'operator', 'author', 'analyst']),
        scopes: z.array(z.enum(permissions)).default([]),
      }),
    )
    .default([]),
  trunks: z.array(trunk).default([]),
  numbers: z.array(number).default([]),
  callerIdGroups: z.array(callerIdGroup).default([]),
  dialplans: z.array(dialplan).default([]),
  scenarios: z.array(scenarioSchema.extend({ id, externalIds })).default([]),
})
export type ProvisioningDocument = z.infer<typeof provisioningSchema>
