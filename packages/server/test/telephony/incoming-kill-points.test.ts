/** What a telephony process that dies in the middle of a call that came in leaves to the next one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelephonyEvent } from '@dialwright/dialer'
import { freeUdpPort } from '@dialwright/testkit'
import type { Kill, TelephonyFaultPoint } from '../../src/dialing/faults.ts'
import { until } from '../fixtures/server-run.ts'
import { openProvider } from './caller-by-hand.ts'
import { openNativeLine } from './native-line.ts'

/** Those that a call which came in passes, and whether main has been told of its answer by then. */
const points = [
  ['after-answer-before-report', false],
  ['before-bye', true],
  ['before-end-report', true],
] as const satisfies readonly (readonly [TelephonyFaultPoint, boolean])[]

for (const [point, isTold] of points) {
  test(`killed ${point}: a call that came in is lost, its caller is freed, and nothing of it stays behind`, {
    timeout: 120_000,
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
    await until('main is told of its end', () => events.some(({ type }) => type === 'ended'))
    const ended = events.find(({ type }) => type === 'ended')
    assert.ok(ended?.type === 'ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['error', 'lost', isTold])
    assert.equal(kills.length, 1)
    await until('the caller is freed', () => caller.saw().isOver)
    await until('the next process is there, and no leg', () => client.isReady && line.openLegs().length === 0)
    // The next one is taken by the next process, without having been let in anew.
    const next = provider.ring('waits', '100')
    await until('the next call is over', () => next.saw().isOver)
    assert.deepEqual([next.saw().status, kills.length], [200, 1])
    await until('the journal is empty', () => line.openLegs().length === 0)
  })
}

test('refused, given up or hung up, a call that came in is forgotten by the journal', {
  timeout: 120_000,
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
  await until('three ends and an empty journal', () => ends >= 3 && line.openLegs().length === 0)
})
