import { setImmediate as breathe } from 'node:timers/promises'
import { type CalleeKind, telephonyConformance } from '../../../dialer/src/ports/telephony.conformance.ts'
import { openNativeLine } from './native-line.ts'

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
  const { client, trunk, ledger } = await openNativeLine(context)
  let calls = 0
  return {
    telephony: client,
    trunk: trunk(),
    callee: (kind) => {
      calls += 1
      return `7495555${String(calls).padStart(2, '0')}${personas[kind]}`
    },
    settle: (promise) => promise,
    kill: () =>
      new Promise<void>((resolve) => {
        client.onLost(resolve)
        process.kill(client.processId ?? 0, 'SIGKILL')
      }),
    seen: (legId) => {
      const lines = ledger().filter(({ callId }) => callId === legId)
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
