import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type LedgerLine, type SpawnedCarrier, spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from '../../src/config.ts'
import { ApiClient } from '../../src/demo/api-client.ts'
import { ServerProcess } from '../../src/demo/server-process.ts'
import { WebhookReceiver } from '../../src/demo/webhook-receiver.ts'
import { takeDatabase } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../fixtures/temporary-directory.ts'
import type { OwnDatabase } from '../fixtures/test-cluster.ts'
import { openProvider, type ProviderByHand } from '../telephony/caller-by-hand.ts'

const token = 'dw_inbound_token_0123456789'
const caller = '79990001122'

const prompt = (id: string, next: string) => ({ id, type: 'say', audio: '/prompts/en/goodbye.wav', next })
const scenario = {
  name: 'desk',
  language: 'en',
  startBlocks: [
    { id: 'main', name: 'main', next: 'ask', parameters: [] },
    { id: 'short', name: 'short', next: 'end', parameters: [] },
    { id: 'operator', name: 'operator', next: 'hand', parameters: [] },
  ],
  blocks: [
    {
      id: 'ask',
      type: 'menu',
      audio: '/prompts/en/goodbye.wav',
      keys: { 1: 'yes' },
      timeoutSeconds: 5,
      repeats: 0,
      noInput: 'end',
      noMatch: 'end',
    },
    { id: 'yes', type: 'set', variables: { who: 'callerName', dialled: 'called', from: 'phone' }, next: 'goal' },
    { id: 'goal', type: 'mark', goal: 'pressed', next: 'bye' },
    prompt('bye', 'end'),
    {
      id: 'hand',
      type: 'transfer',
      to: { dialplan: 'operators', number: '+74950000018' },
      noAnswer: 'end',
    },
    { id: 'end', type: 'hangup' },
  ],
}

type Shown = {
  id: string
  direction: string
  phone: string
  callerId: string
  numberId: string
  disposition: string
  detail: string | null
  keys: string
  goal: string | null
  talkMs: number
  endedBy: string
  recording: string | null
  sip: { code: number | null }
  answeredAt: string | null
  variables: Record<string, unknown>
  path: { block: string }[]
  timeline: { kind: string }[]
}
type Told = { type: string; data: Record<string, unknown> & { call?: Record<string, unknown> } }

