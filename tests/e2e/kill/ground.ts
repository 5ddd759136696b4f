/** What a crash run stands on: the carrier in the box with its ledger, one data directory, and one life of the server after another. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../../packages/server/src/config.ts'
import { ApiClient } from '../../../packages/server/src/demo/api-client.ts'
import { demoProvisioning } from '../../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../../packages/server/src/demo/server-process.ts'
import type { Kill } from '../../../packages/server/src/dialing/faults.ts'
import { makeTemporaryDirectory } from '../../../packages/server/test/fixtures/temporary-directory.ts'
import { assertNobodyTwiceNobodyLost, assertPace, type Call, openLegs, type Progress } from './judge.ts'
import { killText } from './plan.ts'

/** A kill that took place, as the server told it just before, with the calls that it then had in its hands. */
export type Killed = { readonly kill: string; readonly live: number }
export type KillRun = {
  readonly killed: readonly Killed[]
  /** One attempt for each of its people. */
  readonly calls: number
  readonly rings: number
  readonly dispositions: Readonly<Record<string, number>>
}

const token = 'dw_kill_token_0123456789'
/** Below the trunk's rate and above what the talks end in a second: the campaign's channels are always full. */
const callsPerSecond = 10
const maxCalls = 20
/** Most talk for some seconds, so that twenty are live; the rest meet a kill in every other phase. */
const personas = ['03', '04', '01', '03', '02', '10', '04', '18', '00', '24']
const pollMs = 100
/** Fewer than this cannot keep the channels full until the next kill. */
const fewWaiting = 40
const morePeople = 60
const mostTimes = 4
/** A far end that was told BYE or CANCEL ends within this; the carrier itself would give up only after a minute. */
const legsCloseMs = 45_000

/**
 * Runs one campaign of `people`, or more when they do not last, under `kills`, one after another: a kill that takes main with it is followed by a new
 * start with the next kill. Throws an AssertionError when the ledger tells of a fault, or a kill did not take place.
 */
export async function runUnderKills(options: {
  readonly people: number
  readonly kills: readonly Kill[]
  readonly seed: number
  readonly onKilled?: (killed: Killed) => void
}): Promise<KillRun> {
  const { kills, seed } = options
  let people = options.people
  const directory = await makeTemporaryDirectory('kill-')
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed })
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(
    provisionFile,
    JSON.stringify(demoProvisioning(carrier.port, { login: 'kill@example.test', password: 'a password', token })),
  )
  const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
  const killed: Killed[] = []
  let server: ServerProcess | null = null
  try {
    let campaign: string | null = null
    let progress: Progress | null = null
    const isOver = () => progress !== null && progress.done + progress.excluded >= Math.max(people, progress.total)
    while (!isOver()) {
      const left = kills.slice(killed.length)
      const life = await ServerProcess.start({
        ...environment,
        DIALWRIGHT_KILL_AT: ownKills(left).map(killText).join(','),
      })
      server = life
      life.onLine((line) => {
        const told = readKilled(line)
        if (told === null) return
        killed.push(told)
        options.onKilled?.(told)
      })
      let hasEnded = false
      void life.exited.then(() => {
        hasEnded = true
      })
      const api = new ApiClient(life.address, token)
      while (!hasEnded && !isOver()) {
        try {
          campaign ??= await startCampaign(api, people)
          progress = await api.get<Progress>(`/dialwright/v1/campaigns/${campaign}/progress`)
          // Of an upload whose answer a kill cut off, the campaign itself knows.
          people = Math.max(people, progress.total)
          if (killed.length < kills.length && progress.waiting < fewWaiting && people < mostTimes * options.people) {
            // How often a point is passed is the machine's affair: the campaign goes on until every kill has had its moment.
            await addPeople(api, campaign, people, people + morePeople)
          }
        } catch (error) {
          // A request that a kill cut off, or that met the database in its restart; anything else shows in the judgement.
          if (campaign === null) throw error
        }
        await pause(pollMs)
      }
    }
    if (server === null || campaign === null) throw new Error('The campaign was never started.')
    const api = new ApiClient(server.address, token)
    const calls = await api.list<Call>(`/dialwright/v1/calls?campaign=${campaign}`)
    const ledger = () => readLedger(ledgerPath)
    for (let waitedMs = 0; openLegs(ledger()).length > 0 && waitedMs < legsCloseMs; waitedMs += pollMs)
      await pause(pollMs)
    const wrong = kills.length - killed.length
    if (wrong !== 0)
      throw new Error(`${wrong} of ${kills.length} kills did not take place: the campaign was too short.`)
    judge(people, calls, ledger())
    return {
      killed,
      calls: calls.length,
      rings: ledger().filter((line) => line.kind === 'ring').length,
      dispositions: count(calls.map((call) => call.disposition)),
    }
  } finally {
    await server?.stop()
    await carrier.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

function judge(people: number, calls: readonly Call[], ledger: readonly LedgerLine[]): void {
  assertNobodyTwiceNobodyLost(people, calls, ledger)
  assertPace(calls, callsPerSecond)
  const open = openLegs(ledger)
  if (open.length > 0) throw new Error(`Legs left open at the carrier: ${open.join(', ')}`)
}

/** A life obeys the kills up to the first that takes main with it; passings of one life are counted from its start. */
function ownKills(left: readonly Kill[]): readonly Kill[] {
  const last = left.findIndex((kill) => kill.victim === 'main' || kill.victim === 'both')
  const own = last < 0 ? left : left.slice(0, last + 1)
  const passings = new Map<string, number>()
  return own.map((kill, index) => {
    // Behind one another: the second kill of a life comes after the calls that the first has cost were replaced.
    const nth = kill.nth + index * Math.max(kill.nth, passings.get(kill.point) ?? 0)
    passings.set(kill.point, nth)
    return { ...kill, nth }
  })
}

function readKilled(line: string): Killed | null {
  if (!line.includes('"crashTest"')) return null
  const told: { crashTest: Kill; live: number } = JSON.parse(line)
  return { kill: killText(told.crashTest), live: told.live }
}

function readLedger(path: string): readonly LedgerLine[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): LedgerLine => JSON.parse(line))
}

async function startCampaign(api: ApiClient, people: number): Promise<string> {
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'kill',
    scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
    route: { via: 'dialplan', dialplan: 'Everything to the box' },
    pacing: { callsPerSecond, maxCalls },
  })
  await addPeople(api, id, 0, people)
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  return id
}

/** Safe to repeat when a kill has cut the answer off: who is in already is not added again. */
async function addPeople(api: ApiClient, campaign: string, from: number, to: number): Promise<void> {
  const contacts = Array.from({ length: to - from }, (_, n) => ({ phones: [phoneOf(from + n)], zone: 'UTC' }))
  await api.post(`/dialwright/v1/campaigns/${campaign}/contacts`, { contacts })
}

function phoneOf(n: number): string {
  return `+7495${String(n).padStart(5, '0')}${personas[n % personas.length]}`
}

function count(names: readonly string[]): Record<string, number> {
  const result: Record<string, number> = {}
  for (const name of names) result[name] = (result[name] ?? 0) + 1
  return result
}
