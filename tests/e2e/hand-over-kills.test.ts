/**
 * Main, telephony or both die in the midst of a hand-over, of a call that we made and of one that came in: nobody is rung twice, no
 * leg stays, and what is kept is true.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import type { FaultVictim, handOverFaultPoints } from '../../packages/server/src/dialing/faults.ts'
import { useTestDatabase } from '../../packages/server/test/fixtures/database.ts'
import { until } from '../../packages/server/test/fixtures/server-run.ts'
import { openProvider } from '../../packages/server/test/telephony/caller-by-hand.ts'
import { openLegs, type Progress } from './kill/judge.ts'

const token = 'dw_kill_token_0123456789'
/** At the carrier in the box: both say hello and stay on the line. */
const [customer, operator] = ['74951230001', '74957770001']
const talkSeconds = 4

type Call = { id: string; disposition: string; endedBy: string }
type Kept = { direction: string; isAnswered: boolean; endedBy: string }
type Line = { readonly user: string; readonly password: string }

const provisioning = (carrierPort: number, providerPort: number, line: Line) => ({
  workspace: { name: 'Kill', timeZone: 'UTC', country: 'RU' },
  tokens: [{ name: 'kill', value: token, role: 'owner' }],
  trunks: [
    // Room for one call with its second leg, and for nothing that a crash has left.
    { name: 'carrier', host: '127.0.0.1', port: carrierPort, format: 'plain', maxCalls: 2 },
    { name: 'provider', host: '127.0.0.1', port: providerPort, maxCalls: 1 },
  ],
  dialplans: [{ name: 'carrier', routes: [{ prefix: '', trunks: ['carrier'] }] }],
  operatorGroups: [{ name: 'sales', mode: 'all', operators: [{ name: 'Olga', phone: operator }] }],
  numbers: [
    {
      ...{ name: 'desk', phone: '74951112233', trunk: 'provider', login: line.user, password: line.password },
      inbound: { action: 'robot', scenario: 'desk', startBlock: 'called', maxDurationSeconds: talkSeconds },
    },
  ],
  scenarios: [
    {
      name: 'desk',
      language: 'en',
      startBlocks: [
        { id: 'rung', name: 'rung', next: 'sales', parameters: [] },
        { id: 'called', name: 'called', next: 'number', parameters: [] },
      ],
      blocks: [
        { id: 'sales', type: 'transfer', to: { operatorGroup: 'sales' }, noAnswer: 'end' },
        { id: 'number', type: 'transfer', to: { dialplan: 'carrier', number: operator }, noAnswer: 'end' },
        { id: 'end', type: 'hangup' },
      ],
    },
  ],
})

