/** DATABASE_URL: which servers are taken and which are refused, in words that name the mend. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { checkGivenDatabase } from '../../src/adapters/postgres/given-database.ts'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createPool } from '../../src/adapters/postgres/pool.ts'
import { silentLog, useTestDatabase } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../fixtures/temporary-directory.ts'

describe('on the embedded server, which stands for any that somebody runs', () => {
  const database = useTestDatabase()
  const as = (role: string, password: string): string => {
    const url = new URL(database.connectionString)
    url.username = role
    url.password = password
    return url.href
  }

  test('a database that fits is taken', async () => {
    await checkGivenDatabase(database.connectionString)
  })

  test('a role that may not create tables is refused with the statement that would let it', async () => {
    await database.pool.query(`create role "no ""rights" login password 'right'`)
    try {
      await assert.rejects(checkGivenDatabase(as('no%20%22rights', 'right')), {
        code: 'DATABASE_RIGHTS_MISSING',
        message:
          /^DATABASE_URL: [^ ]*: the role "no ""rights" may not create tables in the schema public\. Ask .*grant usage, create on schema public to "no ""rights";$/,
      })
      // The very statement of the message mends it.
      await database.pool.query('grant usage, create on schema public to "no ""rights"')
      await checkGivenDatabase(as('no%20%22rights', 'right'))
    } finally {
      await database.pool.query(`drop owned by "no ""rights"; drop role "no ""rights"`)
    }
  })

  test('a database that can only be read is refused', async () => {
    const url = new URL(database.connectionString)
    url.searchParams.set('options', '-c default_transaction_read_only=on')
    await assert.rejects(checkGivenDatabase(url.href), {
      code: 'DATABASE_RIGHTS_MISSING',
      message: /can only be read: .*Name the primary\.$/,
    })
  })

  test('an encoding that cannot hold every text is refused', async () => {
    const name = 'test_latin'
    await database.pool.query(
      `create database ${name} encoding 'LATIN1' locale_provider libc locale 'C' template template0`,
    )
    const url = new URL(database.connectionString)
    url.pathname = name
    try {
      await assert.rejects(checkGivenDatabase(url.href), {
        code: 'DATABASE_VERSION_UNSUPPORTED',
        message: /has the encoding LATIN1; needed is UTF8\.$/,
      })
    } finally {
      await database.pool.query(`drop database ${name} with (force)`)
    }
  })

  test('a wrong password and a database that is not there are told, without the password', async () => {
    for (const [url, expected] of [
      [as('dialwright', 'hidden'), /password authentication failed/],
      [as('nobody-here', 'hidden'), /password authentication failed/],
      [Object.assign(new URL(database.connectionString), { pathname: 'none' }).href, /database "none" does not exist/],
    ] as const)
      await assert.rejects(checkGivenDatabase(url), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'DATABASE_UNREACHABLE')
        assert.match(error.message, /^DATABASE_URL: /)
        assert.match(error.message, expected)
        assert.doesNotMatch(error.message, /hidden/)
        return true
      })
  })
})

test('whatever version a server says it has, before 16 it is refused, from 16 on it is taken', async (context) => {
  for (const [version, major] of [
    [150_018, 15],
    [90_624, 9],
  ] as const)
    await assert.rejects(checkGivenDatabase(await serverThatSays(context, version)), {
      code: 'DATABASE_VERSION_UNSUPPORTED',
      message: new RegExp(`is PostgreSQL ${major}; needed is 16 or newer\\.$`),
    })
  for (const version of [160_000, 170_005, 190_000]) await checkGivenDatabase(await serverThatSays(context, version))
})

/** Versions that this machine has: Debian's, and those whose directories of programs are listed in DIALWRIGHT_TEST_POSTGRES. */
const installed = [
  ...globSync('/usr/lib/postgresql/*/bin/initdb'),
  ...(process.env.DIALWRIGHT_TEST_POSTGRES ?? '')
    .split(':')
    .flatMap((bin) => (bin === '' ? [] : [join(bin, 'initdb')])),
]

