/** Campaigns as the native API answers. */
import { z } from 'zod'
import { shownId, shownInstant, shownInstantOrNull } from '../../resources/fields.ts'
import { nextSchema } from '../scope.ts'

const states = z.enum(['draft', 'scheduled', 'running', 'paused', 'done', 'stopped'])

export const shownCampaign = z.object({
  id: shownId,
  name: z.string(),
  state: states,
  dialect: z.string().meta({ description: 'Whose API it was made by; "native": ours' }),
  startBlock: z.string(),
  route: z.discriminatedUnion('via', [
    z.object({ via: z.literal('dialplan'), dialplan: shownId }),
    z.object({ via: z.literal('numbers'), numbers: z.array(shownId).readonly() }),
  ]),
  settings: z.looseObject({}).meta({
    description:
      'What the engine goes by: pacing, windows, timeGroups, retry, policies, callerId, ringTimeoutMs, maxDurationMs, record, isTest',
  }),
  normalization: z.string(),
  startAt: shownInstantOrNull,
  expiresAt: shownInstantOrNull,
  isTest: z.boolean(),
  createdAt: shownInstant,
  finishedAt: shownInstantOrNull,
  retryRule: shownId.nullable().meta({ description: 'The shared rule that settings.retry comes from; null: its own' }),
  retryCaps: z
    .object({
      perContact: z.int().optional(),
      perPhone: z.int().optional(),
      perPhonePerDay: z.int().optional(),
    })
    .nullable()
    .meta({ description: "Its own caps in the place of the shared rule's; null: the rule's, or rules of its own" }),
  timeGroups: z.array(shownId).readonly(),
})
export const shownCampaigns = z.object({ items: z.array(shownCampaign), next: nextSchema })
export const madeCampaign = z.object({ id: shownId })
export const campaignState = z.object({ id: shownId, state: states })
export const goneSchema = z.null().describe('It is gone')

const dayHours = z
  .object({ fromSecond: z.int(), toSecond: z.int() })
  .meta({ description: "Of the callee's day, half-open" })
export const shownPolicies = z.object({
  items: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        asOf: z.string().meta({ description: 'The day for which the text was read' }),
        source: z.string(),
        calendar: z.object({ years: z.object({ from: z.int(), to: z.int() }) }).meta({
          description: 'Years whose days of rest are known; on every day of others the hours of days of rest hold',
        }),
        hours: z.object({ workingDays: dayHours, restDays: dayHours }),
        caps: z
          .array(z.object({ period: z.enum(['day', 'week', 'month']), talks: z.int() }))
          .readonly()
          .meta({
            description:
              'Talks with one person at most, on all phones of a contact, over all campaigns of the workspace',
          }),
      }),
    )
    .readonly(),
})

const count = z.number()
export const shownProgress = z.object({
  state: states,
  total: count,
  done: count,
  waiting: count,
  dialing: count,
  excluded: count,
  attempts: count,
  answered: count,
  byDisposition: z.record(z.string(), count),
  percent: count.meta({ description: '0 to 100, rounded down' }),
})
export const shownWaiting = z.object({
  items: z.array(
    z.object({
      id: shownId,
      phones: z.array(z.string()).readonly(),
      reason: z.enum([
        'campaign-not-running',
        'outside-calling-window',
        'hours-never-open',
        'put-off-by-cap',
        'retry-interval',
        'due',
      ]),
      until: shownInstantOrNull,
    }),
  ),
  next: nextSchema,
})
