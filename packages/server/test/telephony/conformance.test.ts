import { setTimeout as pause } from 'node:timers/promises'
import { telephonyConformance } from '../../../dialer/src/ports/telephony.conformance.ts'
import type { CalleeKind } from '../../../dialer/src/ports/telephony-ground.conformance.ts'
import { openProvider } from './caller-by-hand.ts'
import { handKinds, openFarEnd } from './far-end-by-hand.ts'
import { openNativeLine } from './native-line.ts'

/** The carrier's persona for each kind of called party. */
const personas = {
  answers: '02',
  presses: '03',
  'hangs-up': '18',
  busy: '10',
  absent: '14',
  rings: '11',
  silent: '25',
  'early-media': '27',
} as const satisfies Partial<Record<CalleeKind, string>>

const mediaLostAfterMs = 500

telephonyConformance(async (context) => {
  const { client, trunk, ledger } = await openNativeLine(context, { mediaLostAfterMs })
  // What no carrier does is done by hand.
  const byHand = await openFarEnd(2 * mediaLostAfterMs)
  context.after(() => byHand.stop())
  const provider = await openProvider(() => client.sipPort)
  context.after(() => provider.stop())
  let calls = 0
  return {
    telephony: client,
    callee: (kind) => {
      calls += 1
      const number = `7495555${String(calls).padStart(2, '0')}`
      if (kind === 'falls-silent' || kind === 'rings-on' || kind === 'stays')
        return { to: `${number}${handKinds[kind]}`, trunk: trunk(byHand.port) }
      return { to: `${number}${personas[kind]}`, trunk: trunk() }
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
    changed: () => pause(5),
    inbound: {
      ...provider,
      source: { trunkId: 'by-hand', host: '127.0.0.1', port: provider.port },
      pass: (ms) => pause(ms),
    },
  }
})
