/** What the robot's requests may hold (docs: README.md). Forms are taken beside JSON, so numbers may come as digits. Unknown fields are ignored. */
import { z } from 'zod'
import { nested } from './forms.ts'

const emptyIsNull = (value: unknown): unknown => (value === '' ? null : value)
const fromDigits = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : emptyIsNull(value)

/** Ids that were brought along may look like numbers. */
const asText = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value)

const whole = (what: string, from: number, to: number) =>
  z.preprocess(
    fromDigits,
    z
      .int(`expected ${what}, a whole number from ${from} to ${to}`)
      .min(from, `expected at least ${from}`)
      .max(to, `expected at most ${to}`),
  )
const id = (what: string) => whole(`the id of ${what}`, 1, Number.MAX_SAFE_INTEGER)
/** Comes back as it was given, with the blanks around it. */
const text = (what: string, longest = 200) =>
  z
    .string(`expected ${what}`)
    .refine((given) => given.trim() !== '', `expected ${what}`)
    .max(longest, `expected at most ${longest} characters`)
const reference = (what: string) => z.preprocess(asText, text(what)).transform((given) => given.trim())
/** Fields that have one legal value left. */
const zero = z.preprocess(fromDigits, z.literal(0, 'only 0 is allowed, redials are the affair of auto_recycle_rule_id'))
const customerService = 'expected the id of a customer-service group, or null'

/** Of a whole body. */
export const notAnObject = 'expected a JSON object, or a form'

export const taskSchema = z.object(
  {
    caller_line_id: reference('the value of a line of caller_line_list'),
    customer_service_id: z.preprocess(fromDigits, z.int(customerService).positive(customerService).nullish()),
    destination_extension: id('a script group'),
    disable_dial_timegroup: reference('the uuid of a group of enum_disable_dial_timegroup'),
    maximumcall: whole('calls at once', 1, 10_000),
    name: text('a name', 500),
    random_assignment_number: z.preprocess(fromDigits, z.literal(0, 'only 0 is allowed')),
    recycle_limit: zero,
    remark: z.preprocess(
      emptyIsNull,
      z.string('expected text').max(2_000, 'expected at most 2000 characters').nullish(),
    ),
    _originate_timeout: whole('seconds', 1, 180),
    call_pause_second: whole('seconds', 0, 3_600),
    auto_recycle_rule_id: id('a redial rule'),
  },
  notAnObject,
)
export type YunfuTask = z.infer<typeof taskSchema>

const phone = z.union(
  [z.string().trim().min(1).max(64), z.int().nonnegative().transform(String)],
  'expected a phone number',
)
/** A form holds the list as JSON. */
const fromJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
export const importSchema = z.object(
  {
    customer_info_list: z.preprocess(
      fromJson,
      z
        .array(z.looseObject({ phone }, 'expected {phone}'), 'expected a list of {phone}')
        .min(1, 'expected at least one number')
        .max(10_000, 'expected at most 10000 numbers'),
    ),
  },
  notAnObject,
)

/** A form may hold a short list as one text, parted by commas. */
const listed = (value: unknown): unknown => {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'string' || value === '') return emptyIsNull(value)
  return value.split(',').map((one) => one.trim())
}

/** `2020-3-10` as well as `2020-03-10`. */
const day = z.string('expected a day, like 2020-3-10').transform((given, context) => {
  const [, year = '', month = '', date = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(given.trim()) ?? []
  try {
    return Temporal.PlainDate.from(`${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`)
  } catch {
    context.issues.push({ code: 'custom', input: given, message: 'expected a day, like 2020-3-10' })
    return z.NEVER
  }
})
const states = z.array(whole('a number state', 0, 12), 'expected a list of number states, 0 to 12').max(13)

/** An empty list of states is refused: whether it means everybody or nobody cannot be known, and people are rung by it. */
export const resetSchema = z.object(
  {
    status: z.preprocess(listed, states.min(1, 'expected a state at least, or no status').nullish()),
    created_at: z
      .preprocess(listed, z.tuple([day, day], 'expected two days, the first and the last').nullish())
      .refine(
        (days) => !days || Temporal.PlainDate.compare(days[0], days[1]) <= 0,
        'expected the first day before the last',
      ),
    keyword: z.preprocess(
      (value) => emptyIsNull(asText(value)),
      z.string('expected a phone number').max(64, 'expected at most 64 characters').nullish(),
    ),
  },
  notAnObject,
)

const page = { page: whole('a page', 1, 100_000).default(1), per_page: whole('rows a page', 1, 200).default(50) }
export const pageSchema = z.object(page)
/** `status[]=1&status[]=3`, `status[0]=1`, `status=1`, or `status=1,3`; none, or an empty one: all. */
export const numberQuerySchema = z.preprocess(
  (query) => nested(Object.entries(query as object).flatMap(([key, value]) => [value].flat().map((one) => [key, one]))),
  z.object({ ...page, status: z.preprocess((given) => listed(given) ?? [], states) }),
)
