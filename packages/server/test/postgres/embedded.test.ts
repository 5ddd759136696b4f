/** The embedded database under everything that happens to a process: restarts, kills, second instances, closed directories. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { installBinaries } from '../../src/adapters/postgres/binaries.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'
import { createPool, type DatabaseLog, type Pool } from '../../src/adapters/postgres/pool.ts'
import { findPlace } from '../../src/adapters/postgres/supervisor/place.ts'
import { sharedBinaries, silentLog } from '../fixtures/database.ts'

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0

async function temporaryDirectory(context: TestContext, under = tmpdir()): Promise<string> {
  const directory = await mkdtemp(join(under, 'dialwright-embedded-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function start(dataDirectory: string, log: DatabaseLog = silentLog): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDirectory, log, binariesDirectory: sharedBinaries })
}

async function usePool<Result>(connectionString: string, use: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = createPool(connectionString, silentLog)
  try {
    return await use(pool)
  } finally {
    await pool.end()
  }
}

/** Every process that works in a directory below this one: the postmaster and all its children do. */
async function processesIn(directory: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    if (cwd.startsWith(`${directory}/`))
      found.push(`${pid} ${await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')}`)
  }
  return found
}

type Told = { connectionString: string; processId: number; adopted: boolean; code?: string }

async function startInProcess(dataDirectory: string): Promise<{ child: ChildProcess; told: Told }> {
  const script = new URL('./supervisor-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, dataDirectory], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, told: JSON.parse(line) }
}

test('the first start makes a durable cluster that only its password opens, and a restart keeps the data', async (context) => {
  const directory = await temporaryDirectory(context)
  await mkdir(join(directory, 'postgres.draft-of-a-killed-start'))
  const first = await start(directory)
  assert.equal(first.adopted, false)
  await usePool(first.connectionString, async (pool) => {
    const { rows } = await pool.query(`select name, setting from pg_settings where name = any($1) order by name`, [
      [
        'fsync',
        'synchronous_commit',
        'full_page_writes',
        'data_checksums',
        'jit',
        'listen_addresses',
        'server_encoding',
        'TimeZone',
      ],
    ])
    assert.deepEqual(Object.fromEntries(rows.map((row) => [row.name, row.setting])), {
      TimeZone: 'UTC',
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      jit: 'off',
      listen_addresses: '',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    })
    const locale = await pool.query(
      `select datlocprovider as provider, datlocale as locale from pg_database where datname = current_database()`,
    )
    assert.deepEqual(locale.rows, [{ provider: 'b', locale: 'C.UTF-8' }])
    await pool.query('create table kept (n int)')
    await pool.query('insert into kept values (7)')
  })
  const guessed = new URL(first.connectionString)
  guessed.password = 'password'
  await usePool(guessed.href, (pool) => assert.rejects(pool.query('select 1'), { code: '28P01' }))
  assert.equal((await lstat(join(directory, 'postgres', 'password'))).mode & 0o777, 0o600)
  await first.stop()
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name !== 'pgbin'),
    ['postgres', 'postgres.lock'],
  )

  const second = await start(directory)
  try {
    assert.equal(second.adopted, false)
    assert.equal(second.connectionString, first.connectionString)
    await usePool(second.connectionString, async (pool) =>
      assert.deepEqual((await pool.query('select n from kept')).rows, [{ n: 7 }]),
    )
  } finally {
    await second.stop()
  }
})

test('stop leaves no process, with clients connected too', { skip: !isLinux && 'reads /proc' }, async (context) => {
  const directory = await temporaryDirectory(context)
  const database = await start(directory)
  const pool = createPool(database.connectionString, silentLog)
  await pool.query('select 1')
  assert.ok((await processesIn(directory)).length > 3)
  await database.stop()
  assert.deepEqual(await processesIn(directory), [])
  assert.equal(database.processId, null)
  await pool.end()
})

