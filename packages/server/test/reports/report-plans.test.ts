/**
 * What a report reads: of one campaign among others, and of one page among many. The plans are those of a table that is too large to
 * be sorted or read out of order; the store here is of 10,000 calls.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Connection } from '../../src/adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../../src/adapters/postgres/workspace-database.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { type CallReport, type ReportQuery, reportCalls } from '../../src/reports/call-report.ts'
import { useTestDatabase } from '../fixtures/database.ts'

type Plan = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Plan[]
}

const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [workspaceId, scenarioId, versionId] = [uuid(1), uuid(2), uuid(3)]
const campaigns = 20
const callsOfEach = 500
/** A campaign whose people brought large values. */
const large = uuid(200)
const people = 9
const campaignId = (n: number): string => uuid(100 + n)

describe('what reports read', () => {
  const database = useTestDatabase({ connections: 2 })

  before(async () => {
    const { pool } = database
    await pool.query("insert into workspace (id, name, time_zone, country) values ($1, 'a', 'Europe/Moscow', 'RU')", [
      workspaceId,
    ])
    await pool.query("insert into scenario (id, workspace_id, name, language) values ($1, $2, 's', 'ru')", [
      scenarioId,
      workspaceId,
    ])
    await pool.query(
      "insert into scenario_version (id, workspace_id, scenario_id, number, definition) values ($1, $2, $3, 1, '{}')",
      [versionId, workspaceId, scenarioId],
    )
    for (let n = 0; n < campaigns; n++)
      await pool.query(
        `insert into campaign (id, workspace_id, name, state, scenario_version_id, start_block, settings)
         values ($1, $2, $1::uuid::text, 'done', $3, 'start', '{}')`,
        [campaignId(n), workspaceId, versionId],
      )
    // The campaigns' calls one after another in time, as they are made when all of them run at once.
    await pool.query(
      `insert into call (id, workspace_id, direction, campaign_id, phone, phone_key, scenario_version_id, disposition, created_at,
                         started_at, ended_at, talk_ms, ended_by, variables)
       select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'out',
              ('00000000-0000-7000-8000-' || lpad((100 + n % $3::int)::text, 12, '0'))::uuid, '+7' || 9000000000 + n, '7' || 9000000000 + n,
              $2, 'answered', t, t, t + interval '9 s', 9000, 'callee', jsonb_build_object('name', repeat('Somebody ', 20) || n)
         from (select n, '2026-03-01T00:00:00Z'::timestamptz + n * interval '1 s' as t from generate_series(0, $3::int * $4::int - 1) n) x`,
      [workspaceId, versionId, campaigns, callsOfEach],
    )
    await pool.query(
      `insert into campaign (id, workspace_id, name, state, scenario_version_id, start_block, settings)
       values ($1, $2, 'large', 'done', $3, 'start', '{}')`,
      [large, workspaceId, versionId],
    )
    await pool.query(
      `insert into call (id, workspace_id, direction, campaign_id, phone, scenario_version_id, disposition, created_at, started_at, ended_at, ended_by, variables)
       select gen_random_uuid(), $1, 'out', $2, '+74951234567', $3, 'answered', t, t, t, 'callee',
              jsonb_build_object('big', repeat('x', 25000), 'list', jsonb_build_array(repeat('y', 30000)), 'small', jsonb_build_array(n))
         from generate_series(1, $4::int) n, lateral (select '2026-03-01T00:00:00Z'::timestamptz + n * interval '1 s' as t) x`,
      [workspaceId, large, versionId, people],
    )
    await pool.query('vacuum (analyze) call')
  })

  /** The report, and the plan of each of its statements: rows last. */
  const planned = async (query: Partial<ReportQuery>): Promise<{ report: CallReport; plans: Plan[] }> => {
    const plans: Plan[] = []
    const pool = new WorkspaceDatabases(database.pool).of(workspaceId)
    const connect = async (): Promise<Connection> => {
      const connection = await pool.connect()
      const watched = async (text: string, values?: unknown[]) => {
        if (text.startsWith('select')) {
          await connection.query('set local enable_sort = off')
          await connection.query('set local enable_bitmapscan = off')
          const explained = `explain (analyze, format json) ${text}`
          const { rows } = await connection.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(explained, values)
          plans.push(rows[0]?.['QUERY PLAN'][0]?.Plan as Plan)
        }
        return connection.query(text, values)
      }
      return new Proxy(connection, {
        get: (target, name) => {
          const value: unknown = name === 'query' ? watched : Reflect.get(target, name)
          return typeof value === 'function' && name !== 'query' ? value.bind(target) : value
        },
      })
    }
    const deps = { pool: { ...pool, connect } } as unknown as ServerDeps
    const columns = [{ field: 'columns.0', name: 'phone' }]
    const report = await reportCalls(deps, workspaceId, {
      ...{ scope: {}, columns, variables: new Map(), limit: 100 },
      ...query,
    })
    return { report, plans }
  }
  const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]
  /** Rows of the table of calls that a statement looked at, kept or not. */
  const read = (plan: Plan | undefined): number =>
    nodesOf(plan as Plan)
      .filter((node) => node['Relation Name'] === 'call')
      .reduce(
        (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
        0,
      )
  const scope = { campaignId: campaignId(7), scenarioId, startBlock: 'start' }
  const days = {
    from: Temporal.Instant.from('2026-02-01T00:00:00Z'),
    to: Temporal.Instant.from('2026-04-01T00:00:00Z'),
  }

  test("totals of a campaign come from its part of the index alone: no other campaign's calls, and no row of the table", async () => {
    const { report, plans } = await planned({ scope: { ...scope, ...days } })
    assert.deepEqual(report.totals, { calls: callsOfEach, talkMs: callsOfEach * 9_000 })
    assert.equal(read(plans[0]), callsOfEach)
    const [scan] = nodesOf(plans[0] as Plan).filter((node) => node['Relation Name'] === 'call')
    assert.equal(scan?.['Node Type'], 'Index Only Scan')
  })

  test('the first rows are read and no more, however many fit', async () => {
    const { report, plans } = await planned({ scope: { ...scope, ...days } })
    assert.equal(report.rows.length, 100)
    assert.equal(read(plans[1]), 100)
  })

  test('a day reads the calls of that day, and what was made up to an hour before it', async () => {
    const from = Temporal.Instant.from('2026-03-01T01:20:00Z')
    const { report, plans } = await planned({ scope: { ...scope, from, to: from.add({ hours: 1 }) } })
    assert.equal(report.totals?.calls, 180)
    assert.ok(read(plans[0]) <= 360, `${read(plans[0])} rows`)
  })

  test('rows that are large end behind some bytes, the next page goes on; a value is told up to its bound', async () => {
    const named = (name: string) => ({ field: 'columns.0', name: `variables.${name}` })
    const columns = [named('small'), named('list'), ...Array.from({ length: 4 }, () => named('big'))]
    const deps = { pool: new WorkspaceDatabases(database.pool).of(workspaceId) } as unknown as ServerDeps
    const ask = (after?: string) =>
      reportCalls(deps, workspaceId, {
        scope: { campaignId: large },
        columns,
        variables: new Map(),
        limit: 100,
        limitBytes: 550_000,
        after,
      })
    const first = await ask()
    const second = await ask(first.next ?? undefined)
    // A hundred thousand characters each: the one that passes the bound is the last.
    assert.deepEqual([first.rows.length, second.rows.length, second.next], [6, people - 6, null])
    const [small, list, big] = first.rows[0] ?? []
    assert.deepEqual(small, [people])
    assert.equal(list, JSON.stringify(['y'.repeat(30_000)]).slice(0, 20_000))
    assert.equal(big, 'x'.repeat(20_000))
    assert.equal(first.totals?.calls, people)
  })

  test('a page far behind reads its own rows, and counts nothing again', async () => {
    let after: string | undefined
    for (let pageNumber = 1; pageNumber <= 5; pageNumber++) {
      const { report, plans } = await planned({ scope, after })
      assert.equal(report.rows.length, 100)
      assert.equal(plans.length, pageNumber === 1 ? 2 : 1)
      // The one that it begins behind too, wherever it is spoken of.
      assert.ok(read(plans.at(-1)) <= 105, `page ${pageNumber} reads ${read(plans.at(-1))} rows`)
      after = report.next ?? undefined
    }
  })
})
