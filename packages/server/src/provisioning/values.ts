/** From an item of the document to the values of its row, and back: the two directions of one mapping, side by side. */
import { scenarioSchema } from '@dialwright/scenario'
import { tokenHash } from '../access/token-value.ts'
import { givenOf, policyOf } from '../retry-rules/retry-rule.ts'
import { hoursOf, spansOf } from '../time-groups/time-group.ts'
import { instantText, type Values } from './inventory.ts'
import type { Items, Reference, SectionName } from './schema.ts'

/** What an item's values depend on besides the item. */
export type Context = {
  refer(section: SectionName, reference: Reference): string
  /** Hash of the login's password: that of the row where the password is equal. */
  passwordHash(login: string): string
  /** Hash of a token whose value nobody knows, in hex. */
  unknownToken(): string
  /** Secret box in hex: the one given where it holds this password. */
  sealed(password: string, box: string | null): string
  /** Of the audio that is applied now. */
  sound(path: string): Pick<Values['audio'], 'sha256' | 'sizeBytes' | 'durationMs'>
}

type ToValues = {
  readonly [Name in SectionName]: (item: Items[Name], context: Context, row: Values[Name] | null) => Values[Name]
}

export const toValues: ToValues = {
  users: ({ login, password, role }, context, row) => ({
    login,
    role,
    passwordHash: password === null && row !== null ? row.passwordHash : context.passwordHash(login),
  }),
  tokens: ({ name, role, scopes, value }, context, row) => ({
    name,
    role,
    scopes,
    hash: value === null ? (row?.hash ?? context.unknownToken()) : tokenHash(value).toString('hex'),
  }),
  trunks: (item, context, row) => ({
    name: item.name,
    host: item.host,
    port: item.port,
    username: item.username ?? null,
    password:
      typeof item.password === 'string'
        ? context.sealed(item.password, row?.password ?? null)
        : item.password === null
          ? (row?.password ?? null)
          : null,
    fromDomain: item.fromDomain ?? null,
    format: item.format,
    codecs: item.codecs,
    ringTimeoutMs: item.ringTimeoutMs ?? null,
    destinations: item.destinations ?? null,
    breaker: item.breaker ?? null,
    maxCalls: item.maxCalls ?? null,
    callsPerSecond: item.callsPerSecond ?? null,
  }),
  numbers: (item, context) => ({
    name: item.name,
    phone: item.phone,
    trunk: context.refer('trunks', item.trunk),
    maxCalls: item.maxCalls ?? null,
    validFrom: instantText(item.validFrom ?? null),
    validUntil: instantText(item.validUntil ?? null),
  }),
  callerIdGroups: ({ name, mode, numbers }, context) => ({
    name,
    mode,
    numbers: numbers.map((reference) => context.refer('numbers', reference)),
  }),
  dialplans: ({ name, routes }, context) => ({
    name,
    routes: routes
      .map(({ prefix, trunks }) => ({
        prefix: prefix.replace('+', ''),
        trunks: trunks.map((reference) => context.refer('trunks', reference)),
      }))
      .sort((a, b) => byText(a.prefix, b.prefix)),
  }),
  audio: ({ path, name, file }, context, row) => ({
    path,
    name: name ?? null,
    ...(file === null && row !== null
      ? { sha256: row.sha256, sizeBytes: row.sizeBytes, durationMs: row.durationMs }
      : context.sound(path)),
  }),
  retryRules: (item) => ({
    name: item.name,
    remark: item.remark ?? null,
    enabled: item.enabled,
    isDefault: item.default,
    policy: policyOf(item),
  }),
  timeGroups: ({ name, zone, forbid }) => ({
    name,
    zone,
    forbid: hoursOf(forbid),
  }),
  scenarios: ({ id: _, externalIds: __, ...definition }) => ({
    name: definition.name,
    code: definition.code ?? null,
    language: definition.language,
    definition,
  }),
}

type Fields = Readonly<Record<string, unknown>>
type ToItem = { readonly [Name in SectionName]: (values: Values[Name], sound: string | null) => Fields }

/** What is absent or as it would be without being said is left out; a secret that is there shows as null. */
const toItem: ToItem = {
  users: ({ login, role }) => ({ login, password: null, role }),
  tokens: ({ name, role, scopes }) => ({ name, value: null, role, ...(scopes.length === 0 ? {} : { scopes }) }),
  trunks: (values) => ({
    name: values.name,
    host: values.host,
    port: values.port,
    ...(values.username === null ? {} : { username: values.username }),
    // A username without a password is a trunk that waits for one: an empty installation that took this file has such.
    ...(values.username === null && values.password === null ? {} : { password: null }),
    ...given({ fromDomain: values.fromDomain }),
    format: values.format,
    codecs: values.codecs,
    ...given({
      maxCalls: values.maxCalls,
      callsPerSecond: values.callsPerSecond,
      ringTimeoutMs: values.ringTimeoutMs,
      destinations: values.destinations,
      breaker: values.breaker,
    }),
  }),
  numbers: ({ name, phone, trunk, ...rest }) => ({ name, phone, trunk, ...given(rest, numberFields) }),
  callerIdGroups: ({ name, numbers, mode }) => ({ name, numbers, mode }),
  dialplans: ({ name, routes }) => ({ name, routes }),
  audio: ({ path, name }, sound) => ({ path, ...given({ name }), file: sound }),
  retryRules: ({ name, remark, enabled, isDefault, policy }) => ({
    name,
    ...given({ remark }),
    enabled,
    ...(isDefault ? { default: true } : {}),
    rules: givenOf(policy).rules,
    caps: given(policy.caps, ['perContact', 'perPhonePerDay']),
  }),
  timeGroups: ({ name, zone, forbid }) => ({
    name,
    zone,
    forbid: spansOf(forbid),
  }),
  // In the order of the format: the database keeps another.
  scenarios: ({ definition }) => scenarioSchema.safeParse(definition).data ?? definition,
}

export function shownItem(section: SectionName, values: Values[SectionName], sound: string | null): Fields {
  // Section and values belong together; the compiler does not follow one name through two unions.
  const map = toItem[section] as (values: Values[SectionName], sound: string | null) => Fields
  return map(values, sound)
}

const numberFields = ['maxCalls', 'validFrom', 'validUntil']

/** The fields that are there, in this order. */
function given(fields: Fields, order: readonly string[] = Object.keys(fields)): Fields {
  return Object.fromEntries(
    order.flatMap((name) => (fields[name] === null || fields[name] === undefined ? [] : [[name, fields[name]]])),
  )
}

/** By code units: the same on every machine, whatever its language. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