test('a server whose process was killed with -9 is adopted: same postmaster, same rows, and then stopped in order', async (context) => {
  const directory = await temporaryDirectory(context)
  const { child, told } = await startInProcess(directory)
  await usePool(told.connectionString, async (pool) => {
    await pool.query('create table kept (n int)')
    await pool.query('insert into kept values (7)')
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const database = await start(directory)
  try {
    assert.equal(database.adopted, true)
    assert.equal(database.processId, told.processId)
    assert.equal(database.connectionString, told.connectionString)
    await usePool(database.connectionString, async (pool) =>
      assert.deepEqual((await pool.query('select n from kept')).rows, [{ n: 7 }]),
    )
  } finally {
    await database.stop()
  }
  if (isLinux) assert.deepEqual(await processesIn(directory), [])
})

test('an adopted server that dies is started again', async (context) => {
  const directory = await temporaryDirectory(context)
  const { child, told } = await startInProcess(directory)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const startedAgain = Promise.withResolvers<void>()
  const log = {
    ...silentLog,
    info: (fields: object) => 'adopted' in fields && fields.adopted === false && startedAgain.resolve(),
  }
  const database = await start(directory, log)
  try {
    assert.equal(database.adopted, true)
    process.kill(told.processId, 'SIGKILL')
    await startedAgain.promise
    assert.notEqual(database.processId, told.processId)
    await usePool(database.connectionString, async (pool) =>
      assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }]),
    )
  } finally {
    await database.stop()
  }
})

test('a second instance on the same data is refused with a code, by this process and by another one', async (context) => {
  const directory = await temporaryDirectory(context)
  const database = await start(directory)
  try {
    await assert.rejects(start(directory), { code: 'DATABASE_LOCKED', message: new RegExp(`process ${process.pid} `) })
    const { child, told } = await startInProcess(directory)
    if (child.exitCode === null) await once(child, 'exit')
    assert.equal(told.code, 'DATABASE_LOCKED')
    await usePool(database.connectionString, async (pool) =>
      assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }]),
    )
  } finally {
    await database.stop()
  }
})

test('a postmaster killed with -9 under load comes back with every acknowledged row, on the same address', async (context) => {
  const directory = await temporaryDirectory(context)
  const startedAgain = Promise.withResolvers<void>()
  let starts = 0
  const log = {
    ...silentLog,
    info: () => {
      starts += 1
      if (starts === 2) startedAgain.resolve()
    },
  }
  const database = await start(directory, log)
  const killed = database.processId
  assert.ok(killed !== null)
  const pool = createPool(database.connectionString, silentLog)
  try {
    await pool.query('create table ledger (n int primary key)')
    const acknowledged: number[] = []
    await assert.rejects(async () => {
      for (let n = 0; ; n += 1) {
        await pool.query('insert into ledger values ($1)', [n])
        acknowledged.push(n)
        if (n === 200) process.kill(killed, 'SIGKILL')
      }
    })
    await startedAgain.promise
    await database.ensureRunning()
    const { rows } = await pool.query<{ n: number }>('select n from ledger')
    const present = new Set(rows.map((row) => row.n))
    assert.ok(acknowledged.length >= 200)
    assert.deepEqual(
      acknowledged.filter((n) => !present.has(n)),
      [],
    )
    assert.notEqual(database.processId, killed)
  } finally {
    await pool.end()
    await database.stop()
  }
  if (isLinux) assert.deepEqual(await processesIn(directory), [])
})

test('process and postmaster killed together: the next start recovers every acknowledged row', async (context) => {
  const directory = await temporaryDirectory(context)
  const { child, told } = await startInProcess(directory)
  await usePool(told.connectionString, async (pool) => {
    await pool.query('create table kept (n int)')
    await pool.query('insert into kept select generate_series(1, 1000)')
  })
  child.kill('SIGKILL')
  process.kill(told.processId, 'SIGKILL')
  await once(child, 'exit')
  const database = await start(directory)
  try {
    await usePool(database.connectionString, async (pool) =>
      assert.deepEqual((await pool.query('select count(*) as n from kept')).rows, [{ n: 1000 }]),
    )
  } finally {
    await database.stop()
  }
})

test('a server that is just dying looks alive, and is not taken for one that serves', {
  skip: !isLinux && 'reads /proc',
}, async (context) => {
  const directory = await temporaryDirectory(context)
  await (await start(directory)).stop()
  const cluster = join((await findPlace(directory)).directory, 'postgres', 'cluster')
  // What is left of it for a moment after kill -9: a process of its name, its file that says ready, and nobody who answers.
  const dying = spawn('bash', ['-c', `exec -a "postgres -D ${cluster} " sleep 60`])
  context.after(() => void dying.kill('SIGKILL'))
  await once(dying, 'spawn')
  const file = [dying.pid, cluster, 0, 5432, directory, '', '0 0', 'ready']
  await writeFile(join(cluster, 'postmaster.pid'), `${file.join('\n')}\n`)
  const gone = setTimeout(() => dying.kill('SIGKILL'), 1_000)
  context.after(() => clearTimeout(gone))
  const database = await start(directory)
  try {
    assert.notEqual(database.processId, dying.pid)
    await usePool(database.connectionString, async (pool) => assert.equal((await pool.query('select 1')).rowCount, 1))
  } finally {
    await database.stop()
  }
})

