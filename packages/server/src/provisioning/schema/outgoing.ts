/** Which number calls show, and over which trunks they go. */
import { z } from 'zod'
import { identity, name, notYet } from './fields.ts'
import { referenceSchema } from './reference.ts'
import { prefix } from './sip.ts'

export const callerIdGroup = z.strictObject({
  ...identity,
  name,
  numbers: z.array(referenceSchema).min(1).max(10_000),
  /** `regional`: numbers of the callee's region, and on a further call the number of before. */
  mode: z
    .enum(['round-robin', 'random', 'regional'], 'expected round-robin, random or regional')
    .default('round-robin'),
  /** So often a day of the workspace each of the numbers is shown at most. */
  dailyCap: z.int().min(1).max(1_000_000).optional(),
})
export const dialplan = z.strictObject({
  ...identity,
  name,
  routes: z
    .array(
      z.strictObject({ prefix, trunks: z.array(referenceSchema).min(1).max(100), format: notYet('format of a route') }),
    )
    .min(1)
    .max(10_000),
})
