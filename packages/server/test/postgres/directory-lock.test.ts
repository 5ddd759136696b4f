/** The lock of a data directory against real processes: living, dead, and numbers used again. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { takeDirectoryLock } from '../../src/adapters/postgres/directory-lock.ts'
import { startMarkOf } from '../../src/adapters/postgres/supervisor/process-identity.ts'

async function lockDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dialwright-lock-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  assert.ok(child.pid !== undefined)
  return child.pid
}

test('a lock is refused while its holder lives and given again after its release', async (context) => {
  const directory = await lockDirectory(context)
  const lock = await takeDirectoryLock(directory)
  await assert.rejects(takeDirectoryLock(directory), {
    code: 'DATABASE_LOCKED',
    message: new RegExp(`process ${process.pid} `),
  })
  await lock.release()
  await (await takeDirectoryLock(directory)).release()
  assert.deepEqual(await readdir(directory), [])
})

test('the lock of a dead process is taken over, and so is a file that nobody finished', async (context) => {
  const directory = await lockDirectory(context)
  await writeFile(join(directory, 'dead.held'), JSON.stringify({ pid: await deadProcess(), startMark: 'x' }))
  await writeFile(join(directory, 'empty.candidate'), '')
  await (await takeDirectoryLock(directory)).release()
  assert.deepEqual(await readdir(directory), [])
})

test('a living process that has the number of the dead holder does not keep the lock', {
  skip: process.platform === 'win32' && 'no start marks',
}, async (context) => {
  const directory = await lockDirectory(context)
  await writeFile(join(directory, 'other.held'), JSON.stringify({ pid: process.pid, startMark: 'another boot:1' }))
  await (await takeDirectoryLock(directory)).release()
  await writeFile(
    join(directory, 'other.held'),
    JSON.stringify({ pid: process.pid, startMark: await startMarkOf(process.pid) }),
  )
  await assert.rejects(takeDirectoryLock(directory), { code: 'DATABASE_LOCKED' })
})

test('of many that find a dead holder at once exactly one gets the lock, every time', async (context) => {
  const directory = await lockDirectory(context)
  const pid = await deadProcess()
  for (let round = 0; round < 15; round += 1) {
    await writeFile(join(directory, `dead${round}.held`), JSON.stringify({ pid, startMark: 'x' }))
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeDirectoryLock(directory)))
    const winners = results.filter((result) => result.status === 'fulfilled')
    assert.equal(winners.length, 1)
    await winners[0]?.value.release()
    assert.deepEqual(await readdir(directory), [])
  }
})

test('a candidate waits for one with a greater token, and takes the lock when that one dies', async (context) => {
  const directory = await lockDirectory(context)
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(child, 'spawn')
  assert.ok(child.pid !== undefined)
  // "z" is greater than every token: its writer has not read the directory yet, or it has and is about to hold the lock.
  await writeFile(
    join(directory, 'z.candidate'),
    JSON.stringify({ pid: child.pid, startMark: await startMarkOf(child.pid) }),
  )
  let isTaken = false
  const taking = takeDirectoryLock(directory).then((lock) => {
    isTaken = true
    return lock
  })
  while ((await readdir(directory)).filter((name) => name.endsWith('.candidate')).length < 2)
    await new Promise(setImmediate)
  assert.equal(isTaken, false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await taking).release()
})
