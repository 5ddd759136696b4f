/** Two legs of the `Telephony` port that hear each other: what a bridge stops, lets through, and leaves when it ends. */
import assert from 'node:assert/strict'
import { doneOf, farEndIsFree, longSpeech, type Promised, place, sentence } from './telephony-ground.conformance.ts'

export function bridges(promise: Promised): void {
  promise(
    'what plays stops when two legs are bridged, nothing plays into the bridge, everything after it',
    async (ground) => {
      await ground.telephony.loadPrompt(sentence)
      const [one, other] = [await place(ground, 'answers'), await place(ground, 'answers')]
      await one.until('answered')
      await other.until('answered')
      ground.telephony.play(one.legId, 'playing', longSpeech)
      ground.telephony.play(one.legId, 'queued', longSpeech)
      ground.telephony.bridge(one.legId, other.legId)
      // Said again, it is the same bridge.
      ground.telephony.bridge(other.legId, one.legId)
      for (const { legId } of [one, other]) ground.telephony.play(legId, 'into', ['sentence'])
      ground.telephony.unbridge(other.legId)
      for (const { legId } of [one, other]) {
        ground.telephony.play(legId, 'after', ['sentence'])
        ground.telephony.hangup(legId)
      }
      for (const call of [one, other]) {
        const ended = await call.until('ended')
        assert.deepEqual([ended.by, ended.cause], ['us', 'bye'])
      }
      assert.deepEqual(doneOf(one), ['after end', 'into failed', 'playing stopped', 'queued stopped'])
      assert.deepEqual(doneOf(other), ['after end', 'into failed'])
    },
  )

  promise('the end of one bridged leg ends the bridge, and not the other leg', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const [one, other] = [await place(ground, 'answers'), await place(ground, 'answers')]
    await one.until('answered')
    await other.until('answered')
    ground.telephony.bridge(one.legId, other.legId)
    ground.telephony.hangup(one.legId)
    await one.until('ended')
    assert.ok(other.events.every(({ type }) => type !== 'ended'))
    ground.telephony.play(other.legId, 'alone', ['sentence'])
    assert.equal((await other.until('play-done')).reason, 'end')
    ground.telephony.hangup(other.legId)
    await other.until('ended')
    await farEndIsFree(ground, one)
    await farEndIsFree(ground, other)
  })

  promise('a leg that is not answered, or that nobody knows, is not bridged', async (ground) => {
    const { telephony } = ground
    await telephony.loadPrompt(sentence)
    const [talking, ringing] = [await place(ground, 'answers'), await place(ground, 'rings')]
    await talking.until('answered')
    await ringing.until('ringing')
    for (const other of [ringing.legId, 'nobody', talking.legId]) telephony.bridge(talking.legId, other)
    telephony.bridge('nobody', talking.legId)
    telephony.unbridge('nobody')
    telephony.unbridge(talking.legId)
    telephony.play(talking.legId, 'alone', ['sentence'])
    assert.equal((await talking.until('play-done')).reason, 'end')
    telephony.hangup(ringing.legId)
    telephony.hangup(talking.legId)
    await ringing.until('ended')
    await talking.until('ended')
  })
}
