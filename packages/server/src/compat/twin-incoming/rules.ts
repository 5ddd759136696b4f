/** Numbers with their rules one by one: shown, changed, taken away. */
import type { Principal } from '../../access/authenticate.ts'
import { type Queryable, repeatableTransaction } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import type { ServerDeps } from '../../deps.ts'
import { numbers } from '../../numbers/number.ts'
import { setNumberWebhooks } from '../../numbers/webhooks.ts'
import { Desk } from '../../resources/desk.ts'
import { resolveReference } from '../../resources/references.ts'
import { changeAt, deleteResource } from '../../resources/resource.ts'
import { FieldRefusal, objectOf } from '../field-refusal.ts'
import { type FieldMessage, problemsOf } from '../mistake.ts'
import { atPlaces, noSuchRule, refused } from './errors.ts'
import { IdSearch, type Ids } from './ids.ts'
import { inboundOf } from './mapping.ts'
import { connectionMistakes, firstOfEach, isBlank, recordOf, robotMistakes } from './mistakes.ts'
import { readRule, type ShownRule } from './rules-list.ts'
import { type Change, changeSchema } from './schemas.ts'
import { receiversOf } from './teller.ts'

export type Caller = { readonly deps: ServerDeps; readonly principal: Principal }

/** @throws {FieldRefusal} 400, or 404 where there is no such number. @returns The number as it is then. */
export async function changeRule({ deps, principal }: Caller, id: string, body: unknown): Promise<ShownRule> {
  const { workspaceId } = principal
  const numberId = await ruleId(deps.pool, workspaceId, id)
  const newId = (): string => uuidV7(deps.clock, deps.random)
  const after = await repeatableTransaction(deps.pool, async (on) => {
    // What is not given stays as it is by then, whoever else is changing it.
    await on.query('select from phone_number where workspace_id = $1 and id = $2 for no key update', [
      workspaceId,
      numberId,
    ])
    const before = await readRule(on, workspaceId, numberId)
    if (before === null) return null
    const { change, ids, rule } = await readChange(new IdSearch(on, workspaceId), before, body)
    const kept = rule === null ? {} : { inbound: { ...rule, ...(await keptOf(on, workspaceId, numberId, ids)) } }
    const native = { ...fieldsOf(change, ids), ...kept }
    try {
      if (Object.keys(native).length > 0)
        await changeAt(new Desk(deps, on, principal), numbers, { id: numberId, given: native, check: () => {} })
    } catch (error) {
      throw atPlaces(error, { name: 'name', number: 'number', connection: 'connectionOptions' })
    }
    if (change.webhookUrls != null) {
      const webhooks = receiversOf(change.webhookUrls)
      await setNumberWebhooks(on, workspaceId, 'twin', [{ numberId, webhooks }], newId)
    }
    return readRule(on, workspaceId, numberId)
  })
  if (after === null) throw noSuchRule(id)
  deps.onChange()
  return after
}

type ReadChange = {
  readonly change: Change
  readonly ids: Ids
  /** As it is to be; null: it stays. */
  readonly rule: Readonly<Record<string, unknown>> | null
}

/**
 * What is given, looked at together with what stays.
 * @throws {FieldRefusal} 400 with every mistake.
 */
