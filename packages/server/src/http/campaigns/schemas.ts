/** The campaign of the native API. */
import { transferTargetSchema } from '@dialwright/scenario'
import { z } from 'zod'
import { instantSchema } from '../../instant.ts'
import { referenceSchema } from '../../provisioning/schema/reference.ts'
import { sections } from '../../provisioning/schema.ts'

const seconds = (text: string): number => {
  const [hours = '0', minutes = '0'] = text.split(':')
  return Number(hours) * 3_600 + Number(minutes) * 60
}
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected HH:MM')
const days = z.array(z.int().min(1).max(7)).optional()
const name = z.string().min(1).max(500)
const pace = {
  callsPerSecond: z.number().positive().max(1_000),
  maxCalls: z.int().min(1).max(10_000),
  pauseSeconds: z.number().min(0).max(3_600),
}
/** `size` calls go out, and the next ones `gapSeconds` after the last of them has ended. */
const wave = z.strictObject({ size: z.int().min(1).max(10_000), gapSeconds: z.number().min(0).max(86_400) })
/** Names of compliance packs, see GET policies. */
const policies = z.array(z.string().min(1).max(100)).max(20)
const windows = z
  .array(
    z.strictObject({ zone: z.enum(['callee', 'workspace']).default('callee'), days, from: clockTime, to: clockTime }),
  )
  .refine(
    (all) => all.every(({ from, to }) => from !== to && from !== '24:00'),
    'expected a window of some length, like 22:00 to 06:00 (over midnight), or 00:00 to 24:00 for the whole day',
  )
const { rules, caps } = sections.retryRules.schema.shape
/** A shared rule, or rules of its own; each cap takes the place of the shared rule's. */
const retry = z
  .strictObject({ rule: referenceSchema.optional(), rules: rules.optional(), caps: caps.unwrap().optional() })
  .refine(
    ({ rule, rules }) => (rule === undefined) !== (rules === undefined),
    'expected either "rule" or "rules", with or without "caps"',
  )
const timeGroups = z.array(referenceSchema).max(50)
const ringTimeoutSeconds = z.int().min(1).max(180)
const maxDurationSeconds = z.int().min(1).max(14_400)
/** Of answered calls: both sides, or nothing at all. */
const record = z.enum(['all', 'off'])

const viaDialplan = z.strictObject({
  via: z.literal('dialplan'),
  dialplan: referenceSchema,
  callerId: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('trunk') }),
      z.strictObject({ mode: z.literal('number'), number: z.string().regex(/^\+?\d{2,20}$/) }),
      z.strictObject({ mode: z.literal('group'), group: referenceSchema }),
    ])
    .default({ mode: 'trunk' }),
})
/** Each call shows one of them, in turn, and goes over its trunk. */
const viaNumbers = z.strictObject({
  via: z.literal('numbers'),
  numbers: z.array(referenceSchema).min(1).max(1_000),
})

export const newCampaignSchema = z.strictObject({
  name,
  scenario: referenceSchema,
  startBlock: z.string().optional(),
  route: z.discriminatedUnion('via', [viaDialplan, viaNumbers]),
  pacing: z
    .strictObject({
      callsPerSecond: pace.callsPerSecond.default(1),
      maxCalls: pace.maxCalls.default(10),
      pauseSeconds: pace.pauseSeconds.default(0),
      wave: wave.optional(),
    })
    .prefault({}),
  windows: windows.default([]),
  timeGroups: timeGroups.default([]),
  retry: retry.default({ rules: {} }),
  policies: policies.default([]),
  normalization: z
    .string()
    .regex(/^(auto|none|[A-Za-z]{2})$/, 'expected auto, none or a country, like RU')
    .default('auto'),
  ringTimeoutSeconds: ringTimeoutSeconds.default(45),
  maxDurationSeconds: maxDurationSeconds.default(1_800),
  record: record.default('all'),
  webhooks: z
    .array(z.strictObject({ url: z.url({ protocol: /^https?$/ }), events: z.array(z.string()).default([]) }))
    .default([]),
  /** Whom a transfer to "campaign" hands the call to; absent: it hangs up. */
  redirect: transferTargetSchema.optional(),
  startAt: instantSchema.optional(),
  expiresAt: instantSchema.optional(),
  isTest: z.boolean().default(false),
})
export type NewCampaignBody = z.infer<typeof newCampaignSchema>

/** What is absent stays as it is; null takes an instant, or the redirect, away. Who is called with what is not changed: that is another campaign. */
export const campaignChangeSchema = z
  .strictObject({
    name,
    /** Of a campaign that calls via numbers. */
    route: viaNumbers,
    /** A wave of null: no more waves. */
    pacing: z.strictObject({ ...pace, wave: wave.nullable() }).partial(),
    windows,
    timeGroups,
    retry,
    policies,
    isTest: z.boolean(),
    ringTimeoutSeconds,
    maxDurationSeconds,
    record,
    redirect: transferTargetSchema.nullable(),
    startAt: instantSchema.nullable(),
    expiresAt: instantSchema.nullable(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'expected at least one field to change')
export type CampaignChangeBody = z.infer<typeof campaignChangeSchema>

export { seconds }
