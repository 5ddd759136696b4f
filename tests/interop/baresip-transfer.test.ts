import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { align, assertHeard, assertNotHeard, Baresip, missingPeer } from '@dialwright/testkit'
import { readWav, writeWav } from '../../packages/server/src/audio/wav.ts'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { hasHeard } from './has-heard.ts'
import { readStereo } from './stereo.ts'

const token = 'dw_interop_token_0123456789'
const [talks, isMissed, isPassedOn] = ['+74951230001', '+74951230002', '+74951230003']
const operator = '74957770001'
/** At the carrier in the box: busy, rings out, says a short hello and listens. */
const [busy, ringsOut, listens] = ['74957770010', '74957770011', '74957770101']

const audio = new URL('../../packages/server/assets/audio/', import.meta.url)
const sound = (name: string): Int16Array => readWav(readFileSync(new URL(name, audio))).samples

/** A key chooses to whom the call is handed. */
const scenario = {
  name: 'switchboard',
  language: 'en',
  startBlocks: [{ id: 'start', name: 'start', next: 'ask', parameters: [] }],
  blocks: [
    {
      ...{ id: 'ask', type: 'menu', audio: '/prompts/en/confirm-menu.wav' },
      keys: { 1: 'to-sales', 2: 'to-number', 3: 'to-desk' },
      ...{ timeoutSeconds: 20, repeats: 0, noInput: 'end', noMatch: 'end' },
    },
    { id: 'to-sales', type: 'transfer', to: { operatorGroup: 'sales' }, noAnswer: 'sorry' },
    { id: 'to-number', type: 'transfer', to: { dialplan: 'carrier', number: ringsOut }, noAnswer: 'sorry' },
    { id: 'to-desk', type: 'transfer', to: { operatorGroup: 'desk' }, noAnswer: 'sorry' },
    { id: 'sorry', type: 'mark', tags: ['missed'], next: 'say-sorry' },
    { id: 'say-sorry', type: 'say', audio: '/prompts/en/declined.wav', next: 'end' },
    { id: 'end', type: 'hangup' },
  ],
}

type Call = {
  id: string
  phone: string
  disposition: string
  endedBy: string
  keys: string
  tags: string[]
  talkMs: number
  robotMs: number
  path: { block: string }[]
  timeline: { kind: string; result?: string; phone?: string; by?: string; disposition?: string }[]
}

/** Says it again and again, so that it can be heard whenever somebody begins to listen. */
function repeated(voice: Int16Array): Buffer {
  const samples = new Int16Array(90 * 8_000)
  for (let at = 0; at + voice.length < samples.length; at += voice.length + 4_000) samples.set(voice, at)
  return Buffer.from(writeWav({ samples, sampleRate: 8_000 }))
}

