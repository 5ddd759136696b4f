/** What a newcomer meets when something is wrong: one clear line that names the setting, exit code 1, nothing left running. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '../../packages/server/src/adapters/postgres/embedded.ts'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { takeDatabase } from '../../packages/server/test/fixtures/database.ts'
import { ServerRun, until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'

const entry = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
const login = { login: 'start@example.test', password: 'a password', token: 'dw_start_token_0123456789' }

async function runToItsEnd(environment: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  child.stdout.resume()
  const [code] = await once(child, 'close')
  return { code, errors }
}

test('what keeps the server from starting is told in one line that names the setting, and nothing stays behind', {
  timeout: 240_000,
}, async (t) => {
  const directory = await makeTemporaryDirectory('start-')
  const data = join(directory, 'data')
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const provisionFile = file('right.json', JSON.stringify(demoProvisioning(5060, login)))
  const [http, sip] = [createServer(), createSocket('udp4')]
  http.listen(0, '127.0.0.1')
  const bound = once(sip, 'listening')
  sip.bind(0, '127.0.0.1')
  await Promise.all([once(http, 'listening'), bound])
  t.after(async () => {
    http.close()
    for (const socket of [sip, ...rtp]) socket.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const rtp = await takeEvenPorts(2)
  const rtpFrom = rtp[0]?.address().port ?? 0
  const address = http.address()
  assert.ok(typeof address === 'object' && address !== null)
  const table: [string, Record<string, string>, RegExp][] = [
    [
      'a taken HTTP port',
      { DIALWRIGHT_HTTP: `127.0.0.1:${address.port}` },
      /DIALWRIGHT_HTTP: 127\.0\.0\.1:\d+: another program uses it/,
    ],
    [
      'a taken SIP port',
      { DIALWRIGHT_SIP: `127.0.0.1:${sip.address().port}` },
      /DIALWRIGHT_SIP: 127\.0\.0\.1:\d+: another program uses it/,
    ],
    [
      'a range of taken RTP ports',
      { DIALWRIGHT_RTP_PORTS: `${rtpFrom}-${rtpFrom + 3}` },
      /DIALWRIGHT_RTP_PORTS: \d+-\d+: other programs use every even port of it on 127\.0\.0\.1 \(EADDRINUSE\)/,
    ],
    [
      'no provisioning file',
      { DIALWRIGHT_PROVISION: join(directory, 'none.yaml') },
      /DIALWRIGHT_PROVISION: .*none\.yaml: there is no such file/,
    ],
    [
      'a cut provisioning file',
      { DIALWRIGHT_PROVISION: file('cut.json', '{"trunks":') },
      /DIALWRIGHT_PROVISION: .*cut\.json: Unexpected end of JSON input/,
    ],
    [
      'a wrong provisioning file',
      { DIALWRIGHT_PROVISION: file('wrong.json', '{"trunks":[{"name":"x"}]}') },
      /\/workspace: .*\n.*\/trunks\/0\/host: /,
    ],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgresql://user:hidden@127.0.0.1:1/none' },
      /DATABASE_URL: 127\.0\.0\.1:1\/none cannot be used: nobody listens there/,
    ],
    [
      'a wrong configuration file',
      { DIALWRIGHT_CONFIG: file('config.yaml', 'DIALWRIGHT_RTP_PORTS: [1, 2]\nDIALWRIGHT_LOGG: info\n') },
      /DIALWRIGHT_RTP_PORTS \(in .*config\.yaml\): .*\n.*DIALWRIGHT_LOGG \(in .*\): .*did you mean DIALWRIGHT_LOG\?/,
    ],
    ['a data directory that is a file', { DIALWRIGHT_DATA: file('file', '') }, /DIALWRIGHT_DATA: .*file: it is a file/],
    [
      'several wrong settings at once',
      { DIALWRIGHT_HTTP: 'nowhere', DIALWRIGHT_RATE_LIMIT: '-1' },
      /DIALWRIGHT_HTTP: .*\n.*DIALWRIGHT_RATE_LIMIT: /,
    ],
  ]
  for (const [what, settings, expected] of table) {
    const { code, errors } = await runToItsEnd({
      ...demoEnvironment({ dataDirectory: data, provisionFile }),
      ...settings,
    })
    assert.equal(code, 1, what)
    assert.match(errors, /^Dialwright could not start\. /, what)
    assert.match(errors, expected, what)
    assert.doesNotMatch(errors, /\n {4}at |hidden/, `${what}: a stack or a secret`)
    assert.equal(spawnSync('pgrep', ['-f', directory], { encoding: 'utf8' }).stdout, '', `${what}: left running`)
  }
})

/** Sockets on so many even ports in a row. */
async function takeEvenPorts(count: number): Promise<Socket[]> {
  const take = async (port: number): Promise<Socket> => {
    const socket = createSocket('udp4')
    const listening = once(socket, 'listening')
    socket.bind(port, '127.0.0.1')
    await listening
    return socket
  }
  for (let from = 30_000; from < 32_000; from += 2 * count) {
    const taken = await Promise.allSettled(Array.from({ length: count }, (_, n) => take(from + 2 * n)))
    const sockets = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    if (sockets.length === count) return sockets
    for (const socket of sockets) socket.close()
  }
  throw new Error('no row of free ports')
}