async function readChange(search: IdSearch, before: ShownRule, body: unknown): Promise<ReadChange> {
  const given = objectOf(body)
  const { success, data: change, error } = changeSchema.safeParse(given)
  const connection: Record<string, unknown> = { ...before.connectionOptions, ...recordOf(given.connectionOptions) }
  const incoming: Record<string, unknown> = { ...before.incomingCallsOptions, ...recordOf(given.incomingCallsOptions) }
  const problems: FieldMessage[] = [...(success ? [] : problemsOf(error)), ...robotMistakes(incoming)]
  if ('connectionOptions' in given)
    problems.push(...connectionMistakes(withoutPassword(connection), 'connectionOptions'))
  const hasRule = 'action' in incoming
  const asksForRule =
    connection.numberAsDid === false ||
    [given.incomingCallsOptions, given.additionalOptions].some((part) =>
      Object.values(recordOf(part)).some((value) => !isBlank(value)),
    )
  if (!hasRule && asksForRule)
    problems.push({
      field: 'incomingCallsOptions.action',
      message: 'expected robot or end: this number has no rule yet',
    })
  const [trunkId = ''] = await search.trunksAt([connection], () => 'connectionOptions')
  const scenarioId = await search.scenarioOf(incoming)
  const mistakes = firstOfEach([...problems, ...search.problems])
  if (!success || mistakes.length > 0) throw new FieldRefusal(400, refused, mistakes)
  const isOfRule = ['incomingCallsOptions', 'additionalOptions', 'connectionOptions'].some((part) => part in given)
  const additional = { ...before.additionalOptions, ...change.additionalOptions } as Change['additionalOptions']
  const whole = incoming as NonNullable<Change['incomingCallsOptions']>
  const rule = hasRule && isOfRule ? inboundOf(whole, additional, connection, scenarioId) : null
  return { change, ids: { trunkId, scenarioId }, rule }
}

/** @throws {FieldRefusal} 404; {ResourceError} `RESOURCE_IN_USE` */
export async function deleteRule({ deps, principal }: Caller, id: string): Promise<void> {
  const numberId = await ruleId(deps.pool, principal.workspaceId, id)
  await deleteResource(deps, principal, numbers, { id: numberId, check: () => {} })
}

export async function showRule({ deps, principal }: Caller, id: string): Promise<ShownRule> {
  const { workspaceId } = principal
  const shown = await readRule(deps.pool, workspaceId, await ruleId(deps.pool, workspaceId, id))
  if (shown === null) throw noSuchRule(id)
  return shown
}

async function ruleId(on: Queryable, workspaceId: string, id: string): Promise<string> {
  const found = await resolveReference(on, workspaceId, 'number', { value: id, dialect: 'twin' })
  if (!('id' in found)) throw noSuchRule(id)
  return found.id
}

/** Our fields for what is given; a blank one is taken away. */
function fieldsOf({ name, number, connectionOptions: given }: Change, { trunkId }: Ids): Record<string, unknown> {
  const blankIsNull = (value: string | null | undefined): string | null | undefined => (value === '' ? null : value)
  const fields = {
    name,
    phone: number,
    trunk: given?.providerId === undefined ? undefined : trunkId,
    login: blankIsNull(given?.login),
    authUsername: blankIsNull(given?.authUser),
    password: blankIsNull(given?.password),
    fromDomain: blankIsNull(given?.fromDomain),
    forceOut: given?.forceOutOverChannel ?? undefined,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** A password that is kept needs its login too, but is none that was given. */
function withoutPassword(connection: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { hasPassword, ...rest } = connection
  // Taking the login away takes both with it.
  return connection.login === '' && isBlank(connection.password) ? { ...rest, authUser: '' } : rest
}

type Kept = {
  readonly startBlock: string | null
  readonly scenarioId: string | null
  readonly maxDurationSeconds: number | null
  readonly webhooks: unknown
}

/** What the vendor has no word for stays: where the same scenario begins, how long a call may last, receivers in our own words. */
async function keptOf(
  on: Queryable,
  workspaceId: string,
  id: string,
  { scenarioId }: Ids,
): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await on.query<Kept>(
    `select n.inbound ->> 'startBlock' as "startBlock", n.inbound ->> 'scenarioId' as "scenarioId",
            (n.inbound ->> 'maxDurationSeconds')::int as "maxDurationSeconds",
            (select coalesce(json_agg(json_build_object('url', e.url, 'events', e.events)), '[]')
               from webhook_endpoint e where e.number_id = n.id and e.dialect = 'native') as webhooks
       from phone_number n where n.workspace_id = $1 and n.id = $2`,
    [workspaceId, id],
  )
  const [row] = rows
  if (row === undefined) throw noSuchRule(id)
  const { startBlock, maxDurationSeconds, webhooks } = row
  return {
    webhooks,
    ...(maxDurationSeconds === null ? {} : { maxDurationSeconds }),
    ...(startBlock === null || row.scenarioId !== scenarioId ? {} : { startBlock }),
  }
}
