/** How the vendor's clients write values: booleans as ones and zeros, nothing as an empty text, words in any case of letters. */
import { z } from 'zod'
import { isKeepable } from '../../instant.ts'

/** `""` stands for null wherever null is legal. */
export const emptyIsNull = (value: unknown): unknown => (value === '' ? null : value)
/** Words are compared without case, blanks around them cut: the vendor's own example sends `"Custom "`. */
export const word = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)

export const flag = z.preprocess(
  (value) => (value === 1 ? true : value === 0 ? false : value),
  z.boolean({ error: 'expected true, false, 1 or 0' }),
)
export const nullableText = z.preprocess(emptyIsNull, z.string().max(2_000).nullish())
/** A whole number from 0; null and `""` are none. */
export const count = (what: string, max: number) =>
  z.preprocess(
    emptyIsNull,
    z
      .int({ error: `expected ${what} as a whole number` })
      .min(0, 'expected 0 or more')
      .max(max)
      .nullish(),
  )
/** Of a day, counted from midnight. */
export const second = z
  .int({ error: 'expected whole seconds since midnight' })
  .min(0, 'expected 0 or more')
  .max(86_399, 'expected at most 86399')
export const instant = z
  .string('expected a time with its offset, like 2022-10-13T09:00:00+00:00')
  .refine(isKeepable, 'expected a time with its offset, like 2022-10-13T09:00:00+00:00')
export const address = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .max(2_000, 'expected at most 2000 characters')
export const id = (what: string) => z.string(`expected the id of ${what}`).min(1, `expected the id of ${what}`).max(200)
/** A list of phone numbers, or a single one. */
export const phones = z.union(
  [z.array(z.string()).min(1), z.string().transform((phone) => [phone])],
  'expected a list of phone numbers',
)

/** The vendor's six events. */
export const webhookEvents = [
  'CALL_REDIRECTED',
  'CALL_ENDED',
  'CANDIDATE_CHANGED',
  'RECALL_SCHEDULED',
  'EFFICIENCY_REACHED',
  'AUTOCALL_STATUS_CHANGED',
] as const
/** Those that an address without a choice of its own is told of: the three of the older pages. */
export const olderWebhookEvents = ['CALL_REDIRECTED', 'CALL_ENDED', 'CANDIDATE_CHANGED'] as const
