/** Saved bodies of create/batch, and our own lists of numbers and providers, into sections of a provisioning document. */
import type { z } from 'zod'
import { ProvisioningError, type ProvisioningProblem } from '../../provisioning/errors.ts'
import { type Findings, isRow, type ReadFile, rowsIn, textIn, wholeIn } from '../../provisioning/vendor-import.ts'
import { type FieldMessage, problemsOf } from '../mistake.ts'
import { type GivenNumber, numberAt, numberOf } from './mapping.ts'
import { firstOfEach, readBatch } from './mistakes.ts'
import { listedSchema } from './schemas.ts'

type Kind = 'batch' | 'rules' | 'providers'
/** `id`, `hasPassword`: as our list tells them; a body has neither. */
type Told = GivenNumber & {
  readonly id?: string | undefined
  readonly hasPassword?: boolean | undefined
  readonly webhookUrls: readonly string[]
}

/** Null: the file is another room's. */
function kindOf({ stem, value }: ReadFile): Kind | null {
  const plain = stem.replace(/[-_ ]/g, '')
  if (plain.startsWith('providers')) return 'providers'
  const items = isRow(value) && Array.isArray(value.items) ? value.items : value
  const rows = Array.isArray(items) ? rowsIn(items) : rowsIn([items])
  if (rows.some((row) => 'connectionOptions' in row)) return 'rules'
  if (isRow(value) && ('connectionOptionsList' in value || 'incomingCallsOptions' in value)) return 'batch'
  if (!plain.startsWith('incomingrules')) return null
  return Array.isArray(items) ? 'rules' : 'batch'
}

export function isOfIncomingRules(file: ReadFile): boolean {
  return kindOf(file) !== null
}

/** What lists tell comes first, since a body has no ids: the same number in both is one. */
export function readIncomingRules(files: readonly ReadFile[], found: Findings): void {
  const of = (kind: Kind): ReadFile[] => files.filter((file) => kindOf(file) === kind)
  for (const { value } of of('providers'))
    for (const row of rowsIn(isRow(value) ? value.items : value))
      found.draft('trunks', { id: textIn(row, 'id'), name: textIn(row, 'name') }, [needsCredentials], {
        host: textIn(row, 'host'),
        port: wholeIn(row, 'port'),
      })
  const problems: ProvisioningProblem[] = []
  const told = [
    ...of('rules').flatMap((file) => rulesIn(file, problems)),
    ...of('batch').flatMap((file) => batchIn(file, problems)),
  ]
  if (problems.length > 0) throw new ProvisioningError(problems)
  for (const one of told) readNumber(one, found)
  tellReceivers(told, found)
  if (told.some(({ connection }) => (connection.password ?? '') !== ''))
    found.note('Passwords of numbers stand in this file as the batch gave them: keep it as secret as they are.')
}

const needsCredentials = 'username and password, where the carrier wants them'

function readNumber(one: Told, found: Findings): void {
  const { providerId } = one.connection
  found.draft('trunks', { id: providerId, name: found.settings.trunk }, ['host', needsCredentials])
  const { botId } = one.incoming ?? {}
  const isRobot = one.incoming?.action === 'robot'
  if (isRobot && botId != null)
    found.draft('scenarios', { id: botId, name: undefined }, [
      ...['language', 'startBlocks', 'blocks: what the bot says and does'],
    ])
  const trunk = { twin: providerId }
  const { name, phone, ...rest } = numberOf(one, trunk, isRobot && botId != null ? { twin: botId } : null)
  // As it is: a list never tells a password.
  const secret = one.hasPassword === true ? { password: null } : {}
  found.number({ id: one.id, name: one.name }, one.number, { ...rest, ...secret })
}

/** A document knows receivers in our own words alone. */
function tellReceivers(told: readonly Told[], found: Findings): void {
  const groups = Map.groupBy(
    told.filter(({ webhookUrls }) => webhookUrls.length > 0),
    ({ webhookUrls }) => webhookUrls.join(' '),
  )
  for (const [urls, numbers] of groups) {
    const phones = [...new Set(numbers.map(({ number }) => number))].join(', ')
    found.note(
      `webhookUrls of ${phones} are not part of this file: once it is applied, PATCH incomingRules/{id} with ${JSON.stringify({ webhookUrls: urls.split(' ') })}.`,
    )
  }
}

function batchIn({ path, value }: ReadFile, problems: ProvisioningProblem[]): Told[] {
  const { batch, problems: found } = readBatch(value)
  problems.push(...placed(path, firstOfEach(found)))
  if (batch === null) return []
  return batch.numbers.map((_, index) => ({ ...numberAt(batch, index), webhookUrls: batch.webhookUrls ?? [] }))
}

function rulesIn({ path, value }: ReadFile, problems: ProvisioningProblem[]): Told[] {
  const items = isRow(value) && 'items' in value ? value.items : value
  const { data, error } = listedSchema.safeParse(isRow(items) ? [items] : items)
  if (error !== undefined) problems.push(...placed(path, problemsOf(error)))
  return (data ?? []).map(toldOf)
}

function toldOf(item: z.output<typeof listedSchema>[number]): Told {
  const { id, name, number, additionalOptions, incomingCallsOptions, connectionOptions, webhookUrls } = item
  return {
    ...{ id, name, number, webhookUrls: webhookUrls ?? [] },
    connection: connectionOptions,
    incoming: incomingCallsOptions ?? null,
    additional: additionalOptions,
    hasPassword: connectionOptions.hasPassword,
  }
}

/** By the file and the place in it. */
function placed(path: string, problems: readonly FieldMessage[]): ProvisioningProblem[] {
  return problems.map(({ field, message }) => ({
    ...{ path, code: 'invalid' },
    message: field === '' ? message : `${field}: ${message}`,
  }))
}
