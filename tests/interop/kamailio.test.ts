/**
 * Kamailio as our provider, sipp behind it as the people who call us: registration with digest, renewal, restart, refusal, strangers.
 * The telephony process alone, without a server around it.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { IncomingCall, Registration, RegistrationState, TelephonyEvent } from '@dialwright/dialer'
import { freeUdpPort, Kamailio, missingPeer } from '@dialwright/testkit'
import { pino } from 'pino'
import { systemClock } from '../../packages/server/src/adapters/system/system-clock.ts'
import { TelephonyClient } from '../../packages/server/src/adapters/telephony/telephony-client.ts'
import { until as lookUntil } from '../../packages/server/test/fixtures/server-run.ts'
import { callerName, callerPhone, ringBySipp } from './sipp-caller.ts'

const providerHost = '127.0.0.5'
const callerHost = '127.0.0.6'
const strangerHost = '127.0.0.9'
const number = '74951230001'
const password = 'right horse'
const skip = missingPeer('kamailio') ?? missingPeer('sipp') ?? false

async function openGround(t: TestContext, atMostSeconds = 60) {
  const directory = mkdtempSync(join(tmpdir(), 'kamailio-'))
  const sipPort = await freeUdpPort()
  const kamailio = await Kamailio.start({
    directory: join(directory, 'kamailio'),
    host: providerHost,
    port: await freeUdpPort(),
    password,
    atMostSeconds,
  }).catch((error: unknown) => {
    throw new Error(readFileSync(join(directory, 'kamailio', 'kamailio.log'), 'utf8').slice(-2_000), { cause: error })
  })
  const telephony = await TelephonyClient.start({
    clock: systemClock,
    log: pino({ level: 'silent' }),
    options: {
      sip: { host: '127.0.0.1', port: sipPort },
      rtpPorts: 'ephemeral',
      publicAddress: '127.0.0.1',
      journalDirectory: join(directory, 'journal'),
    },
  })
  const states: RegistrationState[] = []
  const incoming: IncomingCall[] = []
  const events: TelephonyEvent[] = []
  telephony.onRegistration((state) => states.push(state))
  telephony.onIncoming((call) => incoming.push(call))
  telephony.onEvent((event) => events.push(event))
  t.after(async () => {
    await telephony.close()
    await kamailio.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const line = (port: number, more: Partial<Registration> = {}): Registration => ({
    lineId: '019a9c00-0000-7000-8000-000000000001',
    trunk: {
      trunkId: 'trunk',
      host: providerHost,
      port,
      username: null,
      password: null,
      fromDomain: null,
      codecs: ['pcma'],
    },
    user: number,
    username: number,
    password,
    everySeconds: 600,
    ...more,
  })
  return {
    telephony,
    kamailio,
    line: (more: Partial<Registration> = {}) => line(kamailio.port, more),
    states,
    incoming,
    events,
    /** One call of sipp, from its own address. */
    ring: async (from: string, to: string, timeoutSeconds = 20) => {
      const sipp = await ringBySipp({ directory, from, user: number, to, timeoutSeconds })
      t.after(() => sipp.kill())
      return sipp
    },
    sipAddress: `127.0.0.1:${sipPort}`,
  }
}

async function until(isSo: () => boolean): Promise<void> {
  await lookUntil(String(isSo), isSo, { everyMs: 5 })
}

/** A call from behind the provider, answered by us and hung up by us. */
async function isReached(ground: Awaited<ReturnType<typeof openGround>>): Promise<IncomingCall> {
  const { telephony, incoming, events, kamailio } = ground
  const before = incoming.length
  const sipp = await ground.ring(callerHost, `${providerHost}:${kamailio.port}`)
  await until(() => incoming.length > before)
  const call = incoming[before] ?? assert.fail()
  telephony.ring(call.legId)
  telephony.answer(call.legId, { maxDurationMs: 10_000, recordTo: null })
  await until(() => events.some(({ legId, type }) => legId === call.legId && type === 'answered'))
  telephony.hangup(call.legId)
  await until(() => events.some(({ legId, type }) => legId === call.legId && type === 'ended'))
  assert.equal(await sipp.exited, 0, sipp.log())
  const ended = events.filter(({ legId, type }) => legId === call.legId && type === 'ended')
  assert.deepEqual(
    ended.map((event) => event.type === 'ended' && [event.by, event.cause, event.wasAnswered]),
    [['us', 'bye', true]],
  )
  return call
}

