/** What is played and heard on a call of the `Telephony` port, and what of it a hang-up lets out or cuts. */
import assert from 'node:assert/strict'
import {
  behindDeadlineMs,
  doneOf,
  farEndIsFree,
  longSpeech,
  msBetween,
  type Promised,
  place,
  sentence,
} from './telephony-ground.conformance.ts'

export function sound(promise: Promised): void {
  promise('each play is done once: at its end, stopped, or failed for a prompt nobody loaded', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const call = await place(ground, 'answers')
    await call.until('answered')
    ground.telephony.play(call.legId, 'whole', ['sentence'])
    assert.equal((await call.until('play-done')).playId, 'whole')
    ground.telephony.play(call.legId, 'unknown', ['nobody loaded this'])
    ground.telephony.play(
      call.legId,
      'long',
      Array.from({ length: 20 }, () => 'sentence'),
    )
    ground.telephony.stop(call.legId, 'long')
    ground.telephony.stop(call.legId, 'whole')
    ground.telephony.play(call.legId, 'last', ['sentence'])
    // The last word goes out before the BYE.
    ground.telephony.hangup(call.legId)
    await call.until('ended')
    assert.deepEqual(doneOf(call), ['last end', 'long stopped', 'unknown failed', 'whole end'])
  })

  promise('a prompt that is taken back plays on where it plays, and fails until it is loaded again', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const call = await place(ground, 'answers')
    await call.until('answered')
    ground.telephony.play(call.legId, 'before', ['sentence', 'sentence'])
    ground.telephony.unloadPrompt('sentence')
    ground.telephony.play(call.legId, 'without', ['sentence'])
    await ground.telephony.loadPrompt(sentence)
    ground.telephony.play(call.legId, 'again', ['sentence'])
    ground.telephony.hangup(call.legId)
    await call.until('ended')
    assert.deepEqual(doneOf(call), ['again end', 'before end', 'without failed'])
  })

  promise('keys go both ways', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const call = await place(ground, 'presses')
    await call.until('answered')
    ground.telephony.play(call.legId, 'question', ['sentence'])
    const { digit, by, ms } = await call.until('dtmf')
    assert.deepEqual([digit, by], ['1', 'rfc4733'])
    assert.ok(ms >= 40, `${ms} ms`)
    ground.telephony.sendDtmf(call.legId, '42#')
    ground.telephony.hangup(call.legId)
    await call.until('ended')
    await farEndIsFree(ground, call)
    assert.equal(ground.seen(call.legId).digits, '42#')
  })

  promise('a hang-up lets out what is queued, however long it is', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const call = await place(ground, 'answers')
    const answered = await call.until('answered')
    ground.telephony.play(call.legId, 'long', [...longSpeech, 'sentence'])
    ground.telephony.hangup(call.legId)
    ground.telephony.play(call.legId, 'after the hang-up', ['sentence'])
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause], ['us', 'bye'])
    assert.ok(msBetween(answered, ended) > 10_400, `${msBetween(answered, ended)} ms of 10,500 were said`)
    assert.deepEqual(doneOf(call), ['after the hang-up failed', 'long end'])
  })

  promise('a hang-up that cuts, the maximum duration and a second hang-up do not wait for speech', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const calls = [
      await place(ground, 'answers'),
      await place(ground, 'answers', { maxDurationMs: 700 }),
      await place(ground, 'answers', { maxDurationMs: 700 }),
      await place(ground, 'answers'),
    ]
    const [cut, limited, hungUpAndLimited, hungUpTwice] = calls
    const answers = []
    for (const call of calls) {
      answers.push(await call.until('answered'))
      ground.telephony.play(call.legId, 'long', longSpeech)
    }
    ground.telephony.hangup(cut?.legId ?? '', 'cut')
    ground.telephony.hangup(hungUpAndLimited?.legId ?? '')
    ground.telephony.hangup(hungUpTwice?.legId ?? '')
    ground.telephony.hangup(hungUpTwice?.legId ?? '', 'cut')
    for (const [index, call] of calls.entries()) {
      const ended = await call.until('ended')
      const isLimited = call === limited || call === hungUpAndLimited
      assert.deepEqual([ended.by, ended.cause], isLimited ? ['timeout', 'max-duration'] : ['us', 'bye'])
      const ms = msBetween(answers[index] ?? ended, ended)
      assert.ok(ms < behindDeadlineMs, `call ${index} ended after ${ms} ms`)
      // What an end cuts is not told as done.
      assert.deepEqual(doneOf(call), [])
      await farEndIsFree(ground, call)
    }
  })

  promise('early media is told once, and is no answer: nothing is played into it', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const call = await place(ground, 'early-media')
    await call.until('early-media')
    ground.telephony.play(call.legId, 'too early', ['sentence'])
    await call.until('answered')
    ground.telephony.play(call.legId, 'in time', ['sentence'])
    ground.telephony.hangup(call.legId)
    await call.until('ended')
    assert.deepEqual(doneOf(call), ['in time end', 'too early failed'])
    assert.deepEqual(
      call.events.map(({ type }) => type).filter((type) => ['early-media', 'answered', 'ended'].includes(type)),
      ['early-media', 'answered', 'ended'],
    )
  })

  promise('sound that stays away is told as lost, and as back, and ends nothing', async (ground) => {
    const call = await place(ground, 'falls-silent')
    await call.until('media-lost')
    await call.until('media-back')
    ground.telephony.hangup(call.legId, 'cut')
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause], ['us', 'bye'])
    assert.deepEqual(
      call.events.map(({ type }) => type).filter((type) => type.startsWith('media-')),
      ['media-lost', 'media-back'],
    )
  })
}
