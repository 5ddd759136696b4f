import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import { pino } from 'pino'
import { type CalleeKind, telephonyConformance } from '../../../dialer/src/ports/telephony.conformance.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { TelephonyClient } from '../../src/adapters/telephony/telephony-client.ts'

/** The carrier's persona for each kind of called party. */
const personas: Readonly<Record<CalleeKind, string>> = {
  answers: '02',
  presses: '03',
  'hangs-up': '18',
  busy: '10',
  absent: '14',
  rings: '11',
  silent: '25',
}

telephonyConformance(async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'telephony-'))
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
  const telephony = await TelephonyClient.start({
    clock: systemClock,
    log: pino({ level: 'silent' }),
    options: {
      sip: { host: '127.0.0.1', port: 0 },
      rtpPorts: 'ephemeral',
      publicAddress: '127.0.0.1',
      journalDirectory: join(directory, 'journal'),
    },
  })
  context.after(async () => {
    await telephony.close()
    await carrier.stop()
    rmSync(directory, { recursive: true })
  })
  let calls = 0
  return {
    telephony,
    trunk: {
      trunkId: 't',
      host: '127.0.0.1',
      port: carrier.port,
      username: 'dialwright',
      password: 'secret',
      fromDomain: null,
      codecs: ['pcma', 'pcmu'],
    },
    callee: (kind) => {
      calls += 1
      return `7495555${String(calls).padStart(2, '0')}${personas[kind]}`
    },
    settle: (promise) => promise,
    kill: () =>
      new Promise<void>((resolve) => {
        telephony.onLost(resolve)
        process.kill(telephony.processId ?? 0, 'SIGKILL')
      }),
    seen: (legId) => {
      const lines = readFileSync(ledgerPath, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): LedgerLine => JSON.parse(line))
        .filter(({ callId }) => callId === legId)
      const ended = lines.find(({ kind }) => kind === 'ended')
      return {
        rings: lines.filter(({ kind }) => kind === 'ring').length,
        digits: ended?.digits ?? '',
        isOver: ended !== undefined,
      }
    },
    changed: () => breathe(),
  }
})
