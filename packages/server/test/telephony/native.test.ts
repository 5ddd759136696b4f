import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import type { OriginateRequest, TelephonyEvent } from '@dialwright/dialer'
import { pino } from 'pino'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { TelephonyClient } from '../../src/adapters/telephony/telephony-client.ts'

type Line = {
  client: TelephonyClient
  carrierPort: number
  ledger: () => LedgerLine[]
  call: (number: string, more?: Partial<OriginateRequest>) => Call
}
type Call = {
  legId: string
  until: (type: TelephonyEvent['type']) => Promise<TelephonyEvent>
  events: TelephonyEvent[]
}

async function openLine(t: { after: (action: () => Promise<void>) => void }): Promise<Line> {
  const directory = mkdtempSync(join(tmpdir(), 'telephony-'))
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
  const client = await TelephonyClient.start({
    clock: systemClock,
    log: pino({ level: 'silent' }),
    options: {
      sip: { host: '127.0.0.1', port: 0 },
      rtpPorts: 'ephemeral',
      publicAddress: '127.0.0.1',
      journalDirectory: join(directory, 'journal'),
    },
  })
  t.after(async () => {
    await client.close()
    await carrier.stop()
    rmSync(directory, { recursive: true })
  })
  const calls = new Map<string, { events: TelephonyEvent[]; wake: () => void }>()
  client.onEvent((event) => {
    const one = calls.get(event.legId)
    one?.events.push(event)
    one?.wake()
  })
  const call = (number: string, more: Partial<OriginateRequest> = {}): Call => {
    const legId = crypto.randomUUID()
    const state = { events: [] as TelephonyEvent[], wake: () => {} }
    calls.set(legId, state)
    void client.originate({
      legId,
      sipCallId: legId,
      trunk: {
        trunkId: 't',
        host: '127.0.0.1',
        port: carrier.port,
        username: 'dialwright',
        password: 'secret',
        fromDomain: null,
        codecs: ['pcma', 'pcmu'],
      },
      to: number,
      from: '79996662211',
      ringTimeoutMs: 2_000,
      maxDurationMs: 30_000,
      recordTo: null,
      ...more,
    })
    const until = async (type: TelephonyEvent['type']): Promise<TelephonyEvent> => {
      for (;;) {
        const found = state.events.find((event) => event.type === type)
        if (found !== undefined) return found
        await new Promise<void>((resolve) => {
          state.wake = resolve
        })
      }
    }
    return { legId, until, events: state.events }
  }
  const ledger = () =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LedgerLine => JSON.parse(line))
  return { client, carrierPort: carrier.port, ledger, call }
}

test('every refusal comes with its status and cause', async (t) => {
  const line = await openLine(t)
  const expected: Record<string, [number, number | null]> = {
    10: [486, null],
    12: [603, null],
    13: [404, null],
    14: [480, 20],
    17: [503, null],
  }
  for (const [persona, [code, q850]] of Object.entries(expected)) {
    const ended = await line.call(`749555500${persona}`).until('ended')
    assert.ok(ended.type === 'ended' && !ended.wasAnswered && ended.cause === 'response', persona)
    assert.deepEqual([ended.sip.code, ended.sip.q850], [code, q850], persona)
  }
})

test('a call that is challenged rings once', async (t) => {
  const line = await openLine(t)
  const call = line.call('28')
  await call.until('answered')
  line.client.hangup(call.legId)
  await call.until('ended')
  assert.equal(line.ledger().filter((entry) => entry.kind === 'ring' && entry.to === '28').length, 1)
})
