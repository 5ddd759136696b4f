/** Numbers with their rule, added many at once or not at all, in as many statements as one would take. */
import { type Connection, repeatableTransaction } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import { idempotencyOf, takeKey } from '../../idempotency.ts'
import { calledAlready, takeNumbersTurn } from '../../numbers/called-once.ts'
import { insertNumbers, type NewNumber } from '../../numbers/new-numbers.ts'
import { isCalledByDid, keepScenarios, newNumber, numbers } from '../../numbers/number.ts'
import { setNumberWebhooks } from '../../numbers/webhooks.ts'
import { Desk } from '../../resources/desk.ts'
import { createAllAt } from '../../resources/resource.ts'
import { FieldRefusal, objectOf } from '../field-refusal.ts'
import type { FieldMessage } from '../mistake.ts'
import { didPlace, placesIn, refused, taken } from './errors.ts'
import { IdSearch, noSuch } from './ids.ts'
import { numberAt, numberOf } from './mapping.ts'
import { firstOfEach, listIn, readBatch, recordOf, sameNumbers } from './mistakes.ts'
import type { Caller } from './rules.ts'
import { receiversOf } from './teller.ts'

/**
 * All or none, in one transaction.
 * @throws {FieldRefusal} 400 with every mistake by its place: `numbers.1`, `connectionOptionsList.0.providerId`.
 */
export async function addNumbers({ deps, principal }: Caller, given: unknown, idempotencyKey: unknown): Promise<void> {
  const body = objectOf(given)
  const { workspaceId } = principal
  const { batch, problems } = readBatch(body)
  const search = new IdSearch(deps.pool, workspaceId)
  const scenarioId = await search.scenarioOf(body.incomingCallsOptions)
  const connections = listIn(body.connectionOptionsList)
  const trunkIds = await search.trunksAt(connections, (index) => placesIn(index).connection)
  const mistakes = [...problems, ...search.problems]
  if (batch === null || mistakes.length > 0) throw new FieldRefusal(400, refused, firstOfEach(mistakes))
  const newId = (): string => uuidV7(deps.clock, deps.random)
  const idempotency = idempotencyOf('twin-incoming-rules', idempotencyKey, body)
  const made = trunkIds.map((trunkId, index) => {
    const given = numbers.newSchema.parse(numberOf(numberAt(batch, index), trunkId, scenarioId))
    return { id: newId(), given, trunkId }
  })
  const rows = made.map(({ id, given, trunkId }) => newNumber(deps.secretBox, id, given, { trunkId, scenarioId }))
  const webhooks = receiversOf(batch.webhookUrls ?? [])
  await repeatableTransaction(deps.pool, async (connection) => {
    if (idempotency !== undefined && (await takeKey(connection, workspaceId, idempotency, newId())) !== null) return
    const desk = new Desk(deps, connection, principal)
    if (scenarioId !== null && !(await keepScenarios(desk, [scenarioId])).has(scenarioId))
      throw new FieldRefusal(400, refused, [noSuch('scenario', recordOf(body.incomingCallsOptions).botId)])
    await takeNumbersTurn(connection, workspaceId)
    await refuseTaken(connection, workspaceId, rows)
    await createAllAt(desk, numbers, made, () => insertNumbers(connection, workspaceId, rows, newId))
    const told = rows.map(({ id: numberId }) => ({ numberId, webhooks }))
    if (webhooks.length > 0) await setNumberWebhooks(connection, workspaceId, 'twin', told, newId)
  })
  deps.onChange()
}

/** Each number that is there already, and each that another's DID calls, by its place. Two ids may mean one provider. */
async function refuseTaken(connection: Connection, workspaceId: string, rows: readonly NewNumber[]): Promise<void> {
  const wanted = rows.map((row, index) => ({
    ...{ index, phone: row.phone, trunkId: row.trunkId, did: row.rule?.did ?? null },
    isCalledByDid: isCalledByDid(row),
  }))
  const { rows: there } = await connection.query<{ index: number }>(
    `select g.at::int - 1 as index from phone_number n
       join unnest($2::text[], $3::uuid[]) with ordinality as g (key, trunk_id, at) on n.phone_key = g.key and n.trunk_id = g.trunk_id
      where n.workspace_id = $1`,
    [workspaceId, wanted.map(({ phone }) => phone.replace(/\D/g, '')), wanted.map(({ trunkId }) => trunkId)],
  )
  const callable = wanted.filter((one) => one.isCalledByDid)
  const called = await calledAlready(connection, workspaceId, callable)
  const problems: FieldMessage[] = [
    ...there.map(({ index }) => taken(placesIn(index))),
    ...sameNumbers(wanted.map(({ trunkId, ...one }) => ({ ...one, provider: trunkId }))),
    ...callable.flatMap(({ index, did }, at) => {
      const message = called.get(at)
      return message === undefined ? [] : [{ field: didPlace(placesIn(index), did), message }]
    }),
  ]
  if (problems.length > 0) throw new FieldRefusal(400, refused, firstOfEach(problems))
}