describe('a hand-over that is killed', () => {
  const database = useTestDatabase()

  async function openGround(t: TestContext) {
    const directory = mkdtempSync(join(tmpdir(), 'hand-over-kill-'))
    const ledgerPath = join(directory, 'ledger.jsonl')
    const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
    let [sipPort, bindings] = [0, 0]
    const provider = await openProvider(() => sipPort)
    const line = provider.line('accepted')
    const provisionFile = join(directory, 'provisioning.json')
    writeFileSync(provisionFile, JSON.stringify(provisioning(carrier.port, provider.port, line)))
    const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
    let life: ServerProcess | null = null
    t.after(async () => {
      await life?.stop()
      await carrier.stop()
      await provider.stop()
      rmSync(directory, { recursive: true, force: true })
    })
    return {
      /** Somebody calls our line, once whoever lives by now has registered it. */
      callUs: async (api: ApiClient) => {
        await until('our line is registered', () => provider.bound(line).bindings > bindings)
        bindings = provider.bound(line).bindings
        sipPort = (await api.get<{ network: { sip: { port: number } } }>('/dialwright/v1/system')).network.sip.port
        return provider.ring('waits', line)
      },
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
  type Ground = Awaited<ReturnType<typeof openGround>>

  /** Looks for a call once; undefined: it is not over. */
  type Look = (api: ApiClient) => Promise<Call | undefined>

  /** Somebody is rung by a campaign of his own. */
  async function ringSomebody(api: ApiClient): Promise<Look> {
    const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
      name: 'desk',
      scenario: 'desk',
      route: { via: 'dialplan', dialplan: 'carrier' },
      pacing: { callsPerSecond: 1, maxCalls: 1 },
      maxDurationSeconds: talkSeconds,
    })
    await api.post(`/dialwright/v1/campaigns/${id}/contacts`, {
      contacts: [{ phones: [`+${customer}`], zone: 'UTC' }],
    })
    await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
    return async (api) => {
      const { done } = await api.get<Progress>(`/dialwright/v1/campaigns/${id}/progress`)
      return done === 1 ? (await api.list<Call>(`/dialwright/v1/calls?campaign=${id}`))[0] : undefined
    }
  }

  async function beCalled(api: ApiClient, { callUs }: Ground): Promise<Look> {
    const { length } = await api.list('/dialwright/v1/calls?direction=in')
    const { saw } = await callUs(api)
    return async (api) => {
      const calls = await api.list<Call>('/dialwright/v1/calls?direction=in')
      return saw().isOver && calls.length > length ? calls[0] : undefined
    }
  }

  async function found(api: ApiClient, look: Look): Promise<Call> {
    let call: Call | undefined
    await until('a call is over and kept', async () => {
      call = await look(api)
      return call !== undefined
    })
    return call ?? assert.fail()
  }

  /** Legs of a call as they are kept, once none lives. */
  async function keptOf(call: Call): Promise<readonly Kept[]> {
    await until('no leg lives', async () => (await database.pool.query('select from live_leg')).rows.length === 0)
    const { rows } = await database.pool.query<Kept>(
      `select direction, answered_at is not null as "isAnswered", ended_by as "endedBy"
         from leg where call_id = $1 order by direction`,
      [call.id],
    )
    return rows
  }

  const neverTalked = { isAnswered: false, endedBy: 'error' }
  const talked = { isAnswered: true, endedBy: 'error' }
  type Case = readonly [FaultVictim, (typeof handOverFaultPoints)[number], rings: number, Omit<Kept, 'direction'>]
  const cases: Readonly<Record<'out' | 'in', readonly Case[]>> = {
    out: [
      ['main', 'after-second-leg', 0, neverTalked],
      ['main', 'after-second-invite', 1, neverTalked],
      ['main', 'before-bridge', 1, neverTalked],
      ['main', 'after-bridge', 1, talked],
      ['both', 'after-bridge', 1, talked],
      ['telephony', 'after-bridge', 1, talked],
    ],
    in: [
      ['main', 'after-bridge', 1, talked],
      ['both', 'after-bridge', 1, talked],
      ['telephony', 'after-bridge', 1, talked],
    ],
  }
  const ways = {
    out: { what: 'a call that we made', place: ringSomebody, customerRings: 1 },
    in: { what: 'a call that came in', place: beCalled, customerRings: 0 },
  }

  for (const direction of ['out', 'in'] as const)
    for (const [victim, point, operatorRings, second] of cases[direction]) {
      const { what, place, customerRings } = ways[direction]
      test(`${victim} dies ${point} of ${what}: nobody is rung twice, no leg stays, both are kept as they ended`, {
        timeout: 180_000,
      }, async (t) => {
        const ground = await openGround(t)
        const first = await ground.begin(`${victim}:${point}`)
        let isKilled = false
        first.onLine((line) => {
          isKilled ||= line.includes('"crashTest"')
        })
        const look = await place(new ApiClient(first.address, token), ground)
        await until('somebody is killed', () => isKilled)
        if (victim !== 'telephony') await first.exited
        const life = victim === 'telephony' ? first : await ground.begin('')
        const api = new ApiClient(life.address, token)
        const call = await found(api, look)
        assert.deepEqual([call.disposition, call.endedBy], ['answered', 'error'])
        assert.deepEqual(await keptOf(call), [
          { direction, isAnswered: true, endedBy: 'error' },
          { direction: 'transfer', ...second },
        ])
        await until('the carrier holds no leg', () => openLegs(ground.ledger()).length === 0)
        const rungs = () =>
          [customer, operator].map(
            (whom) => ground.ledger().filter(({ kind, to }) => kind === 'ring' && to === whom).length,
          )
        assert.deepEqual(rungs(), [customerRings, operatorRings])

        // Whatever the crash has left would hold a channel of the trunks: the next call needs all of them.
        const again = await found(api, await place(api, ground))
        assert.deepEqual([again.disposition, again.endedBy], ['answered', 'timeout'])
        assert.deepEqual(
          (await keptOf(again)).map((leg) => [leg.direction, leg.isAnswered]),
          [
            [direction, true],
            ['transfer', true],
          ],
        )
        assert.deepEqual(rungs(), [2 * customerRings, operatorRings + 1])
      })
    }
})
