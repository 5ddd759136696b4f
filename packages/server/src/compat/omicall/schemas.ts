/** What the vendor's requests may hold (docs: README.md). Unknown fields are ignored; words are compared without regard to case. */
import { z } from 'zod'
import { type FieldMessage, isRecord, problemsOf } from '../mistake.ts'
import { together } from '../together.ts'

const word = (value: unknown): unknown =>
  typeof value === 'string' ? value.trim().toLowerCase().replaceAll('_', '') : value
const whole = (from: number, to: number) =>
  z
    .int(`expected a whole number from ${from} to ${to}`)
    .min(from, `expected at least ${from}`)
    .max(to, `expected at most ${to}`)
const upTo = (most: number, what: string) =>
  z.string(`expected ${what}`).max(most, `expected at most ${most} characters`)
const orDigits = <Text extends z.ZodType>(text: Text) =>
  z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), text)
const id = orDigits(upTo(200, 'an id'))

/** The older API wrote `Text_variable` for what is `callBotTextVariable` now. */
const targetType = z.preprocess(
  (value) => (word(value) === 'textvariable' ? 'callbottextvariable' : word(value)),
  z.enum(
    ['recording', 'callbottextvariable', 'ivrmenu', 'ringgroup'],
    'expected recording, callBotTextVariable, ivrMenu or ringGroup',
  ),
)
const longestText = 2_000
const mostSteps = 20
const anyStep = { targetType: 'callBotTextVariable', targetValue: '-' }
const stepSchema = z
  .object(
    {
      targetType,
      targetId: id.nullish(),
      targetValue: orDigits(z.string('expected text')).nullish(),
      speed: z
        .number('expected a number from -3, slow, to 3, fast')
        .min(-3, 'expected at least -3')
        .max(3, 'expected at most 3')
        .nullish(),
      voice: upTo(64, 'the name of a voice').nullish(),
    },
    'expected a step with its targetType',
  )
  .check(
    together(({ targetType, targetId, targetValue }, refuse) => {
      const said = targetValue?.trim() ?? ''
      if (targetType === undefined) return
      if (targetType !== 'callbottextvariable') {
        if ((targetId ?? '') === '' && said === '') refuse('targetId', 'expected an id, or a targetValue')
      } else if (said === '') refuse('targetValue', 'expected the text that is to be spoken')
      else if (said.length > longestText) refuse('targetValue', `expected at most ${longestText} characters`)
    }),
  )
export type ScriptStep = z.infer<typeof stepSchema>

const phones = z
  .array(
    orDigits(z.string('expected a phone number').trim().min(1, 'expected a phone number')),
    'expected a list of phone numbers',
  )
  .max(10_000, 'expected at most 10000 numbers')
const phoneFields = ['phoneNumberList', 'phone_number_list', 'phoneNumbers', 'phones', 'phone_number'] as const
/** The older API's parameter is one number, or several with commas between them. */
const separated = (value: unknown): unknown => (typeof value === 'string' ? value.split(',') : value)
const latestSendMs = 4_102_444_800_000

const aBody = 'expected a JSON object'

const sessionFields = {
  name: upTo(500, 'a name').nullish(),
  sendTime: z
    .int('expected an instant in milliseconds')
    .min(0, 'expected an instant in milliseconds')
    .max(latestSendMs, 'expected milliseconds, an instant before the year 2100')
    .nullish(),
  scripts: z
    .array(stepSchema, 'expected the steps of the script, in their order')
    .min(1, 'expected at least one step')
    .max(mostSteps, `expected at most ${mostSteps} steps`),
  numberCallOuts: z
    .array(orDigits(upTo(200, 'a number of the company')), 'expected a list of numbers of the company')
    .min(1, 'expected at least one number')
    .max(1_000, 'expected at most 1000 numbers')
    .nullish(),
  numberCallPerTime: whole(1, 10_000).nullish(),
  durationOfEachCall: whole(0, 86_400).nullish(),
  maxRetryOfDetail: whole(0, 10).nullish(),
  retryAfterSeconds: whole(0, 2_592_000).nullish(),
  phoneNumberList: phones.nullish(),
  phone_number_list: phones.nullish(),
  phoneNumbers: phones.nullish(),
  phones: phones.nullish(),
  phone_number: z.preprocess(separated, phones.nullish()),
}

