/** What a telephony process that dies leaves to the next one, when its legs had been told as ended already. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TelephonyEvent } from '@dialwright/dialer'
import { until } from '../fixtures/server-run.ts'
import { type FarEndByHand, type HandKind, handKinds, openFarEnd } from './far-end-by-hand.ts'
import { openNativeLine } from './native-line.ts'

/** A call to a far end by hand that we hang up at the first event of this type, or at once; resolves when the leg has ended. */
async function withdraw(
  t: TestContext,
  kind: HandKind,
  at: TelephonyEvent['type'] | null,
): Promise<{
  readonly legId: string
  readonly farEnd: FarEndByHand
  /** Kills the telephony process and waits for the next one. */
  readonly crash: () => Promise<void>
  readonly journal: () => string[]
}> {
  const farEnd = await openFarEnd(0)
  t.after(() => farEnd.stop())
  const { client, trunk, openLegs } = await openNativeLine(t)
  const legId = crypto.randomUUID()
  const ended = new Promise<void>((resolve) => {
    client.onEvent((event) => {
      if (event.type === at) client.hangup(legId)
      if (event.type === 'ended') resolve()
    })
  })
  await client.originate({
    legId,
    sipCallId: legId,
    trunk: trunk(farEnd.port),
    to: `7495${handKinds[kind]}`,
    from: '79996662211',
    ringTimeoutMs: 20_000,
    maxDurationMs: 30_000,
    recordTo: null,
  })
  await farEnd.until(legId, 'INVITE')
  if (at === null) client.hangup(legId)
  await ended
  return {
    legId,
    farEnd,
    journal: openLegs,
    crash: async () => {
      process.kill(client.processId ?? 0, 'SIGKILL')
      await until('the process has gone', () => !client.isReady)
      await until('the next one is there', () => client.isReady)
    },
  }
}

test('an INVITE without a reply is taken back by the next process, and an answer that comes then is ended', async (t) => {
  const { legId, farEnd, crash, journal } = await withdraw(t, 'silent', null)
  assert.deepEqual(journal(), [legId])
  assert.deepEqual(farEnd.methodsOf(legId), ['INVITE'])
  await crash()
  await farEnd.until(legId, 'CANCEL')
  // The phone was picked up all the same: nobody may be left listening to silence.
  farEnd.reply(await farEnd.until(legId, 'INVITE'), '200 OK', farEnd.sdp)
  await farEnd.until(legId, 'ACK')
  farEnd.reply(await farEnd.until(legId, 'BYE'), '200 OK')
  farEnd.reply(await farEnd.until(legId, 'CANCEL'), '200 OK')
  await until('the journal is empty', () => journal().length === 0)
})

test('a call that was answered while it was taken back is ended by the next process', async (t) => {
  const { legId, farEnd, crash, journal } = await withdraw(t, 'crosses', 'ringing')
  await farEnd.until(legId, 'BYE')
  assert.deepEqual(journal(), [legId])
  const before = farEnd.methodsOf(legId).length
  await crash()
  await until('the next process says BYE', () => farEnd.methodsOf(legId).slice(before).includes('BYE'))
  assert.ok(!farEnd.methodsOf(legId).slice(before).includes('CANCEL'), 'a CANCEL takes no answered call back')
})

test('a BYE without an answer is said again by the next process; one that was answered is not', async (t) => {
  const { legId, farEnd, crash, journal } = await withdraw(t, 'stays', 'answered')
  assert.deepEqual(journal(), [legId])
  await crash()
  await until('BYE is said again', () => farEnd.methodsOf(legId).filter((method) => method === 'BYE').length >= 2)
  const last = farEnd.requests.findLast(({ method }) => method === 'BYE') ?? assert.fail()
  farEnd.reply(last, '200 OK')
  await until('the journal is empty', () => journal().length === 0)
})

test('an INVITE that was refused is forgotten with its refusal', async (t) => {
  const { legId, farEnd, journal } = await withdraw(t, 'silent', null)
  assert.deepEqual(journal(), [legId])
  farEnd.reply(await farEnd.until(legId, 'INVITE'), '486 Busy Here')
  await farEnd.until(legId, 'ACK')
  await until('the journal is empty', () => journal().length === 0)
})
