/** Scenarios and numbers that belong together. */
import { z } from 'zod'
import { identity, name } from './fields.ts'
import { referenceSchema } from './reference.ts'

export const project = z.strictObject({
  ...identity,
  name,
  scenarios: z.array(referenceSchema).max(10_000).default([]),
  numbers: z.array(referenceSchema).max(10_000).default([]),
})
