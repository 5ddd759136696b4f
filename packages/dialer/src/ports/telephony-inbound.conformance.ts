/** The inbound half of the `Telephony` port: lines that are kept registered, and calls that come in. */
import assert from 'node:assert/strict'
import type { IncomingCall, RegistrationState } from './telephony.ts'
import {
  behindDeadlineMs,
  doneOf,
  longSpeech,
  msBetween,
  type Promised,
  place,
  sentence,
  type TelephonyGround,
} from './telephony-ground.conformance.ts'
import { rung, taken } from './telephony-inbound-calls.conformance.ts'
import type { CallerSaw, LineView } from './telephony-inbound-ground.conformance.ts'

const answerRequest = { maxDurationMs: 30_000, recordTo: null } as const

export function inbound(promise: Promised): void {
  lines(promise)
  calls(promise)
  endsOfTheProcess(promise)
}

async function until(ground: { changed(): Promise<void> }, isSo: () => boolean): Promise<void> {
  while (!isSo()) await ground.changed()
}

function listen(ground: TelephonyGround) {
  const states: RegistrationState[] = []
  ground.telephony.onRegistration((state) => states.push(state))
  return {
    states,
    of: ({ lineId }: { readonly lineId: string }) => states.filter((state) => state.lineId === lineId),
  }
}

function lines(promise: Promised): void {
  promise('a line is registered, told with its end, renewed before that, and taken back', async (ground) => {
    const { telephony, inbound } = ground
    const line = inbound.line('short')
    const { of } = listen(ground)
    telephony.register([line])
    await until(ground, () => of(line).length >= 3)
    const [first, second, third] = of(line)
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    assert.deepEqual([first.state, first.sipCode], ['registered', 200])
    // The registrar grants two seconds, whatever is asked for.
    const granted = first.until?.since(first.at).total('milliseconds') ?? 0
    assert.ok(granted > 1_500 && granted <= 2_000, `${granted} ms`)
    for (const [one, next] of [
      [first, second],
      [second, third],
    ] as const) {
      assert.equal(next.state, 'registered')
      assert.ok(Temporal.Instant.compare(next.at, one.until ?? one.at) < 0, 'renewed after it had run out')
    }
    const before: LineView = { ...inbound.bound(line) }
    assert.ok(before.isBound && before.bindings >= 3, JSON.stringify(before))
    telephony.register([])
    await until(ground, () => of(line).at(-1)?.state === 'ended')
    assert.equal(inbound.bound(line).isBound, false)
    assert.equal(of(line).at(-1)?.until, null)
  })

  promise('a wrong password is told in words, and nothing is told as registered', async (ground) => {
    const { telephony, inbound } = ground
    const line = inbound.line('wrong-password')
    const { of } = listen(ground)
    telephony.register([line])
    await until(ground, () => of(line).length > 0)
    const [state] = of(line)
    assert.deepEqual([state?.state, state?.sipCode, state?.until], ['refused', 401, null])
    assert.match(state?.message ?? '', /password/)
    assert.equal(inbound.bound(line).isBound, false)
    assert.ok(!of(line).some((one) => one.state === 'registered'))
  })

  promise('what stays as it is is left alone; what changes begins anew', async (ground) => {
    const { telephony, inbound } = ground
    const [stays, changes] = [inbound.line('accepted'), inbound.line('accepted')]
    const { of } = listen(ground)
    telephony.register([stays, changes])
    await until(ground, () => of(stays).length > 0 && of(changes).length > 0)
    telephony.register([{ ...stays }, { ...changes, everySeconds: changes.everySeconds + 60 }])
    await until(ground, () => of(changes).length >= 3)
    assert.deepEqual(
      of(changes).map(({ state }) => state),
      ['registered', 'ended', 'registered'],
    )
    assert.deepEqual([of(stays).length, inbound.bound(stays).bindings], [1, 1])
    assert.ok(inbound.bound(changes).isBound)
  })
}