test('binaries whose links are gone are made whole again', {
  skip: !isLinux && 'other systems ship other links',
}, async (context) => {
  const directory = await temporaryDirectory(context)
  await chmod(directory, 0o755)
  const binariesDirectory = join(directory, 'binaries')
  const { postgres } = await installBinaries(binariesDirectory)
  const library = join(postgres, '..', '..', 'lib')
  const links: string[] = []
  for (const name of await readdir(library))
    if ((await lstat(join(library, name))).isSymbolicLink()) links.push(join(library, name))
  assert.ok(links.length >= 10)
  for (const link of links) await unlink(link)
  const database = await startEmbeddedPostgres({
    dataDirectory: join(directory, 'data'),
    log: silentLog,
    binariesDirectory,
  })
  await database.stop()
  for (const link of links) assert.ok((await lstat(link)).isSymbolicLink())
})

test('a data directory with a path too long for a socket works', async (context) => {
  const directory = join(await temporaryDirectory(context), 'd'.repeat(100))
  await mkdir(directory)
  if (isRoot) await chmod(join(directory, '..'), 0o755)
  const database = await start(directory)
  const socketDirectory = new URL(database.connectionString).searchParams.get('host') ?? ''
  assert.ok(socketDirectory.length > 0 && !socketDirectory.startsWith(directory))
  assert.equal((await lstat(socketDirectory)).mode & 0o777, 0o700)
  await usePool(database.connectionString, async (pool) =>
    assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }]),
  )
  await database.stop()
  await assert.rejects(lstat(socketDirectory), { code: 'ENOENT' })
})

test('root with a data directory behind a closed door gets a place elsewhere, or a clear code', {
  skip: !isRoot && 'needs root',
}, async (context) => {
  const closed = await temporaryDirectory(context)
  const state = await temporaryDirectory(context)
  await chmod(state, 0o755)
  const dataDirectory = join(closed, 'data')
  const place = await findPlace(dataDirectory, state)
  assert.ok(place.directory.startsWith(`${state}/`))
  assert.equal((await lstat(closed)).mode & 0o777, 0o700)
  assert.deepEqual(await findPlace(dataDirectory, state), place)
  await assert.rejects(findPlace(dataDirectory, join(closed, 'state')), { code: 'DATABASE_DIRECTORY_UNREACHABLE' })
})

test('root opens the data directory to the group of the database user alone', {
  skip: !isRoot && 'needs root',
}, async (context) => {
  const directory = await temporaryDirectory(context)
  const place = await findPlace(directory)
  const { mode, gid, uid } = await lstat(directory)
  assert.deepEqual(
    { mode: mode & 0o777, gid, uid, place: place.directory },
    { mode: 0o710, gid: place.owner?.gid, uid: 0, place: directory },
  )
})

test('a cluster of another major version is refused with a code', async (context) => {
  const directory = await temporaryDirectory(context)
  const database = await start(directory)
  await database.stop()
  await writeFile(join(directory, 'postgres', 'cluster', 'PG_VERSION'), '17\n')
  await assert.rejects(start(directory), { code: 'DATABASE_MAJOR_MISMATCH' })
})

test('a living process that only has the number of the dead postmaster is not adopted', async (context) => {
  const directory = await temporaryDirectory(context)
  const first = await start(directory)
  const cluster = join(directory, 'postgres', 'cluster')
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  await first.stop()
  await writeFile(join(cluster, 'postmaster.pid'), [String(process.pid), ...lines.slice(1)].join('\n'))
  const database = await start(directory)
  try {
    assert.equal(database.adopted, false)
    assert.notEqual(database.processId, process.pid)
    await usePool(database.connectionString, async (pool) =>
      assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }]),
    )
  } finally {
    await database.stop()
  }
})
