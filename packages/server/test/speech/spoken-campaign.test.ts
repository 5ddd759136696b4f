/** A campaign whose scenario has words and no recordings, through the whole product: the person called hears them. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { assertHeard, missingPeer } from '@dialwright/testkit'
import { demoEnvironment } from '../../src/config.ts'
import { ApiClient } from '../../src/demo/api-client.ts'
import { takeDatabase } from '../fixtures/database.ts'
import { ServerRun, until } from '../fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../fixtures/temporary-directory.ts'
import { openEspeak } from './ground.ts'

const token = 'dw_speech_token_0123456789'
const question = 'Hello {{ name }}, your order number {{ order }} is on its way. Press one to confirm.'
const thanks = 'Thank you, goodbye.'

function provisioning(port: number): unknown {
  return {
    workspace: { name: 'Speech', timeZone: 'UTC', country: 'US' },
    tokens: [{ name: 'speech', value: token, role: 'owner' }],
    trunks: [{ name: 'carrier', host: '127.0.0.1', port, username: 'dialwright', password: 'secret' }],
    dialplans: [{ name: 'all', routes: [{ prefix: '', trunks: ['carrier'] }] }],
    voices: [{ name: 'herald', provider: 'espeak', voice: 'en-us+f3', language: 'en', speed: 0.9 }],
    scenarios: [
      {
        name: 'words',
        language: 'en',
        startBlocks: [
          {
            id: 'start',
            name: 'start',
            next: 'ask',
            parameters: [
              { name: 'name', type: 'string' },
              { name: 'order', type: 'number' },
            ],
          },
        ],
        blocks: [
          {
            id: 'ask',
            type: 'menu',
            text: question,
            voice: 'herald',
            speed: 1.2,
            keys: { 1: 'thanks' },
            timeoutSeconds: 5,
            repeats: 0,
            noInput: 'end',
            noMatch: 'end',
          },
          { id: 'thanks', type: 'say', text: thanks, voice: 'nobody', next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    ],
  }
}

type Call = {
  id: string
  sipCallId: string
  phone: string
  disposition: string
  endedBy: string
  talkMs: number
  path: { block: string }[]
  timeline: { kind: string; block?: string; message?: string }[]
}

test('each person hears their own words, in the voice and at the speed that the scenario names', {
  skip: missingPeer('espeak-ng') ?? false,
  timeout: 120_000,
}, async (context) => {
  const { address, api, ledgerPath } = await openServer(context)
  const { speech } = await api.get<System>('/dialwright/v1/system')
  assert.deepEqual(
    speech.map(({ provider, isReady }) => [provider, isReady]),
    [['espeak', true]],
  )
  const people = [
    { name: 'Anna', order: 412, phone: '+12125550103' },
    { name: 'Christopher', order: 77, phone: '+12125550203' },
    { name: 'Bo', order: 1_000_000, phone: '+12125550303' },
  ]
  const listed = await callEverybody(api, people)
  const espeak = openEspeak(context)
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  for (const { id: callId } of listed) {
    const call = await api.get<Call>(`/dialwright/v1/calls/${callId}`)
    const person = people.find(({ phone }) => phone.slice(1) === call.phone.replace('+', ''))
    assert.ok(person !== undefined, call.phone)
    assert.deepEqual(
      call.path.map(({ block }) => block),
      ['ask', 'thanks', 'end'],
    )
    assert.deepEqual(
      call.timeline.flatMap(({ kind, block, message }) => (kind === 'note' ? [`${block}: ${message}`] : [])),
      ['thanks: there is no voice "nobody": the default voice of en speaks, en-us'],
    )
    // The whole product against the program alone: the words, the voice, the speed of 0.9 times 1.2.
    const asked = await espeak.synthesize({
      text: question.replace('{{ name }}', person.name).replace('{{ order }}', String(person.order)),
      voice: { provider: 'espeak', voice: 'en-us+f3', language: 'en', speed: 1.08 },
    })
    const thanked = await espeak.synthesize({
      text: thanks,
      voice: { provider: 'espeak', voice: 'en-us', language: 'en', speed: 1 },
    })
    const said = await recordedOf(address, callId)
    const askedAt = assertHeard(said, asked, `${person.name}: the question`)
    const thankedAt = assertHeard(said, thanked, `${person.name}: the thanks`)
    assert.ok(askedAt < 8_000, `${person.name}: ${askedAt / 8} ms of dead air`)
    assert.ok(thankedAt > askedAt)
    const ended = ledger().find(({ callId: sipCallId, kind }) => kind === 'ended' && sipCallId === call.sipCallId)
    const words = (asked.length + thanked.length) / 8
    assert.ok((ended?.heardMs ?? 0) > 0.6 * words, `${person.name} heard ${ended?.heardMs} of ${words} ms`)
    assert.equal(ended?.digits, '')
  }
})

test('without the program the server says so once, calls all the same, and hangs up on nobody in silence', {
  timeout: 120_000,
}, async (context) => {
  const { api, lines } = await openServer(context, { DIALWRIGHT_ESPEAK: '/nowhere/espeak-ng' })
  const { speech } = await api.get<System>('/dialwright/v1/system')
  assert.deepEqual(
    speech.map(({ provider, isReady }) => [provider, isReady]),
    [['espeak', false]],
  )
  assert.match(speech[0]?.message ?? '', /not installed.*apt install espeak-ng/)
  const [listed] = await callEverybody(api, [{ name: 'Anna', order: 1, phone: '+12125550102' }])
  const call = await api.get<Call>(`/dialwright/v1/calls/${listed?.id}`)
  assert.equal(call.disposition, 'answered')
  assert.equal(call.endedBy, 'us')
  assert.ok(call.talkMs < 2_000, `${call.talkMs} ms of silence`)
  assert.deepEqual(
    call.path.map(({ block }) => block),
    ['ask', 'end'],
  )
  const notes = call.timeline.filter(({ kind }) => kind === 'note').map(({ message }) => message)
  assert.ok(
    notes.some((message) => /not spoken: .*not installed/.test(message ?? '')),
    notes.join('; '),
  )
  assert.equal(lines.filter((line) => /so that texts are not spoken/.test(line)).length, 1, lines.join('\n'))
})

type System = { speech: { provider: string; isReady: boolean; message: string | null }[] }
type Person = { readonly name: string; readonly order: number; readonly phone: string }

async function openServer(context: TestContext, settings: Readonly<Record<string, string>> = {}) {
  const directory = await makeTemporaryDirectory('speech-')
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
  const database = await takeDatabase()
  const provisionFile = join(directory, 'provisioning.json')
  writeFileSync(provisionFile, JSON.stringify(provisioning(carrier.port)))
  const server = ServerRun.start({
    ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
    DATABASE_URL: database.connectionString,
    ...settings,
  })
  context.after(async () => {
    await server.stop()
    await carrier.stop()
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })
  const address = await server.ready()
  return { address, lines: server.lines, ledgerPath, api: new ApiClient(address, token) }
}

/** A campaign to its end: everybody is called once. */
async function callEverybody(api: ApiClient, people: readonly Person[]): Promise<readonly Call[]> {
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'spoken',
    scenario: 'words',
    route: { via: 'dialplan', dialplan: 'all' },
    pacing: { callsPerSecond: 5, maxCalls: 10 },
  })
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, {
    contacts: people.map(({ phone, ...variables }) => ({ phones: [phone], zone: 'UTC', variables })),
  })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  let listed: Call[] = []
  await until('everybody was called', async () => {
    listed = await api.list<Call>(`/dialwright/v1/calls?campaign=${id}`)
    return listed.length >= people.length
  })
  return listed
}

/** What we said on a call: the right channel of its recording. */
async function recordedOf(address: string, callId: string): Promise<Int16Array> {
  const answer = await fetch(`${address}/dialwright/v1/calls/${callId}/recording`, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(answer.status, 200)
  const stereo = new Int16Array((await answer.arrayBuffer()).slice(44))
  return Int16Array.from({ length: stereo.length / 2 }, (_, index) => stereo[2 * index + 1] ?? 0)
}
