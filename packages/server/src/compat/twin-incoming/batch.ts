/** Numbers with their rule, added many at once or not at all. */
import { type Connection, transaction } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import { idempotencyOf, takeKey } from '../../idempotency.ts'
import { numbers } from '../../numbers/number.ts'
import { setNumberWebhooks } from '../../numbers/webhooks.ts'
import { Desk } from '../../resources/desk.ts'
import { createAt } from '../../resources/resource.ts'
import { FieldRefusal, notAnObject } from '../field-refusal.ts'
import { type FieldMessage, isRecord } from '../mistake.ts'
import { atPlaces, type Places, refused, taken } from './errors.ts'
import { IdSearch, type Ids } from './ids.ts'
import { numberAt, numberOf } from './mapping.ts'
import { firstOfEach, readBatch } from './mistakes.ts'
import type { Caller } from './rules.ts'
import { mostNumbers } from './schemas.ts'
import { receiversOf } from './teller.ts'

/**
 * All or none, in one transaction.
 * @throws {FieldRefusal} 400 with every mistake by its place: `numbers.1`, `connectionOptionsList.0.providerId`.
 */
export async function addNumbers({ deps, principal }: Caller, body: unknown, idempotencyKey: unknown): Promise<void> {
  if (!isRecord(body)) throw notAnObject()
  const { workspaceId } = principal
  const { batch, problems } = readBatch(body)
  const search = new IdSearch(deps.pool, workspaceId)
  const ids = await idsOf(search, body)
  const mistakes = [...problems, ...search.problems]
  if (batch === null || mistakes.length > 0) throw new FieldRefusal(400, refused, firstOfEach(mistakes))
  const newId = (): string => uuidV7(deps.clock, deps.random)
  const receivers = receiversOf(batch.webhookUrls ?? [])
  const idempotency = idempotencyOf('twin-incoming-rules', idempotencyKey, body)
  const made = batch.numbers.map(
    (phone, index): Made => ({ index, key: phone.replace(/\D/g, ''), ids: ids[index] ?? noIds }),
  )
  await transaction(deps.pool, async (connection) => {
    if (idempotency !== undefined && (await takeKey(connection, workspaceId, idempotency, newId())) !== null) return
    await refuseTaken(connection, workspaceId, made)
    // In one order, so that two batches of the same numbers never wait for each other.
    for (const { index, ids } of made.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))) {
      const id = newId()
      try {
        const number = numberOf(numberAt(batch, index), ids.trunkId, ids.scenarioId)
        await createAt(new Desk(deps, connection, principal), numbers, id, number)
      } catch (error) {
        throw atPlaces(error, placesIn(index))
      }
      await setNumberWebhooks(connection, { id, workspaceId }, 'twin', receivers, newId)
    }
  })
  deps.onChange()
}

type Made = { readonly index: number; readonly key: string; readonly ids: Ids }
const noIds: Ids = { trunkId: '', scenarioId: null }
const orderOf = ({ key, ids }: Made): string => `${key} ${ids.trunkId}`

/** What each number refers to, looked for though other fields are wrong. */
async function idsOf(search: IdSearch, body: Record<string, unknown>): Promise<readonly Ids[]> {
  const { incomingCallsOptions, connectionOptionsList: connections } = body
  const scenarioId = await search.scenarioOf(incomingCallsOptions)
  const ids: Ids[] = []
  for (const [index, connection] of (Array.isArray(connections) ? connections : []).slice(0, mostNumbers).entries())
    ids.push({ trunkId: await search.trunkAt(connection, placesIn(index).connection), scenarioId })
  return ids
}

function placesIn(index: number): Places {
  return { name: `names.${index}`, number: `numbers.${index}`, connection: `connectionOptionsList.${index}` }
}

/** Each number that is there already, by name: a later insert would tell of the first alone. Two ids may mean one provider. */
async function refuseTaken(connection: Connection, workspaceId: string, made: readonly Made[]): Promise<void> {
  const { rows } = await connection.query<{ key: string }>(
    `select n.phone_key || ' ' || n.trunk_id as key from phone_number n
       join unnest($2::text[], $3::uuid[]) as g(key, trunk) on n.phone_key = g.key and n.trunk_id = g.trunk
      where n.workspace_id = $1`,
    [workspaceId, made.map(({ key }) => key), made.map(({ ids }) => ids.trunkId)],
  )
  const there = new Set(rows.map(({ key }) => key))
  const problems: FieldMessage[] = []
  for (const one of made) {
    if (there.has(orderOf(one))) problems.push(taken(placesIn(one.index)))
    there.add(orderOf(one))
  }
  if (problems.length > 0) throw new FieldRefusal(400, refused, problems)
}
