/**
 * Numbers added through TWIN24's API register at kamailio by themselves; sipp behind kamailio calls them, and the bot answers. The whole
 * product: keys, recording and both hooks included, a wrong password, renewal, restart, a stranger. Sipp has the signalling, a socket of
 * ours the sound.
 */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertHeard, assertNotHeard, freeUdpPort, Kamailio, missingPeer } from '@dialwright/testkit'
import { readWav } from '../../packages/server/src/audio/wav.ts'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { WebhookReceiver } from '../../packages/server/src/demo/webhook-receiver.ts'
import { ServerRun, until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { openEar } from './caller-ear.ts'
import { callerPhone, ringBySipp } from './sipp-caller.ts'
import { readStereo } from './stereo.ts'

const providerHost = '127.0.0.7'
const callerHost = '127.0.0.8'
const strangerHost = '127.0.0.9'
const password = 'right horse'
const first = { number: '71234567001', login: '74951230001' }
const mended = { number: '71234567002', login: '74951230002' }
const shared = 'bce7d22e-dde6-4427-b391-ebbdfda44de6'
const token = 'dw_incoming_token_0123456789'
const telephony = '/cis/api/v1/telephony'
/** The first second of what the bot asks, and of what its caller says. */
const [question, voice] = ['confirm-menu', 'declined'].map((name) => {
  const file = new URL(`../../packages/server/assets/audio/prompts/en/${name}.wav`, import.meta.url)
  return readWav(readFileSync(file)).samples.subarray(0, 6_400)
}) as [Int16Array, Int16Array]
const skip = missingPeer('kamailio') ?? missingPeer('sipp') ?? false

function assertHolds(recording: Int16Array, sound: Int16Array, other: Int16Array, what: string): void {
  assertHeard(recording, sound, what)
  assertNotHeard(recording, other, `${what}, the other sound`)
}

test('numbers added through the API register at kamailio and stay so, are called from behind it, and not by a stranger', {
  skip,
  timeout: 120_000,
}, async () => {
  await using stack = new AsyncDisposableStack()
  const directory = await makeTemporaryDirectory('kamailio-')
  stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }))
  const kamailio = await Kamailio.start({
    ...{ directory: join(directory, 'kamailio'), host: providerHost, port: await freeUdpPort(), password },
    atMostSeconds: 3,
  })
  stack.defer(() => kamailio.stop())
  const hooks = await WebhookReceiver.start()
  stack.defer(() => hooks.stop())
  const provisionFile = join(directory, 'provisioning.json')
  const menu = { id: 'ask', type: 'menu', audio: '/prompts/en/confirm-menu.wav', timeoutSeconds: 5, repeats: 0 }
  const document = {
    workspace: { name: 'Incoming', timeZone: 'Europe/Moscow', country: 'RU' },
    tokens: [{ name: 'test', value: token, role: 'owner' }],
    trunks: [{ name: 'kamailio', host: providerHost, port: kamailio.port, externalIds: { twin: shared } }],
    scenarios: [
      {
        ...{ name: 'desk', language: 'en', externalIds: { twin: shared } },
        startBlocks: [{ id: 'main', name: 'main', next: 'ask', parameters: [] }],
        blocks: [
          { ...menu, keys: { 1: 'yes', 2: 'no' }, noInput: 'end', noMatch: 'end' },
          { id: 'yes', type: 'mark', goal: 'agreed', next: 'end' },
          { id: 'no', type: 'mark', goal: 'declined', next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    ],
  }
  writeFileSync(provisionFile, JSON.stringify(document))
  const server = ServerRun.start(demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }))
  stack.defer(async () => void (await server.stop()))
  const address = await server.ready()
  const ask = async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => {
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
    return text
  }
  type Rule = { id: string; registration: { state: string; until: string | null; message: string } }
  const ruleOf = async ({ number }: typeof first): Promise<Rule> => {
    const { items }: { items: Rule[] } = JSON.parse(await ask('GET', `${telephony}/incomingRules?keyword=${number}`))
    return items[0] ?? assert.fail(`no rule of ${number}`)
  }
  /** Registered, with a binding that lasts beyond `instant`. */
  const isRegistered = async (line: typeof first, instant = Temporal.Instant.fromEpochMilliseconds(0)) => {
    const { state, until: lasts } = (await ruleOf(line)).registration
    return state === 'registered' && lasts !== null && Temporal.Instant.compare(lasts, instant) > 0
  }
  const reach = async ({ number, login }: typeof first, key: 1 | 2): Promise<void> => {
    await using ear = await openEar(callerHost, voice, key)
    const told = hooks.received.length
    const to = `${providerHost}:${kamailio.port}`
    const sipp = await ringBySipp({ directory, from: callerHost, user: login, to, soundPort: ear.port })
    stack.defer(() => sipp.kill())
    assert.equal(await sipp.exited, 0, sipp.log().slice(-3_000))
    assertHolds(ear.heard(), question, voice, 'the caller hears the bot')
    await until('both hooks', () => hooks.received.length >= told + 2)
    const goal = key === 1 ? 'agreed' : 'declined'
    const [robot, whole, ...more] = hooks.received.slice(told)
    assert.deepEqual(more, [])
    assert.deepEqual(
      [robot, whole].map((hook) => [hook?.event, hook?.number, hook?.phone, hook?.keys, hook?.dialogResult]),
      [
        ['INCOMING_ROBOT_ENDED', number, callerPhone, String(key), goal],
        ['INCOMING_CALL_ENDED', number, callerPhone, String(key), goal],
      ],
    )
    const fetched = await fetch(`${address}${whole?.recordPath}`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(fetched.status, 200, String(whole?.recordPath))
    const { them, us } = readStereo(Buffer.from(await fetched.arrayBuffer()))
    assertHolds(us, question, voice, 'the bot is recorded')
    assertHolds(them, voice, question, 'the caller is recorded')
  }

  const connection = { providerId: shared, numberAsDid: true, login: first.login, password, forceOutOverChannel: true }
  const added = await ask('POST', `${telephony}/incomingRules/create/batch`, {
    incomingCallsOptions: {
      ...{ action: 'robot', botId: shared, cidAsName: 'default', cidAsNumber: 'default', reserveAction: 'default' },
      ...{ reserveActionData: null, reserveCidAsName: 'original', reserveCidAsNumber: 'original' },
    },
    notificationOptions: { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] },
    webhookUrls: [hooks.url],
    names: ['Линия', 'Чужая'],
    numbers: [first.number, mended.number],
    connectionOptionsList: [connection, { ...connection, login: mended.login, password: 'wrong' }],
  })
  assert.equal(added, '')
  await until('it is registered', () => isRegistered(first))
  await until('the wrong one is refused', async () => (await ruleOf(mended)).registration.state === 'refused')
  assert.match((await ruleOf(mended)).registration.message, /Wrong login or password/)

  // Kamailio forgets after three seconds whoever has not come again: two bindings later it is reached all the same.
  const granted = Temporal.Instant.from((await ruleOf(first)).registration.until ?? assert.fail('no end'))
  await until('it is renewed twice', () => isRegistered(first, granted.add({ seconds: 3 })))
  await reach(first, 1)

  await ask('PATCH', `${telephony}/incomingRules/${(await ruleOf(mended)).id}`, { connectionOptions: { password } })
  await until('with its right password it is registered', () => isRegistered(mended))
  await reach(mended, 2)

  const { network } = JSON.parse(await ask('GET', '/dialwright/v1/system')) as { network: { sip: { port: number } } }
  const storedCalls = async (): Promise<number> =>
    (JSON.parse(await ask('GET', '/dialwright/v1/calls?direction=in')) as { items: unknown[] }).items.length
  assert.equal(await storedCalls(), 2)
  const stranger = await ringBySipp({
    ...{ directory, from: strangerHost, user: first.number, to: `127.0.0.1:${network.sip.port}`, timeoutSeconds: 3 },
  })
  stack.defer(() => stranger.kill())
  assert.notEqual(await stranger.exited, 0)
  assert.match(stranger.log(), /message sent[\s\S]*INVITE sip:/)
  assert.doesNotMatch(stranger.log(), /message received/)
  assert.equal(await storedCalls(), 2, 'nothing is kept of a stranger')

  await kamailio.stop()
  await kamailio.start()
  // A binding that lasts longer than three seconds from now on was granted after the restart.
  const after = Temporal.Now.instant().add({ seconds: 4 })
  await until('it is registered again', () => isRegistered(first, after))
  await reach(first, 2)
})
