/** Walks every table as a stranger: the role that serves HTTP, in a workspace that owns nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createPool, type Database, type Pool } from '../../src/adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../../src/adapters/postgres/workspace-database.ts'
import { silentLog, useTestDatabase } from '../fixtures/database.ts'

/** Tables that belong to no workspace, and what HTTP may do with them. */
const shared: Readonly<Record<string, readonly string[]>> = {
  dialer_node: [],
  schema_migration: [],
  zone: ['INSERT', 'SELECT'],
}

type Column = { readonly name: string; readonly type: string; readonly allowed: string | null }

describe('row-level security', () => {
  // A role is renamed, which every database of a cluster would feel.
  const database = useTestDatabase({ hasOwnCluster: true })
  const [own, stranger] = [crypto.randomUUID(), crypto.randomUUID()]
  let httpPool: Pool
  let asStranger: Database
  let asOwn: Database
  let tables: readonly string[]

  before(async () => {
    httpPool = createPool(database.connectionString, silentLog, { size: 2 })
    const workspaces = new WorkspaceDatabases(httpPool)
    asStranger = workspaces.of(stranger)
    asOwn = workspaces.of(own)
    const { rows } = await database.pool.query<{ name: string }>(
      `select relname as name from pg_class where relkind in ('r', 'p') and not relispartition
          and relnamespace = current_schema()::regnamespace order by 1`,
    )
    tables = rows.map(({ name }) => name)
    for (const id of [own, stranger])
      await database.pool.query(
        "insert into workspace (id, name, time_zone, country) values ($1::uuid, $1::text, 'UTC', 'RU')",
        [id],
      )
    for (const table of tenantTables()) await putRow(table)
  })
  after(() => httpPool.end())

  const tenantTables = () => tables.filter((table) => table !== 'workspace' && shared[table] === undefined)

  /** A row of the own workspace that need not make sense: references are not looked at. */
  const putRow = async (table: string): Promise<void> => {
    const { rows: columns } = await database.pool.query<Column>(
      `select a.attname as name, format_type(a.atttypid, null) as type,
              (select (regexp_match(pg_get_constraintdef(k.oid), '''([^'']+)''::text'))[1] from pg_constraint k
                where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as allowed
         from pg_attribute a
        where a.attrelid = $1::regclass and a.attnum > 0 and a.attnotnull and not a.atthasdef and a.attidentity = ''`,
      [table],
    )
    const connection = await database.pool.connect()
    try {
      await connection.query('set session_replication_role = replica')
      await connection.query(
        `insert into ${table} (${columns.map(({ name }) => name).join(', ')}) values (${columns.map((_, at) => `$${at + 1}`).join(', ')})`,
        columns.map(fitting),
      )
    } finally {
      await connection.query('reset session_replication_role')
      connection.release()
    }
  }
  const fitting = ({ name, type, allowed }: Column): unknown => {
    if (name === 'workspace_id') return own
    if (allowed !== null) return allowed
    if (type === 'uuid') return crypto.randomUUID()
    if (/int|double|numeric/.test(type)) return 1
    if (type.startsWith('timestamp')) return '2026-01-01T00:00:00Z'
    if (type === 'jsonb') return '{}'
    if (type === 'bytea') return Buffer.from('x')
    return type.endsWith('[]') ? [] : 'x'
  }
  /** How many rows a statement touched; a refusal for want of a right touched none. */
  const touched = async (on: Database, text: string): Promise<number> => {
    try {
      return (await on.query(text)).rowCount ?? 0
    } catch (error) {
      assert.ok(error instanceof pg.DatabaseError && error.code === '42501', `${text}: ${String(error)}`)
      return 0
    }
  }

  test('every table belongs to a workspace, or is one of the few that are listed as shared', async () => {
    assert.ok(tables.length > 30, `${tables.length} tables`)
    for (const table of tenantTables()) {
      const { rows } = await database.pool.query(
        `select c.relrowsecurity as held, exists (select from pg_policy p where p.polrelid = c.oid) as told,
                exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id') as owned
           from pg_class c where c.oid = $1::regclass`,
        [table],
      )
      assert.deepEqual({ ...rows[0] }, { held: true, told: true, owned: true }, table)
    }
    for (const [table, rights] of Object.entries(shared)) {
      const { rows } = await database.pool.query<{ right: string }>(
        `select privilege_type as right from information_schema.role_table_grants
          where grantee = 'dialwright_http' and table_name = $1 order by 1`,
        [table],
      )
      assert.deepEqual(
        rows.map((row) => row.right),
        rights,
        table,
      )
    }
  })

  test('of no table does a stranger see, change or take away a row, and none can be put into a foreign workspace', async () => {
    for (const table of tenantTables()) {
      const { rowCount } = await database.pool.query(`select from ${table} where workspace_id = $1`, [own])
      assert.ok((rowCount ?? 0) > 0, `${table} has a row to be seen`)
      assert.equal(await touched(asStranger, `select from ${table}`), 0, `${table} read`)
      assert.equal(await touched(asStranger, `update ${table} set workspace_id = workspace_id`), 0, `${table} changed`)
      assert.equal(await touched(asStranger, `delete from ${table}`), 0, `${table} deleted`)
      assert.equal(
        await touched(asStranger, `update ${table} set workspace_id = '${stranger}' where workspace_id = '${own}'`),
        0,
        `${table} taken over`,
      )
    }
    assert.deepEqual((await asStranger.query('select id from workspace')).rows, [{ id: stranger }])
  })

  test('its own workspace sees all of it', async () => {
    for (const table of tenantTables()) {
      const { rows } = await database.pool.query(`select has_table_privilege('dialwright_http', $1, 'select') as may`, [
        table,
      ])
      if (rows[0]?.may) assert.ok((await touched(asOwn, `select from ${table}`)) > 0, table)
    }
  })

  test('a row cannot be written into a workspace that is not the connection’s, nor moved there', async () => {
    const put = (id: string) =>
      asStranger.query(
        "insert into dialplan (id, workspace_id, name) values (gen_random_uuid(), $1, 'a') returning id",
        [id],
      )
    await assert.rejects(put(own), /row-level security/)
    const { rows } = await put(stranger)
    await assert.rejects(
      asStranger.query('update dialplan set workspace_id = $1 where id = $2', [own, rows[0]?.id]),
      /row-level security/,
    )
  })

  test('a connection that serves one workspace after another sees only the last; without one it sees nothing', async () => {
    const onePool = createPool(database.connectionString, silentLog, { size: 1 })
    const workspaces = new WorkspaceDatabases(onePool)
    const seen = async (id: string) => (await workspaces.of(id).query('select id from workspace')).rows[0]?.id
    assert.deepEqual([await seen(own), await seen(stranger), await seen(own)], [own, stranger, own])
    await assert.rejects(workspaces.of(own).query('select 1 / 0'), /division/)
    assert.equal(await seen(stranger), stranger)
    const connection = await onePool.connect()
    await connection.query("set role dialwright_http; select set_config('dialwright.workspace', '', false)")
    assert.equal((await connection.query('select from workspace')).rowCount, 0)
    assert.equal((await connection.query('select from contact')).rowCount, 0)
    connection.release(true)
    await onePool.end()
    assert.throws(() => workspaces.of(`${own}'; reset role; --`), TypeError)
  })

  test('that another workspace is on the line with a phone is told as yes or no, and nothing more', async () => {
    await database.pool.query("update live_leg set phone_key = '74951234567' where workspace_id = $1", [own])
    const ask = async (key: string) =>
      (await asStranger.query('select dw_phone_is_live($1, $2) as live', [key, crypto.randomUUID()])).rows
    assert.deepEqual(await ask('74951234567'), [{ live: true }])
    assert.deepEqual(await ask('74951234568'), [{ live: false }])
    assert.equal((await asStranger.query('select from live_leg')).rowCount, 0)
  })

  test('a table that a session makes for itself does not answer in the place of ours', async () => {
    const connection = await asStranger.connect()
    try {
      await connection.query('create temporary table live_leg (phone_key text, contact_id uuid)')
      await connection.query("insert into live_leg values ('70000000000', null)")
      await connection.query('grant select on live_leg to public')
      const { rows } = await connection.query("select dw_phone_is_live('70000000000', $1) as live", [stranger])
      assert.deepEqual(rows, [{ live: false }])
    } finally {
      connection.release(true)
    }
  })

  test('a user who may make no roles is told the statements that an administrator must run, and they mend it', async () => {
    const [name, user] = [`test_roles_${own.slice(0, 8)}`, 'plain "user']
    const admin = database.pool
    await admin.query(`create role "plain ""user" login password 'plain'`)
    await admin.query(`create database ${name} owner "plain ""user"`)
    await admin.query('alter role dialwright_http rename to dialwright_away')
    const url = new URL(database.connectionString)
    Object.assign(url, { pathname: `/${name}`, username: encodeURIComponent(user), password: 'plain' })
    const asPlain = createPool(url.href, silentLog, { size: 1 })
    const statementsOf = (error: unknown): string => {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'MIGRATION_FAILED')
      const [, statements] = /Ask the administrator of the server for: (.*;)$/.exec(error.message) ?? []
      assert.ok(statements !== undefined, error.message)
      return statements
    }
    try {
      const missing = statementsOf(await migrate(asPlain).catch((error: unknown) => error))
      assert.match(missing, /^create role dialwright_http nologin; grant dialwright_http to /)
      await admin.query('alter role dialwright_away rename to dialwright_http')
      const refused = statementsOf(await migrate(asPlain).catch((error: unknown) => error))
      assert.ok(missing.endsWith(refused))
      await admin.query(refused)
      await migrate(asPlain)
      assert.equal((await new WorkspaceDatabases(asPlain).of(own).query('select from workspace')).rowCount, 0)
    } finally {
      await asPlain.end()
      await admin.query('alter role dialwright_away rename to dialwright_http').catch(() => undefined)
      await admin.query(`drop database ${name} with (force)`)
      await admin.query('revoke dialwright_http from "plain ""user"')
      await admin.query('drop role "plain ""user"')
    }
  })

  test('a statement that was planned for one workspace answers the next one from its own rows', async () => {
    const onePool = createPool(database.connectionString, silentLog, { size: 1 })
    const workspaces = new WorkspaceDatabases(onePool)
    // More often than the server plans anew: then one plan serves all.
    for (let turn = 0; turn < 16; turn += 1) {
      const id = turn % 3 === 0 ? stranger : own
      const { rows } = await workspaces
        .of(id)
        .query({ name: 'whose', text: 'select id from workspace where name <> $1', values: [''] })
      assert.deepEqual(rows, [{ id }])
    }
    await onePool.end()
  })
})