async function openPeer(t: TestContext, voice: Int16Array, users: readonly string[], codec: 'PCMA' | 'PCMU') {
  const directory = await makeTemporaryDirectory('baresip-')
  const speaks = join(directory, 'voice.wav')
  writeFileSync(speaks, repeated(voice))
  const baresip = await Baresip.start({ directory, users: users.map((user) => ({ user, codec })), speaks })
  t.after(async () => {
    await baresip.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  return baresip
}

async function openGround(t: TestContext) {
  const directory = await makeTemporaryDirectory('transfer-')
  const [customerVoice, operatorVoice] = [sound('prompts/ru/greeting.wav'), sound('prompts/vi/greeting.wav')]
  // Two codecs: what goes through is written anew on its way.
  const customers = await openPeer(t, customerVoice, [talks, isMissed, isPassedOn], 'PCMA')
  const operators = await openPeer(t, operatorVoice, [operator], 'PCMU')
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
  const provisionFile = join(directory, 'provisioning.json')
  const trunk = (name: string, port: number) => ({ name, host: '127.0.0.1', port, format: 'plain' })
  const way = (name: string, prefix = '') => ({ name, routes: [{ prefix, trunks: [name] }] })
  const provisioning = {
    workspace: { name: 'Interop', timeZone: 'UTC', country: 'RU' },
    tokens: [{ name: 'interop', value: token, role: 'owner' }],
    trunks: [
      { ...trunk('customers', customers.sipPort), format: 'e164' },
      trunk('operators', operators.sipPort),
      trunk('carrier', carrier.port),
    ],
    numbers: [
      { name: 'sales line', phone: '74950000001', trunk: 'operators' },
      { name: 'desk line', phone: '74950000002', trunk: 'carrier' },
    ],
    dialplans: [way('customers'), way('carrier')],
    operatorGroups: [
      { name: 'sales', mode: 'all', number: 'sales line', operators: [{ name: 'Olga', phone: operator }] },
      {
        ...{ name: 'desk', mode: 'in-turn', number: 'desk line' },
        operators: [
          { name: 'Ann', phone: busy },
          { name: 'Bob', phone: listens },
        ],
      },
    ],
    scenarios: [scenario],
  }
  writeFileSync(provisionFile, JSON.stringify(provisioning))
  const data = join(directory, 'data')
  const server = await ServerProcess.start(demoEnvironment({ dataDirectory: data, provisionFile }))
  t.after(async () => {
    await server.stop()
    await carrier.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LedgerLine => JSON.parse(line))
  return {
    ...{ customers, operators, data, ledger, customerVoice, operatorVoice },
    api: new ApiClient(server.address, token),
  }
}

type Ground = Awaited<ReturnType<typeof openGround>>

/** The customer answers, hears the question and presses a key. */
async function choose({ customers }: Ground, phone: string, nth: number, key: string): Promise<void> {
  await customers.until(({ type, accountaor }) => type === 'CALL_ESTABLISHED' && accountaor?.includes(phone) === true)
  customers.select(phone)
  await hasHeard(customers, nth, sound('prompts/en/confirm-menu.wav').length + 2_000)
  customers.press(key)
}

async function callTo({ api }: Ground, campaign: string, phone: string): Promise<Call> {
  let id = ''
  await until(`the call to ${phone} is kept`, async () => {
    const calls = await api.list<Call>(`/dialwright/v1/calls?campaign=${campaign}`)
    id = calls.find((one) => one.phone === phone)?.id ?? ''
    return id !== ''
  })
  return api.get<Call>(`/dialwright/v1/calls/${id}`)
}

const heardBy = (baresip: Baresip, nth: number): Int16Array =>
  readWav(readFileSync(baresip.heard()[nth] ?? assert.fail(`no call ${nth}`))).samples

const story = (call: Call): string[] =>
  call.timeline.map(({ kind }) => kind).filter((kind) => /transfer|operator/.test(kind))

async function startCampaign({ api }: Ground, phones: readonly string[]): Promise<string> {
  const { id } = await api.post<{ id: string }>('/dialwright/v1/campaigns', {
    name: 'switchboard',
    scenario: 'switchboard',
    route: { via: 'dialplan', dialplan: 'customers' },
    pacing: { callsPerSecond: 1, maxCalls: 1 },
    ringTimeoutSeconds: 7,
  })
  const contacts = phones.map((phone) => ({ phones: [phone], zone: 'UTC' }))
  await api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  await api.post(`/dialwright/v1/campaigns/${id}/start`, {})
  return id
}

test('a caller presses a key and is handed over: two telephones hear each other; nobody answers; busy, then the next', {
  skip: missingPeer('baresip') ?? false,
  timeout: 300_000,
}, async (t) => {
  const ground = await openGround(t)
  const { customers, operators, data, ledger, customerVoice, operatorVoice } = ground
  const id = await startCampaign(ground, [talks, isMissed, isPassedOn])

  await choose(ground, talks, 0, '1')
  await operators.until(({ type }) => type === 'CALL_ESTABLISHED')
  await hasHeard(operators, 0, 7 * 8_000)
  customers.press('5')
  await pause(500)
  operators.select(operator)
  operators.hangup()

  await choose(ground, isMissed, 1, '2')
  await choose(ground, isPassedOn, 2, '3')
  await until('the second of the desk answers', () =>
    ledger().some(({ kind, to }) => kind === 'answered' && to === listens),
  )
  await pause(1_000)
  customers.hangup()

  const [talked, missed, passedOn] = [
    await callTo(ground, id, talks),
    await callTo(ground, id, isMissed),
    await callTo(ground, id, isPassedOn),
  ]
  assert.deepEqual([talked.disposition, talked.endedBy, talked.keys], ['answered', 'operator', '15'])
  assert.deepEqual(
    talked.path.map(({ block }) => block),
    ['ask', 'to-sales'],
    'a key that is pressed while they talk steers nothing',
  )
  assert.deepEqual(
    story(talked).filter((kind) => kind !== 'operator-ringing'),
    ['transfer', 'operator-answered', 'operator-ended', 'transfer-ended'],
  )
  assert.ok(
    talked.robotMs > 1_000 && talked.robotMs < talked.talkMs - 5_000,
    `${talked.robotMs} of ${talked.talkMs} ms`,
  )
  assert.equal(missed.robotMs, missed.talkMs)
  const recording = (call: Call) => {
    const files = readdirSync(join(data, 'recordings'), { recursive: true, encoding: 'utf8' })
    const file = files.find((name) => name.includes(call.id))
    assert.ok(file !== undefined, `no recording of the call ${call.id} among ${files.join(', ')}`)
    return readStereo(readFileSync(join(data, 'recordings', file)))
  }
  assertHeard(heardBy(operators, 0), customerVoice, 'the operator hears the customer')
  assertHeard(heardBy(customers, 0), operatorVoice, 'the customer hears the operator')
  assertHeard(recording(talked).them, customerVoice, 'the customer is recorded')
  assertHeard(recording(talked).us, operatorVoice, 'the operator is recorded')
  assertNotHeard(heardBy(customers, 0), customerVoice, 'the customer hears himself')

  assert.deepEqual([missed.endedBy, missed.tags], ['us', ['missed']])
  assert.equal(missed.timeline.find(({ kind }) => kind === 'transfer-ended')?.result, 'no-answer')
  const heardRinging = heardBy(customers, 1)
  const { correlation } = align(heardRinging, sound('tones/ringback.wav').subarray(0, 1_600))
  assert.ok(correlation > 0.9, `it rings while nobody answers: ${correlation.toFixed(3)}`)
  assertHeard(heardRinging, sound('prompts/en/declined.wav'), 'then the stated branch talks')

  assert.deepEqual([passedOn.endedBy, passedOn.tags], ['callee', []])
  assert.deepEqual(
    passedOn.timeline
      .filter(({ kind }) => kind === 'operator-ended')
      .map(({ phone, by, disposition }) => [phone, by, disposition]),
    [
      [busy, 'callee', 'busy'],
      [listens, 'us', 'answered'],
    ],
  )
  assert.equal(
    ledger().filter(({ kind, to }) => kind === 'ended' && to === listens).length,
    1,
    'nobody is left on the line',
  )
})

/** Longer than either voice says its sentence, and some of it again. */
const sentenceSamples = 9 * 8_000
const settleMs = 500

// Debian's baresip 1.0.0 goes on talking behind a hold of its own, but keeps what it hears no more: that whoever holds hears again is
// shown by packages/server/test/telephony/re-invites.test.ts.
test('either of two who talk refreshes the session, holds the call and takes it back: the other one hears him again', {
  skip: missingPeer('baresip') ?? false,
  timeout: 300_000,
}, async (t) => {
  const ground = await openGround(t)
  const { customers, operators, customerVoice, operatorVoice } = ground
  const phones = [talks, isPassedOn] as const
  const id = await startCampaign(ground, phones)
  /** What somebody hears of it while they talk. */
  const heard: { readonly when: string; readonly by: Baresip; readonly nth: number; readonly upTo: number }[] = []
  for (const [nth, phone] of phones.entries()) {
    await choose(ground, phone, nth, '1')
    await operators.until(({ type }) => type === 'CALL_ESTABLISHED')
    operators.select(operator)
    const samplesOf = (by: Baresip): number => (statSync(by.heard()[nth] ?? assert.fail('no call')).size - 44) / 2
    const talk = async (when: string, ...listeners: readonly Baresip[]): Promise<void> => {
      const upTos = listeners.map((by) => ({ when, by, nth, upTo: samplesOf(by) + sentenceSamples }))
      for (const { by, upTo } of upTos) await hasHeard(by, nth, upTo)
      heard.push(...upTos)
    }
    const [holder, other] = nth === 0 ? [customers, operators] : [operators, customers]
    holder.refresh()
    await pause(settleMs)
    await talk('after a refresh', customers, operators)
    holder.hold(true)
    await pause(settleMs)
    holder.hold(false)
    await pause(settleMs)
    await talk('after a hold', other)
    customers.hangup()
    const call = await callTo(ground, id, phone)
    assert.deepEqual([call.disposition, call.endedBy], ['answered', 'callee'])
    assert.ok(!call.timeline.some(({ kind }) => kind === 'media-lost'))
  }
  for (const { when, by, nth, upTo } of heard) {
    const [name, voice] = by === customers ? ['customer', operatorVoice] : ['operator', customerVoice]
    assertHeard(heardBy(by, nth).subarray(upTo - sentenceSamples, upTo), voice, `${when} in call ${nth}, the ${name}`)
  }
})
