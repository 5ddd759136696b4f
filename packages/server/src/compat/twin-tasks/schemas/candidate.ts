/** People as the vendor's clients upload them: one, a batch, or into the task that a bot has for the day. */
import { z } from 'zod'
import { zoneNames } from '../../../contacts/contact-zone.ts'
import { emptyIsMissing, emptyIsNull, flag, id, phones } from './fields.ts'

const zoneWords = 'expected seconds east of UTC, or an IANA time zone, like Europe/Moscow'
const anObject = 'expected a candidate: an object'

const person = {
  phone: phones,
  variables: z.preprocess(
    emptyIsMissing,
    z.record(z.string(), z.unknown(), 'expected an object of variables').optional(),
  ),
  callbackData: z.unknown().optional(),
  clientExternalId: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.string('expected a text or a number').max(200, 'expected at most 200 characters').nullish(),
  ),
  timezone: z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : emptyIsNull(value)),
    z
      .union([z.number(), z.string()], zoneWords)
      .refine((zone) => zoneNames(zone) !== undefined, zoneWords)
      .nullish(),
  ),
  /** Phones are always looked at. */
  checkPhone: flag.nullish(),
}

export const candidateItemSchema = z.object({ ...person, autoCallId: id('a task') }, anObject)
export const candidateSchema = candidateItemSchema.extend({ forceStart: flag.optional() })
/** The settings are the template's, the bot's script is this bot's. */
export const singleSchema = z.object(
  {
    ...person,
    botSettingsId: z.preprocess(emptyIsNull, id('a bot').nullish()),
    autoCallTemplateId: z.preprocess(emptyIsNull, id('a task to take as a template').nullish()),
  },
  anObject,
)

const people = (max: number) =>
  z
    .array(z.unknown(), 'expected a list of candidates')
    .min(1, 'expected at least one candidate')
    .max(max, `expected at most ${max} candidates`)
export const batchSchema = z.object({ batch: people(10_000), forceStart: flag.optional() })
export const singleBatchSchema = z.object({ batch: people(1_000) })

export const cancelSchema = z.object({
  autoCallId: id('a task'),
  phone: z.string('expected a phone number').min(1, 'expected a phone number').max(100),
})

export type TwinCandidate = z.infer<typeof candidateItemSchema>
export type TwinPerson = Omit<TwinCandidate, 'autoCallId'>
export type TwinSingle = z.infer<typeof singleSchema>
