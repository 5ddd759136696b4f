/** A person as requests and lists give one. */
import { z } from 'zod'

export const contactSchema = z.strictObject({
  phones: z.array(z.string()).min(1),
  variables: z.record(z.string(), z.unknown()).default({}),
  zone: z.string().optional(),
  priority: z.int().min(0).max(3).optional(),
  clientExternalId: z.string().max(200).optional(),
  callbackData: z.unknown().optional(),
})
