/** The assistant's printed campaign, and its clients in three languages, each up to the report: every call is rung at the carrier in the box. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { missingPeer } from '@dialwright/testkit'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { takeDatabase } from '../../packages/server/test/fixtures/database.ts'
import { ServerRun, until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import {
  is74Provisioning,
  person,
  printedCampaign,
  printedReport,
  token,
  zoneOfNoon,
} from '../../packages/server/test/http/is74-ground.ts'

type Report = {
  readonly columns: unknown[]
  readonly data: Readonly<Record<string, unknown>>[]
  readonly total_duration: number
  readonly avg_duration: number
  readonly count: number
}

const run = promisify(execFile)
const clients = fileURLToPath(new URL('../../examples/is74/', import.meta.url))
const always = { date_start: '2000-01-01T00:00:00.000Z', date_end: '2090-01-01T00:00:00.000Z' }

describe('campaigns of the assistant, up to their reports', { timeout: 180_000 }, () => {
  const stack = new AsyncDisposableStack()
  let address = ''
  let ledgerPath = ''

  before(async () => {
    const directory = await makeTemporaryDirectory('is74-')
    stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }))
    ledgerPath = join(directory, 'ledger.jsonl')
    const personasPath = join(directory, 'personas.json')
    // The printed number answers and presses 1.
    writeFileSync(personasPath, JSON.stringify({ '79999999999': '03' }))
    const carrier = await spawnCarrier({ ledgerPath, personasPath, seed: 1 })
    stack.defer(() => carrier.stop())
    const database = await takeDatabase()
    stack.defer(() => database.drop())
    const provisionFile = join(directory, 'provisioning.json')
    writeFileSync(provisionFile, JSON.stringify(is74Provisioning(carrier.port, zoneOfNoon())))
    const server = ServerRun.start({
      ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
      DATABASE_URL: database.connectionString,
    })
    stack.defer(async () => void (await server.stop()))
    address = await server.ready()
  })
  after(() => stack.disposeAsync())

  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(address + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.equal(response.status, 200, text)
    return JSON.parse(text) as Answer
  }
  const rings = (phone: string): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LedgerLine => JSON.parse(line))
      .filter(({ kind, to }) => kind === 'ring' && to.replace(/\D/g, '') === phone.replace(/\D/g, ''))

  test('the printed campaign rings the printed number once, from the number of phone_id; the key that it presses stands in the report', async () => {
    const { campaign } = await ask<{ campaign: { id: number } }>('POST', '/api/campaigns', printedCampaign())
    const status = async () =>
      (await ask<{ campaign: { status: string } }>('GET', `/api/campaigns/${campaign.id}`)).campaign.status
    await until('the campaign is done', async () => (await status()) === 'done')
    const [ring, ...more] = rings('+79999999999')
    assert.deepEqual(more, [])
    assert.equal(ring?.from.replace(/\D/g, ''), '74951110005')
    const { analytics_filter, columns } = printedReport()
    const report = await ask<Report>('POST', '/api/analytics/1/report', {
      analytics_filter: { ...analytics_filter, ...always, outgoing_campaign_id: campaign.id },
      columns: [
        ...columns,
        ...['status', 'goal', 'keys', 'answer', 'name', 'time', 'phone', 'duration'].map((name) => ({ name })),
      ],
    })
    const [row] = report.data
    const { duration, ...rest } = row ?? {}
    assert.deepEqual(rest, {
      ...{ phone_number: '+79999999999', status: 'answered', goal: 'agreed', keys: '1', answer: 'yes' },
      ...{ name: 'Иванов Иван', time: '10:00', phone: 123456 },
    })
    assert.ok(typeof duration === 'number' && duration > 0, 'they have talked')
    assert.deepEqual([report.total_duration, report.avg_duration, report.count], [duration, duration, 1])
  })

  const ids = ['1', '951', '10', '5']
  const commands: Readonly<Record<string, readonly [program: string, file: string, known: readonly string[]]>> = {
    TypeScript: [process.execPath, 'client.ts', []],
    Python: ['python3', 'client.py', []],
    curl: ['sh', 'client.sh', ids],
  }
  for (const [at, [language, [program, file, known]]] of Object.entries(commands).entries())
    test(`the client in ${language} runs a campaign and prints its report`, {
      skip: (language === 'TypeScript' ? null : missingPeer(language === 'curl' ? 'curl' : 'python3')) ?? false,
    }, async () => {
      const [answers, busy] = [`+749512${at}0003`, `+749512${at}0010`]
      const { login, password } = person
      const { stdout } = await run(program, [join(clients, file), address, login, password, ...known, answers, busy])
      const report: Report = JSON.parse(stdout)
      assert.deepEqual(
        report.data.map(({ phone_number, status, goal }) => [phone_number, status, goal]),
        [
          [answers, 'answered', 'agreed'],
          [busy, 'busy', null],
        ],
      )
      assert.equal(report.count, 2)
      assert.match(String(report.data[0]?.dialog), /^menu.*\n> 1\nagreed\n/)
      assert.deepEqual([rings(answers).length, rings(busy).length], [1, 1])
    })
})
