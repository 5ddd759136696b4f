/** What requests about incoming rules may hold (docs: README.md). Unknown fields are ignored. */
import { z } from 'zod'
import { sections } from '../../provisioning/schema.ts'

const { shape: number } = sections.numbers.schema
const { did } = number.inbound.unwrap().shape
/** Numbers of one request; more come by requests of their own. */
export const mostNumbers = 1_000
const mostHooks = 20

const expectedOf = (words: readonly string[]): string =>
  `expected ${words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`}`
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => z.enum(words, expectedOf(words))
const text = (what: string, longest = 200) =>
  z.string(`expected ${what}`).max(longest, `expected at most ${longest} characters`)
const boolean = z.boolean('expected true or false')
const none = (what: string) => z.array(z.unknown(), what).max(0, what)
/** What the vendor leaves empty is not given. */
const blankOr = <Field extends z.ZodType>(field: Field, expected: string) =>
  z.union([z.literal(''), field], expected).nullish()

/** One of the words, or none. */
const wordOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  blankOr(oneOf(words), expectedOf(words))

const url = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .max(2_000, 'expected at most 2000 characters')
const additionalOptions = z.object(
  {
    callRecord: wordOf(['all', 'off']),
    comment: text('text', 2_000).nullish(),
  },
  'expected {"callRecord", "comment"}',
)
/** That `robot` needs more than `end` is looked at by itself: see mistakes.ts. */
const incomingCallsOptions = z.object(
  {
    action: oneOf(['robot', 'end']),
    botId: text('the id of a bot').nullish(),
    cidAsName: wordOf(['default', 'num_caller', 'num_name', 'num_called']),
    cidAsNumber: wordOf(['default', 'caller', 'called']),
    reserveAction: wordOf(['default']),
    reserveActionData: blankOr(z.null(), 'expected null'),
    reserveCidAsName: wordOf(['original']),
    reserveCidAsNumber: wordOf(['original']),
  },
  'expected {"action", ...}',
)
const notificationOptions = z.object(
  {
    type: oneOf(['off']),
    condition: oneOf(['unanswer']),
    emailReceivers: none('expected []'),
    smsReceivers: none('expected []'),
  },
  'expected {"type": "off", "condition": "unanswer", "emailReceivers": [], "smsReceivers": []}',
)
const credential = 'expected up to 255 characters on one line'
const connectionOptions = z.object(
  {
    providerId: text('the id of a provider').min(1, 'expected the id of a provider'),
    numberAsDid: boolean,
    did: blankOr(did, 'expected what the provider sends: digits, an extension or a name'),
    authUser: blankOr(number.authUsername, credential),
    fromDomain: blankOr(number.fromDomain, 'expected an IPv4 address or a host name'),
    login: blankOr(number.login, credential),
    password: text('a password', 1_024).nullish(),
    forceOutOverChannel: boolean.nullish(),
  },
  'expected {"providerId", "numberAsDid", ...}',
)
const webhookUrls = z.array(url, 'expected a list of addresses').max(mostHooks, `expected at most ${mostHooks}`)
const name = z.string('expected a name').trim().min(1, 'expected a name').max(200, 'expected at most 200 characters')
const list = <Item extends z.ZodType>(item: Item, what: string) =>
  z
    .array(item, `expected a list of ${what}`)
    .min(1, `expected a list of ${what}`)
    .max(mostNumbers, `expected at most ${mostNumbers}`)

export const batchSchema = z.object(
  {
    additionalOptions: additionalOptions.nullish(),
    incomingCallsOptions,
    notificationOptions,
    webhookUrls: webhookUrls.nullish(),
    names: list(name, 'names'),
    numbers: list(number.phone, 'numbers'),
    connectionOptionsList: list(connectionOptions, 'connections'),
  },
  'expected a JSON object',
)
export type Batch = z.output<typeof batchSchema>

/** Numbers as our own list shows them. */
export const listedSchema = z.array(
  z.object(
    {
      id: text('the id of a number').optional(),
      name,
      number: number.phone,
      additionalOptions: additionalOptions.nullish(),
      incomingCallsOptions: incomingCallsOptions.nullish(),
      webhookUrls: webhookUrls.nullish(),
      connectionOptions: connectionOptions.extend({ hasPassword: boolean.optional() }),
    },
    'expected {"name", "number", "connectionOptions", ...}',
  ),
  'expected a list of numbers',
)

/** One number: what is given is changed. What a number is shown as may be sent back. */
export const changeSchema = z.object(
  {
    name: name.optional(),
    number: number.phone.optional(),
    additionalOptions: additionalOptions.nullish(),
    incomingCallsOptions: incomingCallsOptions.partial().nullish(),
    notificationOptions: notificationOptions.partial().nullish(),
    webhookUrls: webhookUrls.nullish(),
    connectionOptions: connectionOptions.partial().nullish(),
  },
  'expected a JSON object',
)
export type Change = z.output<typeof changeSchema>

/** The name of the setting. */
export const incomingCallHook = 'cis.webhooks.incomingCall'
export const settingsSchema = z.object(
  {
    settings: z.object(
      { [incomingCallHook]: blankOr(url, 'expected an http or https address, or null for none') },
      `expected {"${incomingCallHook}": "..."}`,
    ),
  },
  `expected {"settings": {"${incomingCallHook}": "..."}}`,
)

const empty = (value: unknown): unknown => (value === '' ? undefined : value)
const whole = (most: number) =>
  z.preprocess(
    empty,
    z.coerce
      .number('expected a whole number from 0')
      .int('expected a whole number from 0')
      .min(0, 'expected a whole number from 0')
      .max(most, `expected at most ${most}`)
      .optional(),
  )
export const listSchema = z
  .object({
    page: whole(1_000_000),
    offset: whole(1_000_000_000),
    limit: z.preprocess(
      empty,
      z.coerce
        .number('expected 1 to 1000')
        .int('expected 1 to 1000')
        .min(1, 'expected 1 to 1000')
        .max(1_000, 'expected 1 to 1000')
        .default(1_000),
    ),
    keyword: z.preprocess(empty, z.string('expected a text').max(500, 'expected at most 500 characters').optional()),
  })
  .check(({ value, issues }) => {
    if (value.page !== undefined && value.offset !== undefined)
      issues.push({ code: 'custom', path: ['offset'], input: value.offset, message: 'expected either page or offset' })
  })
export type ListQuery = z.output<typeof listSchema>