describe('calls that come in', () => {
  let directory = ''
  let provider: ProviderByHand
  let carrier: SpawnedCarrier
  let ledgerPath = ''
  let hooks: WebhookReceiver
  let database: OwnDatabase
  let server: ServerProcess
  let api: ApiClient
  let line: ReturnType<ProviderByHand['line']>
  let wrong: ReturnType<ProviderByHand['line']>

  const numberIdOf = async (name: string): Promise<string> => {
    const [number] = await api.list<{ id: string }>(`/dialwright/v1/numbers?name=${name}`)
    assert.ok(number !== undefined)
    return number.id
  }
  const callsTo = async (name: string): Promise<Shown[]> => {
    const id = await numberIdOf(name)
    const all = await api.list<Shown>('/dialwright/v1/calls?direction=in')
    return all.filter((call) => call.numberId === id)
  }
  const told = (): Told[] => hooks.received as unknown as Told[]

  before(async () => {
    directory = await makeTemporaryDirectory('inbound-')
    let sipPort = 0
    provider = await openProvider(() => sipPort)
    hooks = await WebhookReceiver.start()
    ledgerPath = join(directory, 'ledger.jsonl')
    carrier = await spawnCarrier({ ledgerPath, seed: 1 })
    line = provider.line('accepted')
    wrong = provider.line('wrong-password')
    const robot = { action: 'robot', scenario: 'desk' }
    const document = {
      workspace: { name: 'Inbound', timeZone: 'Europe/Moscow', country: 'RU' },
      tokens: [{ name: 'test', value: token, role: 'owner' }],
      trunks: [
        { name: 'provider', host: '127.0.0.1', port: provider.port },
        { name: 'carrier', host: '127.0.0.1', port: carrier.port },
      ],
      dialplans: [{ name: 'operators', routes: [{ prefix: '', trunks: ['carrier'] }] }],
      numbers: [
        {
          name: 'desk',
          phone: '84951112233',
          trunk: 'provider',
          inbound: { ...robot, webhooks: [{ url: hooks.url }] },
        },
        {
          name: 'quiet',
          phone: '74951112234',
          trunk: 'provider',
          inbound: { ...robot, startBlock: 'short', record: 'off' },
        },
        { name: 'closed', phone: '74951112235', trunk: 'provider', inbound: { action: 'end' } },
        { name: 'bare', phone: '74951112236', trunk: 'provider' },
        { name: 'full', phone: '74951112237', trunk: 'provider', maxCalls: 0, inbound: robot },
        {
          ...{ name: 'registered', phone: '74951112238', trunk: 'provider', login: line.user, password: line.password },
          inbound: { ...robot, startBlock: 'short' },
        },
        {
          ...{ name: 'handed', phone: '74951112240', trunk: 'provider' },
          inbound: { ...robot, startBlock: 'operator', shownNumber: 'called', webhooks: [{ url: hooks.url }] },
        },
        { name: 'refused', phone: '74951112239', trunk: 'provider', login: wrong.user, password: wrong.password },
      ],
      scenarios: [scenario],
    }
    const provisionFile = join(directory, 'provisioning.json')
    writeFileSync(provisionFile, JSON.stringify(document))
    database = await takeDatabase()
    server = await ServerProcess.start({
      ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
      DATABASE_URL: database.connectionString,
    })
    api = new ApiClient(server.address, token)
    const { network } = await api.get<{ network: { sip: { port: number } } }>('/dialwright/v1/system')
    sipPort = network.sip.port
    await until('the line is registered', () => provider.bound(line).isBound)
  })

  after(async () => {
    await server?.stop()
    await hooks?.stop()
    await provider?.stop()
    await carrier?.stop()
    await database?.drop()
    rmSync(directory, { recursive: true, force: true })
  })

  test('the scenario answers, keys steer it, the recording is written, and receivers hear of all of it', async () => {
    const { saw } = provider.ring('presses', '+74951112233')
    await until('the call is over', () => saw().isOver)
    assert.deepEqual([saw().isRinging, saw().status], [true, 200])
    await until('the call is stored', async () => (await callsTo('desk')).length === 1)
    const [listed] = await callsTo('desk')
    const call = await api.get<Shown>(`/dialwright/v1/calls/${listed?.id}`)
    assert.deepEqual(
      {
        ...{ direction: call.direction, phone: call.phone, callerId: call.callerId, disposition: call.disposition },
        ...{ keys: call.keys, goal: call.goal, endedBy: call.endedBy, path: call.path.map(({ block }) => block) },
      },
      {
        ...{ direction: 'in', phone: caller, callerId: '84951112233', disposition: 'answered' },
        ...{ keys: '1', goal: 'pressed', endedBy: 'us', path: ['ask', 'yes', 'goal', 'bye', 'end'] },
      },
    )
    const { who, dialled, from } = call.variables
    assert.deepEqual({ who, dialled, from }, { who: 'Anna', dialled: '84951112233', from: caller })
    const kinds = call.timeline.map(({ kind }) => kind)
    for (const kind of ['incoming', 'ringing', 'answered', 'key', 'robot-ended', 'ended', 'disposition'])
      assert.ok(kinds.includes(kind), `${kind} is missing in ${kinds}`)
    assert.ok(call.recording !== null)
    assert.ok(
      statSync(join(directory, 'data', 'recordings', call.recording)).size > 16_000,
      'a second of sound at least',
    )

    await until('three events are told', () => told().length >= 3)
    const types = told().map(({ type }) => type)
    assert.deepEqual(types, ['call.started', 'call.robot-ended', 'call.finished'])
    const [started, robot, finished] = told()
    assert.deepEqual([started?.data.callId, started?.data.phone], [call.id, caller])
    assert.deepEqual([robot?.data.keys, robot?.data.goal], ['1', 'pressed'])
    const robotMs = Number(robot?.data.robotMs)
    assert.ok(robotMs > 0 && robotMs <= call.talkMs + 100, `the robot talked ${robotMs} of ${call.talkMs} ms`)
    assert.equal(finished?.data.call?.recording, call.recording)
    assert.equal(finished?.data.talkMs, call.talkMs)
  })

  test('a caller who hangs up ends the call; what is not recorded has no recording', async () => {
    const { saw } = provider.ring('hangs-up', '74951112234')
    await until('the call is over', () => saw().isOver)
    await until('the call is stored', async () => (await callsTo('quiet')).length === 1)
    const [call] = await callsTo('quiet')
    assert.deepEqual([call?.disposition, call?.recording], ['answered', null])
  })

  test('rule end, no rule, no channel, a number that is not ours: refused without ringing', async () => {
    const cases = [
      { to: '74951112235', status: 603, stored: ['closed', 'rejected', 'rule-end'] },
      { to: '74951112236', status: 480, stored: ['bare', 'rejected', 'no-rule'] },
      { to: '74951112237', status: 486, stored: ['full', 'busy', 'no-channel-number'] },
      { to: '74950000000', status: 404, stored: null },
    ] as const
    const before = (await api.list('/dialwright/v1/calls?direction=in')).length
    for (const { to, status, stored } of cases) {
      const { saw } = provider.ring('waits', to)
      await until(`${to} is refused`, () => saw().status !== null)
      assert.deepEqual([saw().status, saw().isRinging, saw().isAnswered], [status, false, false], to)
      if (stored === null) continue
      const [name, disposition, detail] = stored
      await until(`the call to ${name} is stored`, async () => (await callsTo(name)).length === 1)
      const [call] = await callsTo(name)
      assert.deepEqual(
        [call?.disposition, call?.detail, call?.sip.code, call?.answeredAt, call?.talkMs, call?.endedBy],
        [disposition, detail, status, null, 0, 'us'],
      )
    }
    assert.equal((await api.list('/dialwright/v1/calls?direction=in')).length, before + 3, 'a stranger leaves no call')
  })

  test('the line of a number rings its number, whatever was dialled, and shows how it stands', async () => {
    const { saw } = provider.ring('waits', line)
    await until('the call is over', () => saw().isOver)
    await until('the call is stored', async () => (await callsTo('registered')).length === 1)
    const shown = async (name: string) =>
      (
        await api.get<{ registration: { state: string; until: string | null; message: string } | null }>(
          `/dialwright/v1/numbers/${await numberIdOf(name)}`,
        )
      ).registration
    const registered = await shown('registered')
    assert.equal(registered?.state, 'registered')
    assert.ok(registered.until !== null && registered.message !== '')
    await until('the refusal is known', async () => (await shown('refused'))?.state === 'refused')
    assert.equal(await shown('desk'), null)
  })

  test('a changed rule holds for the next call, and what hears of a number hears of it alone', async () => {
    const response = await fetch(`${server.address}/dialwright/v1/numbers/${await numberIdOf('bare')}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ inbound: { action: 'robot', scenario: 'desk', startBlock: 'short', did: '456' } }),
    })
    assert.equal(response.status, 200, await response.text())
    const heard = told().length
    const { saw } = provider.ring('waits', '456')
    await until('the call is over', () => saw().isOver)
    assert.equal(saw().status, 200)
    await until('the call is stored', async () => (await callsTo('bare')).length === 2)
    assert.equal(told().length, heard)
  })

  test('a call that came in is handed over: the robot ends before the call, and whoever takes it sees what the rule says', async () => {
    const heard = told().length
    const { saw } = provider.ring('waits', '74951112240')
    await until('the call is over', () => saw().isOver)
    await until('the call is stored', async () => (await callsTo('handed')).length === 1)
    const [listed] = await callsTo('handed')
    const call = await api.get<Shown>(`/dialwright/v1/calls/${listed?.id}`)
    assert.deepEqual([call.disposition, call.endedBy], ['answered', 'operator'], JSON.stringify(call.timeline))
    await until('it is told', () => told().length >= heard + 4)
    assert.deepEqual(
      told()
        .slice(heard)
        .map(({ type }) => type),
      ['call.started', 'call.redirected', 'call.robot-ended', 'call.finished'],
    )
    const ring = readFileSync(ledgerPath, 'utf8')
      .trim()
      .split('\n')
      .map((line): LedgerLine => JSON.parse(line))
      .find(({ kind }) => kind === 'ring')
    assert.deepEqual([ring?.to, ring?.from], ['+74950000018', '74951112240'])
  })
})
