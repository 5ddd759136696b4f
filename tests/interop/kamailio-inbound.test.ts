/**
 * A number added through TWIN24's API registers at kamailio by itself; sipp behind kamailio calls it, and the bot answers. The whole
 * product: keys, recording and both hooks included. Sipp has the signalling, a socket of ours the sound.
 */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freeUdpPort, Kamailio, missingPeer, runPeer } from '@dialwright/testkit'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { makeTemporaryDirectory } from '../../packages/server/src/demo/temporary-directory.ts'
import { WebhookReceiver } from '../../packages/server/src/demo/webhook-receiver.ts'
import { ServerRun, until } from '../../packages/server/test/fixtures/server-run.ts'

const providerHost = '127.0.0.7'
const callerHost = '127.0.0.8'
const [number, login, password] = ['71234567001', '74951230001', 'right horse']
const shared = 'bce7d22e-dde6-4427-b391-ebbdfda44de6'
const token = 'dw_incoming_token_0123456789'
const telephony = '/cis/api/v1/telephony'
const skip = missingPeer('kamailio') ?? missingPeer('sipp') ?? false

/** @param soundPort  Where the caller hears. */
const call = (soundPort: number) => `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="calls and waits for the end">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: "Anna" <sip:79990001122@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:79990001122@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio ${soundPort} RTP/AVP 8 101
    a=rtpmap:101 telephone-event/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    [routes]
    From: "Anna" <sip:79990001122@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv request="BYE"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
`

/** A caller's ear and finger: once half a second of sound has come, it presses 1 (RFC 4733 §2.3), three ends as the RFC has it. */
async function openEar() {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, callerHost)
  await listening
  let packets = 0
  socket.on('message', (_, from) => {
    packets += 1
    if (packets !== 25) return
    for (let n = 0; n < 6; n += 1) {
      const event = Buffer.alloc(16)
      event.writeUInt32BE(0x80650000 + n, 0)
      event.writeUInt32BE(8_000, 4)
      event.writeUInt32BE(7, 8)
      event[12] = 1
      event[13] = n >= 3 ? 0x8a : 0x0a
      event.writeUInt16BE(Math.min(n + 1, 4) * 240, 14)
      socket.send(event, from.port, from.address)
    }
  })
  return {
    port: socket.address().port,
    heard: () => packets,
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

test('a number added through the API registers at kamailio, is called from behind it, and is registered again after its restart', {
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
  const menu = { id: 'ask', type: 'menu', audio: '/prompts/en/goodbye.wav', timeoutSeconds: 5, repeats: 0 }
  const document = {
    workspace: { name: 'Incoming', timeZone: 'Europe/Moscow', country: 'RU' },
    tokens: [{ name: 'test', value: token, role: 'owner' }],
    trunks: [{ name: 'kamailio', host: providerHost, port: kamailio.port, externalIds: { twin: shared } }],
    scenarios: [
      {
        ...{ name: 'desk', language: 'en', externalIds: { twin: shared } },
        startBlocks: [{ id: 'main', name: 'main', next: 'ask', parameters: [] }],
        blocks: [
          { ...menu, keys: { 1: 'yes' }, noInput: 'end', noMatch: 'end' },
          { id: 'yes', type: 'mark', goal: 'pressed', next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    ],
  }
  writeFileSync(provisionFile, JSON.stringify(document))
  const server = ServerRun.start(demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }))
  stack.defer(async () => void (await server.stop()))
  const address = await server.ready()
  const ask = async (path: string, body?: object) => {
    const response = await fetch(address + path, {
      method: body === undefined ? 'GET' : 'POST',
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
  type Rule = { number: string; registration: { state: string; until: string | null; message: string } }
  const registration = async (of: string) => {
    const { items }: { items: Rule[] } = JSON.parse(await ask(`${telephony}/incomingRules?keyword=${of}`))
    return items[0]?.registration
  }
  const connection = { providerId: shared, numberAsDid: true, login, password, forceOutOverChannel: true }
  const added = await ask(`${telephony}/incomingRules/create/batch`, {
    incomingCallsOptions: {
      ...{ action: 'robot', botId: shared, cidAsName: 'default', cidAsNumber: 'default', reserveAction: 'default' },
      ...{ reserveActionData: null, reserveCidAsName: 'original', reserveCidAsNumber: 'original' },
    },
    notificationOptions: { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] },
    webhookUrls: [hooks.url],
    names: ['Линия', 'Чужая'],
    numbers: [number, '71234567002'],
    connectionOptionsList: [connection, { ...connection, login: '74951230002', password: 'wrong' }],
  })
  assert.equal(added, '')
  await until('it is registered', async () => (await registration(number))?.state === 'registered')
  await until('the wrong one is refused', async () => (await registration('71234567002'))?.state === 'refused')
  assert.match((await registration('71234567002'))?.message ?? '', /Wrong login or password/)

  const reach = async (): Promise<void> => {
    await using ear = await openEar()
    const told = hooks.received.length
    const file = join(directory, `call-${ear.port}.xml`)
    const log = join(directory, `call-${ear.port}.log`)
    writeFileSync(file, call(ear.port))
    const sipp = runPeer(
      'sipp',
      [
        ...['-sf', file, '-s', login, '-i', callerHost, '-p', String(await freeUdpPort()), '-m', '1', '-nostdin'],
        ...[
          '-timeout',
          '20s',
          '-timeout_error',
          '-trace_msg',
          '-message_file',
          log,
          `${providerHost}:${kamailio.port}`,
        ],
      ],
      directory,
    )
    assert.equal(await sipp.exited, 0, readFileSync(log, 'utf8').slice(-3_000))
    assert.ok(ear.heard() >= 25, `${ear.heard()} packets of sound`)
    await until('both hooks', () => hooks.received.length >= told + 2)
    const [robot, whole] = hooks.received.slice(told)
    assert.deepEqual(
      [robot, whole].map((hook) => [hook?.event, hook?.number, hook?.phone, hook?.keys, hook?.dialogResult]),
      [
        ['INCOMING_ROBOT_ENDED', number, '79990001122', '1', 'pressed'],
        ['INCOMING_CALL_ENDED', number, '79990001122', '1', 'pressed'],
      ],
    )
    assert.ok(
      statSync(join(directory, 'data', 'recordings', String(whole?.recordPath))).size > 4_000,
      'it was recorded',
    )
  }
  await reach()
  await kamailio.stop()
  await kamailio.start()
  // It grants three seconds: one that lasts longer than that from now on was granted after the restart.
  const after = Temporal.Now.instant().add({ seconds: 4 })
  await until('it is registered again', async () => {
    const { state, until: lasts } = (await registration(number)) ?? {}
    return state === 'registered' && lasts != null && Temporal.Instant.compare(Temporal.Instant.from(lasts), after) > 0
  })
  await reach()
})
