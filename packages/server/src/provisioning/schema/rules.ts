/** Rules that campaigns share: redialing, and hours. */
import { z } from 'zod'
import { identity, name, onlyOnce } from './fields.ts'

/** One result, or several that share a counter: "busy,rejected". */
const triggers = [
  ...['short-talk', 'machine', 'screened', 'fax', 'busy', 'rejected', 'no-answer'],
  ...['unreachable', 'invalid-number', 'blocked', 'congestion', 'failed', 'unknown'],
]
const trigger = z.string().refine(
  (text) => {
    const results = text.split(',')
    return onlyOnce(results) && results.every((result) => triggers.includes(result))
  },
  `expected a result to redial after, or several with commas between: ${triggers.join(', ')}`,
)
export const retryRule = z.strictObject({
  ...identity,
  name,
  remark: z.string().max(2_000).optional(),
  enabled: z.boolean().default(true),
  default: z.boolean().default(false),
  rules: z.record(
    trigger,
    z.strictObject({
      tries: z.int().min(0).max(100),
      intervals: z.array(z.int().min(0).max(31_536_000)).min(1).max(100),
      talkSecondsAtMost: z.int().min(0).max(86_400).optional(),
    }),
    // Else a wrong key is only called invalid, not what it could be.
    { error: (issue) => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) },
  ),
  caps: z
    .strictObject({
      perContact: z.int().min(1).max(10_000).optional(),
      perPhone: z.int().min(1).max(10_000).optional(),
      perPhonePerDay: z.int().min(1).max(10_000).optional(),
    })
    .default({}),
})
const clockTime = (last: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00$/, `expected HH:MM in quotes, from "00:00" to "${last}"`)
export const timeGroup = z.strictObject({
  ...identity,
  name,
  zone: z.enum(['workspace', 'callee']),
  forbid: z
    .array(
      z
        .strictObject({
          from: clockTime('23:59').refine((text) => text !== '24:00', 'expected a time before 24:00'),
          to: clockTime('24:00'),
          days: z.array(z.int().min(1).max(7)).min(1).refine(onlyOnce, 'expected each day once').optional(),
        })
        .refine(({ from, to }) => secondOf(from) !== secondOf(to), {
          error: 'expected another time than "from": this forbids nothing',
          path: ['to'],
        }),
    )
    .min(1)
    .max(100),
})

/** @param text HH:MM or HH:MM:SS. */
export function secondOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return hours * 3_600 + minutes * 60 + seconds
}
