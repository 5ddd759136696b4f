/** The provisioning document: what of a workspace can be described in one file. What is not in effect is refused, not ignored. */
import { externalIdsSchema, scenarioSchema } from '@dialwright/scenario'
import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import { permissions } from '../access/permissions.ts'
import { shownNames, shownNumbers } from '../inbound/inbound-rule.ts'
import { callTopics } from '../webhooks/events.ts'

export const dialects = ['twin', 'yunfu', 'is74', 'omicall'] as const
export type Dialect = (typeof dialects)[number]

const notYet = (what: string) => z.never(`${what} is not yet in effect: leave it out`).optional()
const onlyOnce = <Item>(items: readonly Item[]): boolean => new Set(items).size === items.length

export const idSchema = z.uuid('expected a UUID').transform((id) => id.toLowerCase())
const name = z.string().trim().min(1).max(200)
const identity = { id: idSchema.optional(), externalIds: externalIdsSchema.optional() }

const referenceForm = 'expected an id, a name, or {dialect: id} with one dialect'
/** An id, an external id in any dialect, a name; or `{dialect: externalId}` where only that dialect is meant. */
export const referenceSchema = z.union(
  [
    z.string().min(1).max(200),
    z.int(),
    externalIdsSchema.refine((ids) => Object.values(ids).filter((id) => id !== undefined).length === 1, referenceForm),
  ],
  referenceForm,
)
export type Reference = z.infer<typeof referenceSchema>

const zoneForm = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

/** The zone's name as it is written, or null: there is none. Offsets like +03:00 are no zones: they know no summer. */
function zoneName(zone: string): string | null {
  if (!zoneForm.test(zone)) return null
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId
  } catch {
    return null
  }
}
const zone = z.string().superRefine((given, context) => {
  const known = zoneName(given)
  if (known === given) return
  const message =
    known === null
      ? 'expected an IANA time zone that exists, like Europe/Moscow'
      : `expected the name as it is written: ${known}`
  context.addIssue({ code: 'custom', message })
})
const country = z
  .string()
  .refine(
    (text) => /^[A-Z]{2}$/.test(text) && isSupportedCountry(text),
    'expected the two capital letters of a country that has telephone numbers, like RU',
  )

/** Of maxCalls: kept for calls that come in and for hand-overs. */
const reservedCalls = z.int().min(0).max(1_000_000).optional()
const reservesTooMany = { error: 'expected maxCalls, and at most as many', path: ['reservedCalls'] }
const reservesWhatIsThere = (given: { maxCalls?: number | undefined; reservedCalls?: number | undefined }): boolean =>
  (given.reservedCalls ?? 0) <= (given.maxCalls ?? 0)
/** 0 lets no call out. */
const maxCalls = z.int().min(0).max(1_000_000).optional()
/** A call in about a quarter of an hour at the least: below that a limit is a mistake. */
const callsPerSecond = z.number().min(0.001).max(10_000).optional()
const ipv4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/
const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/
const host = z.string().regex(hostName, 'expected an IPv4 address or a host name')
export const isAddress = (text: string): boolean => ipv4.test(text)
// What goes into a SIP header ends with the line.
const credential = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'expected text without control characters')
const prefix = z
  .string('expected digits in quotes, like "7"')
  .regex(/^\+?\d{0,20}$/, 'expected the digits with which numbers begin, like "7"')
const instant = z.iso
  .datetime({ offset: true, error: 'expected a time with its offset, like 2026-03-02T09:00:00+03:00' })
  .refine((text) => {
    try {
      const { year } = Temporal.Instant.from(text).toZonedDateTimeISO('UTC')
      return year >= 1970 && year < 9999
    } catch {
      return false
    }
  }, 'expected a time from 1970 to 9998')

export const workspaceSchema = z
  .strictObject({ name, timeZone: zone, country, maxCalls, callsPerSecond, reservedCalls })
  .refine(reservesWhatIsThere, reservesTooMany)
export type WorkspaceItem = z.infer<typeof workspaceSchema>

