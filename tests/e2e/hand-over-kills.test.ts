/** Main, telephony or both die in the midst of a hand-over: nobody is rung twice, no leg stays, and what is kept is true. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import type { FaultVictim, handOverFaultPoints } from '../../packages/server/src/dialing/faults.ts'
import { useTestDatabase } from '../../packages/server/test/fixtures/database.ts'
import { openLegs, type Progress } from './kill/judge.ts'

const token = 'dw_kill_token_0123456789'
/** At the carrier in the box: both say hello and stay on the line. */
const [customer, operator] = ['74951230001', '74957770001']
const talkSeconds = 4
const pollMs = 50

type Call = { id: string; disposition: string; endedBy: string; talkMs: number; sipCallId: string }
type Kept = { direction: string; isAnswered: boolean; endedBy: string; sipCode: number | null }

const provisioning = (port: number) => ({
  workspace: { name: 'Kill', timeZone: 'UTC', country: 'RU' },
  tokens: [{ name: 'kill', value: token, role: 'owner' }],
  // Room for one call with its second leg, and for nothing that a crash has left.
  trunks: [{ name: 'carrier', host: '127.0.0.1', port, format: 'plain', maxCalls: 2 }],
  dialplans: [{ name: 'carrier', routes: [{ prefix: '', trunks: ['carrier'] }] }],
  operatorGroups: [{ name: 'sales', mode: 'all', operators: [{ name: 'Olga', phone: operator }] }],
  scenarios: [
    {
      name: 'desk',
      language: 'en',
      startBlocks: [{ id: 'start', name: 'start', next: 'sales', parameters: [] }],
      blocks: [
        { id: 'sales', type: 'transfer', to: { operatorGroup: 'sales' }, noAnswer: 'end' },
        { id: 'end', type: 'hangup' },
      ],
    },
  ],
})

async function startCampaign(api: ApiClient): Promise<string> {
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'desk',
    scenario: 'desk',
    route: { via: 'dialplan', dialplan: 'carrier' },
    pacing: { callsPerSecond: 1, maxCalls: 1 },
    maxDurationSeconds: talkSeconds,
  })
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts: [{ phones: [`+${customer}`], zone: 'UTC' }] })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  return id
}

describe('a hand-over that is killed', { timeout: 180_000 }, () => {
  const database = useTestDatabase()

  async function openGround(t: TestContext) {
    const directory = mkdtempSync(join(tmpdir(), 'hand-over-kill-'))
    const ledgerPath = join(directory, 'ledger.jsonl')
    const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
    const provisionFile = join(directory, 'provisioning.json')
    writeFileSync(provisionFile, JSON.stringify(provisioning(carrier.port)))
    const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
    let life: ServerProcess | null = null
    t.after(async () => {
      await life?.stop()
      await carrier.stop()
      rmSync(directory, { recursive: true, force: true })
    })
    return {
      begin: async (killAt: string): Promise<ServerProcess> => {
        life = await ServerProcess.start({
          ...environment,
          DATABASE_URL: database.connectionString,
          DIALWRIGHT_KILL_AT: killAt,
        })
        return life
      },
      ledger: (): LedgerLine[] =>
        readFileSync(ledgerPath, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line): LedgerLine => JSON.parse(line)),
    }
  }

  async function callOf(api: ApiClient, campaign: string): Promise<Call> {
    for (;;) {
      const { done } = await api.get<Progress>(`/dialwright/v1/campaigns/${campaign}/progress`)
      const [call] = await api.list<Call>(`/dialwright/v1/calls?campaign=${campaign}`)
      if (done === 1 && call !== undefined) return call
      await pause(pollMs)
    }
  }

  /** Legs of a call as they are kept, once none lives. */
  async function keptOf(call: Call): Promise<readonly Kept[]> {
    for (;;) {
      const living = await database.pool.query('select from live_leg')
      if (living.rows.length === 0) break
      await pause(pollMs)
    }
    const { rows } = await database.pool.query<Kept>(
      `select direction, answered_at is not null as "isAnswered", ended_by as "endedBy", sip_code as "sipCode"
         from leg where call_id = $1 order by direction`,
      [call.id],
    )
    return rows
  }

  const cases: readonly (readonly [FaultVictim, (typeof handOverFaultPoints)[number], rings: number, Partial<Kept>])[] =
    [
      ['main', 'after-second-leg', 0, { isAnswered: false, endedBy: 'error' }],
      ['main', 'after-second-invite', 1, { isAnswered: false, endedBy: 'error' }],
      ['main', 'before-bridge', 1, { isAnswered: false, endedBy: 'error' }],
      ['main', 'after-bridge', 1, { isAnswered: true, endedBy: 'error' }],
      ['both', 'after-bridge', 1, { isAnswered: true, endedBy: 'error' }],
      ['telephony', 'after-bridge', 1, { isAnswered: true, endedBy: 'error' }],
    ]
  for (const [victim, point, operatorRings, second] of cases)
    test(`${victim} dies ${point}: nobody is rung twice, no leg stays, both are kept as they ended`, async (t) => {
      const ground = await openGround(t)
      const first = await ground.begin(`${victim}:${point}`)
      const killed = new Promise<void>((resolve) => {
        first.onLine((line) => {
          if (line.includes('"crashTest"')) resolve()
        })
      })
      const campaign = await startCampaign(new ApiClient(first.address, token))
      await killed
      if (victim !== 'telephony') await first.exited
      const life = victim === 'telephony' ? first : await ground.begin('')
      const api = new ApiClient(life.address, token)
      const call = await callOf(api, campaign)
      assert.deepEqual([call.disposition, call.endedBy], ['answered', 'error'])
      const kept = await keptOf(call)
      assert.deepEqual(
        kept.map(({ direction, isAnswered, endedBy }) => ({ direction, isAnswered, endedBy })),
        [
          { direction: 'out', isAnswered: true, endedBy: 'error' },
          { direction: 'transfer', ...second },
        ],
      )
      while (openLegs(ground.ledger()).length > 0) await pause(pollMs)
      const rungs = (whom: string): number =>
        ground.ledger().filter(({ kind, to }) => kind === 'ring' && to === whom).length
      assert.deepEqual([rungs(customer), rungs(operator)], [1, operatorRings])

      // Whatever the crash has left would hold a channel of the trunk's two: the next call needs both.
      const again = await callOf(api, await startCampaign(api))
      assert.deepEqual([again.disposition, again.endedBy], ['answered', 'timeout'])
      assert.deepEqual(
        (await keptOf(again)).map(({ direction, isAnswered }) => [direction, isAnswered]),
        [
          ['out', true],
          ['transfer', true],
        ],
      )
      assert.deepEqual([rungs(customer), rungs(operator)], [2, operatorRings + 1])
    })
})