test('our line registers at kamailio, and whoever calls its number reaches us', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const ground = await openGround(t)
  const { telephony, states } = ground
  const line = ground.line()
  telephony.register([line])
  await until(() => states.length > 0)
  assert.deepEqual([states[0]?.state, states[0]?.sipCode], ['registered', 200])
  // It grants a minute where ten were asked for.
  const seconds = states[0]?.until?.since(states[0].at).total('seconds') ?? 0
  assert.ok(seconds > 55 && seconds <= 60, `${seconds} s`)
  const call = await isReached(ground)
  assert.deepEqual(
    [call.lineId, ...call.trunkIds, call.to, call.dialled, call.from, call.fromName],
    [line.lineId, 'trunk', number, number, callerPhone, callerName],
  )
  telephony.register([])
  await until(() => states.at(-1)?.state === 'ended')
  const unreachable = await ground.ring(callerHost, `${providerHost}:${ground.kamailio.port}`, 3)
  assert.notEqual(await unreachable.exited, 0)
  assert.match(unreachable.log(), /404 Not Registered/, 'taken back at the registrar too')
})

test('a wrong password is told in words, and nobody is reached', { skip, timeout: 120_000 }, async (t) => {
  const { telephony, states, line } = await openGround(t)
  telephony.register([line({ password: 'wrong' })])
  await until(() => states.length > 0)
  assert.deepEqual([states[0]?.state, states[0]?.sipCode, states[0]?.until], ['refused', 401, null])
  assert.match(states[0]?.message ?? '', /Wrong login or password: 127\.0\.0\.5:\d+ .*"74951230001"/)
  // Mended, it is registered.
  telephony.register([line()])
  await until(() => states.at(-1)?.state === 'registered')
})

test('a time that kamailio makes shorter is kept to, and after its restart we are registered again', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const ground = await openGround(t, 3)
  const { telephony, states, kamailio } = ground
  telephony.register([ground.line()])
  await until(() => states.length >= 3)
  for (const [index, state] of states.entries()) {
    assert.equal(state.state, 'registered')
    const next = states[index + 1]
    if (next !== undefined && state.until !== null)
      assert.ok(Temporal.Instant.compare(next.at, state.until) < 0, 'renewed before it ran out')
  }
  await kamailio.stop()
  const before = states.length
  await kamailio.start()
  await until(() => states.length > before && states.at(-1)?.state === 'registered')
  await isReached(ground)
})

test('a stranger hears nothing at all; the same caller is answered once it is let in', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const ground = await openGround(t)
  const { telephony, incoming, states } = ground
  telephony.register([ground.line()])
  await until(() => states.length > 0)
  const stranger = await ground.ring(strangerHost, ground.sipAddress, 3)
  assert.notEqual(await stranger.exited, 0)
  assert.match(stranger.log(), /message sent[\s\S]*INVITE sip:/)
  assert.doesNotMatch(stranger.log(), /message received/)
  assert.equal(incoming.length, 0)
  telephony.admit([{ trunkId: 'theirs', host: strangerHost, port: 5060 }])
  telephony.onIncoming(({ legId }) => telephony.answer(legId, { maxDurationMs: 300, recordTo: null }))
  const friend = await ground.ring(strangerHost, ground.sipAddress)
  assert.equal(await friend.exited, 0, friend.log())
  assert.deepEqual(
    incoming.map(({ trunkIds, lineId }) => [...trunkIds, lineId]),
    [['theirs', null]],
  )
})
