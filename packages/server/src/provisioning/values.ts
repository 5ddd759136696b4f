/** From an item of the document to the values of its row, and back: the two directions of one mapping, side by side. */
import { scenarioSchema } from '@dialwright/scenario'
import { tokenHash } from '../access/token-value.ts'
import { numberSecretPurpose, trunkSecretPurpose } from '../adapters/postgres/material-source.ts'
import { givenRule, ruleOf } from '../numbers/rule.ts'
import { operatorsOf } from '../operator-groups/operators.ts'
import { givenOf, policyOf } from '../retry-rules/retry-rule.ts'
import { keptDefinition } from '../scenarios/definition.ts'
import { withIdsOfThings } from '../scenarios/named-things.ts'
import { mergeTagGroups, type TagIds } from '../tag-scenes/tag-groups.ts'
import { hoursOf, spansOf } from '../time-groups/time-group.ts'
import { instantText, type TagGroupValues, type Values } from './inventory.ts'
import type { Reference } from './schema/reference.ts'
import type { Items, SectionName } from './schema.ts'

/** What an item's values depend on besides the item. */
export type Context = {
  refer(section: SectionName, reference: Reference): string
  /** Hash of the login's password: that of the row where the password is equal. */
  passwordHash(login: string): string
  /** Hash of a token whose value nobody knows, in hex. */
  unknownToken(): string
  /** Secret box in hex: the one given where it holds this password. */
  sealed(password: string, box: string | null, purpose: string): string
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
        ? context.sealed(item.password, row?.password ?? null, trunkSecretPurpose)
        : item.password === null
          ? (row?.password ?? null)
          : null,
    fromDomain: item.fromDomain ?? null,
    format: item.format,
    codecs: item.codecs,
    ringTimeoutMs: item.ringTimeoutMs ?? null,
    destinations: item.destinations ?? null,
    breaker: item.breaker ?? null,
    registerEverySeconds: item.register?.every ?? null,
    maxCalls: item.maxCalls ?? null,
    callsPerSecond: item.callsPerSecond ?? null,
    reservedCalls: item.reservedCalls ?? 0,
  }),
  numbers: (item, context, row) => ({
    name: item.name,
    phone: item.phone,
    trunk: context.refer('trunks', item.trunk),
    maxCalls: item.maxCalls ?? null,
    reservedCalls: item.reservedCalls ?? 0,
    login: item.login ?? null,
    authUsername: item.authUsername ?? null,
    password:
      typeof item.password === 'string'
        ? context.sealed(item.password, row?.password ?? null, numberSecretPurpose)
        : item.password === null
          ? (row?.password ?? null)
          : null,
    fromDomain: item.fromDomain ?? null,
    forceOut: item.forceOut,
    inbound: ruleOf(item.inbound, (scenario) => context.refer('scenarios', scenario)),
    webhooks: (item.inbound?.webhooks ?? []).toSorted((a, b) => byText(a.url, b.url)),
    validFrom: instantText(item.validFrom ?? null),
    validUntil: instantText(item.validUntil ?? null),
  }),
  callerIdGroups: ({ name, mode, dailyCap, numbers }, context) => ({
    name,
    mode,
    dailyCap: dailyCap ?? null,
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
  voices: ({ name, provider, voice, language, speed }) => ({ name, provider, voice, language, speed }),
  operatorGroups: ({ name, code, mode, number, enabled, operators }, context) => ({
    name,
    code: code ?? null,
    mode,
    number: number === undefined ? null : context.refer('numbers', number),
    enabled,
    operators: operatorsOf(operators),
  }),
  tagScenes: ({ name, description, groups }, _, row) => ({
    name,
    description,
    groups: tagGroupValues(row?.groups ?? [], groups),
  }),
  scenarios: ({ id: _, externalIds: __, tagScene, ...given }, context) => {
    const scene = tagScene === undefined ? null : context.refer('tagScenes', tagScene)
    const kept = keptDefinition({ ...given, ...(scene === null ? {} : { tagScene: scene }) })
    const definition = withIdsOfThings(kept, ({ kind, reference }) => context.refer(sectionOfThings[kind], reference))
    const { name, code = null, language } = definition
    return { name, code, language, tagScene: scene, definition }
  },
  projects: ({ name, scenarios, numbers }, context) => ({
    name,
    scenarios: scenarios.map((reference) => context.refer('scenarios', reference)),
    numbers: numbers.map((reference) => context.refer('numbers', reference)),
  }),
}

/** Where the things that scenarios name stand. */
export const sectionOfThings = {
  'operator-group': 'operatorGroups',
  dialplan: 'dialplans',
  scenario: 'scenarios',
} as const

/** The groups of a scene as they will be: external ids that the document does not speak of stay. */
export function tagGroupValues(
  there: readonly TagGroupValues[],
  given: Items['tagScenes']['groups'],
): readonly TagGroupValues[] {
  const known = there.map((group) => ({ ...group, id: null, tags: group.tags.map((tag) => ({ ...tag, id: null })) }))
  return mergeTagGroups(known, given).map(({ id: _, ...group }) => ({
    ...group,
    tags: group.tags.map(({ id: __, ...tag }) => tag),
  }))
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
    ...(values.registerEverySeconds === null ? {} : { register: { every: values.registerEverySeconds } }),
    format: values.format,
    codecs: values.codecs,
    ...given({
      maxCalls: values.maxCalls,
      callsPerSecond: values.callsPerSecond,
      reservedCalls: values.reservedCalls === 0 ? null : values.reservedCalls,
      ringTimeoutMs: values.ringTimeoutMs,
      destinations: values.destinations,
      breaker: values.breaker,
    }),
  }),
  numbers: ({ name, phone, trunk, ...rest }) => ({
    name,
    phone,
    trunk,
    ...given({ ...rest, reservedCalls: rest.reservedCalls === 0 ? null : rest.reservedCalls }, numberFields),
    // A login without a password is a line that waits for one: an empty installation that took this file has such.
    ...(rest.login === null
      ? {}
      : { login: rest.login, ...given({ authUsername: rest.authUsername }), password: null }),
    ...given({ fromDomain: rest.fromDomain }),
    ...(rest.forceOut ? { forceOut: true } : {}),
    ...(rest.inbound === null ? {} : { inbound: givenRule(rest.inbound, rest.webhooks) }),
  }),
  callerIdGroups: ({ name, numbers, mode, dailyCap }) => ({ name, numbers, mode, ...given({ dailyCap }) }),
  dialplans: ({ name, routes }) => ({ name, routes }),
  audio: ({ path, name }, sound) => ({ path, ...given({ name }), file: sound }),
  retryRules: ({ name, remark, enabled, isDefault, policy }) => ({
    name,
    ...given({ remark }),
    enabled,
    ...(isDefault ? { default: true } : {}),
    rules: givenOf(policy).rules,
    caps: given(policy.caps, ['perContact', 'perPhone', 'perPhonePerDay']),
  }),
  timeGroups: ({ name, zone, forbid }) => ({
    name,
    zone,
    forbid: spansOf(forbid),
  }),
  // In the order of the format: the database keeps another.
  scenarios: ({ definition }) => scenarioSchema.safeParse(definition).data ?? definition,
  voices: ({ name, provider, voice, language, speed }) => ({
    ...{ name, provider, voice, language },
    ...(speed === 1 ? {} : { speed }),
  }),
  operatorGroups: ({ name, code, mode, number, enabled, operators }) => ({
    name,
    ...given({ code }),
    mode,
    ...given({ number }),
    ...(enabled ? {} : { enabled }),
    operators,
  }),
  tagScenes: ({ name, description, groups }) => ({
    name,
    ...described(description),
    groups: groups.map((group) => ({
      name: group.name,
      ...withIds(group.externalIds),
      tags: group.tags.map((tag) => ({
        name: tag.name,
        ...described(tag.description),
        ...withIds(tag.externalIds),
      })),
    })),
  }),
  projects: ({ name, scenarios, numbers }) => ({ name, scenarios, numbers }),
}

function described(description: string): Fields {
  return description === '' ? {} : { description }
}

function withIds(ids: TagIds): Fields {
  const sorted = Object.entries(ids).toSorted(([a], [b]) => byText(a, b))
  const shown = Object.fromEntries(sorted.map(([dialect, id]) => [dialect, shownExternalId(dialect, id)]))
  return sorted.length === 0 ? {} : { externalIds: shown }
}

/** Where the vendor's ids are integers they are shown as such. */
export function shownExternalId(dialect: string, externalId: string): string | number {
  const isInteger = /^(0|[1-9]\d*)$/.test(externalId) && Number.isSafeInteger(Number(externalId))
  return isInteger && (dialect === 'yunfu' || dialect === 'is74') ? Number(externalId) : externalId
}

export function shownItem(section: SectionName, values: Values[SectionName], sound: string | null): Fields {
  // Section and values belong together; the compiler does not follow one name through two unions.
  const map = toItem[section] as (values: Values[SectionName], sound: string | null) => Fields
  return map(values, sound)
}

const numberFields = ['maxCalls', 'reservedCalls', 'validFrom', 'validUntil']

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
