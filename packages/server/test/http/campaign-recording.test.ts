/** What a campaign records: real calls to the carrier in the box, judged by the files that they leave. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { assertHeard } from '@dialwright/testkit'
import { readWav } from '../../src/audio/wav.ts'
import { CalledServer, lineLogin } from '../fixtures/called-server.ts'

const greeting = readWav(readFileSync(new URL('../../assets/audio/prompts/en/greeting.wav', import.meta.url))).samples
/** Answers and hangs up at once. */
const operatorPhone = '+74959990018'
let nextPhone = 1_000
/** Somebody who answers and is silent. */
const newPhone = (): string => `+7495${String(nextPhone++).padStart(5, '0')}02`

const hangup = { id: 'bye', type: 'hangup' }
const sections = {
  dialplans: [{ name: 'All', routes: [{ prefix: '', trunks: ['Box'] }] }],
  scenarios: [
    scenario('Greets', [
      { id: 'first', type: 'say', audio: '/prompts/en/greeting.wav', next: 'stays' },
      { id: 'stays', type: 'pause', seconds: 2, next: 'bye' },
      hangup,
    ]),
    scenario('Brief', [{ id: 'first', type: 'pause', seconds: 0.5, next: 'bye' }, hangup]),
    scenario('Hands over', [{ id: 'first', type: 'transfer', to: { number: operatorPhone }, noAnswer: 'bye' }, hangup]),
  ],
}

type Call = { readonly id: string; readonly answeredAt: string | null; readonly recording: string | null }
type Recorded = { readonly record?: 'all' | 'off'; readonly scenario?: string }

describe('what a campaign records', { timeout: 120_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  const native = (path: string): string => `/dialwright/v1/${path}`
  const begin = async (more: Recorded): Promise<string> => {
    const { id } = await server.done('POST', native('campaigns'), {
      ...{ name: 'recorded', scenario: 'Greets', route: { via: 'dialplan', dialplan: 'All' } },
      ...{ webhooks: [{ url: server.receiver.url }], ...more },
    })
    return String(id)
  }
  /** Rings one more person. Resolves when that one has answered, by the carrier's own word. */
  const answered = async (campaign: string): Promise<string> => {
    const phone = newPhone()
    await server.done('POST', native(`campaigns/${campaign}/contacts`), { contacts: [{ phones: [phone] }] })
    await server.done('POST', native(`campaigns/${campaign}/start`))
    await server.until(`${phone} has answered`, () => server.seen(phone, 'answered').length === 1)
    return phone
  }
  const ended = async (phone: string): Promise<Call> => {
    const found = async () =>
      (await server.done('GET', native(`calls?phone=${encodeURIComponent(phone)}`))).items as Call[]
    await server.until(`the call to ${phone} is stored`, async () => (await found()).length === 1)
    const [call] = await found()
    assert.ok(call?.answeredAt)
    return call
  }
  /** What the data directory has beyond `before`; whether any call was ever recorded says nothing. */
  const newFiles = (before: readonly string[]): string[] =>
    server.files().filter((file) => !before.includes(file) && file !== 'recordings')
  const filesOf = (campaign: string, ...calls: readonly Call[]): string[] =>
    [campaign, ...calls.map(({ id }) => `${campaign}/${id}.wav`)].map((file) => join('recordings', file)).sort()
  const listen = (call: Call): Promise<Response> =>
    fetch(`${server.address}${native(`calls/${call.id}/recording`)}`, {
      headers: { authorization: `Bearer ${lineLogin.token}` },
    })
  /** What is told of a call's recording: by the list, the call itself, the report and the webhook. */
  const told = async (campaign: string, call: Call): Promise<unknown[]> => {
    const report = await server.done('POST', native('reports/calls'), { campaign, columns: [{ name: 'recording' }] })
    const finished = () =>
      server.receiver.received
        .map(({ data }) => data as { readonly call?: Call } | undefined)
        .find((data) => data?.call?.id === call.id)
    await server.until('the end of the call is told', () => finished() !== undefined)
    const { recording } = await server.done('GET', native(`calls/${call.id}`))
    return [call.recording, recording, ...(report.rows as unknown[][]).flat(), finished()?.call?.recording]
  }

  test('off: an answered call leaves no file, not even while it lives, and is told as not recorded; all: it leaves its sound', async () => {
    const before = server.files()
    const [off, all] = [await begin({ record: 'off' }), await begin({ record: 'all' })]
    const silent = await answered(off)
    const recorded = await answered(all)
    const isWritten = (): boolean => newFiles(before).some((file) => file.endsWith('.wav'))
    await server.until('the other call is being recorded', isWritten)
    assert.deepEqual(
      newFiles(before).filter((file) => !file.includes(all)),
      [],
      'while both live',
    )

    const [without, one] = [await ended(silent), await ended(recorded)]
    assert.deepEqual(newFiles(before), filesOf(all, one))
    assert.deepEqual(await told(off, without), [null, null, null, null])
    const nothing = await listen(without)
    const problem = (await nothing.json()) as { code: string }
    assert.deepEqual([nothing.status, problem.code], [404, 'not-recorded'])
    assert.match(JSON.stringify(problem), /recording was off/)

    const name = `${all}/${one.id}.wav`
    assert.deepEqual(await told(all, one), [name, name, name, name])
    const sound = await listen(one)
    assert.equal(sound.status, 200)
    const samples = new Int16Array(await sound.arrayBuffer()).subarray(22)
    const said = samples.filter((_, at) => at % 2 === 1)
    assertHeard(said, greeting, 'what was said')
  })

  test('a campaign that says nothing records; a change holds for calls that begin after it', async () => {
    const before = server.files()
    const id = await begin({ scenario: 'Brief' })
    const { settings } = await server.done('GET', native(`campaigns/${id}`))
    assert.equal((settings as { record: string }).record, 'all')
    const change = async (record: 'all' | 'off'): Promise<void> => {
      const changed = await server.done('PATCH', native(`campaigns/${id}`), { record })
      assert.equal((changed.settings as { record: string }).record, record)
    }
    const calls: Call[] = []
    for (const record of ['off', 'all', 'off'] as const) {
      const phone = await answered(id)
      // What lives goes on as it began.
      await change(record)
      calls.push(await ended(phone))
    }
    const [first, second, third] = calls
    assert.ok(first && second && third)
    assert.deepEqual(
      calls.map(({ recording }) => recording !== null),
      [true, false, true],
    )
    assert.deepEqual(newFiles(before), filesOf(id, first, third))
    const refused = await server.ask('PATCH', native(`campaigns/${id}`), { record: 'on' })
    assert.deepEqual([refused.status, JSON.stringify(refused.body).includes('/record')], [422, true])
  })

  test('a call that is handed over is recorded, both of its legs in one file, or not at all', async () => {
    for (const record of ['off', 'all'] as const) {
      const before = server.files()
      const takenBefore = server.seen(operatorPhone, 'answered').length
      const id = await begin({ record, scenario: 'Hands over' })
      const call = await ended(await answered(id))
      assert.equal(server.seen(operatorPhone, 'answered').length, takenBefore + 1, 'the other one took it')
      assert.deepEqual(newFiles(before), record === 'off' ? [] : filesOf(id, call))
    }
  })
})

function scenario(name: string, blocks: readonly object[]): object {
  const startBlocks = [{ id: 'start', name: 'Start', next: 'first', parameters: [] }]
  return { name, code: name.toLowerCase().replaceAll(' ', '-'), language: 'en', startBlocks, blocks }
}