/** One list of phones, under whichever of its names it came; none at all is an empty session. */
export const sessionSchema = z
  .object(sessionFields, aBody)
  .check(
    together((value, refuse) => {
      const [first, ...more] = phoneFields.filter((name) => value[name] != null)
      for (const name of more) refuse(name, `the numbers stand in ${first} already`)
    }),
  )
  .transform(({ phoneNumberList, phone_number_list, phoneNumbers, phones, phone_number, ...given }) => {
    const lists = { phoneNumberList, phone_number_list, phoneNumbers, phones, phone_number }
    const phoneField = phoneFields.find((name) => lists[name] != null) ?? 'phoneNumberList'
    return { ...given, phoneField, phones: lists[phoneField] ?? [] }
  })
type Session = z.output<typeof sessionSchema>

/** A step that cannot be read is null. */
export type ReadSession = Omit<Session, 'scripts'> & { readonly scripts: readonly (ScriptStep | null)[] }

/** What of a request can be read, and every mistake in the rest: so that what it names is looked up all the same. */
export function readSession(body: unknown): {
  readonly session: ReadSession
  readonly problems: readonly FieldMessage[]
} {
  const whole = sessionSchema.safeParse(body)
  if (whole.success) return { session: whole.data, problems: [] }
  const given = isRecord(body) ? body : {}
  const steps = Array.isArray(given.scripts) ? given.scripts.slice(0, mostSteps) : []
  const { scripts: _, ...others } = sessionFields
  const [, ...moreLists] = phoneFields.filter((name) => given[name] != null)
  const right = Object.entries(others).filter(
    ([name, schema]) => !moreLists.some((list) => list === name) && schema.safeParse(given[name]).success,
  )
  const rest = Object.fromEntries(right.map(([name]) => [name, given[name]]))
  return {
    session: {
      ...sessionSchema.parse({ ...rest, scripts: [anyStep] }),
      scripts: steps.map((step) => stepSchema.safeParse(step).data ?? null),
    },
    problems: problemsOf(whole.error, 'body'),
  }
}

/** In a body a number, in a query its digits. */
const digits = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
const page = {
  page: z.preprocess(digits, whole(1, 100_000).default(1)),
  size: z.preprocess(digits, whole(1, 200).default(50)),
}
export const pageSchema = z.object(page)
const instantMs = whole(0, latestSendMs)
export const historySchema = z.object(
  {
    ...page,
    from_date: instantMs.nullish(),
    to_date: instantMs.nullish(),
    keyword: orDigits(upTo(64, 'a part of a number')).nullish(),
    disposition: z.preprocess(word, z.enum(['answered', 'cancelled'], 'expected answered or cancelled').nullish()),
    direction: z.preprocess(word, z.enum(['outbound', 'inbound'], 'expected outbound or inbound').nullish()),
    autocall_id: id.nullish(),
  },
  aBody,
)
export type HistoryQuery = z.output<typeof historySchema>

const longestUrl = 2_000
export const hookEvents = ['ringing', 'answered', 'hangup'] as const
export const hookSchema = z.object(
  {
    webhook: z.object(
      {
        type: z.preprocess(word, z.literal('call', 'expected call; hooks of contacts are not yet in effect')),
        url: z
          .url({ protocol: /^https?$/, error: 'expected an http or https address' })
          .refine((url) => url.length <= longestUrl, `expected at most ${longestUrl} characters`),
        events: z
          .array(
            z.preprocess(word, z.enum(hookEvents, 'expected ringing, answered or hangup')),
            'expected a list of events',
          )
          .nullish(),
      },
      'expected a webhook with type, url and events',
    ),
  },
  aBody,
)
export const hookTypeSchema = z.object({
  hook_type: z.preprocess(word, z.enum(['call', 'contact'], 'expected call or contact')),
})