const role = z.enum(['owner', 'admin', 'operator', 'author', 'analyst'])
const user = z.strictObject({
  ...identity,
  login: z.string().trim().min(1).max(320),
  /** Null: it stays as it is. */
  password: z.string().min(8).max(1_024).nullable(),
  role,
})
const token = z.strictObject({
  ...identity,
  name,
  /** Null: it stays as it is. */
  value: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/, 'expected 16 to 512 visible ASCII characters')
    .nullable(),
  role,
  scopes: z.array(z.enum(permissions)).refine(onlyOnce, 'expected each scope once').default([]),
})
/** Of `of` results or more within `seconds`, this share of the trunk's own faults takes it out of use for `openSeconds`. */
const breaker = z.union(
  [
    z.literal('off'),
    z.strictObject({
      share: z.number().min(0.01).max(1),
      of: z.int().min(1).max(10_000),
      seconds: z.int().min(1).max(3_600),
      openSeconds: z.int().min(1).max(86_400),
    }),
  ],
  'expected "off", or {share, of, seconds, openSeconds}: share 0.01 to 1, of 1 to 10000, seconds 1 to 3600, openSeconds 1 to 86400',
)
const trunk = z
  .strictObject({
    ...identity,
    name,
    host,
    port: z.int().min(1).max(65_535).default(5060),
    transport: z.literal('udp', 'only udp is in effect yet').default('udp'),
    ca: notYet('ca'),
    username: credential.optional(),
    /** Null: it stays as it is; absent: there is none. */
    password: z.string().min(1).max(1_024).nullable().optional(),
    /** Keeps the trunk's username registered there; seconds, which the provider may shorten. */
    register: z.strictObject({ every: z.int().min(60).max(86_400) }).optional(),
    fromDomain: host.optional(),
    format: z.enum(['e164', 'plain', 'local']).default('e164'),
    codecs: z
      .array(z.enum(['pcma', 'pcmu']))
      .min(1)
      .refine(onlyOnce, 'expected each codec once')
      .default(['pcma', 'pcmu']),
    srtp: z.literal('off', 'only "off" is in effect yet').default('off'),
    maxCalls,
    callsPerSecond,
    reservedCalls,
    ringTimeoutMs: z.int().min(1_000).max(300_000).optional(),
    destinations: z.array(prefix.regex(/\d/, 'expected at least one digit')).max(1_000).optional(),
    breaker: breaker.optional(),
  })
  .refine((given) => given.username !== undefined || given.password === undefined || given.password === null, {
    error: 'a password needs the username that it belongs to',
    path: ['username'],
  })
  .refine(
    ({ register, username, password }) => register === undefined || (username !== undefined && password !== undefined),
    {
      error: 'to register it needs the username and the password',
      path: ['register'],
    },
  )
  .refine(reservesWhatIsThere, reservesTooMany)
