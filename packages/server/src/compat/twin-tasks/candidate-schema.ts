/** People as the vendor's clients upload them: one, a batch, or into the task that a bot has for the day. */
import { z } from 'zod'
import { emptyIsNull, flag, id, phones } from './fields.ts'

const person = {
  phone: phones,
  // An empty PHP array is `[]` in JSON.
  variables: z.preprocess(
    (value) => (Array.isArray(value) && value.length === 0 ? {} : value),
    z.record(z.string(), z.unknown(), 'expected an object of variables').nullish(),
  ),
  callbackData: z.unknown().optional(),
  clientExternalId: z.union([z.string(), z.number().transform(String)], 'expected a text or a number').nullish(),
  timezone: z.preprocess(
    emptyIsNull,
    z.union([z.number(), z.string()], 'expected seconds east of UTC, or an IANA time zone').nullish(),
  ),
  /** Phones are always looked at. */
  checkPhone: flag.nullish(),
}

export const candidateItemSchema = z.object({ ...person, autoCallId: id('a task') })
export const candidateSchema = candidateItemSchema.extend({ forceStart: flag.optional() })
/** The settings are the template's, the bot's script is this bot's. */
export const singleSchema = z.object({
  ...person,
  botSettingsId: z.preprocess(emptyIsNull, id('a bot').nullish()),
  autoCallTemplateId: z.preprocess(emptyIsNull, id('a task to take as a template').nullish()),
})

const items = z.array(z.unknown(), 'expected a list of candidates').min(1, 'expected at least one candidate')
export const batchSchema = z.object({ batch: items.max(10_000), forceStart: flag.optional() })
export const singleBatchSchema = z.object({ batch: items.max(1_000) })

export const cancelSchema = z.object({
  autoCallId: id('a task'),
  phone: z.string('expected a phone number').min(1, 'expected a phone number').max(100),
})

export type TwinPerson = Omit<z.infer<typeof candidateItemSchema>, 'autoCallId'>
export type TwinSingle = z.infer<typeof singleSchema>
