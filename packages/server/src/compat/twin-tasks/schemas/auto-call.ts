/** The body of a task in the vendor's newer form, `telephony/autoCall`. Unknown fields are ignored. */
import { z } from 'zod'
import { together } from '../../together.ts'
import {
  address,
  count,
  emptyIsMissing,
  emptyIsNull,
  flag,
  id,
  name,
  nullableText,
  numeric,
  second,
  webhookEvents,
  word,
} from './fields.ts'

const emptiable = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(emptyIsMissing, schema)
/** One redial rule; `time` in seconds. */
const rule = emptiable(
  z
    .object({ redial: flag.default(false), time: count('seconds', 31_536_000), count: count('redials', 100) })
    .optional(),
)
/** Calls at most, all results together. */
const limit = emptiable(z.object({ redial: flag.default(false), count: count('calls', 1_000) }).optional())

const webhook = z.union(
  [
    address.transform((url) => ({ url, partialResults: undefined, delay: undefined, events: undefined })),
    z.object({
      url: address,
      partialResults: flag.nullish(),
      delay: count('seconds', 86_400),
      events: z.preprocess(
        emptyIsMissing,
        z
          .partialRecord(
            z.enum(webhookEvents, `expected one of ${webhookEvents.join(', ')}`),
            z.object({ name: z.string().optional(), value: flag.default(true) }),
          )
          .optional(),
      ),
    }),
  ],
  'expected an address, or {url, partialResults, delay, events}',
)

export const autoCallSchema = z
  .object({
    name,
    taskComment: nullableText,
    defaultExec: z.preprocess(word, z.literal('robot', 'expected robot')).default('robot'),
    defaultExecData: id('a bot'),
    secondExec: z.preprocess(word, z.enum(['ch', 'end', 'ignore'], 'expected ch, end or ignore')).default('end'),
    secondExecData: nullableText,
    cidType: z
      .preprocess(word, z.enum(['default', 'gornum', 'pool'], 'expected default, gornum or pool'))
      .default('default'),
    cidData: nullableText,
    startType: z.preprocess(word, z.enum(['manual', 'time'], 'expected manual or time')).default('manual'),
    startMoment: nullableText,
    cps: z
      .preprocess(
        numeric,
        z
          .number('expected a number, like 1.03 for 3 calls a second')
          .min(0.01, 'expected 0.01 to 1.99')
          .max(1.99, 'expected 0.01 to 1.99'),
      )
      .default(1),
    callStrategy: z.preprocess(
      (value) => word(emptyIsNull(value)),
      z.enum(['step_2_step', 'parallel'], 'expected STEP_2_STEP or PARALLEL').nullish(),
    ),
    scheduleId: nullableText,
    lifetime: count('seconds', 31_536_000),
    checkPhone: flag.nullish(),
    phoneNormalization: z.preprocess(
      (value) => word(emptyIsNull(value)),
      z.enum(['ru'], 'expected RU or null').nullish(),
    ),
    normalizationErrorAction: nullableText,
    sendReportAfterFinish: flag.nullish(),
    webhookUrls: z.preprocess(
      emptyIsMissing,
      z.array(webhook, 'expected a list of addresses').max(20, 'expected at most 20').default([]),
    ),
    additionalOptions: emptiable(
      z
        .object({
          fullListMethod: nullableText,
          fullListTime: count('seconds', 86_400),
          useTr: flag.default(false),
          allowCallTimeFrom: second.default(0),
          allowCallTimeTo: second.default(86_399),
          recordCall: flag.default(true),
          // Clients of PHP send false for nothing.
          recTrimLeft: z.preprocess(
            (value) => (value === false ? 0 : value === true ? 1 : value),
            count('seconds', 86_400),
          ),
          detectRobot: flag.default(false),
          detectRobotMode: z.preprocess(
            (value) => word(emptyIsNull(value)),
            z.enum(['back', 'block'], 'expected back or block').nullish(),
          ),
          detectRobotGreeting: nullableText,
          providerId: z.preprocess((value) => (typeof value === 'number' ? String(value) : value), nullableText),
          fz230: flag.default(true),
        })
        .check(
          together(({ allowCallTimeFrom: from = 0, allowCallTimeTo: to = from }, refuse) => {
            if (from > to) refuse('allowCallTimeFrom', 'expected allowCallTimeFrom to be at most allowCallTimeTo')
          }),
        )
        .prefault({}),
    ),
    redialStrategyOptions: emptiable(
      z
        .object({
          redialStrategyEn: flag.default(false),
          candidateLimit: limit,
          numberLimit: limit,
          busy: rule,
          noAnswer: rule,
          answerMash: rule,
          congestion: rule,
          answerNoList: rule,
        })
        .prefault({}),
    ),
  })
  .check(
    together((value, refuse) => {
      if (value.secondExec === 'ch' && (value.secondExecData ?? '') === '')
        refuse('secondExecData', 'expected the id of an operator group')
      if (value.cidType !== undefined && value.cidType !== 'default' && (value.cidData ?? '') === '')
        refuse('cidData', 'expected the id of a number, or of a group of numbers')
      if (value.startType === 'time' && readMoment(value.startMoment ?? '') === null)
        refuse('startMoment', 'expected YYYY-MM-DD HH:MM, like 2023-06-02 10:00')
    }),
  )
export type TwinAutoCall = z.infer<typeof autoCallSchema>

/** `2023-06-02 10:00`, on the wall clock of the workspace. Null: it is no time. */
export function readMoment(text: string): Temporal.PlainDateTime | null {
  if (!/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$/.test(text)) return null
  try {
    const moment = Temporal.PlainDateTime.from(text.replace(' ', 'T'))
    return moment.year >= 1970 && moment.year < 9999 ? moment : null
  } catch {
    return null
  }
}
