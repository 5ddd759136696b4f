/** The fields of resources: from those of a provisioning document to those of a change, and as answers show them. */
import { externalIdsSchema } from '@dialwright/scenario'
import { z } from 'zod'
import type { Filter } from './resource.ts'

/** A field of a change: it may be absent; null takes away what need not be given; what has a default has no null. */
type Changeable<Field> =
  Field extends z.ZodDefault<infer Inner>
    ? z.ZodOptional<Inner>
    : Field extends z.ZodOptional<infer Inner>
      ? z.ZodOptional<z.ZodNullable<Inner>>
      : Field extends z.ZodType
        ? z.ZodOptional<Field>
        : never

/**
 * The schema of a change, from the fields of the thing: strict, and with one field at least, since a change of nothing is a
 * mistake of whoever asks. Without `partial()`, which would fill in the defaults and so change what nobody named.
 */
export function changeOf<Fields extends Readonly<Record<string, z.ZodType>>>(
  fields: Fields,
): z.ZodObject<{ -readonly [Name in keyof Fields]: Changeable<Fields[Name]> }, z.core.$strict> {
  const shape = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      if (field instanceof z.ZodDefault) return [name, (field.unwrap() as z.ZodType).optional()]
      if (field instanceof z.ZodOptional) return [name, (field.unwrap() as z.ZodType).nullable().optional()]
      return [name, field.optional()]
    }),
  ) as { -readonly [Name in keyof Fields]: Changeable<Fields[Name]> }
  return z.strictObject(shape).refine((given) => Object.keys(given).length > 0, 'expected at least one field to change')
}

/** A field of a change; null takes an id away. */
export const changedExternalIds = z.strictObject({
  twin: externalIdsSchema.shape.twin.nullable(),
  yunfu: externalIdsSchema.shape.yunfu.nullable(),
  is74: externalIdsSchema.shape.is74.nullable(),
  omicall: externalIdsSchema.shape.omicall.nullable(),
})

/** An instant of an answer: the database's own value, which prints itself. */
export const shownInstant = z.unknown().meta({ type: 'string', format: 'date-time' })
export const shownInstantOrNull = z.unknown().meta({ type: ['string', 'null'], format: 'date-time' })
export const shownId = z.string().meta({ format: 'uuid' })
export const shownExternalIds = z
  .record(z.string(), z.string())
  .meta({ description: 'The ids at the vendors, by dialect; integers as their decimal text' })

/** A list's `?name=`: what contains the text, in any case of letters. */
export const nameFilter: Filter = {
  schema: z.string().min(1).max(200),
  where: (parameter) => `position(lower(${parameter}) in lower(t.name)) > 0`,
}
