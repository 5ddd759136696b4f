/** How one item of the document names another. */
import { externalIdsSchema } from '@dialwright/scenario'
import { z } from 'zod'

const referenceForm = 'expected an id, a name, or {dialect: id} with one dialect'
/** An id, an external id in any dialect, a name; or `{dialect: externalId}` where only that dialect is meant. */
export const referenceSchema = z.union(
  [
    z.string().min(1).max(200),
    z.int(),
    externalIdsSchema.refine((ids) => Object.values(ids).filter((id) => id !== undefined).length === 1, referenceForm),
  ],
  referenceForm,
)
export type Reference = z.infer<typeof referenceSchema>
