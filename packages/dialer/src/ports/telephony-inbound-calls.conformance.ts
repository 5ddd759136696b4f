/** A call that has come in, for tests: its caller, what was told of it, its events. */
import assert from 'node:assert/strict'
import type { IncomingCall, TelephonyEvent } from './telephony.ts'
import type { TelephonyGround, TestCall } from './telephony-ground.conformance.ts'
import type { CallerKind, CallerSaw } from './telephony-inbound-ground.conformance.ts'

export type RungCall = Omit<TestCall, 'request'> & {
  readonly number: string
  readonly incoming: IncomingCall
  /** Every call that has come to this number. */
  readonly told: readonly IncomingCall[]
  readonly caller: { saw(): CallerSaw }
}

/** Lets the callers in, has one of them ring a number of its own, and waits until that is told. */
export async function rung(ground: TelephonyGround, kind: CallerKind): Promise<RungCall> {
  const { telephony, inbound } = ground
  const number = `7495${crypto.randomUUID().replaceAll(/\D/g, '').slice(0, 9)}`
  const told: IncomingCall[] = []
  const events: TelephonyEvent[] = []
  telephony.onIncoming((call) => {
    if (call.to === number) told.push(call)
  })
  telephony.onEvent((event) => {
    if (event.legId === told[0]?.legId) events.push(event)
  })
  telephony.admit([inbound.source])
  await taken(ground)
  const caller = inbound.ring(kind, number)
  while (told.length === 0) await ground.changed()
  const incoming = told[0] ?? assert.fail()
  return {
    number,
    incoming,
    told,
    caller,
    legId: incoming.legId,
    events,
    until: async <Type extends TelephonyEvent['type']>(type: Type) => {
      for (;;) {
        const found = events.find((event) => event.type === type)
        if (found !== undefined) return found as Extract<TelephonyEvent, { type: Type }>
        await ground.changed()
      }
    },
  }
}

/** Resolves once everything said before has reached the process behind the port: a caller may be faster than a command. */
export async function taken({ telephony, settle }: TelephonyGround): Promise<void> {
  await settle(telephony.health())
}
