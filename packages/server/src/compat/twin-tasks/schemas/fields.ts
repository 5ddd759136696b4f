/** How the vendor's clients write values: booleans as ones and zeros, nothing as an empty text, words in any case of letters. */
import { z } from 'zod'
import { isKeepable } from '../../../instant.ts'

/** `""` stands for null wherever null is legal. */
export const emptyIsNull = (value: unknown): unknown => (value === '' ? null : value)
/** Clients of PHP send an empty list where they have an object without anything in it, or null: it counts as missing. */
export const emptyIsMissing = (value: unknown): unknown =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0) ? undefined : value
/** A number, or its text: clients send `"0.97"`. */
export const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value
/** Words are compared without case, blanks around them cut: the vendor's own example sends `"Custom "`. */
export const word = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)

export const flag = z.preprocess(
  (value) => (value === 1 ? true : value === 0 ? false : value),
  z.boolean({ error: 'expected true, false, 1 or 0' }),
)
export const nullableText = z.preprocess(
  emptyIsNull,
  z.string('expected a text').max(2_000, 'expected at most 2000 characters').nullish(),
)
/** @param max  In characters. */
const text = (what: string, max: number) =>
  z.string(`expected ${what}`).min(1, `expected ${what}`).max(max, `expected at most ${max} characters`)
export const name = text('a name', 500)
export const id = (what: string) => text(`the id of ${what}`, 200)
/** A whole number from 0; null and `""` are none. */
export const count = (what: string, max: number) =>
  z.preprocess(
    emptyIsNull,
    z
      .int({ error: `expected ${what} as a whole number` })
      .min(0, 'expected 0 or more')
      .max(max, `expected at most ${max}`)
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
/** A list of phone numbers, or a single one. */
export const phones = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z
    .array(z.string('expected a phone number as a text'), 'expected a list of phone numbers')
    .min(1, 'expected a list of phone numbers')
    .max(10, 'expected at most 10 phones'),
)

const queryTimeWords = 'expected a time, like 2025-06-01T00:00:00.000Z'
/** In a time of an address a plus sign that was not encoded has become a blank. */
export const withPlus = (given: string): string => given.replace(/ (\d\d:?\d\d)$/, '+$1')
export const queryTime = z.string(queryTimeWords).transform(withPlus).refine(isKeepable, queryTimeWords)
/** How many of a list, in an address. */
export const atMost = (max: number) =>
  z.coerce
    .number(`expected 1 to ${max}`)
    .int(`expected 1 to ${max}`)
    .min(1, `expected 1 to ${max}`)
    .max(max, `expected 1 to ${max}`)
/** In an address `?x=` is no value. */
export const optionalInQuery = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

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
