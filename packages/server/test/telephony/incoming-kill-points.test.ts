/** What a telephony process that dies in the middle of a call that came in leaves to the next one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { TelephonyEvent } from '@dialwright/dialer'
import { freeUdpPort } from '@dialwright/testkit'
import type { Kill, TelephonyFaultPoint } from '../../src/dialing/faults.ts'
import { openProvider } from './caller-by-hand.ts'
import { openNativeLine } from './native-line.ts'

const pollMs = 20
/** Those that a call which came in passes, and whether main has been told of its answer by then. */
const points = [
  ['after-answer-before-report', false],
  ['before-bye', true],
  ['before-end-report', true],
] as const satisfies readonly (readonly [TelephonyFaultPoint, boolean])[]

for (const [point, isTold] of points) {
  test(`killed ${point}: a call that came in is lost, its caller is freed, and nothing of it stays behind`, {
    timeout: 60_000,
  }, async (t) => {
    const kills: Kill[] = []
    const line = await openNativeLine(t, {
      sipPort: await freeUdpPort(),
      killAt: [{ victim: 'telephony', point, nth: 1 }],
      onKill: (kill) => kills.push(kill),
    })
    const { client } = line
    const provider = await openProvider(() => client.sipPort)
    t.after(() => provider.stop())
    const events: TelephonyEvent[] = []
    client.onEvent((event) => {
      events.push(event)
      if (event.type === 'answered') client.hangup(event.legId)
    })
    client.onIncoming(({ legId }) => client.answer(legId, { maxDurationMs: 30_000, recordTo: null }))
    client.admit([{ trunkId: 't', host: '127.0.0.1', port: provider.port }])
    await client.health()
    const caller = provider.ring('waits', '100')
    while (!events.some(({ type }) => type === 'ended')) await pause(pollMs)
    const ended = events.find(({ type }) => type === 'ended')
    assert.ok(ended?.type === 'ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['error', 'lost', isTold])
    assert.equal(kills.length, 1)
    while (!caller.saw().isOver) await pause(pollMs)
    while (!client.isReady || line.openLegs().length > 0) await pause(pollMs)
    // The next one is taken by the next process, without having been let in anew.
    const next = provider.ring('waits', '100')
    while (!next.saw().isOver) await pause(pollMs)
    assert.deepEqual([next.saw().status, kills.length], [200, 1])
    while (line.openLegs().length > 0) await pause(pollMs)
  })
}

test('refused, given up or hung up, a call that came in is forgotten by the journal', {
  timeout: 60_000,
}, async (t) => {
  const line = await openNativeLine(t)
  const { client } = line
  const provider = await openProvider(() => client.sipPort)
  t.after(() => provider.stop())
  let ends = 0
  client.onEvent(({ type }) => {
    if (type === 'ended') ends += 1
  })
  client.onIncoming(({ legId, to }) => {
    assert.ok(line.openLegs().includes(legId), 'written down before anybody is told')
    client.ring(legId)
    if (to === 'busy') client.reject(legId, 486)
    if (to === 'talks') client.answer(legId, { maxDurationMs: 30_000, recordTo: null })
  })
  client.admit([{ trunkId: 't', host: '127.0.0.1', port: provider.port }])
  await client.health()
  provider.ring('waits', 'busy')
  provider.ring('gives-up', 'rings')
  provider.ring('hangs-up', 'talks')
  while (ends < 3 || line.openLegs().length > 0) await pause(pollMs)
})
