/** What people hear: recordings and voices. */
import { scenarioSchema } from '@dialwright/scenario'
import { z } from 'zod'
import { identity, name } from './fields.ts'

export const audio = z.strictObject({
  ...identity,
  path: z
    .string()
    .max(255)
    .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/, 'expected an audio path, like /prompts/en/greeting.wav'),
  name: name.optional(),
  /** A file, or its content as data:audio/wav;base64,...; null: it stays as it is. */
  file: z.string().min(1).nullable(),
})
export const voice = z.strictObject({
  ...identity,
  name: z.string().trim().min(1).max(64),
  provider: z.literal('espeak', 'expected espeak: other providers are not yet in effect'),
  voice: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_/+-]{0,63}$/, 'expected a voice as espeak calls it, like en, vi or en+f3'),
  language: scenarioSchema.shape.language,
  speed: z.number().min(0.5).max(2).default(1),
})
