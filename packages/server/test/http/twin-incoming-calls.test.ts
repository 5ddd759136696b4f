/** Incoming rules in effect: numbers are added as the vendor's page has it, then a provider calls them. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import {
  challengeHeader,
  header,
  parseMessage,
  parseNameAddress,
  type SipRequest,
  verifyAuthorization,
} from '@dialwright/sip'
import { demoEnvironment } from '../../src/config.ts'
import { WebhookReceiver } from '../../src/demo/webhook-receiver.ts'
import { takeDatabase } from '../fixtures/database.ts'
import { ServerRun, until } from '../fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../fixtures/temporary-directory.ts'
import { openProvider, type ProviderByHand } from '../telephony/caller-by-hand.ts'

const token = 'dw_incoming_token_0123456789'
const shared = 'bce7d22e-dde6-4427-b391-ebbdfda44de6'
const caller = '79990001122'
const batch = '/cis/api/v1/telephony/incomingRules/create/batch'

type Body = Record<string, unknown>
type Call = {
  readonly id: string
  readonly numberId: string
  readonly disposition: string
  readonly detail: string | null
  readonly keys: string
  readonly goal: string | null
  readonly recording: string | null
  readonly talkMs: number
  readonly variables: Body
}

const scenario = {
  ...{ name: 'desk', language: 'en', externalIds: { twin: shared } },
  startBlocks: [{ id: 'main', name: 'main', next: 'ask', parameters: [] }],
  blocks: [
    {
      ...{ id: 'ask', type: 'menu', audio: '/prompts/en/goodbye.wav', keys: { 1: 'yes' } },
      ...{ timeoutSeconds: 1, repeats: 0, noInput: 'who', noMatch: 'who' },
    },
    { id: 'yes', type: 'mark', goal: 'pressed', next: 'rest' },
    { id: 'rest', type: 'pause', seconds: 1, next: 'who' },
    {
      id: 'who',
      type: 'set',
      variables: { name: 'callerName', shown: 'callerNumber', dialled: 'called' },
      next: 'end',
    },
    { id: 'end', type: 'hangup' },
  ],
}

/** The vendor's page, its newer side, with another receiver. */
const printed = (hook: string): Body => ({
  additionalOptions: { callRecord: 'all', comment: 'Комментарий' },
  incomingCallsOptions: {
    ...{ action: 'robot', botId: shared, cidAsName: 'default', cidAsNumber: 'default', reserveAction: 'default' },
    ...{ reserveActionData: null, reserveCidAsName: 'original', reserveCidAsNumber: 'original' },
  },
  notificationOptions: { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] },
  webhookUrls: [hook],
  names: ['Название номера 1', 'Название номера 2'],
  numbers: ['71234567001', '71234567002'],
  connectionOptionsList: [
    {
      ...{ authUser: '', forceOutOverChannel: true, fromDomain: '', login: '', password: '' },
      ...{ providerId: shared, did: '123', numberAsDid: false },
    },
    {
      ...{ authUser: '', forceOutOverChannel: true, fromDomain: '', login: '', password: '' },
      ...{ providerId: shared, did: '456', numberAsDid: true },
    },
  ],
})