test('a SIP port that the last process still holds is waited for; one that stays taken is told', {
  timeout: 120_000,
}, async (t) => {
  const directory = await makeTemporaryDirectory('port-')
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(5060, login)))
  const data = join(directory, 'data')
  const holder = createSocket('udp4')
  const listening = once(holder, 'listening')
  holder.bind(0, '127.0.0.1')
  await listening
  let isHeld = true
  const letGo = (): void => {
    if (isHeld) holder.close()
    isHeld = false
  }
  t.after(() => {
    letGo()
    rmSync(directory, { recursive: true, force: true })
  })
  const sip = `127.0.0.1:${holder.address().port}`
  // What a life before leaves.
  mkdirSync(join(data, 'telephony'), { recursive: true })
  const environment = { ...demoEnvironment({ dataDirectory: data, provisionFile }), DIALWRIGHT_SIP: sip }
  const { code, errors } = await runToItsEnd(environment)
  assert.equal(code, 1)
  assert.match(errors, /DIALWRIGHT_SIP: 127\.0\.0\.1:\d+: another program uses it/)

  const run = ServerRun.start(environment)
  t.after(() => run.child.exitCode === null && run.stop())
  await until('it says what it waits for', () => run.lines.some((line) => line.includes(`${sip} is in use`)))
  letGo()
  await run.ready()
  assert.equal(await run.stop(), 0)
})

test('a second instance on the same data is refused while the first goes on', { timeout: 120_000 }, async (t) => {
  const directory = await makeTemporaryDirectory('second-')
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(5060, login)))
  const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
  const first = await ServerProcess.start(environment)
  t.after(async () => {
    await first.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const { code, errors } = await runToItsEnd(environment)
  assert.equal(code, 1)
  assert.match(errors, /^Dialwright could not start\. .*(another|instance|locked)/i)
  assert.equal((await fetch(`${first.address}/readyz`)).status, 200)
})

test('with DATABASE_URL it runs on that database and starts none of its own', { timeout: 120_000 }, async (t) => {
  const directory = await makeTemporaryDirectory('given-')
  const database = await startEmbeddedPostgres({
    dataDirectory: join(directory, 'theirs'),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(5060, login)))
  const data = join(directory, 'ours')
  const server = await ServerProcess.start({
    ...demoEnvironment({ dataDirectory: data, provisionFile }),
    DATABASE_URL: database.connectionString,
  })
  t.after(async () => {
    await server.stop()
    await database.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  assert.equal((await fetch(`${server.address}/readyz`)).status, 200)
  const campaigns = await fetch(`${server.address}/dialwright/v1/campaigns`, {
    headers: { authorization: `Bearer ${login.token}` },
  })
  assert.deepEqual(await campaigns.json(), { items: [], next: null })
  assert.ok(!existsSync(join(data, 'postgres')), 'a cluster of its own')
})

test('what one start has compiled is kept in the data directory for the next, of all processes; without a place for it it starts too', {
  timeout: 120_000,
}, async (t) => {
  const directory = await makeTemporaryDirectory('compiled-')
  const database = await takeDatabase()
  t.after(async () => {
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(5060, login)))
  const data = join(directory, 'data')
  /** What node says of its cache, a line for each file that it looks for. */
  const start = async (): Promise<readonly string[]> => {
    const run = ServerRun.start({
      ...demoEnvironment({ dataDirectory: data, provisionFile }),
      DATABASE_URL: database.connectionString,
      NODE_COMPILE_CACHE: undefined,
      NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
    })
    t.after(() => run.child.exitCode === null && run.stop())
    await run.ready()
    assert.equal(await run.stop(), 0)
    return run.errors.split('\n').filter((line) => line.includes('reading cache from'))
  }
  const kept = join(data, 'compile-cache')
  // One of main, one of telephony alone.
  const sources = ['node.ts', 'adapters/telephony/telephony-host.ts']
  const foundOf = (lines: readonly string[]) =>
    sources.filter((source) =>
      lines.some((line) => line.includes(`/server/src/${source}...`) && line.includes('success')),
    )
  assert.deepEqual(foundOf(await start()), [])
  assert.equal(readdirSync(kept).length, 1, 'of one version of node')
  assert.deepEqual(foundOf(await start()), sources)
  rmSync(kept, { recursive: true })
  writeFileSync(kept, 'no directory')
  assert.deepEqual(await start(), [])
})
