/** Whole calls between two endpoints over loopback, under a virtual clock (RFC 3261 §13 to §15). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type IncomingCall, SipError } from '@dialwright/sip'
import { find, listen, offer, place, TwoEnds } from './two-ends.ts'

const everythingIsOverMs = 70_000

test('a call is rung, answered, ACKed and ended by its caller, and nothing of it stays', async () => {
  await using ends = new TwoEnds()
  let heard: ReturnType<typeof listen> | undefined
  const callee = await ends.endpoint({
    onInvite: (call) => {
      heard = listen(call)
      call.ringing()
      call.accept({ body: offer })
    },
  })
  const caller = await ends.endpoint()
  const { call, events, types } = place(caller, callee.localPort)
  assert.deepEqual(types(), ['sent'])
  await ends.pass(0)
  assert.deepEqual(types(), ['sent', 'provisional', 'answered'])
  assert.equal(find(events, 'answered').body, offer)
  assert.deepEqual(heard?.types(), ['acked'])
  call.bye([['Reason', 'Q.850;cause=16;text="done"']])
  await ends.pass(0)
  assert.deepEqual(types().slice(3), ['ended'])
  assert.deepEqual(heard?.types(), ['acked', 'bye', 'ended'])
  assert.equal(find(heard?.events ?? [], 'bye').q850, 16)
  await ends.pass(everythingIsOverMs)
  assert.deepEqual(
    [caller.live, callee.live],
    [
      { transactions: 0, calls: 0 },
      { transactions: 0, calls: 0 },
    ],
  )
  assert.equal(ends.clock.pending, 0)
  assert.deepEqual(ends.errors, [])
  assert.deepEqual([ends.count('INVITE'), ends.count('ACK'), ends.count('BYE')], [1, 1, 1])
})

test('a callee that answers and hangs up at once sends its BYE only after the ACK', async () => {
  await using ends = new TwoEnds()
  let heard: ReturnType<typeof listen> | undefined
  const callee = await ends.endpoint({
    onInvite: (call) => {
      heard = listen(call)
      call.accept({ body: offer })
      call.bye([['Reason', 'Q.850;cause=16']])
    },
  })
  let toLose = 1
  const caller = await ends.endpoint({
    carries: (direction, text) => !(direction === 'out' && text.startsWith('ACK') && toLose-- > 0),
  })
  const { events, types } = place(caller, callee.localPort)
  await ends.pass(400)
  assert.equal(ends.count('BYE'), 0)
  await ends.pass(200)
  assert.deepEqual(heard?.types(), ['acked', 'ended'])
  assert.deepEqual(types(), ['sent', 'answered', 'bye', 'ended'])
  assert.equal(find(events, 'bye').q850, 16)
  assert.deepEqual(ends.errors, [])
})

test('a refusal tells status, Q.850 cause and Retry-After', async () => {
  await using ends = new TwoEnds()
  const callee = await ends.endpoint({
    onInvite: (call) =>
      call.reject(503, {
        headers: [
          ['Reason', 'SIP;cause=503, Q.850 ; cause=34 ;text="No circuit, sorry"'],
          ['Retry-After', '7 (soon)'],
        ],
      }),
  })
  const caller = await ends.endpoint()
  const { events, types } = place(caller, callee.localPort)
  await ends.pass(0)
  assert.deepEqual(types(), ['sent', 'failed', 'ended'])
  const failed = find(events, 'failed')
  assert.deepEqual([failed.cause, failed.status, failed.q850, failed.retryAfterSeconds], ['response', 503, 34, 7])
  assert.equal(failed.reasons[1]?.text, 'No circuit, sorry')
  await ends.pass(everythingIsOverMs)
  assert.equal(caller.live.transactions + callee.live.transactions + callee.live.calls, 0)
  assert.equal(ends.count('INVITE'), 1)
})

test('a CANCEL while it rings ends with 487 on both sides', async () => {
  await using ends = new TwoEnds()
  let heard: ReturnType<typeof listen> | undefined
  const callee = await ends.endpoint({
    onInvite: (call) => {
      heard = listen(call)
      call.ringing()
    },
  })
  const caller = await ends.endpoint()
  const { call, events, types } = place(caller, callee.localPort)
  await ends.pass(1_000)
  call.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']])
  await ends.pass(0)
  assert.deepEqual(types(), ['sent', 'provisional', 'failed', 'ended'])
  const failed = find(events, 'failed')
  assert.deepEqual([failed.cause, failed.status, failed.crossed200], ['cancelled', 487, false])
  assert.deepEqual(heard?.types(), ['cancelled', 'ended'])
  assert.equal(find(heard?.events ?? [], 'cancelled').reasons[0]?.cause, 200)
  await ends.pass(everythingIsOverMs)
  assert.equal(caller.live.transactions + callee.live.transactions, 0)
})

test('a CANCEL before any provisional waits for one', async () => {
  await using ends = new TwoEnds()
  const callee = await ends.endpoint({ onInvite: () => {} })
  const caller = await ends.endpoint()
  const { call, events } = place(caller, callee.localPort)
  call.cancel()
  await ends.pass(100)
  assert.equal(ends.count('CANCEL'), 0)
  await ends.pass(200)
  assert.ok(ends.wire.indexOf('SIP/2.0 100 Trying') >= 0)
  assert.equal(ends.count('CANCEL'), 1)
  assert.equal(find(events, 'failed').cause, 'cancelled')
})

test('a CANCEL crossing the 200 ends with one BYE, however often the 200 is repeated', async () => {
  await using ends = new TwoEnds()
  let incoming: IncomingCall | undefined
  let heard: ReturnType<typeof listen> | undefined
  let acksToLose = 2
  const callee = await ends.endpoint({
    carries: (direction, text) => direction === 'out' || !text.startsWith('ACK') || acksToLose-- <= 0,
    onInvite: (call) => {
      incoming = call
      heard = listen(call)
      call.ringing()
    },
  })
  const caller = await ends.endpoint({
    carries: (direction, text) => !(direction === 'out' && text.startsWith('BYE') && acksToLose >= 0),
  })
  const { call, events, types } = place(caller, callee.localPort)
  await ends.pass(0)
  incoming?.accept({ body: offer })
  call.cancel()
  await ends.pass(5_000)
  assert.deepEqual(types(), ['sent', 'provisional', 'failed', 'ended'])
  const failed = find(events, 'failed')
  assert.deepEqual([failed.cause, failed.crossed200], ['cancelled', true])
  assert.deepEqual(heard?.types(), ['acked', 'bye', 'ended'])
  assert.ok(ends.count('ACK') >= 3)
  assert.equal(ends.branches('BYE').size, 1)
  await ends.pass(everythingIsOverMs)
  assert.equal(caller.live.transactions + callee.live.transactions, 0)
})

test('a call that rings past its limit is cancelled and told as a timeout that had rung', async () => {
  await using ends = new TwoEnds()
  const callee = await ends.endpoint({ onInvite: (call) => call.ringing() })
  const caller = await ends.endpoint()
  const { events, types } = place(caller, callee.localPort, { inviteTimeoutMs: 20_000 })
  await ends.pass(19_900)
  assert.deepEqual(types(), ['sent', 'provisional'])
  await ends.pass(200)
  const failed = find(events, 'failed')
  assert.deepEqual([failed.cause, failed.hadProvisional, failed.status], ['timeout', true, 487])
})

test('a peer that says nothing at all is a timeout after 64*T1 and seven copies of one INVITE, never a second attempt', async () => {
  await using ends = new TwoEnds()
  let incoming: IncomingCall | undefined
  const said: string[] = []
  const callee = await ends.endpoint({
    trace: ({ direction, text }) => {
      if (direction === 'out') said.push(text)
    },
    onInvite: (call) => {
      incoming = call
      call.silence()
    },
  })
  const caller = await ends.endpoint()
  const { call, events, types } = place(caller, callee.localPort)
  await ends.pass(31_900)
  assert.deepEqual(types(), ['sent'])
  call.cancel()
  await ends.pass(200)
  assert.deepEqual(types(), ['sent', 'failed', 'ended'])
  assert.deepEqual([find(events, 'failed').cause, find(events, 'failed').hadProvisional], ['cancelled', false])
  assert.equal(ends.count('INVITE'), 7)
  assert.deepEqual(said, [])
  assert.equal(incoming?.isSilent, false)
  await ends.pass(everythingIsOverMs)
  assert.deepEqual([callee.live, caller.live.transactions], [{ transactions: 0, calls: 0 }, 0])
})

test('an ACK that was lost is sent again for each repeated 200, and is told once', async () => {
  await using ends = new TwoEnds()
  let heard: ReturnType<typeof listen> | undefined
  let toLose = 3
  const callee = await ends.endpoint({
    onInvite: (call) => {
      heard = listen(call)
      call.accept({ body: offer })
    },
  })
  const caller = await ends.endpoint({
    carries: (direction, text) => !(direction === 'out' && text.startsWith('ACK') && toLose-- > 0),
  })
  const { types } = place(caller, callee.localPort)
  await ends.pass(3_000)
  assert.equal(heard?.types().length, 0)
  await ends.pass(1_000)
  assert.deepEqual(heard?.types(), ['acked'])
  assert.deepEqual(types(), ['sent', 'answered'])
  assert.equal(ends.count('ACK'), 4)
  await ends.pass(10_000)
  assert.equal(ends.count('SIP/2.0 200'), 4)
})

test('a 200 that nobody ACKs for 64*T1 ends with BYE', async () => {
  await using ends = new TwoEnds()
  let heard: ReturnType<typeof listen> | undefined
  const callee = await ends.endpoint({
    onInvite: (call) => {
      heard = listen(call)
      call.accept({ body: offer })
    },
  })
  const caller = await ends.endpoint({ carries: (direction, text) => !(direction === 'out' && text.startsWith('ACK')) })
  const { types } = place(caller, callee.localPort)
  await ends.pass(31_900)
  assert.deepEqual(heard?.types(), [])
  await ends.pass(200)
  assert.deepEqual(heard?.types(), ['ack-missing', 'ended'])
  assert.deepEqual(types(), ['sent', 'answered', 'bye', 'ended'])
})

test('with every third datagram lost on each side sixty calls all end once and leave nothing', async () => {
  await using ends = new TwoEnds()
  let count = 0
  const losesEveryThird = (direction: 'in' | 'out'): boolean => direction === 'in' || ++count % 3 !== 0
  const callee = await ends.endpoint({
    carries: losesEveryThird,
    onInvite: (call) => {
      call.ringing()
      call.accept({ body: offer })
    },
  })
  const caller = await ends.endpoint({ carries: losesEveryThird })
  const calls = Array.from({ length: 60 }, (_, index) => place(caller, callee.localPort, { callId: `lossy-${index}` }))
  await ends.pass(8_000)
  for (const { call, types } of calls) {
    assert.ok(types().includes('answered'), types().join())
    call.bye()
  }
  await ends.pass(120_000, 250)
  for (const { types } of calls) assert.equal(types().filter((type) => type === 'ended').length, 1)
  assert.deepEqual(
    [caller.live, callee.live],
    [
      { transactions: 0, calls: 0 },
      { transactions: 0, calls: 0 },
    ],
  )
  assert.equal(ends.clock.pending, 0)
  assert.deepEqual(ends.errors, [])
})

test('re-INVITE and INFO go both ways, and crossing re-INVITEs are both refused', async () => {
  await using ends = new TwoEnds()
  let incoming: IncomingCall | undefined
  const toCallee: string[] = []
  const callee = await ends.endpoint({
    onInvite: (call) => {
      incoming = call
      call.onEvent((event) => {
        if (event.type === 'reoffer') event.respond(`answer to ${event.body}`)
        if (event.type === 'info') toCallee.push(`${event.contentType}: ${event.body}`)
      })
      call.accept({ body: offer })
    },
  })
  const caller = await ends.endpoint()
  const { call, events } = place(caller, callee.localPort)
  await ends.pass(0)
  const answer = call.reoffer('first')
  await ends.pass(0)
  assert.equal(await answer, 'answer to first')
  call.info('application/dtmf-relay', 'Signal=5')
  await ends.pass(0)
  assert.deepEqual(toCallee, ['application/dtmf-relay: Signal=5'])
  const back = incoming?.reoffer('second')
  await ends.pass(0)
  const reoffer = find(events, 'reoffer')
  assert.deepEqual([reoffer.method, reoffer.body], ['INVITE', 'second'])
  reoffer.reject(488)
  await ends.pass(0)
  assert.equal(await back, null)
  const crossing = [call.reoffer('a'), incoming?.reoffer('b')]
  await ends.pass(0)
  assert.deepEqual(await Promise.all(crossing), [null, null])
  assert.equal(ends.count('SIP/2.0 491'), 2)
  await ends.pass(everythingIsOverMs)
  assert.deepEqual(
    [caller.live, callee.live],
    [
      { transactions: 0, calls: 1 },
      { transactions: 0, calls: 1 },
    ],
  )
})

test('a handler that throws ends its own call with 500 and nothing else', async () => {
  await using ends = new TwoEnds()
  let calls = 0
  const callee = await ends.endpoint({
    onInvite: (call) => {
      if (calls++ === 0) throw new Error('a bug of the user')
      call.reject(486)
    },
  })
  const caller = await ends.endpoint()
  const first = place(caller, callee.localPort, { callId: 'one' })
  await ends.pass(0)
  const second = place(caller, callee.localPort, { callId: 'two' })
  await ends.pass(0)
  assert.equal(find(first.events, 'failed').status, 500)
  assert.equal(find(second.events, 'failed').status, 486)
  assert.match(String(ends.errors[0]), /a bug of the user/)
})

test('a value with a line break is refused before a byte leaves, and nothing of the call stays', async () => {
  await using ends = new TwoEnds()
  const caller = await ends.endpoint()
  const injections = [
    { requestUri: 'sip:1@127.0.0.1\r\nX: y' },
    { from: { uri: 'sip:us@x', displayName: 'A\r\nRoute: <sip:evil>' } },
    { callId: 'c\nX: y' },
    { headers: [['X-Name', 'v\r\nX: y']] as const },
    { contactUser: 'a@b' },
  ]
  for (const injection of injections) {
    assert.throws(
      () => place(caller, 9, injection),
      (error: unknown) => error instanceof SipError && error.code === 'SIP_UNSAFE_VALUE',
    )
  }
  assert.deepEqual(caller.live, { transactions: 0, calls: 0 })
  assert.deepEqual([ends.wire, ends.clock.pending], [[], 0])
})

test('another process ends a dialog by its snapshot, and one that nobody knows answers 481', async () => {
  await using ends = new TwoEnds()
  let heard: ReturnType<typeof listen> | undefined
  const callee = await ends.endpoint({
    onInvite: (call) => {
      heard = listen(call)
      call.accept({ body: offer })
    },
  })
  const dying = await ends.endpoint()
  const { events } = place(dying, callee.localPort)
  await ends.pass(0)
  const snapshot = JSON.parse(JSON.stringify(find(events, 'answered').snapshot))
  await dying.close()
  const next = await ends.endpoint()
  const status = next.byeFromSnapshot(snapshot)
  await ends.pass(0)
  assert.equal(await status, 200)
  assert.deepEqual(heard?.types(), ['acked', 'bye', 'ended'])
  const again = next.byeFromSnapshot(snapshot)
  await ends.pass(0)
  assert.equal(await again, 481)
  assert.throws(
    () => place(dying, callee.localPort),
    (error: unknown) => error instanceof SipError && error.code === 'SIP_CLOSED',
  )
})

test('the dialog of an answer is told before its ACK leaves, wanted or not, and an unwanted one is over when its BYE is answered', async () => {
  for (const isWanted of [true, false]) {
    await using ends = new TwoEnds()
    let incoming: IncomingCall | undefined
    const callee = await ends.endpoint({
      onInvite: (call) => {
        incoming = call
        call.ringing()
      },
    })
    let byesToLose = 2
    const caller = await ends.endpoint({
      carries: (direction, text) => !(direction === 'out' && text.startsWith('BYE') && byesToLose-- > 0),
    })
    const acksWhenTold: number[] = []
    const { call, types } = place(caller, callee.localPort, { onDialog: () => acksWhenTold.push(ends.count('ACK')) })
    await ends.pass(0)
    if (!isWanted) call.cancel()
    incoming?.accept({ body: offer })
    await ends.pass(400)
    assert.deepEqual(acksWhenTold, [0])
    assert.deepEqual(types(), ['sent', 'provisional', isWanted ? 'answered' : 'failed'])
    if (isWanted) call.bye()
    await ends.pass(2_000)
    assert.deepEqual(types().slice(3), ['ended'])
    assert.deepEqual(ends.errors, [])
  }
})
