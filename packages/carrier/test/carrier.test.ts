import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createOffer, type OutgoingCallEvent, SipEndpoint, sipUri } from '@dialwright/sip'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { startCarrier } from '../src/carrier.ts'
import type { LedgerLine } from '../src/ledger/ledger.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const credentials = { username: 'dialwright', password: 'secret' }

async function openLine(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'carrier-'))
  const ledgerPath = join(directory, 'ledger.jsonl')
  const random = new SeededRandom(1)
  // Twenty seconds in one: half a minute of silence is no reason to wait half a minute. Time goes on by turns of the event loop
  // that both ends live in: where the machine leaves us waiting, no timer of theirs gets ahead of what is on its way.
  const clock = new VirtualClock()
  const turning = setInterval(() => clock.advance(20), 1)
  const carrier = await startCarrier({
    address: '127.0.0.1',
    port: 0,
    ledgerPath,
    personas: new Map([['7495000', '10']]),
    credentials,
    clock,
    random,
    onError: (error) => assert.fail(String(error)),
  })
  const sip = await SipEndpoint.open({ port: 0, clock, random })
  t.after(async () => {
    await sip.close()
    await carrier.stop()
    clearInterval(turning)
    rmSync(directory, { recursive: true })
  })
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LedgerLine => JSON.parse(line))
  let calls = 0
  /** Calls a number; an answered call is ended by us once `stay` resolves. */
  const call = (number: string, password = 'secret', stay: Promise<unknown> = Promise.resolve()) => {
    calls += 1
    const callId = `call-${calls}`
    const events: OutgoingCallEvent[] = []
    const over = new Promise<void>((resolve) => {
      const placed = sip.invite(
        {
          requestUri: sipUri(number, '127.0.0.1', carrier.port),
          from: { uri: sipUri('79996662211', '127.0.0.1') },
          target: { address: '127.0.0.1', port: carrier.port },
          callId,
          body: createOffer({ address: '127.0.0.1', port: 40_000, codecs: ['pcma'], sessionId: 1, version: 1 }),
          credentials: { ...credentials, password },
          inviteTimeoutMs: 20_000,
        },
        (event) => {
          events.push(event)
          if (event.type === 'answered') void stay.then(() => placed.bye())
          if (event.type === 'ended') resolve()
        },
      )
    })
    return { callId, events, over }
  }
  const linesOf = async (callId: string): Promise<LedgerLine[]> => {
    for (;;) {
      const lines = ledger().filter((line) => line.callId === callId)
      if (lines.at(-1)?.kind === 'ended') return lines
      await pause(5)
    }
  }
  return { carrier, sip, call, ledger, linesOf }
}

test('each persona behaves as its two digits say, and the ledger tells it line by line', async (t) => {
  const { carrier, call, linesOf } = await openLine(t)
  const never = new Promise<never>(() => {})
  // What the caller learns, then the ledger's lines with the code and who ended it.
  const table: [string, string, string, Promise<unknown>?][] = [
    ['00', 'answered', 'ring answered ended:200:caller'],
    ['01', 'answered', 'ring answered ended:200:caller'],
    ['02', 'answered', 'ring answered ended:200:caller'],
    ['03', 'answered', 'ring answered ended:200:caller'],
    ['04', 'answered', 'ring answered ended:200:caller'],
    ['05', 'answered', 'ring answered ended:200:caller'],
    ['06', 'answered', 'ring answered ended:200:caller'],
    ['10', 'response 486', 'ring ended:486:callee'],
    ['11', 'timeout', 'ring ended:487:caller'],
    ['12', 'response 603', 'ring ended:603:callee'],
    ['13', 'response 404', 'ring ended:404:callee'],
    ['14', 'response 480 q850 20', 'ring ended:480:callee'],
    ['17', 'response 503 retry 2', 'ring ended:503:callee'],
    ['18', 'answered', 'ring answered ended:200:callee', never],
    ['20', 'answered', 'ring answered ended:200:callee', never],
    ['21', 'answered', 'ring answered ended:200:caller'],
    ['22', 'answered', 'ring answered ended:200:caller'],
    ['23', 'timeout', 'ring ended:487:caller'],
    ['24', 'answered', 'ring answered ended:200:caller'],
    ['25', 'timeout', 'ring ended:undefined:caller'],
    ['26', 'answered', 'ring answered ended:200:caller'],
    ['27', 'answered', 'ring answered ended:200:caller'],
    ['28', 'answered', 'ring answered ended:200:caller'],
    ['29', 'answered', 'ring answered ended:200:caller'],
  ]
  await Promise.all(
    table.map(async ([persona, learnt, told, stay]) => {
      const placed = call(`749555500${persona}`, 'secret', stay)
      await placed.over
      assert.equal(outcome(placed.events), learnt, persona)
      assert.equal((await linesOf(placed.callId)).map(lineText).join(' '), told, persona)
    }),
  )
  assert.equal(carrier.live(), 0)
})

