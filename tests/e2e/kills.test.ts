import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { makeTemporaryDirectory } from '../../packages/server/src/demo/temporary-directory.ts'

const people = 40
const token = 'dw_kill_token_0123456789'
type Progress = { total: number; done: number; waiting: number; dialing: number; excluded: number; attempts: number }
type Call = { sipCallId: string; phone: string; disposition: string; answeredAt: string | null }

type Ground = Awaited<ReturnType<typeof openGround>>

/** The point, and the how manieth passing: early, in the middle, late. */
const kills = [
  'after-claim#4',
  'before-invite#7',
  'after-invite#15',
  'after-answer#5',
  'before-finish#6',
  'after-finish#9',
]

/** Half answer and press a key, a quarter is busy, a quarter hangs up at once: kills meet every phase. */
const personas = ['03', '04', '10', '18']

async function openGround(t: { after: (action: () => Promise<void>) => void }) {
  const directory = await makeTemporaryDirectory('kill-')
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(
    provisionFile,
    JSON.stringify(demoProvisioning(carrier.port, { login: 'kill@example.test', password: 'a password', token })),
  )
  const servers: ServerProcess[] = []
  t.after(async () => {
    await servers.at(-1)?.stop()
    await carrier.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const start = async (killAt?: string): Promise<ServerProcess> => {
    const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
    const server = await ServerProcess.start({ ...environment, DIALWRIGHT_KILL_AT: killAt })
    servers.push(server)
    return server
  }
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LedgerLine => JSON.parse(line))
  return { start, ledger }
}

async function startCampaign(api: ApiClient): Promise<string> {
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'kill',
    scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
    route: { via: 'dialplan', dialplan: 'Everything to the box' },
    pacing: { callsPerSecond: 10, maxCalls: 20 },
  })
  const contacts = Array.from({ length: people }, (_, n) => ({
    phones: [`+7495555${String(n).padStart(2, '0')}${personas[n % 4]}`],
    zone: 'UTC',
  }))
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  return id
}

/** Waits for the end and compares with the ledger: nobody rung twice, nobody lost, no leg open. */
async function assertWhole(api: ApiClient, id: string, ground: Ground): Promise<void> {
  let progress: Progress
  do progress = await api.get<Progress>(`/dialwright/v1/campaigns/${id}/progress`)
  while (progress.done + progress.excluded < people)
  assert.deepEqual([progress.total, progress.waiting, progress.dialing], [people, 0, 0])
  const rings = ground.ledger().filter((line) => line.kind === 'ring')
  // No rule asks for a redial: whoever was rung twice was rung twice by mistake.
  assert.equal(new Set(rings.map((ring) => ring.to)).size, rings.length, 'somebody was rung twice')
  const calls = await api.list<Call>(`/dialwright/v1/calls?campaign=${id}`)
  const bySipId = new Map(calls.map((call) => [call.sipCallId, call]))
  for (const ring of rings) assert.ok(bySipId.has(ring.callId), `${ring.to} was rung and no attempt says so`)
  assert.equal(new Set(calls.map((call) => call.phone)).size, people, 'somebody has no attempt')
  const rung = new Set(rings.map((ring) => ring.callId))
  // Without a ring an attempt can only be our own failure, or one of which nobody knows whether its INVITE left.
  for (const call of calls) {
    assert.ok(
      rung.has(call.sipCallId) || ['unknown', 'failed'].includes(call.disposition),
      `${call.phone} ended as ${call.disposition} without a ring`,
    )
  }
}

for (const kill of kills) {
  test(`killed with -9 at ${kill}, the next start leaves nobody rung twice, nobody lost and no leg open`, {
    timeout: 90_000,
  }, async (t) => {
    const ground = await openGround(t)
    const first = await ground.start(kill)
    const id = await startCampaign(new ApiClient(first.address, token))
    assert.equal(await first.exited, null, 'the first server was to die by its signal')
    const second = await ground.start()
    await assertWhole(new ApiClient(second.address, token), id, ground)
  })
}

test('a telephony process killed with -9 among live calls leaves nobody rung twice, nobody lost and no leg open', {
  timeout: 90_000,
}, async (t) => {
  const ground = await openGround(t)
  const server = await ground.start()
  const api = new ApiClient(server.address, token)
  const id = await startCampaign(api)
  while (ground.ledger().filter((line) => line.kind === 'answered').length < 8) await api.get('/healthz')
  const telephony = spawnSync('pgrep', ['-P', String(server.processId), '-f', 'telephony.ts'], {
    encoding: 'utf8',
  }).stdout.trim()
  process.kill(Number(telephony), 'SIGKILL')
  await assertWhole(api, id, ground)
})
