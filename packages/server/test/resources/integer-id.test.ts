/** Integer ids on demand: one thing has one, whoever asks at once; what is taken is passed over; none is given twice. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createPool, type Pool, transaction } from '../../src/adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../../src/adapters/postgres/workspace-database.ts'
import { integerIdOf, integerIdsOf, integerIdsOfParts, resourceByIntegerId } from '../../src/resources/integer-id.ts'
import { startBlockByExternalId } from '../../src/resources/start-block.ts'
import { silentLog, useTestDatabase } from '../fixtures/database.ts'

describe('integer ids', () => {
  const database = useTestDatabase()
  const [own, other] = [crypto.randomUUID(), crypto.randomUUID()]
  let httpPool: Pool
  before(async () => {
    httpPool = createPool(database.connectionString, silentLog, { size: 8 })
    for (const id of [own, other])
      await database.pool.query(
        "insert into workspace (id, name, time_zone, country) values ($1::uuid, $1::text, 'UTC', 'RU')",
        [id],
      )
  })
  after(() => httpPool.end())
  const idOf = (kind: string, resourceId: string, workspaceId = own): Promise<number> =>
    transaction(database.pool, (connection) => integerIdOf(connection, workspaceId, 'is74', kind, resourceId))
  const put = (kind: string, resourceId: string, externalId: string) =>
    database.pool.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id) values ($1, 'is74', $2, $3, $4)`,
      [own, kind, externalId, resourceId],
    )

  test('the first is 1, the next 2; who asks again gets the same; each kind and workspace counts by itself', async () => {
    const [a, b] = [crypto.randomUUID(), crypto.randomUUID()]
    assert.deepEqual([await idOf('campaign', a), await idOf('campaign', b), await idOf('campaign', a)], [1, 2, 1])
    assert.equal(await idOf('scenario', a), 1)
    assert.equal(await idOf('campaign', a, other), 1)
    assert.deepEqual(await resourceByIntegerId(database.pool, own, 'is74', 'campaign', 2), {
      resourceId: b,
      part: null,
    })
    assert.equal((await resourceByIntegerId(database.pool, own, 'is74', 'campaign', '2'))?.resourceId, b)
    for (const unknown of [3, 0, -1, 1.5, '02', 'two', 2 ** 60, Number.NaN])
      assert.equal(await resourceByIntegerId(database.pool, own, 'is74', 'campaign', unknown), null, String(unknown))
    assert.equal(await resourceByIntegerId(database.pool, own, 'yunfu', 'campaign', 1), null)
  })

  test('an id that a client brought is the id; the sequence passes over what is taken, however much it is', async () => {
    const [brought, fresh, next] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    await put('project', brought, '12345')
    assert.equal(await idOf('project', brought), 12_345)
    await database.pool.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id)
       select $1, 'is74', 'project', n::text, gen_random_uuid() from generate_series(1, 2500) n`,
      [own],
    )
    assert.deepEqual([await idOf('project', fresh), await idOf('project', next)], [2_501, 2_502])
  })

  test('an id that is no integer stays, and an integer comes beside it', async () => {
    const named = crypto.randomUUID()
    await put('voice', named, 'alice')
    await put('voice', crypto.randomUUID(), '007')
    assert.equal(await idOf('voice', named), 1)
    assert.equal(await idOf('voice', named), 1)
    const { rows } = await database.pool.query('select count(*)::int as n from external_id where resource_id = $1', [
      named,
    ])
    assert.equal(rows[0]?.n, 2)
  })

  test('a hundred at once for ten things: ten ids without a gap, over the connection of HTTP too', async () => {
    const things = Array.from({ length: 10 }, () => crypto.randomUUID())
    const http = new WorkspaceDatabases(httpPool).of(own)
    const given = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const thing = things[n % 10] ?? ''
        const on = n % 2 === 0 ? http : database.pool
        return [
          thing,
          await transaction(on, (connection) => integerIdOf(connection, own, 'yunfu', 'tag', thing)),
        ] as const
      }),
    )
    const ids = new Map<string, Set<number>>()
    for (const [thing, id] of given) ids.set(thing, (ids.get(thing) ?? new Set()).add(id))
    assert.ok([...ids.values()].every((of) => of.size === 1))
    assert.deepEqual(
      [...ids.values()].flatMap((of) => [...of]).toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    )
  })

  test('two that hold their transactions open: the second waits for the first and gets its id', async () => {
    const thing = crypto.randomUUID()
    const [first, second] = [await database.pool.connect(), await database.pool.connect()]
    await first.query('begin')
    await second.query('begin')
    const id = await integerIdOf(first, own, 'is74', 'trunk', thing)
    const waiting = integerIdOf(second, own, 'is74', 'trunk', thing)
    await first.query('commit')
    assert.equal(await waiting, id)
    await second.query('commit')
    first.release()
    second.release()
  })

  test('a list has its ids in one go, in the order given, and the same the next time', async () => {
    const things = Array.from({ length: 5 }, () => crypto.randomUUID())
    const http = new WorkspaceDatabases(httpPool).of(own)
    const ids = await integerIdsOf(http, own, 'yunfu', 'retry-rule', things)
    assert.deepEqual(
      things.map((thing) => ids.get(thing)),
      [1, 2, 3, 4, 5],
    )
    assert.deepEqual(
      await integerIdsOf(http, own, 'yunfu', 'retry-rule', things.toReversed()),
      new Map([...ids].toReversed()),
    )
    assert.equal((await integerIdsOf(http, own, 'yunfu', 'retry-rule', [])).size, 0)
  })

  test('parts of a thing have ids of their own: start blocks are found by them', async () => {
    const scenario = crypto.randomUUID()
    const room = { workspaceId: own, dialect: 'is74', kind: 'start-block' } as const
    const owners = ['main', 'short'].map((part) => ({ resourceId: scenario, part }))
    assert.deepEqual(await integerIdsOfParts(database.pool, room, owners), [1, 2])
    assert.deepEqual(await startBlockByExternalId(database.pool, own, 'is74', 2), {
      scenarioId: scenario,
      startBlock: 'short',
    })
    assert.equal(await startBlockByExternalId(database.pool, own, 'is74', 3), null)
    assert.equal(await startBlockByExternalId(database.pool, other, 'is74', 2), null)
  })
})
