/** A database of the bench: the embedded server with the product's own settings, durable, with as many contacts as are asked for. */
import { rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { CampaignSettings, LaneOrder, NodeLease } from '@dialwright/dialer'
import { PostgresCampaignStore } from '../../packages/server/src/adapters/postgres/campaign-store/campaign-store.ts'
import { startEmbeddedPostgres } from '../../packages/server/src/adapters/postgres/embedded.ts'
import { migrate } from '../../packages/server/src/adapters/postgres/migrate.ts'
import { createPool, type DatabaseLog, type Pool } from '../../packages/server/src/adapters/postgres/pool.ts'
import { systemClock } from '../../packages/server/src/adapters/system/system-clock.ts'
import { systemRandom } from '../../packages/server/src/adapters/system/system-random.ts'
import { makeTemporaryDirectory } from '../../packages/server/src/demo/temporary-directory.ts'
import type { DatabaseServer } from '../harness/bench.ts'
import { fortyZones } from '../planning/forty-zones.ts'

export const silentLog: DatabaseLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Binaries are copied once per user and machine: they are 60 MB. */
const binariesDirectory = join(tmpdir(), `dialwright-bench-pgbin-${userInfo().uid}`)
const leaseMs = 6 * 3_600_000
/** No limit of pace or concurrency is met: what is measured is the cost of a claim, not its patience. */
const horizonMs = 1_000
const settings: CampaignSettings = {
  pacing: { callsPerSecond: 1_000_000, maxCalls: 1_000_000, pauseSeconds: 0 },
  windows: [],
  timeGroups: [],
  retry: { rules: [{ on: ['busy'], tries: 2, intervalsSeconds: [300] }], caps: {} },
  callerId: { mode: 'trunk' },
  ringTimeoutMs: 30_000,
  maxDurationMs: 600_000,
  record: 'all',
  isTest: false,
}

const uuid = (n: number): string => `00000000-0000-7000-8000-${n.toString().padStart(12, '0')}`
export const ids = {
  workspace: uuid(1),
  trunk: uuid(2),
  dialplan: uuid(3),
  scenario: uuid(4),
  scenarioVersion: uuid(5),
  /** Dialled by the product's store. */
  campaign: uuid(6),
  /** Dialled by the hand-written control. */
  controlCampaign: uuid(7),
} as const

/** The database server of a run, in a directory that goes with it. */
export async function startDatabase(stack: AsyncDisposableStack): Promise<DatabaseServer> {
  const dataDirectory = await makeTemporaryDirectory('dialwright-bench-database-')
  stack.defer(() => rm(dataDirectory, { recursive: true, force: true }))
  const server = await startEmbeddedPostgres({ dataDirectory, log: silentLog, binariesDirectory })
  stack.defer(() => server.stop())
  return server
}

/** Makes an empty database in the server, which goes with `stack`. Answers its connection string. */
export async function makeDatabase(server: DatabaseServer, stack: AsyncDisposableStack, name: string): Promise<string> {
  const administer = async (text: string): Promise<void> => {
    const admin = createPool(server.connectionString, silentLog, { size: 1 })
    try {
      await admin.query(text)
    } finally {
      await admin.end()
    }
  }
  await administer(`create database ${name}`)
  stack.defer(() => administer(`drop database ${name} with (force)`))
  const url = new URL(server.connectionString)
  url.pathname = `/${name}`
  return url.href
}

/** One connection to one database: its statements follow each other in one backend, whose processor time is theirs. */
export class Ground {
  readonly pool: Pool
  readonly store: PostgresCampaignStore
  readonly lease: NodeLease
  readonly routeId: number
  #lane = 0

  private constructor(parts: Pick<Ground, 'pool' | 'store' | 'lease' | 'routeId'>) {
    this.pool = parts.pool
    this.store = parts.store
    this.lease = parts.lease
    this.routeId = parts.routeId
  }

  /** Makes the database and fills it: two campaigns of `contacts` people each, all due, in forty lanes each. */
  static async make(
    server: DatabaseServer,
    stack: AsyncDisposableStack,
    name: string,
    contacts: number,
  ): Promise<Ground> {
    const pool = createPool(await makeDatabase(server, stack, name), silentLog, { size: 1 })
    stack.defer(() => pool.end())
    await migrate(pool)
    const routeId = await fillLines(pool)
    await fillPeople(pool, routeId, ids.campaign, contacts, '79')
    await fillPeople(pool, routeId, ids.controlCampaign, contacts, '78')
    await pool.query('vacuum (analyze)')
    await pool.query('checkpoint')
    const store = new PostgresCampaignStore({ pool, clock: systemClock, random: systemRandom })
    // Makes the month's partitions, as the engine does.
    await store.settleCampaigns()
    return new Ground({
      pool,
      store,
      routeId,
      lease: await store.join('bench', leaseMs),
    })
  }

  /** Process id of the backend. Ask for it when a window begins: while another ground is at work the pool lets an idle connection go. */
  async backend(): Promise<number> {
    const { rows } = await this.pool.query<{ backend: number }>('select pg_backend_pid() as backend')
    return rows[0]?.backend ?? 0
  }

  /** The lane whose turn it is. */
  nextLane(count: number): LaneOrder {
    this.#lane = (this.#lane % fortyZones.length) + 1
    return { routeId: this.routeId, zoneId: this.#lane, priority: 0, count }
  }

  /** @throws {Error} when the lane has fewer contacts left: the window would measure nothing. */
  async claim(count: number) {
    const legs = await this.store.claim(this.lease, ids.campaign, [this.nextLane(count)], horizonMs)
    if (legs.length !== count) throw new Error(`A claim of ${count} gave ${legs.length} legs: the contacts are used up`)
    return legs
  }

  /** Ends what lives without a call, unmeasured: those people are out of the next windows. */
  async clear(): Promise<void> {
    await this.pool.query("update contact set state = 'done' where state = 'dialing'")
    await this.pool.query('delete from live_leg')
    await this.pool.query('truncate outbox')
  }
}

async function fillLines(pool: Pool): Promise<number> {
  await pool.query("insert into workspace (id, name, time_zone, country) values ($1, 'bench', 'Europe/Moscow', 'RU')", [
    ids.workspace,
  ])
  await pool.query(
    "insert into trunk (id, workspace_id, name, host, port) values ($1, $2, 'bench', '127.0.0.1', 5060)",
    [ids.trunk, ids.workspace],
  )
  await pool.query("insert into dialplan (id, workspace_id, name) values ($1, $2, 'bench')", [
    ids.dialplan,
    ids.workspace,
  ])
  const { rows } = await pool.query<{ id: number }>(
    'insert into route (workspace_id, dialplan_id) values ($1, $2) returning id',
    [ids.workspace, ids.dialplan],
  )
  const routeId = rows[0]?.id ?? 0
  await pool.query('insert into route_trunk (workspace_id, route_id, position, trunk_id) values ($1, $2, 0, $3)', [
    ids.workspace,
    routeId,
    ids.trunk,
  ])
  await pool.query("insert into scenario (id, workspace_id, name, language) values ($1, $2, 'bench', 'en')", [
    ids.scenario,
    ids.workspace,
  ])
  await pool.query(
    "insert into scenario_version (id, workspace_id, scenario_id, number, definition) values ($1, $2, $3, 1, '{}')",
    [ids.scenarioVersion, ids.workspace, ids.scenario],
  )
  await pool.query('insert into zone (names) select array[name] from unnest($1::text[]) as given(name)', [fortyZones])
  return routeId
}

async function fillPeople(
  pool: Pool,
  routeId: number,
  campaignId: string,
  contacts: number,
  phonePrefix: string,
): Promise<void> {
  await pool.query(
    `insert into campaign (id, workspace_id, name, state, scenario_version_id, start_block, settings)
     values ($1, $2, $1::uuid::text, 'running', $3, 'start', $4)`,
    [campaignId, ids.workspace, ids.scenarioVersion, JSON.stringify(settings)],
  )
  await pool.query(
    `insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
     select $1, $2, $3, zone.id, 0 from zone`,
    [ids.workspace, campaignId, routeId],
  )
  // Ids of one prefix per campaign and rising, as version 7 gives them; phones in another order than ids, as lists have them.
  await pool.query(
    `insert into contact (id, workspace_id, campaign_id, route_id, zone_id, due_at, variables)
     select (right($2::uuid::text, 1) || lpad(to_hex(n), 7, '0') || '-0000-7000-9000-000000000000')::uuid, $1, $2, $3, 1 + n % ${fortyZones.length},
            dw_clock() - interval '1 day' + n * interval '1 ms', jsonb_build_object('name', 'Person ' || n)
       from generate_series(1, $4::int) n`,
    [ids.workspace, campaignId, routeId, contacts],
  )
  await pool.query(
    `insert into contact_phone (contact_id, position, workspace_id, campaign_id, given, phone, phone_key, zone_id, route_id)
     select k.id, 0, $1, $2, '+' || k.digits, '+' || k.digits, k.digits, k.zone_id, $3
       from (select id, zone_id, $4::text || lpad((row_number() over (order by id) * 7919 % 999999937)::text, 9, '0') as digits
               from contact where campaign_id = $2) k`,
    [ids.workspace, campaignId, routeId, phonePrefix],
  )
}
