/** The end of a server with live calls: in order, so that its data can be copied; or by kill -9, so that the next one must get its ports. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { freeUdpPort } from '@dialwright/testkit'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { clusterState } from '../../packages/server/test/fixtures/cluster-state.ts'
import { type Environment, ServerRun, until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { openLegs } from './kill/judge.ts'

const token = 'dw_stop_token_0123456789'
const people = 12

type Ground = { readonly environment: Environment; readonly directory: string; readonly ledger: () => LedgerLine[] }

async function ground(context: TestContext): Promise<Ground> {
  const directory = await makeTemporaryDirectory('stop-')
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 3 })
  const provisionFile = join(directory, 'provisioning.json')
  const login = { login: 'stop@example.test', password: 'a password', token }
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(carrier.port, login)))
  context.after(async () => {
    await carrier.stop()
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 })
  })
  const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  return { directory, ledger, environment: { ...environment, DIALWRIGHT_LOG: 'info', DIALWRIGHT_DRAIN_SECONDS: '1' } }
}

/** A campaign whose people talk for some seconds; resolves with its id when all of them are on the line. */
async function talk(address: string, ledger: () => LedgerLine[]): Promise<string> {
  const api = new ApiClient(address, token)
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'stop',
    scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
    route: { via: 'dialplan', dialplan: 'Everything to the box' },
    pacing: { callsPerSecond: 10, maxCalls: people },
  })
  const contacts = Array.from({ length: people }, (_, n) => ({
    phones: [`+7495${String(n).padStart(5, '0')}03`],
    zone: 'UTC',
  }))
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  await until('everybody was rung', () => ledger().filter((line) => line.kind === 'ring').length === people, {
    everyMs: 20,
  })
  return id
}

test('SIGTERM with live calls ends them, then PostgreSQL in order; a copy of the data made after that starts as the same', {
  timeout: 120_000,
}, async (context) => {
  const { environment, directory, ledger } = await ground(context)
  const data = join(directory, 'data')
  const run = ServerRun.start(environment)
  context.after(() => run.child.exitCode === null && run.stop())
  const id = await talk(await run.ready(), ledger)
  assert.ok(openLegs(ledger()).length > people / 2, 'too few were on the line when it was stopped')
  assert.equal(await run.stop(), 0, run.errors)
  await until('the carrier heard every end', () => openLegs(ledger()).length === 0, { limitMs: 5_000 })
  assert.equal(await clusterState(join(data, 'postgres', 'cluster')), 'shut down')

  const copied = join(directory, 'copy')
  cpSync(data, copied, { recursive: true, preserveTimestamps: true })
  const logBefore = readFileSync(join(copied, 'postgres', 'postgres.log')).length
  const second = ServerRun.start({ ...environment, DIALWRIGHT_DATA: copied })
  context.after(() => second.child.exitCode === null && second.stop())
  const api = new ApiClient(await second.ready(), token)
  const calls = await api.list<{ phone: string; disposition: string }>(`/dialwright/v1/calls?campaign=${id}`)
  assert.equal(calls.length, people)
  // Ended by us in order, each with what became of it: none is left to the rules for crashes.
  assert.deepEqual(
    calls.filter((call) => call.disposition === 'unknown'),
    [],
  )
  const log = readFileSync(join(copied, 'postgres', 'postgres.log'))
    .subarray(logBefore)
    .toString()
  assert.match(log, /database system was shut down at/)
  assert.doesNotMatch(log, /not properly shut down|redo/)
  assert.equal(await second.stop(), 0)
})

test('after kill -9 with live calls the same command gets its ports, which the last process needs for its goodbyes', {
  skip: process.platform === 'win32' && 'has no SIGKILL',
  timeout: 120_000,
}, async (context) => {
  const { environment, ledger } = await ground(context)
  const fixed = { ...environment, DIALWRIGHT_SIP: `127.0.0.1:${await freeUdpPort()}` }
  const first = ServerRun.start(fixed)
  context.after(() => first.child.exitCode === null && first.child.signalCode === null && first.stop())
  await talk(await first.ready(), ledger)
  assert.ok(openLegs(ledger()).length > people / 2)
  await first.kill()
  const second = ServerRun.start(fixed)
  context.after(() => second.child.exitCode === null && second.stop())
  await second.ready()
  await until('every leg is closed', () => openLegs(ledger()).length === 0, { limitMs: 15_000 })
  assert.equal(await second.stop(), 0)
})
