/** Tokens that ended are taken away a day later, of whatever kind they are; those that live stay. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { exchangeToken, openSession } from '../../src/access/login.ts'
import { type RunningTokenSweep, startTokenSweep } from '../../src/access/token-sweep.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { silentLog, useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, openHttp, tokenOf } from '../http/surface.ts'

const hour = 3_600_000

describe('the sweep of tokens', () => {
  const database = useTestDatabase()
  const clock = new VirtualClock('2026-03-02T00:00:00Z')
  let http: HttpGround
  let deps: ServerDeps
  let sweeping: RunningTokenSweep | undefined

  before(async () => {
    http = await openHttp(database.pool)
    await database.pool.query('create table test_clock as select $1::timestamptz as at', [clock.now()])
    await database.pool.query(
      "create or replace function dw_clock() returns timestamptz language sql volatile as 'select at from test_clock'",
    )
    deps = { pool: database.pool, clock, random: new SeededRandom(3) } as unknown as ServerDeps
  })
  after(async () => {
    await sweeping?.stop()
    await http.close()
  })

  const advance = async (ms: number): Promise<void> => {
    await database.pool.query('update test_clock set at = at + make_interval(secs => $1)', [ms / 1_000])
    clock.advance(ms)
    await sweeping?.stop()
    sweeping = startTokenSweep({ pool: database.pool, clock, log: silentLog })
    await sweeping.stop()
  }
  /** Access tokens of people, their refresh tokens, and those of programs. */
  const kinds = async (): Promise<Record<string, number>> => {
    const { rows } = await database.pool.query<{ kind: string; count: number }>(
      `select case when user_id is not null then 'session ' || kind when expires_at is null then 'lasting' else 'exchanged' end as kind,
              count(*)::int from api_token group by 1 order by 1`,
    )
    return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
  }

  test('each goes a day behind its end, be they thousands', async () => {
    const user = await anyUser()
    const { lasting } = await kinds()
    await openSession(deps, user, (48 * hour) / 1_000)
    assert.ok((await exchangeToken(deps, tokenOf('own', 'owner'), (24 * hour) / 1_000)) !== null)
    await database.pool.query(
      `insert into api_token (id, workspace_id, hash, name, role, expires_at)
       select gen_random_uuid(), $1, sha256(n::text::bytea), 'old', 'owner', dw_clock() from generate_series(1, 2500) n`,
      [user.workspaceId],
    )
    await advance(24 * hour - 1)
    assert.equal((await kinds()).exchanged, 2_501, 'ended, and kept for the day')
    await advance(1)
    assert.deepEqual(await kinds(), { lasting, exchanged: 1, 'session access': 1, 'session refresh': 1 })
    await advance(24 * hour)
    assert.deepEqual(await kinds(), { lasting, 'session access': 1, 'session refresh': 1 })
    await advance(24 * hour)
    assert.deepEqual(await kinds(), { lasting, 'session refresh': 1 })
    await advance(28 * 24 * hour)
    assert.deepEqual(await kinds(), { lasting })
  })

  test('it sweeps by itself every ten minutes, and leaves no timer behind', async () => {
    await openSession(deps, await anyUser(), 1)
    sweeping = startTokenSweep({ pool: database.pool, clock, log: silentLog })
    await sweepRound()
    await database.pool.query("update test_clock set at = at + interval '32 days'")
    clock.advance(599_999)
    await sweepRound()
    assert.equal((await kinds())['session access'], 1)
    clock.advance(1)
    await sweepRound()
    assert.equal((await kinds())['session access'], undefined)
    await sweeping.stop()
    assert.equal(clock.pending, 0)
  })

  const anyUser = async () => {
    const { rows } = await database.pool.query<{ id: string; workspaceId: string; role: 'owner' }>(
      'select id, workspace_id as "workspaceId", role from app_user limit 1',
    )
    return rows[0] ?? assert.fail('there is a user')
  }
  /** A round is over when its next one is scheduled. */
  const sweepRound = async (): Promise<void> => {
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  }
})
