import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freeUdpPort, missingPeer, runPeer } from '@dialwright/testkit'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { takeDatabase } from '../../packages/server/test/fixtures/database.ts'
import { until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'

const calls = 300
const callsPerSecond = 20
const token = 'dw_interop_token_0123456789'

function provisioning(port: number): unknown {
  return {
    workspace: { name: 'Interop', timeZone: 'UTC', country: 'US' },
    tokens: [{ name: 'interop', value: token, role: 'owner' }],
    trunks: [{ name: 'sipp', host: '127.0.0.1', port }],
    dialplans: [{ name: 'all', routes: [{ prefix: '', trunks: ['sipp'] }] }],
    scenarios: [
      {
        name: 'goodbye',
        language: 'en',
        startBlocks: [{ id: 'start', name: 'start', next: 'bye', parameters: [] }],
        blocks: [
          { id: 'bye', type: 'say', audio: '/prompts/en/goodbye.wav', next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    ],
  }
}

type Call = { disposition: string; startedAt: string; endedBy: string; sipCallId: string }

test(`sipp takes ${calls} calls at ${callsPerSecond} a second from a campaign, each complete, at the exact rate`, {
  skip: missingPeer('sipp') ?? false,
  timeout: 120_000,
}, async (t) => {
  const directory = await makeTemporaryDirectory('sipp-campaign-')
  const port = await freeUdpPort()
  const sipp = runPeer(
    'sipp',
    ['-sn', 'uas', '-i', '127.0.0.1', '-p', String(port), '-m', String(calls), '-nostdin'],
    directory,
  )
  const database = await takeDatabase()
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(provisioning(port)))
  const server = await ServerProcess.start({
    ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
    DATABASE_URL: database.connectionString,
  })
  t.after(async () => {
    await server.stop()
    sipp.kill()
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })
  const api = new ApiClient(server.address, token)
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'three hundred',
    scenario: 'goodbye',
    route: { via: 'dialplan', dialplan: 'all' },
    pacing: { callsPerSecond, maxCalls: calls },
  })
  const contacts = Array.from({ length: calls }, (_, index) => ({
    phones: [`+1212555${String(index).padStart(4, '0')}`],
    zone: 'UTC',
  }))
  const added = await api.post<{ accepted: number }>(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  assert.equal(added.accepted, calls)
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  // The peer ends by itself, with 0, when it has seen all calls to their end.
  assert.equal(await sipp.exited, 0)
  let made: Call[] = []
  await until('every call is listed', async () => {
    made = await api.list<Call>(`/dialwright/v1/calls?campaign=${id}`)
    return made.length >= calls
  })
  assert.equal(made.length, calls)
  assert.deepEqual(
    [...new Set(made.map((call) => `${call.disposition} ended by ${call.endedBy}`))],
    ['answered ended by us'],
  )
  assert.equal(new Set(made.map((call) => call.sipCallId)).size, calls)
  const instants = made
    .map((call) => Temporal.Instant.from(call.startedAt).epochNanoseconds)
    .sort((a, b) => (a < b ? -1 : 1))
  for (let n = callsPerSecond; n < instants.length; n++) {
    const span = Number((instants[n] ?? 0n) - (instants[n - callsPerSecond] ?? 0n)) / 1e6
    assert.ok(span >= 999.9, `${callsPerSecond + 1} calls were reserved within ${span} ms`)
  }
})
