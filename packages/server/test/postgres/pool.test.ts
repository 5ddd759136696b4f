/** The pool against a real server: types, parameters, transactions, lost connections. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Connection,
  createPool,
  repeatableTransaction,
  statement,
  transaction,
} from '../../src/adapters/postgres/pool.ts'
import { silentLog, useTestDatabase } from '../fixtures/database.ts'

const database = useTestDatabase()

test('instants go in and come out as Temporal.Instant, to the microsecond, infinities included', async () => {
  const instants = ['2026-11-21T03:14:15.123456Z', '1969-12-31T23:59:59.999999Z'].map((text) =>
    Temporal.Instant.from(text),
  )
  const { rows } = await database.pool.query('select $1::timestamptz as one, $2::timestamptz[] as many', [
    instants[0],
    instants,
  ])
  assert.ok(rows[0].one.equals(instants[0]))
  assert.deepEqual(rows[0].many.map(String), instants.map(String))
  const far = (await database.pool.query(`select 'infinity'::timestamptz as last, '-infinity'::timestamptz as first`))
    .rows[0]
  const back = await database.pool.query(
    `select $1::timestamptz = 'infinity' as last, $2::timestamptz = '-infinity' as first`,
    [far.last, far.first],
  )
  assert.deepEqual(back.rows[0], { last: true, first: true })
})

test('an instant is told in UTC terms whatever the session zone is', async () => {
  await transaction(database.pool, async (connection) => {
    await connection.query(`set local timezone = 'Asia/Kathmandu'`)
    const { rows } = await connection.query(`select '2026-11-21T00:00:00Z'::timestamptz as at`)
    assert.equal(rows[0].at.toString(), '2026-11-21T00:00:00Z')
  })
})

test('a duration is sent as an interval and a plain object as JSON', async () => {
  const values = [Temporal.Duration.from('PT90S'), { name: 'x' }]
  const { rows } = await database.pool.query(`select $1::interval = '90 s' as same, $2::jsonb as object`, values)
  assert.deepEqual(rows[0], { same: true, object: { name: 'x' } })
})

test('int8 is a number while exact and a bigint beyond', async () => {
  const { rows } = await database.pool.query(
    'select 9007199254740991 as exact, 9007199254740993::int8 as beyond, count(*) as n from generate_series(1, 3)',
  )
  assert.deepEqual(rows[0], { exact: 9007199254740991, beyond: 9007199254740993n, n: 3 })
})

test('a transaction is committed whole or not at all, and its connection serves again', async () => {
  await database.pool.query('create table ledger (n int primary key)')
  await transaction(database.pool, (connection) => connection.query('insert into ledger values (1)'))
  await assert.rejects(
    transaction(database.pool, async (connection) => {
      await connection.query('insert into ledger values (2)')
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  const { rows } = await database.pool.query('select n from ledger')
  assert.deepEqual(rows, [{ n: 1 }])
  assert.equal(database.pool.idleCount, database.pool.totalCount)
})

test('a failure swallowed inside a transaction is told at its end', async () => {
  const work = transaction(database.pool, async (connection) => {
    await connection.query('select 1 / 0').catch(() => undefined)
  })
  await assert.rejects(work, /rolled back/)
})

test('two transactions that wait for each other both end: the one that is taken back begins anew', async () => {
  await database.pool.query('create table crossed (id int primary key, times int not null default 0)')
  await database.pool.query('insert into crossed values (1), (2)')
  const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const tries = [0, 0]
  const add = (connection: Connection, id: number) =>
    connection.query('update crossed set times = times + 1 where id = $1', [id])
  const crossing = (own: number) =>
    repeatableTransaction(database.pool, async (connection) => {
      tries[own] = (tries[own] ?? 0) + 1
      await add(connection, own + 1)
      met[own]?.resolve()
      await met[1 - own]?.promise
      await add(connection, 2 - own)
    })
  await Promise.all([crossing(0), crossing(1)])
  assert.deepEqual(tries.toSorted(), [1, 2])
  const { rows } = await database.pool.query('select times from crossed')
  assert.deepEqual(rows, [{ times: 2 }, { times: 2 }])
  let failed = 0
  const other = repeatableTransaction(database.pool, async () => {
    failed += 1
    throw new Error('of its own')
  })
  await assert.rejects(other, /of its own/)
  assert.equal(failed, 1)
})

test('a named statement is prepared once and answers its rows', async () => {
  const addOne = statement<{ sum: number }>('test_add_one', 'select $1::int + 1 as sum')
  await transaction(database.pool, async (connection) => {
    assert.deepEqual(await addOne(connection, [1]), [{ sum: 2 }])
    assert.deepEqual(await addOne(connection, [41]), [{ sum: 42 }])
    const { rows } = await connection.query(`select count(*) from pg_prepared_statements where name = 'test_add_one'`)
    assert.deepEqual(rows, [{ count: 1 }])
  })
})

test('connections that the server ends, idle or inside a transaction, are logged and replaced; the process lives', async () => {
  const warnings: string[] = []
  const pool = createPool(database.connectionString, {
    ...silentLog,
    warn: (_fields, message) => warnings.push(message),
  })
  try {
    await pool.query('select 1')
    const held = transaction(pool, async (connection) => {
      const { rows } = await connection.query('select pg_backend_pid() as pid')
      await database.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
      await connection.query('select 1')
    })
    await assert.rejects(held)
    assert.deepEqual((await pool.query('select 2 as two')).rows, [{ two: 2 }])
    assert.ok(warnings.length > 0)
  } finally {
    await pool.end()
  }
})
