import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { spawnCarrier } from '@dialwright/carrier'
import { missingPeer } from '@dialwright/testkit'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { takeDatabase } from '../../packages/server/test/fixtures/database.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the commands of docs/API.md do what the page says', {
  skip: missingPeer('curl') ?? false,
  timeout: 60_000,
}, async (t) => {
  const directory = await makeTemporaryDirectory('curl-')
  const carrier = await spawnCarrier({ ledgerPath: join(directory, 'ledger.jsonl'), seed: 1 })
  const database = await takeDatabase()
  const provisionFile = join(directory, 'provisioning.json')
  const login = { login: 'curl@example.test', password: 'a password', token: 'dw_curl_token_0123456789' }
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(carrier.port, login)))
  const server = await ServerProcess.start({
    ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
    DATABASE_URL: database.connectionString,
    DIALWRIGHT_DRAIN_SECONDS: '1',
  })
  t.after(async () => {
    assert.equal(await server.stop(), 0)
    await carrier.stop()
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })
  const page = readFileSync(join(root, 'docs/API.md'), 'utf8')
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((block) => block[1])
  const script = ['set -eu', ...blocks].join('\necho\n')
  const run = spawnSync('bash', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ADDRESS: server.address, LOGIN: login.login, PASSWORD: login.password },
  })
  assert.equal(run.status, 0, run.stderr)
  const answers = run.stdout.split('\n').filter((line) => line !== '')
  const [uploaded, progressAndReason, states, refusal, line, audited, list, first, second, taken] = answers.map(
    (line) =>
      line
        .replaceAll('}{', '}\n{')
        .split('\n')
        .map((one) => JSON.parse(one)),
  )
  assert.equal(uploaded?.[0].items[0].clientExternalId, '42')
  assert.deepEqual(uploaded?.[0].errors, [])
  assert.equal(progressAndReason?.[0].total, 1)
  assert.ok(progressAndReason?.[1].gates.length > 0)
  assert.deepEqual(
    states?.map((answer) => answer.status),
    ['PAUSED', 'PROCESS'],
  )
  assert.deepEqual(Object.keys(refusal?.[0].errors).sort(), ['botId', 'dialplanId', 'intensity', 'name'])
  assert.deepEqual([line?.[1].trunk, line?.[2].routes], [line?.[0].id, [{ prefix: '7', trunks: [line?.[0].id] }]])
  assert.deepEqual([audited?.[0].items[0].name, audited?.[0].items[0].actor], ['Second carrier', login.login])
  assert.deepEqual([list?.[0].accepted, list?.[0].rejected, list?.[1].items[0].code], [1, 1, 'not-a-phone'])
  assert.deepEqual(
    [first?.[0].phones, second?.[0].phones, taken?.[0].state],
    [['74955550003'], ['8 (495) 555-00-04'], 'undoing'],
  )
})
