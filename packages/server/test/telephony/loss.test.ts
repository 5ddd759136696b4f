import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startRelay } from '@dialwright/carrier'
import { classifyEnd, type TelephonyEvent } from '@dialwright/dialer'
import { SeededRandom } from '@dialwright/testkit'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { openNativeLine } from './native-line.ts'

const calls = 1_000
const callsPerSecond = 50
const seed = 20_261_121
/** 64*T1 = 32 s is the life of the last transaction after the last BYE; the issue allows 40. */
const restMs = 40_000
const expected: Readonly<Record<string, string>> = {
  '02': 'answered',
  '10': 'busy',
  '12': 'rejected',
  '14': 'unreachable',
  '18': 'answered',
}
const personas = Object.keys(expected)

test(`${calls} calls through 5 % loss each way, doubles and overtaking: one end each, one ring each, and nothing left behind`, {
  timeout: 180_000,
}, async (t) => {
  const weather = { loss: 0.05, duplicate: 0.03, reorder: 0.05, delayMs: 20 }
  const line = await openNativeLine(t, { seed })
  const { client } = line
  const relay = await startRelay({
    ...weather,
    address: '127.0.0.1',
    port: 0,
    target: { address: '127.0.0.1', port: line.carrierPort },
    clock: systemClock,
    random: new SeededRandom(seed),
  })
  t.after(() => relay.stop())
  const descriptors = (): number => readdirSync(`/proc/${client.processId}/fd`).length
  const descriptorsBefore = descriptors()

  const ends = new Map<string, Extract<TelephonyEvent, { type: 'ended' }>[]>()
  let ended = 0
  let wake = (): void => {}
  client.onEvent((event) => {
    if (event.type === 'answered') client.hangup(event.legId)
    if (event.type !== 'ended') return
    ends.get(event.legId)?.push(event)
    ended += 1
    wake()
  })
  const personaOf = new Map<string, string>()
  for (let n = 0; n < calls; n += 1) {
    const legId = crypto.randomUUID()
    const persona = personas[n % personas.length] ?? ''
    ends.set(legId, [])
    personaOf.set(legId, persona)
    await client.originate({
      legId,
      sipCallId: legId,
      trunk: line.trunk(relay.port),
      to: `7495${String(n).padStart(5, '0')}${persona}`,
      from: '79996662211',
      ringTimeoutMs: 20_000,
      maxDurationMs: 30_000,
      recordTo: null,
    })
    await pause(1_000 / callsPerSecond)
  }
  while (ended < calls)
    await new Promise<void>((resolve) => {
      wake = resolve
    })

  let health = await client.health()
  const restUntil = performance.now() + restMs
  while (health.calls + health.transactions + health.ports > 0 && performance.now() < restUntil) {
    await pause(250)
    health = await client.health()
  }
  assert.deepEqual({ ...health, wheelLateMs: 0 }, { calls: 0, transactions: 0, ports: 0, wheelLateMs: 0 })
  assert.equal(descriptors(), descriptorsBefore, 'descriptors of the telephony process')

  const { lost, passed, doubled, heldBack } = relay.counts
  // Without bad weather all of the above would be easy.
  assert.ok(lost > 0.04 * (lost + passed), `${lost} lost of ${lost + passed}`)
  assert.ok(doubled > 0.02 * passed && heldBack > 0.04 * passed, `${doubled} doubled, ${heldBack} held back`)
  const ledger = line.ledger()
  const rings = ledger.filter(({ kind }) => kind === 'ring').map(({ callId }) => callId)
  assert.equal(new Set(rings).size, rings.length, 'somebody was rung twice')
  const open = new Set(rings)
  for (const { kind, callId } of ledger) if (kind === 'ended') open.delete(callId)
  assert.deepEqual([...open], [], 'legs that the carrier still holds')
  let failures = 0
  for (const [legId, events] of ends) {
    assert.equal(events.length, 1, `${legId} ended ${events.length} times`)
    const [end] = events
    assert.ok(end !== undefined)
    const { disposition } = classifyEnd(end)
    // Whoever hangs up at once may do so before we have heard the answer: it is a call all the same.
    if (disposition !== expected[personaOf.get(legId) ?? '']) failures += 1
  }
  t.diagnostic(
    `${rings.length} rings of ${calls} calls, ${failures} ended otherwise than the callee meant; ${lost} of ${lost + passed} datagrams lost`,
  )
  assert.ok(failures <= calls / 100, `${failures} calls ended otherwise than the callee meant`)
})
