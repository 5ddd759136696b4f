/** Between the vendor's words for a number with its rule and ours. Pure. */
import type { InboundRule } from '../../inbound/inbound-rule.ts'
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

const given = <Value>(value: Value | '' | null | undefined): Value | undefined =>
  value === '' || value === null ? undefined : (value as Value | undefined)

export type Ids = { readonly trunkId: string; readonly scenarioId: string | null }

/** As our own API takes a number. */
export function numberOf(batch: Batch, index: number, { trunkId, scenarioId }: Ids): Readonly<Record<string, unknown>> {
  const connection = batch.connectionOptionsList[index] as Connection
  return {
    name: batch.names[index],
    phone: batch.numbers[index],
    trunk: trunkId,
    login: given(connection.login),
    authUsername: given(connection.authUser),
    password: given(connection.password),
    fromDomain: given(connection.fromDomain),
    forceOut: connection.forceOutOverChannel ?? false,
    inbound: inboundOf(batch.incomingCallsOptions, batch.additionalOptions, connection, scenarioId),
  }
}

export function inboundOf(
  incoming: Incoming,
  additional: Additional,
  { numberAsDid, did }: { readonly numberAsDid?: unknown; readonly did?: unknown },
  scenarioId: string | null,
): Readonly<Record<string, unknown>> {
  const isRobot = incoming.action === 'robot'
  return {
    action: incoming.action,
    ...(isRobot ? { scenario: scenarioId } : {}),
    shownName: shownNames[incoming.cidAsName ?? 'default'],
    shownNumber: shownNumbers[incoming.cidAsNumber ?? 'default'],
    record: additional?.callRecord ?? 'all',
    // A DID beside numberAsDid is sent by the vendor's clients, and unused.
    did: numberAsDid === false && did !== '' ? (did ?? undefined) : undefined,
    comment: given(additional?.comment),
    webhooks: [],
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