function calls(promise: Promised): void {
  promise("a stranger's call is silence: nobody is told, and it hears nothing at all", async (ground) => {
    const { telephony, inbound } = ground
    const told: IncomingCall[] = []
    telephony.onIncoming((call) => told.push(call))
    telephony.admit([{ ...inbound.source, host: '127.0.0.250' }])
    // A trunk at the same address that we call is not let in for that.
    await (await place(ground, 'hangs-up')).until('ended')
    const stranger = inbound.ring('waits', '100')
    await inbound.pass(700)
    assert.deepEqual([told.length, stranger.saw().status, stranger.saw().isRinging], [0, null, false])
    // The same caller once it is let in, and once it is not any more.
    telephony.admit([inbound.source])
    await taken(ground)
    const friend = inbound.ring('waits', '100')
    await until(ground, () => told.length === 1)
    telephony.reject(told[0]?.legId ?? '', 480)
    await until(ground, () => friend.saw().status === 480)
    telephony.admit([])
    await taken(ground)
    const again = inbound.ring('waits', '100')
    await inbound.pass(700)
    assert.deepEqual([told.length, again.saw().status, stranger.saw().status], [1, null, null])
  })

  promise('a call comes in, rings, is answered, hears and is heard, and is hung up by us', async (ground) => {
    const { telephony, inbound } = ground
    await telephony.loadPrompt(sentence)
    const call = await rung(ground, 'presses')
    assert.deepEqual(
      [call.incoming.to, call.incoming.from, call.incoming.fromName, call.incoming.lineId],
      [call.number, '79990001122', 'Anna', null],
    )
    assert.deepEqual([...call.incoming.trunkIds], [inbound.source.trunkId])
    telephony.play(call.legId, 'too early', ['sentence'])
    telephony.ring(call.legId)
    await until(ground, () => call.caller.saw().isRinging)
    telephony.answer(call.legId, answerRequest)
    telephony.answer(call.legId, answerRequest)
    await call.until('answered')
    telephony.play(call.legId, 'question', ['sentence'])
    const { digit } = await call.until('dtmf')
    assert.equal(digit, '1')
    telephony.sendDtmf(call.legId, '42#')
    telephony.hangup(call.legId)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['us', 'bye', true])
    await until(ground, () => call.caller.saw().isOver)
    const saw: CallerSaw = call.caller.saw()
    assert.deepEqual([saw.status, saw.digits], [200, '42#'])
    assert.deepEqual(doneOf(call), ['question end', 'too early failed'])
    assert.deepEqual(
      call.events.map(({ seq }) => seq),
      call.events.map((_, index) => index + 1),
    )
    assert.equal(call.events.filter(({ type }) => type === 'ended').length, 1)
    assert.equal((await ground.settle(telephony.health())).calls, 0)
  })

  promise('one INVITE in several copies is one call', async (ground) => {
    const call = await rung(ground, 'repeats')
    ground.telephony.ring(call.legId)
    await until(ground, () => call.caller.saw().isRinging)
    await ground.inbound.pass(700)
    assert.equal(call.told.length, 1)
    // A copy that is refused on its own would end the call for its caller.
    assert.equal(call.caller.saw().status, null)
    ground.telephony.reject(call.legId, 486)
    await call.until('ended')
    await until(ground, () => call.caller.saw().status === 486)
  })

  promise('a refusal reaches the caller with its status, and is told once', async (ground) => {
    const { telephony } = ground
    const [busy, hungUp] = [await rung(ground, 'waits'), await rung(ground, 'waits')]
    telephony.reject(busy.legId, 486)
    telephony.answer(busy.legId, answerRequest)
    telephony.hangup(hungUp.legId)
    const ends = [await busy.until('ended'), await hungUp.until('ended')]
    assert.deepEqual(
      ends.map(({ by, cause, wasAnswered, sip }) => [by, cause, wasAnswered, sip.code]),
      [
        ['us', 'response', false, 486],
        ['us', 'response', false, 480],
      ],
    )
    await until(ground, () => busy.caller.saw().status === 486 && hungUp.caller.saw().status === 480)
    telephony.reject(busy.legId, 603)
    assert.equal(busy.events.filter(({ type }) => type === 'ended').length, 1)
  })

  promise('a caller who gives up ends the ringing; who answers then answers nobody', async (ground) => {
    const call = await rung(ground, 'gives-up')
    ground.telephony.ring(call.legId)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered, ended.talkMs], ['callee', 'cancelled', false, 0])
    ground.telephony.answer(call.legId, answerRequest)
    await until(ground, () => call.caller.saw().status === 487)
    assert.equal(call.caller.saw().isAnswered, false)
  })

  promise('a caller hangs up after the answer', async (ground) => {
    const call = await rung(ground, 'hangs-up')
    ground.telephony.answer(call.legId, answerRequest)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['callee', 'bye', true])
  })

  promise('no call that came in lasts longer than it may, whatever is being said', async (ground) => {
    await ground.telephony.loadPrompt(sentence)
    const call = await rung(ground, 'waits')
    ground.telephony.answer(call.legId, { ...answerRequest, maxDurationMs: 700 })
    const answered = await call.until('answered')
    ground.telephony.play(call.legId, 'long', longSpeech)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered], ['timeout', 'max-duration', true])
    assert.ok(msBetween(answered, ended) < behindDeadlineMs)
    await until(ground, () => call.caller.saw().isOver)
  })

  promise('a caller whose sound we cannot understand is refused, not answered into silence', async (ground) => {
    const call = await rung(ground, 'speaks-otherwise')
    ground.telephony.answer(call.legId, answerRequest)
    const ended = await call.until('ended')
    assert.deepEqual([ended.by, ended.cause, ended.wasAnswered, ended.sip.code], ['error', 'media', false, 488])
    await until(ground, () => call.caller.saw().status === 488)
  })

  promise('without anybody who takes calls a caller is refused at once', async (ground) => {
    ground.telephony.admit([ground.inbound.source])
    await taken(ground)
    const caller = ground.inbound.ring('waits', '100')
    await until(ground, () => caller.saw().status === 480)
  })

  promise("a call to a registered line's contact names the line, and its provider is let in for it", async (ground) => {
    const { telephony, inbound } = ground
    const [line, other] = [inbound.line('accepted'), inbound.line('accepted')]
    const { of } = listen(ground)
    const told: IncomingCall[] = []
    telephony.onIncoming((call) => {
      told.push(call)
      telephony.reject(call.legId, 486)
    })
    telephony.register([line, other])
    await until(ground, () => of(line).length > 0 && of(other).length > 0)
    const callers = [inbound.ring('waits', line), inbound.ring('waits', other)]
    await until(ground, () => callers.every((caller) => caller.saw().status === 486))
    assert.deepEqual(
      told.map(({ lineId, trunkIds, to, dialled }) => [lineId, ...trunkIds, to, dialled]),
      [line, other].map(({ lineId, trunk, user }) => [lineId, trunk.trunkId, user, '74951112233']),
    )
  })
}