describe('incoming rules of TWIN24, in effect', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let directory = ''
  let provider: ProviderByHand
  let hooks: WebhookReceiver
  let company: WebhookReceiver
  let address = ''

  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> => {
    const response = await fetch(address + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
  const get = async <Answer>(path: string): Promise<Answer> => JSON.parse((await ask('GET', path)).text) as Answer
  /** One number by itself. */
  const add = async (number: string, incoming: Body, connection: Body = {}, more: Body = {}): Promise<void> => {
    const page = printed(hooks.url)
    const answer = await ask('POST', batch, {
      ...page,
      webhookUrls: [],
      ...more,
      incomingCallsOptions: { ...(page.incomingCallsOptions as Body), ...incoming },
      names: [`Номер ${number}`],
      numbers: [number],
      connectionOptionsList: [{ providerId: shared, numberAsDid: true, ...connection }],
    })
    assert.deepEqual(answer, { status: 200, text: '' })
  }
  const rule = async (number: string): Promise<Body & { id: string }> => {
    const { items } = await get<{ items: (Body & { id: string })[] }>(
      `/api/v1/telephony/incomingRules?keyword=${number}`,
    )
    assert.ok(items[0] !== undefined)
    return items[0]
  }
  /** Rings and waits for the call to be stored. */
  const called = async (how: 'presses' | 'hangs-up' | 'waits', to: string, number: string) => {
    const { id } = await rule(number)
    const of = async () =>
      (await get<{ items: Call[] }>('/dialwright/v1/calls?direction=in&limit=200')).items.filter(
        (one) => one.numberId === id,
      )
    const before = (await of()).length
    const { saw } = provider.ring(how, to)
    await until(`the call to ${to} is over`, () => saw().isOver || (saw().status ?? 0) >= 300)
    await until(`the call to ${to} is stored`, async () => (await of()).length > before)
    const [latest] = await of()
    const call = await get<Call>(`/dialwright/v1/calls/${latest?.id}`)
    return { call, saw: saw() }
  }

  before(async () => {
    directory = await makeTemporaryDirectory('incoming-')
    stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }))
    let sipPort = 0
    provider = await openProvider(() => sipPort)
    stack.defer(() => provider.stop())
    hooks = await WebhookReceiver.start()
    stack.defer(() => hooks.stop())
    company = await WebhookReceiver.start()
    stack.defer(() => company.stop())
    const carrier = await spawnCarrier({ ledgerPath: join(directory, 'ledger.jsonl'), seed: 1 })
    stack.defer(() => carrier.stop())
    const database = await takeDatabase()
    stack.defer(() => database.drop())
    const provisionFile = join(directory, 'provisioning.json')
    const document = {
      workspace: { name: 'Incoming', timeZone: 'Europe/Moscow', country: 'RU' },
      tokens: [{ name: 'test', value: token, role: 'owner' }],
      trunks: [
        { name: 'provider', host: '127.0.0.1', port: provider.port, externalIds: { twin: shared } },
        {
          ...{ name: 'box', host: '127.0.0.1', port: carrier.port, username: 'nobody', password: 'wrong' },
          externalIds: { twin: 'box' },
        },
      ],
      dialplans: [{ name: 'elsewhere', routes: [{ prefix: '', trunks: ['provider'] }] }],
      scenarios: [scenario],
    }
    writeFileSync(provisionFile, JSON.stringify(document))
    const run = ServerRun.start({
      ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
      DATABASE_URL: database.connectionString,
    })
    stack.defer(async () => void (await run.stop()))
    address = await run.ready()
    sipPort = (await get<{ network: { sip: { port: number } } }>('/dialwright/v1/system')).network.sip.port
  })
  after(() => stack.disposeAsync())

  test("the vendor's page, word by word: zero bytes, then the bot answers by DID and by number, a key steers it, both hooks arrive", async () => {
    assert.deepEqual(await ask('POST', batch, printed(hooks.url)), { status: 200, text: '' })
    const { call, saw } = await called('presses', '123', '71234567001')
    assert.deepEqual(
      [saw.isRinging, saw.status, call.disposition, call.keys, call.goal, call.variables.name, call.variables.shown],
      [true, 200, 'answered', '1', 'pressed', 'Anna', caller],
    )
    assert.ok(statSync(join(directory, 'data', 'recordings', call.recording ?? '')).size > 8_000, 'sound of both')
    await until('both hooks', () => hooks.received.length >= 2)
    const [robot, whole, ...more] = hooks.received
    assert.deepEqual(more, [])
    const same = {
      ...{ callId: call.id, isIncoming: true, startedAt: whole?.startedAt, number: '71234567001', phone: caller },
      ...{ numberName: 'Название номера 1', botId: shared, keys: '1', dialogResult: 'pressed' },
      ...{ results: call.variables, resultsString: JSON.stringify(call.variables) },
    }
    const seconds = Math.round(call.talkMs / 1_000)
    const { duration, robotCallDuration, eventId, ...first } = robot ?? ({} as Body)
    assert.deepEqual(first, { event: 'INCOMING_ROBOT_ENDED', ...same })
    const { duration: all, robotCallDuration: part, eventId: other, finishedAt, ...second } = whole ?? ({} as Body)
    assert.deepEqual(second, {
      ...{ event: 'INCOMING_CALL_ENDED', ...same, mainCallDuration: seconds, status: 'ANSWERED' },
      ...{ recordPath: `/dialwright/v1/calls/${call.id}/recording`, billing: null },
    })
    assert.equal(robotCallDuration, part)
    assert.ok(Number(part) > 0 && Math.abs(Number(part) - seconds) <= 1, `${part} of ${seconds} s`)
    assert.ok(Number(duration) >= Number(part) && Number(all) >= Number(duration))
    assert.notEqual(eventId, other)
    assert.ok(Date.parse(String(finishedAt)) > Date.parse(String(whole?.startedAt)))

    // The second is called by itself, though a DID was sent beside; nobody is called 456, and nobody 71234567001.
    const national = await called('waits', '81234567002', '71234567002')
    assert.equal(national.call.disposition, 'answered')
    for (const nobody of ['456', '71234567001']) {
      const { saw: refused } = provider.ring('waits', nobody)
      await until(`${nobody} is refused`, () => refused().status !== null)
      assert.deepEqual([refused().status, refused().isRinging], [404, false], nobody)
    }
  })

  test('a body that was saved is imported, checked, applied: the bot answers its number', async () => {
    const number = '71234567040'
    const body = {
      ...{ ...printed(hooks.url), names: ['Перенесённый'], numbers: [number] },
      connectionOptionsList: [{ providerId: shared, numberAsDid: false, did: 'moved' }],
    }
    const provisioning = '/dialwright/v1/provisioning'
    const files = [{ name: 'batch.json', text: JSON.stringify(body) }]
    const brought = await ask('POST', `${provisioning}/import`, { from: 'twin', files })
    assert.equal(brought.status, 200, brought.text)
    const { document } = JSON.parse(brought.text) as { document: Body }
    // Trunk and scenario are here already, by the same ids.
    for (const step of ['check', 'apply']) {
      const answer = await ask('POST', `${provisioning}/${step}`, document)
      assert.equal(answer.status, 200, answer.text)
      assert.equal((JSON.parse(answer.text) as { created: number }).created, 1)
    }
    const { call, saw } = await called('presses', 'moved', number)
    assert.deepEqual([saw.status, call.disposition, call.keys, call.variables.dialled], [200, 'answered', '1', number])
  })

  test('end refuses without ringing, and the company hears of it once', async () => {
    const settings = { settings: { 'cis.webhooks.incomingCall': company.url } }
    assert.equal((await ask('PATCH', '/api/iam/v1/companies/4711/settings', settings)).status, 200)
    await add('71234567003', { action: 'end' })
    const { call, saw } = await called('waits', '71234567003', '71234567003')
    assert.deepEqual(
      [saw.status, saw.isRinging, saw.isAnswered, call.disposition, call.detail, call.recording],
      [603, false, false, 'rejected', 'rule-end', null],
    )
    // What is still on its way of an earlier call goes to the company too.
    const toldOf = (id: string) => company.received.filter(({ callId }) => callId === id)
    await until('the hook', () => toldOf(call.id).length > 0)
    // Both events of an answered call, though this number has no receivers of its own.
    await add('71234567004', {})
    const answered = await called('waits', '71234567004', '71234567004')
    await until('two more', () => toldOf(answered.call.id).length >= 2)
    assert.deepEqual(
      toldOf(answered.call.id).map(({ event }) => event),
      ['INCOMING_ROBOT_ENDED', 'INCOMING_CALL_ENDED'],
    )
    // By now a second hook of the first call would have come.
    assert.deepEqual(
      toldOf(call.id).map(({ event, status, recordPath }) => [event, status, recordPath]),
      [['INCOMING_CALL_ENDED', 'REJECTED', null]],
    )
    assert.equal(
      (await ask('PATCH', '/api/iam/v1/companies/4711/settings', { settings: { 'cis.webhooks.incomingCall': '' } }))
        .status,
      200,
    )
    const heard = hooks.received.length
    const last = await called('waits', '81234567002', '71234567002')
    await until('the number’s own receiver', () => hooks.received.length >= heard + 2)
    assert.deepEqual(toldOf(last.call.id), [], 'not told any more')
  })

  test('a number is not taken away under a live call, which goes on to its end; then it is', async () => {
    const number = '71234567050'
    await add(number, {})
    const { id } = await rule(number)
    const { saw } = provider.ring('waits', number)
    await until('it is answered', () => saw().isAnswered)
    const refused = await ask('DELETE', `/api/v1/telephony/incomingRules/${id}`)
    assert.equal(refused.status, 409, refused.text)
    assert.match(refused.text, /is used by live call/)
    // What is changed meanwhile holds from the next call on.
    const changed = await ask('PATCH', `/api/v1/telephony/incomingRules/${id}`, {
      incomingCallsOptions: { action: 'end' },
    })
    assert.equal(changed.status, 200, changed.text)
    await until('the call is over', () => saw().isOver)
    assert.equal((await called('waits', number, number)).saw.status, 603)
    assert.equal((await ask('DELETE', `/api/v1/telephony/incomingRules/${id}`)).status, 204)
    const after = provider.ring('waits', number)
    await until('nobody has the number', () => after.saw().status !== null)
    assert.equal(after.saw().status, 404)
    const { items } = await get<{ items: (Call & { callerId: string })[] }>(
      '/dialwright/v1/calls?direction=in&limit=200',
    )
    assert.deepEqual(
      items.filter(({ callerId }) => callerId === number).map(({ disposition, goal }) => [disposition, goal]),
      [
        ['rejected', null],
        ['answered', null],
      ],
      'its calls are kept',
    )
  })

  test('callRecord off leaves no recording; switched on it leaves one', async () => {
    await add('71234567005', {}, {}, { additionalOptions: { callRecord: 'off' } })
    assert.equal((await called('waits', '71234567005', '71234567005')).call.recording, null)
    const { id } = await rule('71234567005')
    const changed = await ask('PATCH', `/api/v1/telephony/incomingRules/${id}`, {
      additionalOptions: { callRecord: 'all' },
    })
    assert.equal(changed.status, 200, changed.text)
    assert.notEqual((await called('waits', '71234567005', '71234567005')).call.recording, null)
  })

  const shown = [
    ['default', 'default', 'Anna', caller],
    ['num_caller', 'caller', caller, caller],
    ['num_name', 'called', 'Номер 71234567012', '71234567012'],
    ['num_called', 'default', '71234567013', caller],
  ] as const
  for (const [at, [cidAsName, cidAsNumber, name, number]] of shown.entries())
    test(`cidAsName ${cidAsName}, cidAsNumber ${cidAsNumber}: the bot knows its caller as ${name}, ${number}`, async () => {
      const own = String(71_234_567_010 + at)
      await add(own, { cidAsName, cidAsNumber })
      const { call } = await called('waits', own, own)
      assert.deepEqual([call.variables.name, call.variables.shown, call.variables.dialled], [name, number, own])
    })

  test('a number with a login is registered and rung over its line; a wrong password is told in words', async () => {
    const [line, wrong] = [provider.line('accepted'), provider.line('wrong-password')]
    await add('71234567020', {}, { login: line.user, password: 'right' })
    await add('71234567021', {}, { login: wrong.user, password: 'wrong' })
    const state = async (number: string) =>
      (await rule(number)).registration as { state: string; message: string } | null
    await until('one is registered', async () => (await state('71234567020'))?.state === 'registered')
    await until('the other is refused', async () => (await state('71234567021'))?.state === 'refused')
    assert.match((await state('71234567021'))?.message ?? '', /Wrong login or password/)
    assert.ok(provider.bound(line).isBound)
    assert.equal((await state('71234567005'))?.state, undefined, 'without a login it is no line')
    const { saw } = provider.ring('waits', line)
    await until('the call over the line is over', () => saw().isOver)
    assert.equal(saw().status, 200)
    const mended = await ask('PATCH', `/api/v1/telephony/incomingRules/${(await rule('71234567021')).id}`, {
      connectionOptions: { password: 'right' },
    })
    assert.equal(mended.status, 200, mended.text)
    await until('mended, it is registered', async () => (await state('71234567021'))?.state === 'registered')
    const gone = await ask('DELETE', `/api/v1/telephony/incomingRules/${(await rule('71234567020')).id}`)
    assert.equal(gone.status, 204)
    await until('taken away, it is taken back at the provider', () => !provider.bound(line).isBound)
  })

  test('a number registers at its fromDomain, by its authUser', async () => {
    const registrar = createSocket('udp4')
    stack.defer(() => void registrar.close())
    const listening = once(registrar, 'listening')
    registrar.bind(0, '127.0.0.1')
    await listening
    const { port } = registrar.address()
    const proven = Promise.withResolvers<SipRequest>()
    registrar.on('message', (bytes, source) => {
      const request = parseMessage(bytes.toString('latin1'))
      if (request.kind !== 'request') return
      const isProven = header(request, 'Authorization') !== undefined
      if (isProven) proven.resolve(request)
      const copied = request.headers.filter(([name]) => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(name))
      const answer = isProven
        ? ['SIP/2.0 200 OK', `Contact: ${header(request, 'Contact')};expires=300`]
        : ['SIP/2.0 401 Unauthorized', `WWW-Authenticate: ${challengeHeader('realm', 'nonce', 'MD5')}`]
      const text = [...answer, ...copied.map(([name, value]) => `${name}: ${value}`), 'Content-Length: 0', '', '']
      registrar.send(text.join('\r\n'), source.port, source.address)
    })
    const trunk = { name: 'registrar', host: '127.0.0.1', port, externalIds: { twin: 'registrar' } }
    assert.equal((await ask('POST', '/dialwright/v1/trunks', trunk)).status, 201)
    const own = { login: 'line-60', authUser: 'auth-60', password: 'pass-60', fromDomain: 'lines.test' }
    await add('71234567060', { action: 'end' }, { providerId: 'registrar', ...own })
    const request = await proven.promise
    assert.deepEqual(
      [request.uri, parseNameAddress(header(request, 'To') ?? '').uri],
      ['sip:lines.test', 'sip:line-60@lines.test'],
    )
    const expected = { username: 'auth-60', password: 'pass-60', nonce: 'nonce', realm: 'realm' }
    assert.ok(verifyAuthorization(header(request, 'Authorization') ?? '', 'REGISTER', expected))
  })

  test('forceOutOverChannel: whoever shows the number calls over its provider with its credentials, though the dialplan leads elsewhere', async () => {
    // The box lets nobody call this person without the credentials, which its trunk here has not.
    const [shownNumber, person] = ['71234567030', '74951230028']
    const own = { login: 'dialwright', password: 'secret', forceOutOverChannel: true }
    await add(shownNumber, { action: 'end' }, { providerId: 'box', ...own })
    const made = await ask('POST', '/dialwright/v1/campaigns', {
      ...{ name: 'forced', scenario: 'desk' },
      route: { via: 'dialplan', dialplan: 'elsewhere', callerId: { mode: 'number', number: shownNumber } },
    })
    assert.equal(made.status, 201, made.text)
    const { id } = JSON.parse(made.text) as { id: string }
    const people = await ask('POST', `/dialwright/v1/campaigns/${id}/contacts`, { contacts: [{ phones: [person] }] })
    assert.ok(people.status < 300, people.text)
    const started = await ask('POST', `/dialwright/v1/campaigns/${id}/start`)
    assert.equal(started.status, 200, started.text)
    const rings = () =>
      readFileSync(join(directory, 'ledger.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): LedgerLine => JSON.parse(line))
        .filter(({ kind }) => kind === 'ring')
    await until('the provider of the number is rung', () => rings().length > 0)
    assert.deepEqual(
      rings().map(({ to, from }) => [to.replace(/\D/g, ''), from.replace(/\D/g, '')]),
      [[person, shownNumber]],
    )
  })

  test('an endpoint of the company that asks for CALL_ENDED hears of calls that come in too, as nobody’s task', async () => {
    await using receiver = await WebhookReceiver.start().then((one) => ({
      received: one.received,
      url: one.url,
      [Symbol.asyncDispose]: () => one.stop(),
    }))
    const given = { url: receiver.url, dialect: 'twin', events: ['CALL_ENDED'] }
    assert.equal((await ask('POST', '/dialwright/v1/webhookEndpoints', given)).status, 201)
    const { call } = await called('waits', '81234567002', '71234567002')
    // Calls of before end in their own time.
    const ofCall = () => receiver.received.filter(({ id }) => id === call.id)
    await until('it is told', () => ofCall().length > 0)
    assert.deepEqual(
      ofCall().map(({ event, id, taskId, isIncoming, phone, status }) => [
        ...[event, id, taskId, isIncoming, phone, status],
      ]),
      [['CALL_ENDED', call.id, null, true, caller, 'ANSWERED']],
    )
  })
})
