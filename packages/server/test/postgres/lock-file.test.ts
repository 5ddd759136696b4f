/** The lock file against real processes: living, dead, and numbers used again. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { takeLockFile } from '../../src/adapters/postgres/lock-file.ts'
import { startMarkOf } from '../../src/adapters/postgres/supervisor/process-identity.ts'

async function lockPath(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dialwright-lock-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'lock')
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  assert.ok(child.pid !== undefined)
  return child.pid
}

test('a lock is refused while its holder lives and given again after its release', async (context) => {
  const path = await lockPath(context)
  const lock = await takeLockFile(path)
  await assert.rejects(takeLockFile(path), { code: 'DATABASE_LOCKED' })
  await lock.release()
  await (await takeLockFile(path)).release()
  assert.deepEqual(await readdir(join(path, '..')), [])
})

test('the lock of a dead process is taken over', async (context) => {
  const path = await lockPath(context)
  await writeFile(path, JSON.stringify({ pid: await deadProcess(), startMark: 'x', token: 't' }))
  await (await takeLockFile(path)).release()
})

test('a living process that has the number of the dead holder does not keep the lock', {
  skip: process.platform === 'win32' && 'no start marks',
}, async (context) => {
  const path = await lockPath(context)
  await writeFile(path, JSON.stringify({ pid: process.pid, startMark: 'another boot:1', token: 't' }))
  await (await takeLockFile(path)).release()
  await writeFile(path, JSON.stringify({ pid: process.pid, startMark: await startMarkOf(process.pid), token: 't' }))
  await assert.rejects(takeLockFile(path), { code: 'DATABASE_LOCKED' })
})

test('of many that find a dead holder at once exactly one gets the lock', async (context) => {
  const path = await lockPath(context)
  const pid = await deadProcess()
  for (let round = 0; round < 20; round += 1) {
    await writeFile(path, JSON.stringify({ pid, startMark: 'x', token: 't' }))
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLockFile(path)))
    const winners = results.filter((result) => result.status === 'fulfilled')
    assert.equal(winners.length, 1)
    await winners[0]?.value.release()
  }
})

test('a lock file that nobody wrote is taken over, and a release leaves the file of a successor alone', async (context) => {
  const path = await lockPath(context)
  await writeFile(path, '')
  const lock = await takeLockFile(path)
  await writeFile(
    path,
    JSON.stringify({ pid: process.pid, startMark: await startMarkOf(process.pid), token: 'successor' }),
  )
  await lock.release()
  await assert.rejects(takeLockFile(path), { code: 'DATABASE_LOCKED' })
})