function endsOfTheProcess(promise: Promised): void {
  promise(
    'the process dies: calls that came in are lost and their callers freed; the next one registers and lets in again',
    async (ground) => {
      const { telephony, inbound } = ground
      const line = inbound.line('accepted')
      const { of } = listen(ground)
      telephony.register([line])
      await until(ground, () => of(line).at(-1)?.state === 'registered')
      const [talking, ringing] = [await rung(ground, 'waits'), await rung(ground, 'waits')]
      telephony.answer(talking.legId, answerRequest)
      await talking.until('answered')
      telephony.ring(ringing.legId)
      await until(ground, () => ringing.caller.saw().isRinging)
      await ground.kill()
      const ends = [await talking.until('ended'), await ringing.until('ended')]
      assert.deepEqual(
        ends.map(({ cause, wasAnswered }) => [cause, wasAnswered]),
        [
          ['lost', true],
          ['lost', false],
        ],
      )
      assert.equal(of(line).at(-1)?.state, 'unreachable')
      await until(ground, () => telephony.isReady)
      await until(ground, () => talking.caller.saw().isOver)
      await until(ground, () => ringing.caller.saw().status === 503)
      await until(ground, () => of(line).at(-1)?.state === 'registered' && inbound.bound(line).bindings >= 2)
      const next = await rung(ground, 'waits')
      telephony.answer(next.legId, answerRequest)
      await next.until('answered')
      telephony.hangup(next.legId, 'cut')
      assert.equal((await next.until('ended')).cause, 'bye')
    },
  )

  promise('a drain takes lines back, refuses who rings, and ends the others at its deadline', async (ground) => {
    const { telephony, inbound } = ground
    const line = inbound.line('accepted')
    const { of } = listen(ground)
    telephony.register([line])
    await until(ground, () => of(line).at(-1)?.state === 'registered')
    const [talking, ringing] = [await rung(ground, 'waits'), await rung(ground, 'waits')]
    telephony.answer(talking.legId, answerRequest)
    await talking.until('answered')
    const drained = telephony.drain(600)
    // It has begun: until then whoever calls is let in.
    await until(ground, () => !inbound.bound(line).isBound)
    const late = inbound.ring('waits', '100')
    await until(ground, () => late.saw().status !== null)
    assert.equal(late.saw().status, 503)
    await ground.settle(drained)
    assert.equal((await talking.until('ended')).cause, 'bye')
    assert.equal((await ringing.until('ended')).by, 'us')
    await until(ground, () => ringing.caller.saw().status === 480)
    assert.equal(of(line).at(-1)?.state, 'ended')
    assert.equal(inbound.bound(line).isBound, false)
    await until(ground, () => talking.caller.saw().isOver)
  })
}
