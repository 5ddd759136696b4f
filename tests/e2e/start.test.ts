/** What a newcomer meets when something is wrong: one clear line that names the setting, exit code 1, nothing left running. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '../../packages/server/src/adapters/postgres/embedded.ts'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { makeTemporaryDirectory } from '../../packages/server/src/demo/temporary-directory.ts'

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
  timeout: 120_000,
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
    sip.close()
    rmSync(directory, { recursive: true, force: true })
  })
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

test('a second instance on the same data is refused while the first goes on', { timeout: 60_000 }, async (t) => {
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

test('with DATABASE_URL it runs on that database and starts none of its own', { timeout: 60_000 }, async (t) => {
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
