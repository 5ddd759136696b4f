/** The task body of TWIN24 (docs: README.md): what is legal, what a missing field means. Unknown fields are ignored. */
import { z } from 'zod'
import { isKeepable } from '../../instant.ts'

/** `""` stands for null wherever null is legal. */
const emptyIsNull = (value: unknown): unknown => (value === '' ? null : value)
/** Words are compared without case, blanks around them cut: the vendor's own example sends `"Custom "`. */
const word = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)

const flag = z.preprocess(
  (value) => (value === 1 ? true : value === 0 ? false : value),
  z.boolean({ error: 'expected true, false, 1 or 0' }),
)
const nullableText = z.preprocess(emptyIsNull, z.string().max(2_000).nullish())
const count = (what: string, max: number) =>
  z.preprocess(
    emptyIsNull,
    z
      .int({ error: `expected ${what} as a whole number` })
      .min(0, 'expected 0 or more')
      .max(max)
      .nullish(),
  )
const second = z
  .int({ error: 'expected whole seconds since midnight' })
  .min(0, 'expected 0 or more')
  .max(86_399, 'expected at most 86399')

const rule = z.object({
  enabled: flag.default(false),
  tries: count('redials', 100),
  interval: count('seconds', 31_536_000),
})

const callerId = z
  .object({
    type: z
      .preprocess(word, z.enum(['default', 'custom', 'groupaon'], 'expected Default, Custom or groupAON'))
      .default('default'),
    data: nullableText,
    additional: z.preprocess(emptyIsNull, z.null('always null').optional()),
  })
  .check(({ value, issues }) => {
    if (value.type === 'custom' && !/^7\d{10}$/.test(value.data ?? '')) {
      issues.push({
        code: 'custom',
        path: ['data'],
        input: value.data,
        message: 'expected 7 and ten more digits, like 79996662211',
      })
    }
    if (value.type === 'groupaon' && (value.data ?? '') === '') {
      issues.push({
        code: 'custom',
        path: ['data'],
        input: value.data,
        message: 'expected the id of a caller-ID group',
      })
    }
  })

const redirect = z
  .object({
    type: z
      .preprocess(
        word,
        z.enum(
          ['hangup', 'dialplan', 'transfer', 'custom', 'twin'],
          'expected Hangup, Dialplan, Transfer, Custom or Twin',
        ),
      )
      .default('hangup'),
    data: nullableText,
    additional: nullableText,
  })
  .check(({ value, issues }) => {
    if (value.type !== 'hangup' && (value.data ?? '') === '') {
      issues.push({ code: 'custom', path: ['data'], input: value.data, message: 'expected the target of the redirect' })
    }
  })

const timeRange = z.object({ from: second.default(0), to: second.default(86_399) }).check(({ value, issues }) => {
  if (value.from > value.to)
    issues.push({ code: 'custom', path: ['from'], input: value.from, message: 'expected from to be at most to' })
})

const instant = z.string().refine(isKeepable, 'expected a time with its offset, like 2022-10-13T09:00:00+00:00')

export const taskSchema = z.object({
  name: z.string('expected a name').min(1, 'expected a name').max(500),
  botId: z.string('expected the id of a bot').min(1, 'expected the id of a bot').max(200),
  dialplanId: z.string('expected the id of a dialplan').min(1, 'expected the id of a dialplan').max(200),
  backgroundNoise: nullableText,
  amd: z
    .object({
      enabled: flag.default(false),
      mode: z.preprocess(
        (value) => (word(value) === 'blok' ? 'block' : word(emptyIsNull(value))),
        z.enum(['back', 'block'], 'expected back or block').nullish(),
      ),
      file: nullableText,
    })
    .optional(),
  defaultCallerId: callerId.default({ type: 'default', data: null }),
  defaultRedirect: redirect.default({ type: 'hangup', data: null, additional: null }),
  scheduledAt: z.preprocess(emptyIsNull, instant.nullish()),
  intensity: z
    .int('expected a whole number from 1 to 5')
    .min(1, 'expected 1 to 5')
    .max(5, 'expected 1 to 5')
    .default(1),
  webhookUrl: z.preprocess(
    emptyIsNull,
    z
      .url({ protocol: /^https?$/, error: 'expected an http or https address' })
      .max(2_000)
      .nullish(),
  ),
  allowedTimeRange: timeRange.default({ from: 0, to: 86_399 }),
  phoneNormalization: z.preprocess(
    (value) => word(emptyIsNull(value)),
    z.enum(['ru'], 'expected ru or null').nullish(),
  ),
  detectGenderByVoice: flag.default(false),
  isTest: flag.default(false),
  recallRules: z
    .object({
      BUSY: rule.optional(),
      NO_ANSWER: rule.optional(),
      MACHINE: rule.optional(),
      CONGESTION: rule.optional(),
      NOT_SUCCESSFUL: rule.extend({ duration: count('seconds', 86_400) }).optional(),
    })
    .default({}),
})
export type TwinTask = z.infer<typeof taskSchema>

const phones = z.union(
  [z.array(z.string()).min(1), z.string().transform((phone) => [phone])],
  'expected a list of phone numbers',
)
const candidateFields = {
  phone: phones,
  variables: z.record(z.string(), z.unknown()).nullish(),
  callbackData: z.unknown().optional(),
  autoCallId: z.string('expected the id of a task'),
  clientExternalId: z.union([z.string(), z.number().transform(String)]).nullish(),
  timezone: z.union([z.number(), z.string()]).nullish(),
}
export const candidateSchema = z.object({ ...candidateFields, forceStart: flag.optional() })
export const candidateItemSchema = z.object(candidateFields)
export type TwinCandidate = z.infer<typeof candidateItemSchema>
export const batchSchema = z.object({ batch: z.array(z.unknown()).min(1).max(10_000), forceStart: flag.optional() })
export const loginSchema = z.object({
  email: z.string('expected a login'),
  password: z.string('expected a password'),
  ttl: z.int().positive().max(31_536_000).nullish(),
  companyId: z.unknown().optional(),
})
