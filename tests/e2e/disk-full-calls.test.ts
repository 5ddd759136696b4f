/** The disk fills up while people are on the line: what cannot be written down is not begun, and nobody pays for it with a second call. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerRun, serverEntry, until } from '../../packages/server/test/fixtures/server-run.ts'
import { SmallDisk } from '../../packages/server/test/fixtures/small-disk.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { assertNobodyTwiceNobodyLost, type Call, openLegs, type Progress } from './kill/judge.ts'

const token = 'dw_disk_calls_token_0123456789'
const people = 60

test('a disk that fills up under live calls: the server lives on, its processes too, and the campaign ends right when there is room', {
  skip: process.platform !== 'linux' && 'needs mount namespaces',
  timeout: 240_000,
}, async (context) => {
  const directory = await makeTemporaryDirectory('disk-calls-')
  const disk = join(directory, 'disk')
  mkdirSync(disk, { mode: 0o711 })
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 5 })
  const small = await SmallDisk.make(disk, 400)
  const provisionFile = join(directory, 'provisioning.json')
  const login = { login: 'disk@example.test', password: 'a password', token }
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(carrier.port, login)))
  const environment = demoEnvironment({ dataDirectory: join(disk, 'data'), provisionFile })
  const server = new ServerRun(
    small.run(process.execPath, [serverEntry], {
      ...environment,
      DIALWRIGHT_LOG: 'info',
      DIALWRIGHT_DRAIN_SECONDS: '2',
    }),
  )
  context.after(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) await server.stop()
    small.close()
    await carrier.stop()
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 })
  })
  const api = new ApiClient(await server.ready(), token)
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'disk',
    scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
    route: { via: 'dialplan', dialplan: 'Everything to the box' },
    pacing: { callsPerSecond: 10, maxCalls: 15 },
  })
  const contacts = Array.from({ length: people }, (_, n) => ({
    phones: [`+7495${String(n).padStart(5, '0')}03`],
    zone: 'UTC',
  }))
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  await until('calls are live', () => openLegs(ledger()).length >= 10, { everyMs: 20 })

  small.fill()
  await pause(8_000)
  assert.equal(server.child.exitCode, null, server.errors)
  assert.equal((await fetch(`${await server.ready()}/healthz`)).status, 200)
  const deaths = server.lines.filter((line) => /telephony process (?:ended|died|was lost)/.test(line)).length
  context.diagnostic(
    `${deaths} deaths of telephony, ${server.lines.length} lines of log, ${ledger().length} in the ledger`,
  )
  assert.ok(deaths <= 1, `the telephony process died ${deaths} times in eight seconds`)

  small.makeRoom()
  await until('the database is back', async () => (await fetch(`${await server.ready()}/readyz`)).status === 200)
  await until(
    'everybody is done',
    async () => (await api.get<Progress>(`/dialwright/v1/campaigns/${id}/progress`)).done === people,
    { everyMs: 200, limitMs: 90_000 },
  )
  const calls = await api.list<Call>(`/dialwright/v1/calls?campaign=${id}`)
  await until('every leg is closed', () => openLegs(ledger()).length === 0, { limitMs: 45_000 })
  assertNobodyTwiceNobodyLost(people, calls, ledger())
  assert.equal(await server.stop(), 0)
})
