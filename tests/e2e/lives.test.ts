/** One life of the server after another on the same data: killed, stopped in the middle of its start, installed in odd places. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freeUdpPort } from '@dialwright/testkit'
import pg from 'pg'
import { findPlace } from '../../packages/server/src/adapters/postgres/supervisor/place.ts'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { clusterState } from '../../packages/server/test/fixtures/cluster-state.ts'
import { type Environment, ServerRun } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { copyApp, fingerprint, setWritable } from './app-copy.ts'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const token = 'dw_lives_token_0123456789'

function ground(context: TestContext, directory: string, dataDirectory: string): Environment {
  const provisionFile = join(directory, 'provisioning.json')
  const login = { login: 'lives@example.test', password: 'a password', token }
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(5060, login)))
  context.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }))
  return { ...demoEnvironment({ dataDirectory, provisionFile }), DIALWRIGHT_LOG: 'info' }
}

/** Ends a run that a failed test left behind. */
function watched(context: TestContext, run: ServerRun): ServerRun {
  context.after(() => run.child.exitCode === null && run.child.signalCode === null && run.stop())
  return run
}

function postmasterOf(data: string): number {
  return Number(readFileSync(join(data, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0])
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  await new Promise((resolve) => server.close(resolve))
  return address.port
}

async function campaignsOf(address: string): Promise<unknown[]> {
  const answer = await fetch(`${address}/dialwright/v1/campaigns`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { items: unknown[] }).items
}

async function makeCampaign(address: string): Promise<void> {
  const answer = await fetch(`${address}/dialwright/v1/campaigns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'kept',
      scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
      route: { via: 'dialplan', dialplan: 'Everything to the box' },
    }),
  })
  assert.equal(answer.status, 201, await answer.text())
}

test('after kill -9 the same command takes the running database over; after kill -9 of both it recovers; no row is lost, no port is held', {
  skip: process.platform === 'win32' && 'has no SIGKILL',
  timeout: 120_000,
}, async (context) => {
  const directory = await makeTemporaryDirectory('lives-')
  const data = join(directory, 'data')
  const environment = {
    ...ground(context, directory, data),
    DIALWRIGHT_HTTP: `127.0.0.1:${await freeTcpPort()}`,
    DIALWRIGHT_SIP: `127.0.0.1:${await freeUdpPort()}`,
  }
  const first = watched(context, ServerRun.start(environment))
  await makeCampaign(await first.ready())
  const postmaster = postmasterOf(data)
  await first.kill()

  const second = watched(context, ServerRun.start(environment))
  assert.equal((await campaignsOf(await second.ready())).length, 1)
  assert.equal(postmasterOf(data), postmaster, 'the database was restarted')
  assert.equal(second.count('embedded database adopted'), 1)
  await makeCampaign(await second.ready())
  process.kill(postmaster, 'SIGKILL')
  await second.kill()

  const third = watched(context, ServerRun.start(environment))
  assert.equal((await campaignsOf(await third.ready())).length, 2)
  assert.notEqual(postmasterOf(data), postmaster)
  assert.equal(await third.stop(), 0)
  assert.equal(await clusterState(join(data, 'postgres', 'cluster')), 'shut down')
})

test('killed in the middle of the migrations: nothing half is kept, and the next start finishes them', {
  timeout: 120_000,
}, async (context) => {
  const directory = await makeTemporaryDirectory('migrating-')
  const data = join(directory, 'data')
  const environment = ground(context, directory, data)
  const first = watched(context, ServerRun.start(environment))
  const { applied, release } = await holdMigrations(first, data)
  await first.kill()
  await release()
  const second = watched(context, ServerRun.start(environment))
  const address = await second.ready()
  assert.equal((await fetch(`${address}/readyz`)).status, 200)
  assert.deepEqual(await campaignsOf(address), [])
  const all = await withDatabase(data, async (client) => (await client.query('select from schema_migration')).rowCount)
  assert.ok(all !== null && applied < all, `${applied} of ${all} migrations were done when it was killed`)
  assert.equal(await second.stop(), 0)
})

test('stopped before it is ready: it ends in order, with 0, and leaves neither a database nor a half one', {
  timeout: 60_000,
}, async (context) => {
  const directory = await makeTemporaryDirectory('early-')
  const data = join(directory, 'data')
  const run = watched(context, ServerRun.start(ground(context, directory, data)))
  const { release } = await holdMigrations(run, data)
  run.child.kill('SIGTERM')
  await release()
  assert.equal(await run.ended, 0, run.errors)
  assert.ok(!run.lines.some((line) => line.includes('is ready')))
  assert.equal(await clusterState(join(data, 'postgres', 'cluster')), 'shut down')
})

test('an app in a closed home, with a tight umask and packages that nobody may write to or run, starts', {
  skip: !isLinux && 'looks at modes and mounts of Linux',
  timeout: 120_000,
}, async (context) => {
  const closed = await makeTemporaryDirectory('home-')
  const data = join(closed, 'app', 'data')
  const environment = ground(context, closed, data)
  const app = copyApp(join(closed, 'app'))
  rmSync(data, { recursive: true, force: true })
  // What root's home is: PostgreSQL, which then runs as another user, cannot pass. An ordinary user's own home is open to itself.
  chmodSync(closed, 0o700)
  const place = await findPlace(data)
  if (place.directory !== data) context.after(() => rmSync(place.directory, { recursive: true, force: true }))
  const before = fingerprint(app.programs)
  // Root is stopped by a read-only mount, in a namespace of its own; anybody else by the modes.
  const readOnly = isRoot ? 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && ' : ''
  const shell = ['sh', '-c', `umask 077; ${readOnly}exec "$@"`, app.programs]
  const wrap = isRoot ? ['unshare', '--mount', '--propagation', 'private', ...shell] : shell
  const run = watched(context, ServerRun.start(environment, wrap, app.entry))
  const address = await run.ready()
  assert.equal((await fetch(`${address}/readyz`)).status, 200)
  assert.equal(place.directory !== data, isRoot)
  const told = run.lines.filter((line) => line.includes('the database is kept in this directory'))
  assert.equal(told.length, isRoot ? 1 : 0)
  if (isRoot) assert.ok(told[0]?.includes(place.directory))
  assert.equal(await run.stop(), 0)
  assert.equal(fingerprint(app.programs), before, 'the package was written to')
  assert.ok(readdirSync(join(place.directory, 'postgres')).includes('cluster'))
  setWritable(app.programs, true)
})

/** Waits for the first migration and keeps the rest from being written down, so that the server stands in the middle of them. */
async function holdMigrations(
  run: ServerRun,
  data: string,
): Promise<{ readonly applied: number; readonly release: () => Promise<void> }> {
  let hasEnded = false
  void run.ended.then(() => {
    hasEnded = true
  })
  for (;;) {
    assert.ok(!hasEnded, run.errors)
    const client = await connect(data)
    if (client === null) {
      await new Promise((resolve) => setImmediate(resolve))
      continue
    }
    try {
      await client.query('begin')
      await client.query('lock table schema_migration in share row exclusive mode')
      const { rowCount } = await client.query('select from schema_migration')
      return { applied: rowCount ?? 0, release: () => client.end() }
    } catch {
      // The table is not there yet, or the database is not.
      await client.end().catch(() => undefined)
    }
  }
}

async function withDatabase<Result>(data: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = await connect(data)
  assert.ok(client !== null, 'the database does not answer')
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** @returns null while there is no such database. */
async function connect(data: string): Promise<pg.Client | null> {
  const home = join(data, 'postgres')
  let client: pg.Client
  try {
    client = new pg.Client({
      host: join(home, 'socket'),
      user: 'dialwright',
      password: readFileSync(join(home, 'password'), 'utf8').trim(),
      database: 'dialwright',
    })
    client.on('error', () => undefined)
    await client.connect()
    return client
  } catch {
    return null
  }
}
