import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertHeard, assertNotHeard, Baresip, missingPeer } from '@dialwright/testkit'
import { readWav, writeWav } from '../../packages/server/src/audio/wav.ts'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { hasHeard } from './has-heard.ts'
import { readStereo } from './stereo.ts'

const token = 'dw_interop_token_0123456789'
const confirms = '+74951230001'
const declines = '+74951230002'
const hangsUp = '+74951230003'
const prompts = new URL('../../packages/server/assets/audio/prompts/', import.meta.url)
const prompt = (name: string): Int16Array => readWav(readFileSync(new URL(name, prompts))).samples

/** Says a greeting and a question, takes a key, says which, and on the first branch sends two keys of its own. */
const scenario = {
  name: 'question',
  language: 'en',
  startBlocks: [{ id: 'start', name: 'start', next: 'greet', parameters: [] }],
  blocks: [
    { id: 'greet', type: 'say', audio: '/prompts/en/greeting.wav', next: 'ask' },
    {
      id: 'ask',
      type: 'menu',
      audio: '/prompts/en/confirm-menu.wav',
      keys: { 1: 'yes', 2: 'no' },
      timeoutSeconds: 20,
      repeats: 0,
      noInput: 'end',
      noMatch: 'end',
    },
    { id: 'yes', type: 'mark', goal: 'confirmed', next: 'say-yes' },
    { id: 'say-yes', type: 'say', audio: '/prompts/en/confirmed.wav', next: 'code' },
    { id: 'code', type: 'keys', digits: '5#', next: 'wait' },
    { id: 'wait', type: 'pause', seconds: 1, next: 'end' },
    { id: 'no', type: 'say', audio: '/prompts/en/declined.wav', next: 'end' },
    { id: 'end', type: 'hangup' },
  ],
}

type Call = {
  id: string
  phone: string
  disposition: string
  endedBy: string
  keys: string
  goal: string | null
  path: { block: string }[]
  timeline: { kind: string; by?: string; codec?: string }[]
}

async function openGround(t: { after: (action: () => Promise<void>) => void }) {
  const directory = await makeTemporaryDirectory('baresip-')
  const peerDirectory = await makeTemporaryDirectory('baresip-peer-')
  const voice = prompt('ru/greeting.wav')
  const speaks = join(peerDirectory, 'voice.wav')
  // A minute of silence behind it: a source that ends would end the call's sound.
  const samples = new Int16Array(voice.length + 60 * 8_000)
  samples.set(voice)
  writeFileSync(speaks, writeWav({ samples, sampleRate: 8_000 }))
  const baresip = await Baresip.start({
    directory: peerDirectory,
    users: [
      { user: confirms, codec: 'PCMA' },
      { user: declines, codec: 'PCMU' },
      { user: hangsUp, codec: 'PCMA' },
    ],
    speaks,
  })
  t.after(() => baresip.stop())
  const provisionFile = join(directory, 'provisioning.json')
  const provisioning = {
    workspace: { name: 'Interop', timeZone: 'UTC', country: 'RU' },
    tokens: [{ name: 'interop', value: token, role: 'owner' }],
    trunks: [{ name: 'baresip', host: '127.0.0.1', port: baresip.sipPort, maxCalls: 1 }],
    dialplans: [{ name: 'all', routes: [{ prefix: '', trunks: ['baresip'] }] }],
    scenarios: [scenario],
  }
  writeFileSync(provisionFile, JSON.stringify(provisioning))
  const data = join(directory, 'data')
  const server = await ServerProcess.start(demoEnvironment({ dataDirectory: data, provisionFile }))
  t.after(async () => {
    await server.stop()
    for (const one of [directory, peerDirectory]) rmSync(one, { recursive: true, force: true })
  })
  return { baresip, data, voice, api: new ApiClient(server.address, token) }
}

type Ground = Awaited<ReturnType<typeof openGround>>

async function startCalls({ api }: Ground): Promise<string> {
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'baresip',
    scenario: 'question',
    route: { via: 'dialplan', dialplan: 'all' },
    pacing: { callsPerSecond: 1, maxCalls: 1 },
  })
  const contacts = [confirms, declines, hangsUp].map((phone) => ({ phones: [phone], zone: 'UTC' }))
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  return id
}