test('persona 19 is busy once and answers then; a personas file goes before the digits', async (t) => {
  const { call } = await openLine(t)
  for (const expected of ['response 486', 'answered', 'answered']) {
    const placed = call('74955550019')
    await placed.over
    assert.equal(outcome(placed.events), expected)
  }
  const listed = call('7495000')
  await listed.over
  assert.equal(outcome(listed.events), 'response 486')
})

test('a wrong password is refused without a ring, whoever asks', async (t) => {
  const { call, ledger } = await openLine(t)
  const placed = call('74955550028', 'guess')
  await placed.over
  assert.equal(outcome(placed.events), 'response 403')
  assert.deepEqual(ledger(), [])
})

test('a repeated INVITE is one ring, and the ring stands in the ledger before any reply to it', async (t) => {
  const { carrier, ledger } = await openLine(t)
  const socket = createSocket('udp4')
  t.after(() => void socket.close())
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  const { port } = socket.address()
  const invite = [
    `INVITE sip:74955550011@127.0.0.1:${carrier.port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKrepeated`,
    'Max-Forwards: 70',
    'From: <sip:1@127.0.0.1>;tag=a',
    'To: <sip:74955550011@127.0.0.1>',
    'Call-ID: repeated',
    'CSeq: 1 INVITE',
    `Contact: <sip:1@127.0.0.1:${port}>`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
  const ringsAtReply: number[] = []
  socket.on('message', () => ringsAtReply.push(ledger().filter(({ kind }) => kind === 'ring').length))
  for (let copy = 0; copy < 4; copy += 1) {
    const replied = once(socket, 'message')
    socket.send(invite, carrier.port, '127.0.0.1')
    await replied
  }
  assert.deepEqual([...new Set(ringsAtReply)], [1])
})

test('hundreds of calls leave no session, no call and no transaction behind', async (t) => {
  const { carrier, sip, call, ledger } = await openLine(t)
  const personas = ['10', '18', '02', '12', '28']
  for (let round = 0; round < 6; round += 1) {
    const placed = Array.from({ length: 50 }, (_, n) => call(`7495555${n % 9}${personas[n % personas.length]}`))
    await Promise.all(placed.map(({ over }) => over))
  }
  while (carrier.live() > 0 || sip.live.calls > 0 || sip.live.transactions > 0) await pause(5)
  const lines = ledger()
  const count = (kind: string): number => lines.filter((line) => line.kind === kind).length
  assert.deepEqual([count('ring'), count('ended')], [300, 300])
})

test('a carrier that is stopped ends its calls and writes that it did', async (t) => {
  const { carrier, call, ledger } = await openLine(t)
  const never = new Promise<never>(() => {})
  const [talking, ringing, silent] = ['02', '11', '25'].map((persona) => call(`749555501${persona}`, 'secret', never))
  for (const placed of [talking, ringing])
    while (!placed?.events.some(({ type }) => type === (placed === talking ? 'answered' : 'provisional')))
      await pause(5)
  while (carrier.live() < 3) await pause(5)
  await carrier.stop()
  await Promise.all([talking?.over, ringing?.over])
  assert.ok(talking?.events.some(({ type }) => type === 'bye'))
  assert.equal(outcome(ringing?.events ?? []), 'response 480')
  const told = [talking, ringing, silent].map((placed) =>
    ledger()
      .filter(({ callId }) => callId === placed?.callId)
      .map(lineText)
      .join(' '),
  )
  assert.deepEqual(told, ['ring answered ended:200:carrier', 'ring ended:480:carrier', 'ring ended:undefined:carrier'])
  const end = ledger().findLast(({ callId }) => callId === talking?.callId)
  assert.deepEqual([end?.digits, end?.heardMs], ['', 0])
})

test('what the system or a file refuses is told in one line, without a stack, and the exit code is 1', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'carrier-'))
  const socket = createSocket('udp4')
  t.after(() => {
    socket.close()
    rmSync(directory, { recursive: true })
  })
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  const port = String(socket.address().port)
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const table: [string[], RegExp][] = [
    [['--port', port], new RegExp(`--port: 127.0.0.1:${port} cannot be bound: the port is taken`)],
    [['--port', port, '--loss', '0.1'], new RegExp(`--port: 127.0.0.1:${port} cannot be bound: the port is taken`)],
    [['--ledger', directory], /--ledger: .* cannot be written: it is a directory/],
    [['--ledger', join(file('plain', ''), 'ledger')], /--ledger: .* cannot be written: /],
    [['--personas', '/does/not/exist'], /--personas: \/does\/not\/exist cannot be used: no such file or directory/],
    [['--personas', file('broken.yaml', 'a: [1\nb')], /--personas: .*broken.yaml cannot be used: /],
    [['--personas', file('list.json', '["03"]')], /--personas: .*list.json cannot be used: /],
    [
      ['--personas', file('unknown.yaml', '"7495": "77"')],
      /--personas: .*unknown.yaml cannot be used: 7495: expected the two digits of a persona/,
    ],
  ]
  for (const [given, expected] of table) {
    const { status, stderr } = spawnSync(process.execPath, [main, ...given], { encoding: 'utf8', timeout: 20_000 })
    assert.match(stderr, expected)
    assert.match(stderr, /^carrier: [^\n]+\n$/, given.join(' '))
    assert.equal(status, 1, given.join(' '))
  }
})

