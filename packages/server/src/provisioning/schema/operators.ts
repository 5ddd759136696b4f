/** Groups of people whom a call can be handed over to. */
import { z } from 'zod'
import { eachOnce, identity, name, notYet, phone } from './fields.ts'
import { referenceSchema } from './reference.ts'

const code = z.string().trim().min(1).max(64)
const operator = z
  .strictObject({
    name,
    phone,
    sip: notYet('sip of an operator'),
  })
  .transform(({ name, phone }) => ({ name, phone }))
export const operatorGroup = z.strictObject({
  ...identity,
  name,
  code: code.optional(),
  mode: z.enum(['all', 'in-turn', 'longest-idle']).default('in-turn'),
  number: referenceSchema.optional(),
  enabled: z.boolean().default(true),
  operators: z
    .array(operator)
    .min(1)
    .max(1_000)
    .superRefine(eachOnce('phone', ({ phone }) => phone.replace('+', ''))),
})
