/** Fields that several sections of the document share. */
import { externalIdsSchema } from '@dialwright/scenario'
import { z } from 'zod'

/** Refused, not ignored. */
export const notYet = (what: string) => z.never(`${what} is not yet in effect: leave it out`).optional()
export const onlyOnce = <Item>(items: readonly Item[]): boolean => new Set(items).size === items.length

export const idSchema = z.uuid('expected a UUID').transform((id) => id.toLowerCase())
export const name = z.string().trim().min(1).max(200)
export const identity = { id: idSchema.optional(), externalIds: externalIdsSchema.optional() }
export const instant = z.iso
  .datetime({ offset: true, error: 'expected a time with its offset, like 2026-03-02T09:00:00+03:00' })
  .refine((text) => {
    try {
      const { year } = Temporal.Instant.from(text).toZonedDateTimeISO('UTC')
      return year >= 1970 && year < 9999
    } catch {
      return false
    }
  }, 'expected a time from 1970 to 9998')
export const phone = z
  .string('expected digits in quotes, like "79996662211"')
  .regex(/^\+?\d{2,20}$/, 'expected 2 to 20 digits, like 79996662211')

/** Items whose `field` is the same are one too many. */
export function eachOnce<Item>(field: string, markOf: (item: Item) => string) {
  return (items: readonly Item[], context: z.RefinementCtx): void => {
    const first = new Map<string, number>()
    for (const [at, item] of items.entries()) {
      const other = first.get(markOf(item))
      if (other === undefined) first.set(markOf(item), at)
      else
        context.addIssue({
          code: 'custom',
          message: `number ${other + 1} of the list has this ${field} too`,
          path: [at, field],
        })
    }
  }
}