test('the versions of PostgreSQL that are installed beside are refused or migrated, as their number says', {
  skip: installed.length === 0 && 'no other PostgreSQL is installed',
  timeout: 120_000,
}, async (context) => {
  for (const initdb of installed) {
    const bin = dirname(initdb)
    const version = Number(/(\d+)\.\d+/.exec(spawnSync(initdb, ['--version'], { encoding: 'utf8' }).stdout)?.[1])
    const url = await startForeign(context, bin)
    if (version < 16) {
      await assert.rejects(checkGivenDatabase(url), { code: 'DATABASE_VERSION_UNSUPPORTED' })
      context.diagnostic(`${version}: refused`)
      continue
    }
    await checkGivenDatabase(url)
    const pool = createPool(url, silentLog)
    try {
      const applied = await migrate(pool)
      assert.ok(applied.length > 1)
      assert.deepEqual(await migrate(pool), [])
      context.diagnostic(`${version}: ${applied.length} migrations`)
    } finally {
      await pool.end()
    }
  }
})

/** A cluster of other programs, trusted on a socket of its own, as the user `postgres` when root runs this. */
async function startForeign(context: TestContext, bin: string): Promise<string> {
  const directory = await makeTemporaryDirectory('foreign-')
  const home = join(directory, 'home')
  mkdirSync(home)
  const [, , uid, gid] = accountOf('postgres') ?? accountOf('nobody') ?? []
  const identity = process.getuid?.() === 0 ? { uid: Number(uid), gid: Number(gid) } : {}
  if (identity.uid !== undefined) chownSync(home, identity.uid, Number(gid))
  const options = { cwd: home, env: { LC_ALL: 'C' }, ...identity }
  const cluster = join(home, 'cluster')
  const made = spawnSync(join(bin, 'initdb'), ['-D', cluster, '-U', 'me', '-E', 'UTF8', '--locale=C', '-A', 'trust'], {
    ...options,
    encoding: 'utf8',
  })
  assert.equal(made.status, 0, made.stderr)
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', cluster, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${home}`, '-c', 'fsync=off'],
    { ...options, stdio: 'ignore' },
  )
  const ended = once(server, 'exit')
  context.after(async () => {
    server.kill('SIGINT')
    await ended
    rmSync(directory, { recursive: true, force: true })
  })
  const pidFile = join(cluster, 'postmaster.pid')
  await until('the server is ready', () => existsSync(pidFile) && /^ready/m.test(readFileSync(pidFile, 'utf8')))
  return `postgresql://me@127.0.0.1:5432/postgres?host=${encodeURIComponent(home)}`
}

function accountOf(name: string): string[] | undefined {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([account]) => account === name)
}

/** Speaks just enough of the protocol (version 3.0) to answer one simple query with one row that fits but for its version. */
async function serverThatSays(context: TestContext, version: number): Promise<string> {
  const message = (type: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length + 4)
    return Buffer.concat([Buffer.from(type), length, body])
  }
  const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])
  const int32 = (value: number): Buffer =>
    Buffer.from([value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff])
  const text = 25
  const bool = 16
  const columns: readonly [name: string, type: number, value: string][] = [
    ['version', text, String(version)],
    ['encoding', text, 'UTF8'],
    ['role', text, 'me'],
    ['schema', text, 'public'],
    ['isReadOnly', bool, 'f'],
    ['mayCreate', bool, 't'],
  ]
  const ready = message('Z', Buffer.from('I'))
  const row = Buffer.concat([
    message(
      'T',
      Buffer.concat([
        int16(columns.length),
        ...columns.flatMap(([name, type]) => [
          Buffer.from(`${name}\0`),
          int32(0),
          int16(0),
          int32(type),
          int16(-1),
          int32(-1),
          int16(0),
        ]),
      ]),
    ),
    message(
      'D',
      Buffer.concat([
        int16(columns.length),
        ...columns.flatMap(([, , value]) => [int32(value.length), Buffer.from(value)]),
      ]),
    ),
    message('C', Buffer.from('SELECT 1\0')),
    ready,
  ])
  const onConnection = (socket: Socket): void => {
    let hasStarted = false
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      if (hasStarted) {
        if (bytes[0] === 'Q'.charCodeAt(0)) socket.write(row)
        return
      }
      hasStarted = true
      socket.write(Buffer.concat([message('R', int32(0)), ready]))
    })
  }
  const server = createServer(onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return `postgresql://me@127.0.0.1:${address.port}/anything`
}
