/** A full disk, at the start and in the middle of work: told in words, no crash loop, nothing lost, and work again when there is room. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { demoEnvironment } from '../../src/config.ts'
import { demoProvisioning } from '../../src/demo/provisioning.ts'
import { ServerRun, serverEntry, until } from '../fixtures/server-run.ts'
import { SmallDisk } from '../fixtures/small-disk.ts'
import { makeTemporaryDirectory } from '../fixtures/temporary-directory.ts'

const isLinux = process.platform === 'linux'
const token = 'dw_disk_token_0123456789'

async function ground(
  context: TestContext,
): Promise<{ environment: Record<string, string | undefined>; disk: string }> {
  const directory = await makeTemporaryDirectory('disk-')
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  const disk = join(directory, 'disk')
  mkdirSync(disk, { mode: 0o711 })
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(
    provisionFile,
    JSON.stringify(demoProvisioning(5060, { login: 'disk@example.test', password: 'a password', token })),
  )
  const environment = demoEnvironment({ dataDirectory: join(disk, 'data'), provisionFile })
  return { disk, environment: { ...environment, DIALWRIGHT_LOG: 'info' } }
}

test('a disk that is too small for a start is told as full, wherever it ends; the same command starts when there is room', {
  skip: !isLinux && 'needs mount namespaces',
  timeout: 180_000,
}, async (context) => {
  const { disk: path, environment } = await ground(context)
  const disk = await SmallDisk.make(path, 400)
  context.after(() => disk.close())
  // The first sizes end in the copy of the programs and in initdb, the later ones in the server's start and the migrations.
  const sizes = [20, 90, 112, 117, 400]
  const reached: string[] = []
  for (const megabytes of sizes) {
    disk.leave(megabytes)
    const server = new ServerRun(disk.run(process.execPath, [serverEntry], environment))
    const address = await server.settled
    if (address !== null) {
      reached.push(`${megabytes} ready`)
      assert.equal(await server.stop(), 0)
      if (megabytes === sizes.at(-1)) break
      continue
    }
    assert.equal(await server.ended, 1)
    reached.push(`${megabytes} ${server.errors.slice(0, 100).trim()}`)
    assert.match(server.errors, /^Dialwright could not start\. [^\n]*disk[^\n]* is full[^\n]*Make room[^\n]*\n$/)
    assert.deepEqual(
      readdirSync(join(disk.view, 'data')).filter((name) => name.startsWith('postgres.draft-')),
      [],
      'half a cluster was left behind',
    )
    const programs = join(disk.view, 'data', 'pgbin')
    if (existsSync(programs))
      assert.deepEqual(
        readdirSync(programs).filter((name) => name.includes('.copy-')),
        [],
        'half a copy was left behind',
      )
  }
  for (const line of reached) context.diagnostic(line)
  assert.match(reached.at(-1) ?? '', /ready/)
  assert.ok(
    reached.some((line) => line.includes('No database can be made')),
    'initdb never met the full disk',
  )
})

test('a limit of the size of files is not told as a full disk', {
  skip: process.platform === 'win32' && 'has no such limit',
  timeout: 60_000,
}, async (context) => {
  const { environment } = await ground(context)
  // 512 or 1024 bytes a unit: below 16 MB, which is what PostgreSQL's log takes at once.
  const server = ServerRun.start(environment, ['sh', '-c', 'ulimit -f 12000; exec "$@"', 'sh'])
  assert.equal(await server.ended, 1)
  assert.match(server.errors, /^Dialwright could not start\. [^\n]*MB free: a quota, or a limit of the size of files/)
})

test('a disk that fills up under a running server: writes are refused in words, the database is waited for, then everything goes on', {
  skip: !isLinux && 'needs mount namespaces',
  timeout: 240_000,
}, async (context) => {
  const { disk: path, environment } = await ground(context)
  const disk = await SmallDisk.make(path, 400)
  context.after(() => disk.close())
  const server = new ServerRun(disk.run(process.execPath, [serverEntry], environment))
  context.after(() => void server.child.kill('SIGKILL'))
  const address = await server.settled
  assert.ok(address !== null, server.errors)
  const ask = (method: string, route: string, body?: unknown): Promise<Response> =>
    fetch(`${address}${route}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const made = await ask('POST', '/dialwright/v1/campaigns', {
    name: 'disk',
    scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
    route: { via: 'dialplan', dialplan: 'Everything to the box' },
  })
  assert.equal(made.status, 201)
  const { id } = (await made.json()) as { id: string }
  let people = 0
  const addSome = async (): Promise<Response> => {
    const contacts = Array.from({ length: 200 }, (_, n) => ({
      phones: [`+7495${String(people + n).padStart(7, '0')}`],
      zone: 'UTC',
      variables: { note: 'x'.repeat(500) },
    }))
    const answer = await ask('POST', `/dialwright/v1/campaigns/${id}/contacts`, { contacts })
    if (answer.ok) people += contacts.length
    return answer
  }
  const first = await addSome()
  assert.ok(first.ok, await first.text())

  disk.fill()
  let refused = await addSome()
  for (let tries = 0; refused.ok && tries < 100; tries += 1) refused = await addSome()
  assert.ok([503, 507].includes(refused.status), `${refused.status} ${await refused.clone().text()}`)
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.match(((await refused.json()) as { code: string }).code, /^(?:storage-full|database-away)$/)

  // The write-ahead log finds no room for its next segment: PostgreSQL ends itself, as it should.
  await driveOut(join(disk.view, 'data'))
  await until('the database is away', async () => (await ask('GET', '/readyz')).status === 503)
  const away = await ask('GET', '/readyz')
  assert.match(away.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal((await ask('GET', '/healthz')).status, 200)
  await until('it is told', () => server.count('the disk is full; the embedded database waits for space') === 1)
  const linesBefore = server.lines.length
  await pause(10_000)
  const meanwhile = server.lines.slice(linesBefore)
  assert.equal(server.child.exitCode, null, server.errors)
  assert.equal(server.count('the disk is full; the embedded database waits for space'), 1)
  assert.equal(server.count('the embedded database ended; it is started again'), 1)
  assert.ok(meanwhile.length < 60, `${meanwhile.length} lines in ten seconds:\n${meanwhile.slice(0, 20).join('\n')}`)
  assert.match(server.lines.find((line) => line.includes('waits for space')) ?? '', /\(0 MB are free\)/)

  disk.makeRoom()
  await until('the database is back', async () => (await ask('GET', '/readyz')).status === 200)
  const progress = (await (await ask('GET', `/dialwright/v1/campaigns/${id}/progress`)).json()) as { total: number }
  // A request that was cut off may have been kept without its answer: more is possible, less is not.
  assert.ok(progress.total >= people, `${people} were acknowledged, ${progress.total} are there`)
  const again = await addSome()
  assert.ok(again.ok, await again.text())
  assert.equal(await server.stop(), 0)
})

/** Writes log and nothing else, until the server ends over it. */
async function driveOut(data: string): Promise<void> {
  const home = join(data, 'postgres')
  const client = new pg.Client({
    host: join(home, 'socket'),
    user: 'dialwright',
    password: readFileSync(join(home, 'password'), 'utf8').trim(),
    database: 'dialwright',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    for (let segments = 0; segments < 400; segments += 1) {
      await client.query(`select pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))`)
      await client.query('select pg_switch_wal()')
    }
  } catch {
    return
  } finally {
    await client.end().catch(() => undefined)
  }
  throw new Error('the log never met the full disk')
}
