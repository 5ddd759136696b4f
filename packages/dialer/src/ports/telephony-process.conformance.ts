/** The process behind the `Telephony` port: its death, its drain and its close, under live calls. */
import assert from 'node:assert/strict'
import {
  behindDeadlineMs,
  type Ended,
  farEndIsFree,
  longSpeech,
  msBetween,
  type Promised,
  place,
  sentence,
} from './telephony-ground.conformance.ts'

export function processEnds(promise: Promised): void {
  promise(
    'the process behind the port dies: its legs are lost, nobody stays on the line, new calls work',
    async (ground) => {
      const { telephony } = ground
      const [talking, ringing] = [await place(ground, 'answers'), await place(ground, 'rings')]
      await talking.until('answered')
      await ringing.until('ringing')
      let endedBefore = 0
      telephony.onLost(() => {
        endedBefore = [talking, ringing].filter(({ events }) => events.at(-1)?.type === 'ended').length
      })
      await ground.kill()
      assert.equal(endedBefore, 2, 'legs end before the loss is told')
      const ends: Ended[] = [await talking.until('ended'), await ringing.until('ended')]
      assert.deepEqual(
        ends.map(({ by, cause, wasAnswered }) => [by, cause, wasAnswered]),
        [
          ['error', 'lost', true],
          ['error', 'lost', false],
        ],
      )
      assert.equal(telephony.isReady, false)
      await assert.rejects(ground.settle(telephony.health()), { code: 'TELEPHONY_LOST' })
      await assert.rejects(ground.settle(telephony.originate({ ...talking.request, legId: crypto.randomUUID() })), {
        code: 'TELEPHONY_LOST',
      })
      while (!telephony.isReady) await ground.changed()
      await farEndIsFree(ground, talking)
      const next = await place(ground, 'hangs-up')
      assert.equal((await next.until('ended')).wasAnswered, true)
    },
  )

  promise('a drain takes no new calls and ends the others at its deadline', async (ground) => {
    const call = await place(ground, 'answers')
    await call.until('answered')
    const drained = ground.telephony.drain(600)
    await assert.rejects(ground.settle(ground.telephony.originate({ ...call.request, legId: crypto.randomUUID() })), {
      code: 'TELEPHONY_LOST',
    })
    assert.equal(ground.telephony.isReady, false)
    assert.equal((await call.until('ended')).wasAnswered, true)
    await ground.settle(drained)
    await farEndIsFree(ground, call)
  })

  promise(
    'a drain ends at its deadline whatever is said, rung or left unanswered, and tells each end',
    async (ground) => {
      await ground.telephony.loadPrompt(sentence)
      const calls = [
        await place(ground, 'answers'),
        await place(ground, 'stays'),
        await place(ground, 'rings-on'),
        await place(ground, 'silent'),
      ]
      const [speaking, staying, ringing] = calls
      await speaking?.until('answered')
      ground.telephony.play(speaking?.legId ?? '', 'long', longSpeech)
      ground.telephony.hangup(speaking?.legId ?? '')
      await staying?.until('answered')
      const last = (await ringing?.until('ringing')) ?? assert.fail()
      await ground.settle(ground.telephony.drain(600))
      for (const call of calls) {
        const ends = call.events.filter((event) => event.type === 'ended')
        assert.deepEqual(
          ends.map(({ by, cause, wasAnswered }) => [by, cause, wasAnswered]),
          [call === speaking || call === staying ? ['us', 'bye', true] : ['us', 'cancelled', false]],
        )
        const ms = msBetween(last, ends[0] ?? last)
        assert.ok(ms < 600 + behindDeadlineMs, `an end ${ms} ms after the drain of 600 ms began`)
      }
      if (speaking !== undefined) await farEndIsFree(ground, speaking)
    },
  )

  promise('a close ends every call at once and for good, also a drain that is under way', async (ground) => {
    const { telephony } = ground
    await telephony.loadPrompt(sentence)
    const [talking, ringing] = [await place(ground, 'answers'), await place(ground, 'rings')]
    await talking.until('answered')
    const last = await ringing.until('ringing')
    telephony.play(talking.legId, 'long', longSpeech)
    const drained = telephony.drain(30_000)
    const closed = telephony.close()
    await ground.settle(Promise.all([drained, closed, telephony.close()]))
    const ends = [talking, ringing].map(({ events }) => events.filter((event) => event.type === 'ended'))
    assert.deepEqual(
      ends.map((all) => all.map(({ by, cause }) => [by, cause])),
      [[['us', 'bye']], [['us', 'cancelled']]],
    )
    for (const [end] of ends) assert.ok(msBetween(last, end ?? last) < behindDeadlineMs)
    await farEndIsFree(ground, talking)
    await farEndIsFree(ground, ringing)
    assert.equal(telephony.isReady, false)
    await assert.rejects(ground.settle(telephony.originate({ ...talking.request, legId: crypto.randomUUID() })), {
      code: 'TELEPHONY_LOST',
    })
    await assert.rejects(ground.settle(telephony.health()), { code: 'TELEPHONY_LOST' })
    await ground.settle(telephony.close())
  })
}
