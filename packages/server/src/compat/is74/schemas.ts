/** What the assistant's requests may hold (docs: README.md). Unknown fields are ignored, `state` among them. */
import { z } from 'zod'
import { isKeepable } from '../../instant.ts'
import { columnTypes } from '../../reports/report-columns.ts'
import { filterKinds } from '../../reports/report-filters.ts'

const id = (what: string) => {
  const expected = `expected the id of ${what}, a whole number`
  return z.int(expected).positive(expected)
}
const text = (longest: number) =>
  z.string('expected text').max(longest, `expected at most ${longest} characters`).nullish()

/** People of one request; more come by requests of their own. */
export const mostPhones = 10_000
/** A month: whoever is called again later is called by another campaign. */
const longestMinutes = 43_200
const interval = 'expected minutes in text, like "5"'

const day = z.string('expected a day, like 2026-03-02').transform((given, context) => {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(given)) {
      const date = Temporal.PlainDate.from(given, { overflow: 'reject' })
      if (date.year < 9_999) return date
    }
  } catch {
    // No day of the calendar.
  }
  context.issues.push({ code: 'custom', input: given, message: 'expected a day that there is, like 2026-03-02' })
  return z.NEVER
})
const clockTime = z
  .string('expected HH:MM')
  // What is no time is not compared with the other one.
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected HH:MM, from 00:00 to 23:59', abort: true })
  .transform(secondOf)
const once = 'expected {"id": 1, "title": "Однократно"}'
const attempts = 'expected a whole number from 1 to 5'

const schedule = z
  .object(
    {
      date: day,
      start_time: clockTime,
      end_time: clockTime,
      periods: z.object({ id: z.literal(1, once), title: z.literal('Однократно', once) }, once),
      attempts: z
        .object(
          {
            id: z.int(attempts).min(1, attempts).max(5, attempts),
            title: z.string('expected the number of "id" as text'),
          },
          'expected {"id": 1, "title": "1"}',
        )
        .refine(({ id, title }) => title === String(id), {
          error: 'expected the number of "id" as text',
          path: ['title'],
        }),
      interval: z
        .union(
          [
            z
              .string()
              .regex(/^\d{1,6}$/, interval)
              .transform(Number),
            z.int().nonnegative(),
          ],
          interval,
        )
        .refine((minutes) => minutes <= longestMinutes, `expected at most ${longestMinutes} minutes`),
    },
    'expected a schedule',
  )
  .refine(({ start_time, end_time }) => start_time < end_time, {
    error: 'expected a time after start_time',
    path: ['end_time'],
  })
export type Schedule = z.infer<typeof schedule>

const phone = z.object(
  {
    phone: z.string('expected a phone number as text, like +79999999999').max(64, 'expected a phone number'),
    add_data: z
      .record(z.string(), z.unknown(), 'expected {parameter: value}')
      .nullish()
      .transform((data) => data ?? {}),
  },
  'expected {"phone": "...", "add_data": {}}',
)
const phones = z
  .array(phone, 'expected a list of {"phone": "...", "add_data": {}}')
  .max(mostPhones, `expected at most ${mostPhones} phones; more go to the campaign's /phones`)

export const campaignSchema = z.object(
  {
    campaign: z.object(
      {
        project_id: id('a project'),
        name: text(500),
        description: text(5_000),
        start_block_id: id('a start block'),
        schedule,
        phone_id: id('a phone to call from'),
      },
      'expected a campaign',
    ),
    phones: phones.nullish().transform((list) => list ?? []),
  },
  'expected a JSON object',
)
export type Is74Campaign = z.infer<typeof campaignSchema>
export type Is74Phone = Is74Campaign['phones'][number]

/** Those phones of a body that are of the right form, by their places: the others are told as mistakes. */
export function phonesIn({ phones: given }: Readonly<Record<string, unknown>>): ReadonlyMap<number, Is74Phone> {
  const readable = new Map<number, Is74Phone>()
  if (Array.isArray(given))
    for (const [at, one] of given.slice(0, mostPhones).entries()) {
      const { data } = phone.safeParse(one)
      if (data !== undefined) readable.set(at, data)
    }
  return readable
}

export const phonesSchema = z.object({ phones: phones.min(1, 'expected at least one phone') }, 'expected a JSON object')

const instant = z
  .string('expected a time, like 2026-03-02T09:00:00.000Z')
  .max(64)
  // What is no instant is not compared with the other one.
  .refine(isKeepable, { error: 'expected a time with its offset, like 2026-03-02T09:00:00.000Z', abort: true })
  .transform((given) => Temporal.Instant.from(given))

const column = z.object(
  {
    id: z.int('expected a whole number').nullish(),
    // As long as the name of a variable may be.
    name: z.string('expected text').nullish(),
    display_name: text(500),
    column_type: text(100),
    data_type: z.enum(columnTypes, `expected one of ${columnTypes.join(', ')}`).nullish(),
    filter_type: z.enum(filterKinds, `expected one of ${filterKinds.join(', ')}`).nullish(),
    filter_value: z
      .union(
        [
          z.string().max(1_000, 'expected at most 1000 characters'),
          z.number().transform(String),
          z.boolean().transform(String),
        ],
        'expected text',
      )
      .nullish(),
    sorting: z.enum(['asc', 'desc'], 'expected asc or desc').nullish(),
  },
  'expected a column',
)
export type AskedColumn = z.infer<typeof column>

export const reportSchema = z.object(
  {
    analytics_filter: z
      .object(
        {
          scenario_id: id('a scenario'),
          start_block_id: id('a start block'),
          outgoing_campaign_id: id('a campaign'),
          date_start: instant,
          date_end: instant,
        },
        'expected a filter',
      )
      .refine(({ date_start, date_end }) => Temporal.Instant.compare(date_start, date_end) <= 0, {
        error: 'expected a time after date_start',
        path: ['date_end'],
      }),
    columns: z.array(column, 'expected a list of columns').max(100, 'expected at most 100 columns').nullish(),
  },
  'expected a JSON object',
)

export const loginSchema = z.object(
  {
    login: z.string('expected a login').max(320, 'expected a login'),
    password: z.string('expected a password').max(1_024, 'expected a password'),
  },
  'expected a JSON object',
)

const whole = (most: number, expected: string) =>
  z
    .string(expected)
    .regex(/^\d{1,16}$/, expected)
    .transform(Number)
    .refine((given) => given >= 1 && given <= most, expected)
    .optional()
const idInQuery = whole(Number.MAX_SAFE_INTEGER, 'expected an id, a whole number')
export const listSchema = z.object({
  project_id: idInQuery,
  limit: whole(200, 'expected a whole number from 1 to 200').transform((limit = 50) => limit),
  after: idInQuery,
})
export const projectSchema = listSchema.pick({ project_id: true })
export const columnsSchema = z.object({ outgoing_campaign_id: idInQuery, scenario_id: idInQuery })

function secondOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 3_600 + minutes * 60
}
