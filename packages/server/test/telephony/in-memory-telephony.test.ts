import type { Registration, TrunkTarget } from '@dialwright/dialer'
import { VirtualClock } from '@dialwright/testkit'
import { telephonyConformance } from '../../../dialer/src/ports/telephony.conformance.ts'
import type { LineKind } from '../../../dialer/src/ports/telephony-inbound-ground.conformance.ts'
import type { Callee } from '../../src/adapters/memory/telephony/callee.ts'
import type { Caller, Registrar } from '../../src/adapters/memory/telephony/caller.ts'
import { InMemoryTelephony } from '../../src/adapters/memory/telephony/in-memory-telephony.ts'

const answers = { kind: 'answer', ringMs: 300, presses: null, hangsUpAfterMs: null } as const
const callees = {
  answers,
  presses: { ...answers, presses: '1' },
  'hangs-up': { ...answers, hangsUpAfterMs: 0 },
  busy: { kind: 'reject', ringMs: 300, status: 486, q850: null },
  absent: { kind: 'reject', ringMs: 300, status: 480, q850: 20 },
  rings: { kind: 'ring' },
  silent: { kind: 'silence' },
  'early-media': { ...answers, hasEarlyMedia: true },
  'falls-silent': { ...answers, silence: { lostMs: 5_000, backMs: 6_000 } },
  'rings-on': { kind: 'ring' },
  stays: answers,
} as const satisfies Record<string, Callee>

const trunk: TrunkTarget = {
  trunkId: 't',
  host: '127.0.0.1',
  port: 5060,
  username: null,
  password: null,
  fromDomain: null,
  codecs: ['pcma'],
}

const waits = { givesUpAfterMs: null, hangsUpAfterMs: null, presses: null, isUnderstood: true } as const
const callers = {
  waits,
  presses: { ...waits, presses: '1' },
  'gives-up': { ...waits, givesUpAfterMs: 400 },
  'hangs-up': { ...waits, hangsUpAfterMs: 0 },
  repeats: waits,
  'speaks-otherwise': { ...waits, isUnderstood: false },
} as const satisfies Record<string, Partial<Caller>>

const registrars: Record<LineKind, Registrar> = {
  accepted: { kind: 'binds', forSeconds: null },
  short: { kind: 'binds', forSeconds: 2 },
  'wrong-password': { kind: 'refuses', status: 401, reason: 'Unauthorized' },
}

telephonyConformance(async () => {
  const clock = new VirtualClock()
  const lines = new Map<string, LineKind>()
  const telephony = new InMemoryTelephony({
    clock,
    calleeOf: (number) => callees[number as keyof typeof callees],
    registrarOf: ({ lineId }) => registrars[lines.get(lineId) ?? 'accepted'],
  })
  return {
    telephony,
    callee: (kind) => ({ to: kind, trunk }),
    settle: async (promise) => {
      let isSettled = false
      promise.then(
        () => {
          isSettled = true
        },
        () => {
          isSettled = true
        },
      )
      for (let step = 0; !isSettled && step < 2_000; step += 1) await clock.advanceAsync(50)
      return promise
    },
    kill: async () => telephony.die(),
    seen: (legId) => telephony.seen(legId) ?? { rings: 0, digits: '', isOver: false },
    changed: () => clock.advanceAsync(50),
    inbound: {
      source: { trunkId: 'by-hand', host: '127.0.0.1', port: 5070 },
      line: (kind): Registration => {
        const user = `749577700${lines.size}`
        lines.set(user, kind)
        const provider = { ...trunk, trunkId: `trunk-${user}`, port: 5070 }
        return { lineId: user, trunk: provider, user, username: user, password: 'p', everySeconds: 600 }
      },
      bound: ({ lineId }) => telephony.boundOf(lineId),
      ring: (kind, whom) => {
        const saw = telephony.call({
          address: '127.0.0.1',
          port: 5070,
          requestUri:
            typeof whom === 'string' ? `sip:${whom}@127.0.0.1` : `sip:${whom.user}@127.0.0.1;line=${whom.lineId}`,
          dialled: typeof whom === 'string' ? whom : '74951112233',
          from: '79990001122',
          fromName: 'Anna',
          ...callers[kind],
        })
        return { saw: () => saw }
      },
      pass: (ms) => clock.advanceAsync(ms),
    },
  }
})
