/** The body of a task at `/api/cis/beta/tasks`: what is legal, what a missing field means. Unknown fields are ignored. */
import { z } from 'zod'
import { together } from '../../together.ts'
import { address, count, emptyIsNull, flag, id, instant, name, nullableText, second, word } from './fields.ts'

const rule = z.object(
  {
    enabled: flag.default(false),
    tries: count('redials', 100),
    interval: count('seconds', 31_536_000),
  },
  'expected an object, like {"enabled": true, "tries": 2, "interval": 600}',
)

const callerId = z
  .object(
    {
      type: z
        .preprocess(word, z.enum(['default', 'custom', 'groupaon'], 'expected Default, Custom or groupAON'))
        .default('default'),
      data: nullableText,
      additional: z.preprocess(emptyIsNull, z.null('always null').optional()),
    },
    'expected an object, like {"type": "Default"}',
  )
  .check(
    together(({ type, data }, refuse) => {
      if (type === 'custom' && !/^7\d{10}$/.test(data ?? ''))
        refuse('data', 'expected 7 and ten more digits, like 79996662211')
      if (type === 'groupaon' && (data ?? '') === '') refuse('data', 'expected the id of a caller-ID group')
    }),
  )

const redirect = z
  .object(
    {
      type: z
        .preprocess(
          word,
          z.enum(
            ['hangup', 'dialplan', 'transfer', 'custom', 'twin'],
            'expected Hangup, Dialplan, Transfer, Custom or Twin',
          ),
        )
        .default('hangup'),
      data: nullableText,
      additional: nullableText,
    },
    'expected an object, like {"type": "Hangup"}',
  )
  .check(
    together(({ type, data, additional }, refuse) => {
      const [hasData, hasMore] = [(data ?? '') !== '', (additional ?? '') !== '']
      if (type !== undefined && type !== 'hangup' && !hasData) refuse('data', 'expected the target of the redirect')
      if (type === 'dialplan' && !hasMore) refuse('additional', 'expected the number that the dialplan is to dial')
      if ((type === 'transfer' || type === 'twin') && hasMore)
        refuse('additional', 'expected null: only Dialplan and Custom have a second parameter')
    }),
  )

const timeRange = z
  .object(
    { from: second.default(0), to: second.default(86_399) },
    'expected an object, like {"from": 36000, "to": 64800}',
  )
  .check(
    together(({ from, to }, refuse) => {
      if (from !== undefined && to !== undefined && from > to) refuse('from', 'expected from to be at most to')
    }),
  )

export const taskSchema = z.object({
  name,
  botId: id('a bot'),
  dialplanId: id('a dialplan'),
  backgroundNoise: nullableText,
  amd: z
    .object(
      {
        enabled: flag.default(false),
        mode: z.preprocess(
          (value) => (word(value) === 'blok' ? 'block' : word(emptyIsNull(value))),
          z.enum(['back', 'block'], 'expected back or block').nullish(),
        ),
        file: nullableText,
      },
      'expected an object, like {"enabled": false}',
    )
    .optional(),
  defaultCallerId: callerId.default({ type: 'default', data: null }),
  defaultRedirect: redirect.default({ type: 'hangup', data: null, additional: null }),
  scheduledAt: z.preprocess(emptyIsNull, instant.nullish()),
  intensity: z
    .int('expected a whole number from 1 to 5')
    .min(1, 'expected 1 to 5')
    .max(5, 'expected 1 to 5')
    .default(1),
  webhookUrl: z.preprocess(emptyIsNull, address.nullish()),
  allowedTimeRange: timeRange.default({ from: 0, to: 86_399 }),
  phoneNormalization: z.preprocess(
    (value) => word(emptyIsNull(value)),
    z.enum(['ru'], 'expected ru or null').nullish(),
  ),
  detectGenderByVoice: flag.default(false),
  isTest: flag.default(false),
  recallRules: z
    .object(
      {
        BUSY: rule.optional(),
        NO_ANSWER: rule.optional(),
        MACHINE: rule.optional(),
        CONGESTION: rule.optional(),
        NOT_SUCCESSFUL: rule.extend({ duration: count('seconds', 86_400) }).optional(),
      },
      'expected an object, like {"BUSY": {"enabled": true, "tries": 2, "interval": 600}}',
    )
    .default({}),
})
export type TwinTask = z.infer<typeof taskSchema>
