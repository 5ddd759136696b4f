/** The first start cut off at any point, and a cluster that was copied: the next start works as if nothing had been. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { chmod, chown, cp, lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'
import { createPool } from '../../src/adapters/postgres/pool.ts'
import { clusterIdentity, clusterState } from '../fixtures/cluster-state.ts'
import { sharedBinaries, silentLog } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'

const script = fileURLToPath(new URL('./supervisor-process.ts', import.meta.url))
const isRoot = process.getuid?.() === 0

async function temporaryDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dialwright-first-'))
  // Open to the database's user, so that the cluster stays in it when root runs this.
  await chmod(directory, 0o711)
  context.after(() => rm(directory, { recursive: true, force: true, maxRetries: 20 }))
  return directory
}

async function answers(database: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const pool = createPool(database.connectionString, silentLog, { size: 1 })
  try {
    return (await pool.query(text)).rows
  } finally {
    await pool.end()
  }
}

/** Killed alone, a process leaves its initdb at work; killed with it (a container's end), it leaves what initdb had written. */
const cutOffs: readonly [what: string, pattern: string, victims: 'alone' | 'with its children'][] = [
  ['while the programs are copied', 'pgbin/*.copy-*/lib', 'alone'],
  ['when initdb has just begun', '{postgres.draft-*,postgres}/cluster/PG_VERSION', 'alone'],
  ['when initdb has just begun', '{postgres.draft-*,postgres}/cluster/PG_VERSION', 'with its children'],
  ['when initdb is nearly done', '{postgres.draft-*,postgres}/cluster/base/4/PG_VERSION', 'with its children'],
  ['while the server starts for the first time', 'postgres/cluster/postmaster.pid', 'alone'],
]

for (const [what, pattern, victims] of cutOffs) {
  test(`a first start killed with -9 ${what}, ${victims}: the next one works at once, and what was left behind goes`, {
    skip: process.platform === 'win32' && 'has no SIGKILL',
    timeout: 90_000,
  }, async (context) => {
    const directory = await temporaryDirectory(context)
    const child = spawn(process.execPath, [script, directory, 'own'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A process group of its own, to be killed as a whole.
      detached: true,
    })
    assert.ok(child.pid !== undefined)
    const ended = once(child, 'exit')
    let isReady = false
    createInterface({ input: child.stdout }).once('line', () => {
      isReady = true
    })
    await until(pattern, () => isReady || globSync(pattern, { cwd: directory }).length > 0, { everyMs: 1 })
    process.kill(victims === 'alone' ? child.pid : -child.pid, 'SIGKILL')
    await ended
    assert.ok(!isReady, 'the kill came after the first start was over: nothing was shown')
    // At once: an initdb that lost its parent is still at work.
    const second = await startEmbeddedPostgres({ dataDirectory: directory, log: silentLog })
    try {
      assert.deepEqual(await answers(second, 'select 1 as one'), [{ one: 1 }])
      await answers(second, 'create table kept (n int)')
    } finally {
      await second.stop()
    }
    const third = await startEmbeddedPostgres({ dataDirectory: directory, log: silentLog })
    try {
      assert.deepEqual(await answers(third, 'select count(*) as n from kept'), [{ n: 0 }])
      assert.deepEqual((await readdir(directory)).sort(), ['pgbin', 'postgres', 'postgres.lock'])
      assert.equal((await readdir(join(directory, 'pgbin'))).length, 1)
    } finally {
      await third.stop()
    }
  })
}

test('a cluster copied after a stop, open to all and owned by whoever copied it, is put right and starts without recovery', {
  skip: process.platform === 'win32' && 'has no modes',
  timeout: 60_000,
}, async (context) => {
  const [original, copy] = [await temporaryDirectory(context), await temporaryDirectory(context)]
  const start = (dataDirectory: string) =>
    startEmbeddedPostgres({ dataDirectory, log: silentLog, binariesDirectory: sharedBinaries })
  const first = await start(original)
  await answers(first, 'create table kept as select generate_series(1, 500) as n')
  await first.stop()
  assert.equal(await clusterState(join(original, 'postgres', 'cluster')), 'shut down')

  await cp(join(original, 'postgres'), join(copy, 'postgres'), { recursive: true })
  // As `cp -r` by root and archives without modes leave it.
  for (const path of await readdir(copy, { recursive: true })) {
    const file = join(copy, path)
    await chmod(file, (await lstat(file)).isDirectory() ? 0o755 : 0o644)
    if (isRoot) await chown(file, 0, 0)
  }
  const logBefore = (await readFile(join(copy, 'postgres', 'postgres.log'))).length
  const second = await start(copy)
  try {
    assert.deepEqual(await answers(second, 'select count(*) as n from kept'), [{ n: 500 }])
    assert.equal((await lstat(join(copy, 'postgres', 'password'))).mode & 0o777, 0o600)
    const log = (await readFile(join(copy, 'postgres', 'postgres.log'))).subarray(logBefore).toString()
    assert.match(log, /database system was shut down at/)
    assert.doesNotMatch(log, /not properly shut down|recovery/)
  } finally {
    await second.stop()
  }
  const clusters = [original, copy].map((directory) => join(directory, 'postgres', 'cluster'))
  assert.equal(await clusterIdentity(clusters[0] ?? ''), await clusterIdentity(clusters[1] ?? ''))
})