test('arguments that cannot be used are named, with the usage, and the exit code is 2', () => {
  const table: [string[], RegExp][] = [
    [['--port', '70000'], /--port: expected a whole number from 0 to 65535, found "70000"/],
    [['--seed', 'x'], /--seed: expected a whole number/],
    [['--nonsense'], /nonsense/],
  ]
  for (const [given, expected] of table) {
    const { status, stderr } = spawnSync(process.execPath, [main, ...given], { encoding: 'utf8' })
    assert.equal(status, 2, given.join(' '))
    assert.match(stderr, expected)
    assert.match(stderr, /Usage:/)
  }
})

function outcome(events: readonly OutgoingCallEvent[]): string {
  if (events.some(({ type }) => type === 'answered')) return 'answered'
  const failed = events.find((event) => event.type === 'failed')
  if (failed?.type !== 'failed') return 'nothing'
  const { cause, status, q850, retryAfterSeconds } = failed
  if (cause !== 'response') return cause
  return [
    `response ${status}`,
    ...(q850 === null ? [] : [`q850 ${q850}`]),
    ...(retryAfterSeconds === null ? [] : [`retry ${retryAfterSeconds}`]),
  ].join(' ')
}

function lineText({ kind, finalCode, by }: LedgerLine): string {
  return kind === 'ended' ? `${kind}:${finalCode}:${by}` : kind
}
