/** The migration runner against a real server, with migrations of the test's own. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createPool, type Pool, transaction } from '../../src/adapters/postgres/pool.ts'
import { silentLog, useTestDatabase } from '../fixtures/database.ts'

const database = useTestDatabase()

/** A pool whose connections live in an empty schema of their own: each test starts from nothing. */
async function emptySchema(context: TestContext): Promise<{ pool: Pool; directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'dialwright-migrations-'))
  const schema = `s${directory.slice(-6).toLowerCase()}`
  await database.pool.query(`create schema ${schema}`)
  const url = new URL(database.connectionString)
  url.searchParams.set('options', `-c search_path=${schema}`)
  const pool = createPool(url.href, silentLog)
  context.after(async () => {
    await pool.end()
    await rm(directory, { recursive: true, force: true })
  })
  return { pool, directory }
}

test('files are applied in order, once, with their instant, and a second run finds nothing to do', async (context) => {
  const { pool, directory } = await emptySchema(context)
  const clock = new VirtualClock()
  await writeFile(join(directory, '0001_people.sql'), 'create table person (id int);\ninsert into person values (1);')
  await writeFile(
    join(directory, '0002_names.sql'),
    `alter table person add name text; update person set name = 'Ada';`,
  )
  assert.deepEqual(await migrate(pool, { directory, clock }), ['0001_people.sql', '0002_names.sql'])
  assert.deepEqual(await migrate(pool, { directory, clock }), [])
  assert.deepEqual((await pool.query('select * from person')).rows, [{ id: 1, name: 'Ada' }])
  const { rows } = await pool.query('select version, applied_at from schema_migration order by version')
  assert.deepEqual(
    rows.map((row) => [row.version, row.applied_at.toString()]),
    [1, 2].map((version) => [version, clock.now().toString()]),
  )
})

test('a landed file that was changed is refused; other line ends are no change', async (context) => {
  const { pool, directory } = await emptySchema(context)
  const file = join(directory, '0001_people.sql')
  await writeFile(file, 'create table person\n(id int);\n')
  await migrate(pool, { directory })
  await writeFile(file, 'create table person\r\n(id int);\r\n')
  assert.deepEqual(await migrate(pool, { directory }), [])
  await writeFile(file, 'create table person\n(id bigint);\n')
  await assert.rejects(migrate(pool, { directory }), { code: 'MIGRATION_CHANGED', message: /0001_people\.sql/ })
})

test('a failing file leaves nothing behind, what landed before it stays, and the mended file goes on', async (context) => {
  const { pool, directory } = await emptySchema(context)
  await writeFile(join(directory, '0001_people.sql'), 'create table person (id int)')
  await writeFile(join(directory, '0002_half.sql'), 'create table half (id int); select 1 / 0;')
  await assert.rejects(migrate(pool, { directory }), {
    code: 'MIGRATION_FAILED',
    message: /0002_half\.sql.*division by zero/,
  })
  assert.deepEqual(
    (await pool.query(`select to_regclass('half') as half, to_regclass('person') is not null as person`)).rows,
    [{ half: null, person: true }],
  )
  await writeFile(join(directory, '0002_half.sql'), 'create table half (id int)')
  assert.deepEqual(await migrate(pool, { directory }), ['0002_half.sql'])
})

test('a file that ends the transaction itself is refused', async (context) => {
  const { pool, directory } = await emptySchema(context)
  await writeFile(join(directory, '0001_own.sql'), 'create table a (id int); commit;')
  await assert.rejects(migrate(pool, { directory }), { code: 'MIGRATION_FAILED', message: /COMMIT/ })
})

test('four nodes that start at once apply each file once', async (context) => {
  const { pool, directory } = await emptySchema(context)
  await writeFile(join(directory, '0001_people.sql'), 'create table person (id int); select pg_sleep(0.05);')
  await writeFile(join(directory, '0002_more.sql'), 'create table more (id int)')
  const results = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, { directory })))
  assert.deepEqual(results.flat().sort(), ['0001_people.sql', '0002_more.sql'])
})

test('a database that is newer than the program is refused, and gaps or wrong names are', async (context) => {
  const { pool, directory } = await emptySchema(context)
  await writeFile(join(directory, '0001_people.sql'), 'create table person (id int)')
  await migrate(pool, { directory })
  const older = join(directory, 'older')
  await mkdir(older)
  await assert.rejects(migrate(pool, { directory: older }), { code: 'MIGRATION_UNKNOWN' })
  await writeFile(join(directory, '0003_gap.sql'), 'select 1')
  await assert.rejects(migrate(pool, { directory }), { code: 'MIGRATION_FILES_INVALID', message: /0003_gap/ })
})

test('a table held by somebody else fails the migration within seconds instead of queueing everyone behind it', async (context) => {
  const { pool, directory } = await emptySchema(context)
  await writeFile(join(directory, '0001_people.sql'), 'create table person (id int)')
  await migrate(pool, { directory })
  await writeFile(join(directory, '0002_wider.sql'), 'alter table person add name text')
  await transaction(pool, async (connection) => {
    await connection.query('lock table person in access share mode')
    await assert.rejects(migrate(pool, { directory }), { code: 'MIGRATION_FAILED', message: /lock timeout/ })
  })
  assert.deepEqual(await migrate(pool, { directory }), ['0002_wider.sql'])
})
