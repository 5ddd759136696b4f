/**
 * The promise of `Telephony`, as tests that every adapter runs over a ground of its own: real sockets and processes on one,
 * a virtual clock on the other.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { bridges } from './telephony-bridge.conformance.ts'
import {
  farEndIsFree,
  msBetween,
  type Promised,
  patienceMs,
  place,
  promisedOver,
  type TelephonyGround,
} from './telephony-ground.conformance.ts'
import { inbound } from './telephony-inbound.conformance.ts'
import { processEnds } from './telephony-process.conformance.ts'
import { sound } from './telephony-sound.conformance.ts'

/** Registers the suite. Tests that end the process behind the port have a ground of their own each; so does every other. */
export function telephonyConformance(openGround: (context: TestContext) => Promise<TelephonyGround>): void {
  const promise = promisedOver(openGround)
  calls(promise)
  sound(promise)
  bridges(promise)
  processEnds(promise)
  inbound(promise)
}

function calls(promise: Promised): void {
  promise('a call that we hang up: events in order, one end, the far end free, nothing left', async (ground) => {
    const call = await place(ground, 'answers')
    await call.until('answered')
    ground.telephony.hangup(call.legId)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['us', 'bye', true])
    await farEndIsFree(ground, call)
    ground.telephony.hangup(call.legId)
    ground.telephony.play(call.legId, 'late', ['sentence'])
    assert.equal((await ground.settle(ground.telephony.health())).calls, 0)
    assert.deepEqual(
      call.events.map((event) => event.seq),
      call.events.map((_, index) => index + 1),
    )
    assert.equal(
      call.events.findIndex((event) => event.type === 'ended'),
      call.events.length - 1,
    )
    assert.ok(call.events.some((event) => event.type === 'ringing'))
  })

  promise('refusals carry their status and cause', async (ground) => {
    const [busy, absent] = [await place(ground, 'busy'), await place(ground, 'absent')]
    const ends = [await busy.until('ended'), await absent.until('ended')]
    assert.deepEqual(
      ends.map(({ by, cause, wasAnswered, sip }) => [by, cause, wasAnswered, sip.code, sip.q850]),
      [
        ['callee', 'response', false, 486, null],
        ['callee', 'response', false, 480, 20],
      ],
    )
  })

  promise('ringing ends at its limit, and the far end stops ringing', async (ground) => {
    const call = await place(ground, 'rings', { ringTimeoutMs: 800 })
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['timeout', 'ring-timeout', false])
    await farEndIsFree(ground, call)
  })

  promise('a hang-up before the answer takes the call back', async (ground) => {
    const call = await place(ground, 'rings')
    await call.until('ringing')
    ground.telephony.hangup(call.legId)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered, ended.talkMs], ['us', 'cancelled', false, 0])
    await farEndIsFree(ground, call)
  })

  promise(
    'a trunk without a single reply is no ringing phone, and keeps nobody waiting beyond the limit',
    async (ground) => {
      const [left, taken] = [await place(ground, 'silent', { ringTimeoutMs: 800 }), await place(ground, 'silent')]
      const ended = await left.until('ended')
      assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['timeout', 'no-response', false])
      ground.telephony.hangup(taken.legId)
      const takenBack = await taken.until('ended')
      assert.deepEqual([takenBack.by, takenBack.cause], ['us', 'cancelled'])
      assert.equal((await ground.settle(ground.telephony.health())).calls, 0)
    },
  )

  promise('the far end hangs up', async (ground) => {
    const call = await place(ground, 'hangs-up')
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['callee', 'bye', true])
  })

  promise('no call lasts longer than it may', async (ground) => {
    const call = await place(ground, 'answers', { maxDurationMs: 700 })
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['timeout', 'max-duration', true])
    await farEndIsFree(ground, call)
  })

  promise('a leg id is dialled once: refused while it lives, and after', async (ground) => {
    const call = await place(ground, 'answers')
    await call.until('answered')
    await assert.rejects(ground.settle(ground.telephony.originate(call.request)), { code: 'TELEPHONY_LEG_SEEN' })
    ground.telephony.hangup(call.legId)
    await call.until('ended')
    await assert.rejects(ground.settle(ground.telephony.originate(call.request)), { code: 'TELEPHONY_LEG_SEEN' })
    await farEndIsFree(ground, call)
    assert.equal(ground.seen(call.legId).rings, 1)
    assert.equal(call.events.filter((event) => event.type === 'ended').length, 1)
  })

  promise('what is said about a leg that nobody knows changes nothing', async (ground) => {
    const { telephony } = ground
    telephony.hangup('nobody')
    telephony.play('nobody', 'p', ['sentence'])
    telephony.stop('nobody', 'p')
    telephony.sendDtmf('nobody', '1')
    assert.equal((await ground.settle(telephony.health())).calls, 0)
  })

  promise('taken back while it rings, a call ends in seconds even when the far end never says so', async (ground) => {
    const [left, taken] = [await place(ground, 'rings-on', { ringTimeoutMs: 500 }), await place(ground, 'rings-on')]
    const ringing = await taken.until('ringing')
    ground.telephony.hangup(taken.legId)
    const [takenEnd, leftEnd] = [await taken.until('ended'), await left.until('ended')]
    assert.deepEqual([takenEnd.by, takenEnd.cause, takenEnd.wasAnswered], ['us', 'cancelled', false])
    assert.deepEqual([leftEnd.by, leftEnd.cause, leftEnd.wasAnswered], ['timeout', 'ring-timeout', false])
    assert.ok(msBetween(ringing, takenEnd) < patienceMs, `${msBetween(ringing, takenEnd)} ms after the hang-up`)
    assert.ok(msBetween(ringing, leftEnd) < 500 + patienceMs, `${msBetween(ringing, leftEnd)} ms`)
  })

  promise('a call that we hang up ends in seconds even when the far end does not answer the BYE', async (ground) => {
    const call = await place(ground, 'stays')
    const answered = await call.until('answered')
    ground.telephony.hangup(call.legId)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['us', 'bye', true])
    assert.ok(msBetween(answered, ended) < patienceMs, `${msBetween(answered, ended)} ms`)
  })
}
