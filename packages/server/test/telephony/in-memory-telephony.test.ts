import type { TrunkTarget } from '@dialwright/dialer'
import { VirtualClock } from '@dialwright/testkit'
import { telephonyConformance } from '../../../dialer/src/ports/telephony.conformance.ts'
import type { Callee } from '../../src/adapters/memory/telephony/callee.ts'
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

telephonyConformance(async () => {
  const clock = new VirtualClock()
  const telephony = new InMemoryTelephony({
    clock,
    calleeOf: (number) => callees[number as keyof typeof callees],
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
  }
})
