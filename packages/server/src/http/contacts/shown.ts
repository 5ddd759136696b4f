/** People of a campaign as the native API answers. */
import { z } from 'zod'
import { shownId, shownInstant, shownInstantOrNull } from '../../resources/fields.ts'
import { nextSchema } from '../scope.ts'

const text = z.string().nullable()

export const shownContact = z.object({
  id: shownId,
  phones: z.array(z.string()),
  state: z.enum(['ready', 'dialing', 'done', 'excluded', 'unknown']),
  priority: z.int(),
  dueAt: shownInstant.meta({
    description:
      'From when on it is looked at: when the rules ask for it, or when a cap that has put it off has room again',
  }),
  attempts: z.int(),
  clientExternalId: text,
  variables: z.record(z.string(), z.unknown()),
  callbackData: z.unknown(),
  lastDisposition: text,
  lastCallId: shownId.nullable(),
  doneReason: text,
  zones: z.array(z.string()),
  importId: shownId.nullable(),
  createdAt: shownInstant,
  finishedAt: shownInstantOrNull,
})
export type ShownContact = z.output<typeof shownContact>
export const shownContacts = z.object({ items: z.array(shownContact), next: nextSchema })
export const addedContacts = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(z.object({ index: z.int(), field: z.string(), code: z.string(), message: z.string() })).readonly(),
})
export const resetCount = z.object({ reset: z.int() })