/** What becomes of a call to the number. */
const inboundRule = z
  .strictObject({
    action: z.enum(['robot', 'end']),
    scenario: referenceSchema.optional(),
    startBlock: z.string().min(1).max(64).optional(),
    shownName: z.enum(shownNames).default('caller'),
    shownNumber: z.enum(shownNumbers).default('caller'),
    record: z.enum(['all', 'off']).default('all'),
    webhooks: z
      .array(
        z.strictObject({
          url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).max(2_000),
          events: z.array(z.enum(callTopics)).refine(onlyOnce, 'expected each event once').default([]),
        }),
      )
      .max(20)
      .refine((all) => onlyOnce(all.map(({ url }) => url)), 'expected each address once')
      .default([]),
    did: z
      .string('expected text in quotes, like "456"')
      .regex(/^\+?[A-Za-z0-9_.*#-]{1,64}$/, 'expected what the provider sends: digits, an extension or a name')
      .optional(),
    comment: z.string().max(2_000).optional(),
  })
  .refine(({ action, scenario }) => (action === 'robot') === (scenario !== undefined), {
    error: 'action robot needs a scenario, and action end has none',
    path: ['scenario'],
  })
  .refine(({ scenario, startBlock }) => startBlock === undefined || scenario !== undefined, {
    error: 'a start block needs its scenario',
    path: ['startBlock'],
  })
const number = z
  .strictObject({
    ...identity,
    name,
    phone: z
      .string('expected digits in quotes, like "79996662211"')
      .regex(/^\+?\d{2,20}$/, 'expected 2 to 20 digits, like 79996662211'),
    trunk: referenceSchema,
    maxCalls,
    reservedCalls,
    validFrom: instant.optional(),
    validUntil: instant.optional(),
    /** With a password the number is a line of its own: it is kept registered, and calls that show it over its trunk use both. */
    login: credential.optional(),
    /** Where the provider wants another name in its digest than in the address. */
    authUsername: credential.optional(),
    /** Null: it stays as it is; absent: there is none. */
    password: z.string().min(1).max(1_024).nullable().optional(),
    /** Absent: the trunk's. */
    fromDomain: host.optional(),
    /** Calls that show the number go over its trunk, whatever a dialplan says. */
    forceOut: z.boolean().default(false),
    /** Absent: nobody answers, calls are refused without ringing. */
    inbound: inboundRule.optional(),
  })
  .refine(
    ({ login, password, authUsername }) =>
      login !== undefined || ((password ?? null) === null && authUsername === undefined),
    {
      error: 'a password needs the login that it belongs to',
      path: ['login'],
    },
  )
  .refine(reservesWhatIsThere, reservesTooMany)
const callerIdGroup = z.strictObject({
  ...identity,
  name,
  numbers: z.array(referenceSchema).min(1).max(10_000),
  /** `regional`: numbers of the callee's region, and on a further call the number of before. */
  mode: z
    .enum(['round-robin', 'random', 'regional'], 'expected round-robin, random or regional')
    .default('round-robin'),
  /** So often a day of the workspace each of the numbers is shown at most. */
  dailyCap: z.int().min(1).max(1_000_000).optional(),
})
const dialplan = z.strictObject({
  ...identity,
  name,
  routes: z
    .array(
      z.strictObject({ prefix, trunks: z.array(referenceSchema).min(1).max(100), format: notYet('format of a route') }),
    )
    .min(1)
    .max(10_000),
})
const audio = z.strictObject({
  ...identity,
  path: z
    .string()
    .max(255)
    .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/, 'expected an audio path, like /prompts/en/greeting.wav'),
  name: name.optional(),
  /** A file, or its content as data:audio/wav;base64,...; null: it stays as it is. */
  file: z.string().min(1).nullable(),
})

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
const retryRule = z.strictObject({
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
      perPhonePerDay: z.int().min(1).max(10_000).optional(),
    })
    .default({}),
})
const clockTime = (last: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00$/, `expected HH:MM in quotes, from "00:00" to "${last}"`)
const timeGroup = z.strictObject({
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

const code = z.string().trim().min(1).max(64)
const operator = z
  .strictObject({
    name,
    phone: z
      .string('expected digits in quotes, like "79996662211"')
      .regex(/^\+?\d{2,20}$/, 'expected 2 to 20 digits, like 79996662211'),
    sip: notYet('sip of an operator'),
  })
  .transform(({ name, phone }) => ({ name, phone }))
const operatorGroup = z.strictObject({
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
/** @param nestedIds  External ids of a group and of a tag. */
export function tagGroupsSchema<Ids extends z.ZodType>(nestedIds: Ids) {
  const externalIds = nestedIds.optional()
  const tag = z.strictObject({
    name: z.string().trim().min(1).max(64),
    description: z.string().max(2_000).default(''),
    externalIds,
  })
  const group = z.strictObject({ name, externalIds, tags: z.array(tag).max(1_000).default([]) })
  return z
    .array(group)
    .max(200)
    .superRefine(eachOnce('name', (one) => one.name))
    .superRefine((groups, context) => {
      const tags = groups.flatMap((one, at) =>
        one.tags.map((tag, place) => ({ tag, path: [at, 'tags', place, 'name'] })),
      )
      const seen = new Set<string>()
      for (const { tag, path } of tags) {
        if (seen.has(tag.name))
          context.addIssue({ code: 'custom', message: 'another tag of the scene has this name', path })
        seen.add(tag.name)
      }
    })
}
const tagScene = z.strictObject({
  ...identity,
  name,
  description: z.string().max(2_000).default(''),
  groups: tagGroupsSchema(externalIdsSchema).default([]),
})
const project = z.strictObject({
  ...identity,
  name,
  scenarios: z.array(referenceSchema).max(10_000).default([]),
  numbers: z.array(referenceSchema).max(10_000).default([]),
})
const voice = z.strictObject({
  ...identity,
  name: z.string().trim().min(1).max(64),
  provider: z.literal('espeak', 'expected espeak: other providers are not yet in effect'),
  voice: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_/+-]{0,63}$/, 'expected a voice as espeak calls it, like en, vi or en+f3'),
  language: scenarioSchema.shape.language,
  speed: z.number().min(0.5).max(2).default(1),
})

/** Items whose `field` is the same are one too many. */
function eachOnce<Item>(field: string, markOf: (item: Item) => string) {
  return (items: readonly Item[], context: z.RefinementCtx): void => {
    const first = new Map<string, number>()
    for (const [at, item] of items.entries()) {
      const other = first.get(markOf(item))
      if (other === undefined) first.set(markOf(item), at)
      else
        context.addIssue({
          code: 'custom',
          message: `number ${other + 1} of the list has this ${field} too`,
          path: [at, field],
        })
    }
  }
}

/** @param text HH:MM or HH:MM:SS. */
export function secondOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return hours * 3_600 + minutes * 60 + seconds
}

/** In the order of the file. `key` is the field by which people know an item; `kind` its word in external ids and messages. */
export const sections = {
  users: { kind: 'user', key: 'login', schema: user },
  tokens: { kind: 'token', key: 'name', schema: token },
  trunks: { kind: 'trunk', key: 'name', schema: trunk },
  numbers: { kind: 'number', key: 'name', schema: number },
  callerIdGroups: { kind: 'caller-id-group', key: 'name', schema: callerIdGroup },
  dialplans: { kind: 'dialplan', key: 'name', schema: dialplan },
  audio: { kind: 'audio', key: 'path', schema: audio },
  voices: { kind: 'voice', key: 'name', schema: voice },
  operatorGroups: { kind: 'operator-group', key: 'name', schema: operatorGroup },
  retryRules: { kind: 'retry-rule', key: 'name', schema: retryRule },
  timeGroups: { kind: 'time-group', key: 'name', schema: timeGroup },
  tagScenes: { kind: 'tag-scene', key: 'name', schema: tagScene },
  scenarios: {
    kind: 'scenario',
    key: 'name',
    schema: scenarioSchema.extend({ ...identity, tagScene: referenceSchema.optional() }),
  },
  projects: { kind: 'project', key: 'name', schema: project },
} as const
export type SectionName = keyof typeof sections
export const sectionNames = Object.keys(sections) as SectionName[]
export type Items = { readonly [Name in SectionName]: z.infer<(typeof sections)[Name]['schema']> }
