import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { takeDatabase } from '../../packages/server/test/fixtures/database.ts'
import { until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'

const token = 'dw_isolation_token_0123456789'
const people = 30
type Progress = { done: number; dialing: number; waiting: number }
type Call = { disposition: string; detail: string | null; startedAt: string }

test('a trunk that answers nothing costs only its own campaign', { timeout: 90_000 }, async (t) => {
  const directory = await makeTemporaryDirectory('isolation-')
  const ledgerPath = join(directory, 'ledger.jsonl')
  const [silent, talking] = [
    await spawnCarrier({ ledgerPath: join(directory, 'silent.jsonl'), seed: 1 }),
    await spawnCarrier({ ledgerPath, seed: 1 }),
  ]
  const document = demoProvisioning(talking.port, { login: 'i@example.test', password: 'a password', token }) as {
    trunks: Record<string, unknown>[]
    dialplans: Record<string, unknown>[]
  }
  const [trunk] = document.trunks
  document.trunks.push({ ...trunk, name: 'Black hole', port: silent.port })
  document.dialplans.push({ name: 'Into the hole', routes: [{ prefix: '', trunks: ['Black hole'] }] })
  const database = await takeDatabase()
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(document))
  const server = await ServerProcess.start({
    ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
    DATABASE_URL: database.connectionString,
  })
  t.after(async () => {
    await server.stop()
    await Promise.all([silent.stop(), talking.stop()])
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })
  const api = new ApiClient(server.address, token)
  // The persona 25 never replies; 18 answers and hangs up.
  const start = async (dialplan: string, persona: string): Promise<string> => {
    const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
      name: dialplan,
      scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
      route: { via: 'dialplan', dialplan },
      pacing: { callsPerSecond: 10, maxCalls: 40 },
    })
    const contacts = Array.from({ length: people }, (_, n) => ({
      phones: [`+7495${persona}0${String(n).padStart(2, '0')}${persona}`],
      zone: 'UTC',
    }))
    await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
    await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
    return id
  }
  const hole = await start('Into the hole', '25')
  const progressOf = (id: string) => api.get<Progress>(`/dialwright/v1/campaigns/${id}/progress`)
  await until('ten ring in the hole', async () => (await progressOf(hole)).dialing >= 10)
  const other = await start('Everything to the box', '18')
  await until('the other campaign is over', async () => (await progressOf(other)).done >= people)

  const held = await progressOf(hole)
  assert.ok(held.dialing > 0, 'the silent campaign was to be dialling still')
  const calls = await api.list<Call>(`/dialwright/v1/calls?campaign=${other}`)
  assert.deepEqual([...new Set(calls.map((call) => call.disposition))], ['answered'])
  const instants = calls.map((call) => Temporal.Instant.from(call.startedAt).epochMilliseconds)
  const tookMs = Math.max(...instants) - Math.min(...instants)
  // Thirty at ten a second are 2.9 s; a slot lost here and there is no matter, standing behind a silent trunk is.
  assert.ok(tookMs < 6_000, `thirty calls at ten a second took ${tookMs} ms`)

  await until('the hole is over', async () => (await progressOf(hole)).done >= people)
  const lost = await api.list<Call>(`/dialwright/v1/calls?campaign=${hole}`)
  assert.deepEqual([...new Set(lost.map((call) => `${call.disposition} ${call.detail}`))], ['congestion no-response'])
})
