/**
 * The promise of `Telephony`, as tests that every adapter runs over a ground of its own: real sockets and processes on one,
 * a virtual clock on the other.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { OriginateRequest, Telephony, TelephonyEvent, TrunkTarget } from './telephony.ts'

/** How a called party behaves. */
export type CalleeKind =
  | 'answers'
  /** Presses 1 once it has heard a sentence to its end. */
  | 'presses'
  | 'hangs-up'
  | 'busy'
  /** 480 with a Q.850 cause of 20. */
  | 'absent'
  | 'rings'
  /** Not a single reply. */
  | 'silent'
  /** Sound before the answer in place of ringing, then answers. */
  | 'early-media'
  /** Answers; its sound stops for longer than the line bears, and comes back. */
  | 'falls-silent'
  /** Rings, and does not end the call when it is taken back. */
  | 'rings-on'
  /** Answers, and does not answer a BYE. */
  | 'stays'

export interface TelephonyGround {
  readonly telephony: Telephony
  /** A number of a called party of this kind, another for each call of it, and the trunk that leads there. */
  callee(kind: CalleeKind): { readonly to: string; readonly trunk: TrunkTarget }
  /** Lets time pass until the promise has settled. */
  settle<Result>(promise: Promise<Result>): Promise<Result>
  /** Ends the process behind the port as a crash does; resolves when `onLost` has been called. */
  kill(): Promise<void>
  /** What the called party of a leg saw of it by now. */
  seen(legId: string): { readonly rings: number; readonly digits: string; readonly isOver: boolean }
  /** Resolves once `seen` has changed, or some time has passed. */
  changed(): Promise<void>
}

type Ended = Extract<TelephonyEvent, { type: 'ended' }>
type Of<Type extends TelephonyEvent['type']> = Extract<TelephonyEvent, { type: Type }>
type TestCall = {
  readonly legId: string
  readonly request: OriginateRequest
  readonly events: TelephonyEvent[]
  /** The first event of this type, once it is there. */
  until<Type extends TelephonyEvent['type']>(type: Type): Promise<Of<Type>>
}

/** Half a second of a tone: long enough to be a sentence for whoever waits for one. */
const sentence = {
  promptId: 'sentence',
  samples: Int16Array.from({ length: 4_000 }, (_, index) => Math.round(8_000 * Math.sin(index / 3))),
}

/** A far end that plays no part in the end of its call keeps the leg no longer than this. */
const patienceMs = 6_000
/** Behind a deadline: two seconds for far ends, one for the machine. */
const behindDeadlineMs = 3_000
/** Ten seconds of sentences: more than any limit in these tests. */
const longSpeech = Array.from({ length: 20 }, () => 'sentence')

/** Registers the suite. Tests that end the process behind the port have a ground of their own each; so does every other. */
export function telephonyConformance(openGround: (context: TestContext) => Promise<TelephonyGround>): void {
  const promise = (name: string, run: (ground: TelephonyGround) => Promise<void>): void => {
    test(name, { timeout: 60_000 }, async (context) => run(await openGround(context)))
  }

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

/** What became of the plays of a call, in the order of their names. */
function doneOf(call: TestCall): string[] {
  return call.events.flatMap((event) => (event.type === 'play-done' ? [`${event.playId} ${event.reason}`] : [])).sort()
}

function msBetween(from: TelephonyEvent, to: TelephonyEvent): number {
  return to.at.since(from.at).total('milliseconds')
}

async function place(
  ground: TelephonyGround,
  kind: CalleeKind,
  more: Partial<OriginateRequest> = {},
): Promise<TestCall> {
  const legId = crypto.randomUUID()
  const request: OriginateRequest = {
    legId,
    sipCallId: legId,
    ...ground.callee(kind),
    from: '79996662211',
    ringTimeoutMs: 8_000,
    maxDurationMs: 30_000,
    recordTo: null,
    ...more,
  }
  const events: TelephonyEvent[] = []
  let wake = (): void => {}
  ground.telephony.onEvent((event) => {
    if (event.legId !== legId) return
    events.push(event)
    wake()
  })
  const find = async (type: TelephonyEvent['type']): Promise<TelephonyEvent> => {
    for (;;) {
      const found = events.find((event) => event.type === type)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  await ground.settle(ground.telephony.originate(request))
  return {
    legId,
    request,
    events,
    until: async <Type extends TelephonyEvent['type']>(type: Type) => {
      const found = await ground.settle(find(type))
      assert.equal(found.type, type)
      return found as Of<Type>
    },
  }
}

async function farEndIsFree(ground: TelephonyGround, call: TestCall): Promise<void> {
  while (!ground.seen(call.legId).isOver) await ground.changed()
}
