import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Kill, telephonyFaultPoints } from '../../src/dialing/faults.ts'
import { until } from '../fixtures/server-run.ts'
import { callOnce, openNativeLine } from './native-line.ts'

/** Answers and says nothing. */
const listener = '74955550002'
/** Points at which main has been told of no answer. */
const unheard = new Set(['before-invite-sent', 'after-journal-written', 'after-invite-sent', 'before-answer-acked'])

/** As in production: the next process has the port of the one that died, so that what the far end repeats still arrives. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  const { port } = socket.address()
  const closed = once(socket, 'close')
  socket.close()
  await closed
  return port
}

for (const point of telephonyFaultPoints) {
  test(`killed ${point}: its leg is lost, the next process leaves nobody on the line and is not killed again`, {
    timeout: 120_000,
  }, async (t) => {
    const kills: Kill[] = []
    const line = await openNativeLine(t, {
      sipPort: await freePort(),
      killAt: [{ victim: 'telephony', point, nth: 1 }],
      onKill: (kill) => kills.push(kill),
    })
    const legId = crypto.randomUUID()
    const ended = await callOnce(line, listener, { legId })
    assert.deepEqual([ended.by, ended.cause], ['error', 'lost'])
    if (unheard.has(point)) assert.equal(ended.wasAnswered, false)
    assert.deepEqual(kills, [{ victim: 'telephony', point, nth: 1 }])
    await until('the next process is there', () => line.client.isReady)
    const kindsOf = (id: string): string[] =>
      line
        .ledger()
        .filter(({ callId }) => callId === id)
        .map(({ kind }) => kind)
    // The same point once more, in the life of the next process.
    const next = crypto.randomUUID()
    assert.equal((await callOnce(line, listener, { legId: next })).cause, 'bye')
    // The far end writes that it ended after we have been told.
    await until('the next call has ended at the carrier', () => kindsOf(next).at(-1) === 'ended')
    assert.deepEqual(kindsOf(next), ['ring', 'answered', 'ended'])
    const isSent = !['before-invite-sent', 'after-journal-written'].includes(point)
    if (isSent) await until('the lost call has ended at the carrier', () => kindsOf(legId).at(-1) === 'ended')
    assert.equal(kindsOf(legId).filter((kind) => kind === 'ring').length, isSent ? 1 : 0)
    await until('the journal is empty', () => line.openLegs().length === 0)
    assert.equal(kills.length, 1)
  })
}