async function answer(baresip: Baresip, phone: string): Promise<void> {
  await baresip.until(({ type, accountaor }) => type === 'CALL_ESTABLISHED' && accountaor?.includes(phone) === true)
  baresip.select(phone)
}

test('baresip is called: it hears the prompts, its key takes the branch, keys go both ways, its voice is recorded', {
  skip: missingPeer('baresip') ?? false,
  timeout: 180_000,
}, async (t) => {
  const ground = await openGround(t)
  const { baresip, api } = ground
  const [greeting, menu, yes, no] = ['greeting', 'confirm-menu', 'confirmed', 'declined'].map((name) =>
    prompt(`en/${name}.wav`),
  )
  assert.ok(greeting !== undefined && menu !== undefined && yes !== undefined && no !== undefined)
  const id = await startCalls(ground)

  await answer(baresip, confirms)
  await hasHeard(baresip, 0, greeting.length + menu.length + 2_000)
  baresip.press('1')
  const received: string[] = []
  while (received.length < 2) {
    const { param } = await baresip.until(({ type }) => type === 'CALL_DTMF_START')
    received.push(param ?? '')
  }
  assert.deepEqual(received, ['5', '#'], 'our keys as baresip took them')

  await answer(baresip, declines)
  await hasHeard(baresip, 1, greeting.length + menu.length + 2_000)
  baresip.press('2')

  await answer(baresip, hangsUp)
  await hasHeard(baresip, 2, 4_000)
  baresip.hangup()

  let calls: Call[] = []
  await until('three calls are kept', async () => {
    calls = await api.list<Call>(`/dialwright/v1/calls?campaign=${id}`)
    return calls.length >= 3
  })
  const details = await Promise.all(calls.map((call) => api.get<Call>(`/dialwright/v1/calls/${call.id}`)))
  const of = (phone: string): Call => {
    const call = details.find((one) => one.phone === phone)
    assert.ok(call !== undefined, phone)
    return call
  }
  const [first, second, third] = [of(confirms), of(declines), of(hangsUp)]
  assert.deepEqual([first.disposition, first.endedBy, first.keys, first.goal], ['answered', 'us', '1', 'confirmed'])
  assert.deepEqual([second.disposition, second.endedBy, second.keys, second.goal], ['answered', 'us', '2', null])
  assert.deepEqual([third.disposition, third.endedBy, third.keys], ['answered', 'callee', ''])
  const blocks = (call: Call): string[] => call.path.map(({ block }) => block)
  assert.deepEqual(blocks(first), ['greet', 'ask', 'yes', 'say-yes', 'code', 'wait', 'end'])
  assert.deepEqual(blocks(second), ['greet', 'ask', 'no', 'end'])
  assert.deepEqual(blocks(third), ['greet'], 'hung up in the middle of the greeting')
  assert.equal(first.timeline.find(({ kind }) => kind === 'key')?.by, 'rfc4733')
  assert.deepEqual(
    [first, second].map((call) => call.timeline.find(({ kind }) => kind === 'answered')?.codec),
    ['pcma', 'pcmu'],
  )

  const heard = baresip.heard().map((file) => readWav(readFileSync(file)).samples)
  const [heardFirst, heardSecond] = heard
  assert.ok(heardFirst !== undefined && heardSecond !== undefined)
  for (const [recording, branch, other] of [
    [heardFirst, yes, no],
    [heardSecond, no, yes],
  ] as const) {
    const places: number[] = [
      assertHeard(recording, greeting, 'the greeting'),
      assertHeard(recording, menu, 'the question'),
      assertHeard(recording, branch, 'the branch'),
    ]
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      'the prompts in their order',
    )
    assertNotHeard(recording, other, 'a prompt that was not said')
  }

  const files = readdirSync(join(ground.data, 'recordings'), { recursive: true, encoding: 'utf8' })
  const file = files.find((name) => name.includes(first.id))
  assert.ok(file !== undefined, `no recording of the call ${first.id} among ${files.join(', ')}`)
  const { them, us } = readStereo(readFileSync(join(ground.data, 'recordings', file)))
  assertHeard(them, ground.voice, 'its voice in our recording')
  assertHeard(us, greeting, 'the greeting in our recording')
})
