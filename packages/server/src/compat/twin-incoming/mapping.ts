/** Between the vendor's words for a number with its rule and ours. Pure. */
import type { InboundRule } from '../../inbound/inbound-rule.ts'
import type { Reference } from '../../provisioning/schema/reference.ts'
import type { Batch, Change } from './schemas.ts'

type Connection = Batch['connectionOptionsList'][number]
type Incoming = Change['incomingCallsOptions'] & object
type Additional = Batch['additionalOptions']

/** `default` is what the caller sends, under his own name. */
const shownNames = {
  default: 'caller',
  num_caller: 'caller-number',
  num_name: 'name',
  num_called: 'called',
} as const satisfies Record<string, InboundRule['shownName']>
const shownNumbers = { default: 'caller', caller: 'caller', called: 'called' } as const

const vendorNames = {
  caller: 'default',
  'caller-number': 'num_caller',
  name: 'num_name',
  called: 'num_called',
} as const satisfies Record<InboundRule['shownName'], string>
const vendorNumbers = { caller: 'default', called: 'called' } as const

/** The vendor's empty text is nothing. */
const given = <Value>(value: Value): Exclude<Value, '' | null> | undefined =>
  value === '' || value === null ? undefined : (value as Exclude<Value, '' | null>)

/** One number with its rule, as a batch or a list tells it. */
export type GivenNumber = {
  readonly name: string
  readonly number: string
  readonly connection: Connection
  /** Null: it has no rule. */
  readonly incoming: Incoming | null
  readonly additional: Additional
}

export function numberAt(batch: Batch, index: number): GivenNumber {
  return {
    name: batch.names[index] as string,
    number: batch.numbers[index] as string,
    connection: batch.connectionOptionsList[index] as Connection,
    incoming: batch.incomingCallsOptions,
    additional: batch.additionalOptions,
  }
}

/** As our own API takes a number. @param scenario  Null: none talks. */
export function numberOf(
  { name, number, connection, incoming, additional }: GivenNumber,
  trunk: Reference,
  scenario: Reference | null,
): Readonly<Record<string, unknown>> {
  return {
    ...{ name, phone: number, trunk },
    login: given(connection.login),
    authUsername: given(connection.authUser),
    password: given(connection.password),
    fromDomain: given(connection.fromDomain),
    forceOut: connection.forceOutOverChannel ?? false,
    ...(incoming === null ? {} : { inbound: inboundOf(incoming, additional, connection, scenario) }),
  }
}

export function inboundOf(
  incoming: Incoming,
  additional: Additional,
  { numberAsDid, did }: { readonly numberAsDid?: unknown; readonly did?: unknown },
  scenario: Reference | null,
): Readonly<Record<string, unknown>> {
  return {
    action: incoming.action,
    ...(incoming.action === 'robot' && scenario !== null ? { scenario } : {}),
    shownName: shownNames[given(incoming.cidAsName) ?? 'default'],
    shownNumber: shownNumbers[given(incoming.cidAsNumber) ?? 'default'],
    record: given(additional?.callRecord) ?? 'all',
    // A DID beside numberAsDid is sent by the vendor's clients, and unused.
    did: numberAsDid === false && did !== '' ? (did ?? undefined) : undefined,
    comment: given(additional?.comment),
  }
}

export const notificationOptions = { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] } as const

/** @param botId  As the vendor's client knows it. */
export function shownIncoming(rule: InboundRule | null, botId: string | null) {
  if (rule === null) return null
  if (rule.action === 'end') return { action: 'end' as const }
  return {
    action: 'robot' as const,
    botId,
    cidAsName: vendorNames[rule.shownName],
    cidAsNumber: vendorNumbers[rule.shownNumber],
    reserveAction: 'default' as const,
    reserveActionData: null,
    reserveCidAsName: 'original' as const,
    reserveCidAsNumber: 'original' as const,
  }
}
