/** What the tests of the `Telephony` port stand on: called parties, calls placed to them, and how an end is judged. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { OriginateRequest, Telephony, TelephonyEvent, TrunkTarget } from './telephony.ts'
import type { InboundGround } from './telephony-inbound-ground.conformance.ts'

/** How a called party behaves. */
export type CalleeKind =
  | 'answers'
  /** Presses 1 once it has heard a sentence to its end. */
  | 'presses'
  | 'hangs-up'
  | 'busy'
  /** 480 with a Q.850 cause of 20. */
  | 'absent'
  | 'rings'
  /** Not a single reply. */
  | 'silent'
  /** Sound before the answer in place of ringing, then answers. */
  | 'early-media'
  /** Answers; its sound stops for longer than the line bears, and comes back. */
  | 'falls-silent'
  /** Rings, and does not end the call when it is taken back. */
  | 'rings-on'
  /** Answers, and does not answer a BYE. */
  | 'stays'

export interface TelephonyGround {
  readonly telephony: Telephony
  /** A number of a called party of this kind, another for each call of it, and the trunk that leads there. */
  callee(kind: CalleeKind): { readonly to: string; readonly trunk: TrunkTarget }
  /** Lets time pass until the promise has settled. */
  settle<Result>(promise: Promise<Result>): Promise<Result>
  /** Ends the process behind the port as a crash does; resolves when `onLost` has been called. */
  kill(): Promise<void>
  /** What the called party of a leg saw of it by now. */
  seen(legId: string): { readonly rings: number; readonly digits: string; readonly isOver: boolean }
  /** Resolves once `seen` has changed, or some time has passed. */
  changed(): Promise<void>
  readonly inbound: InboundGround
}

export type Ended = Extract<TelephonyEvent, { type: 'ended' }>
type Of<Type extends TelephonyEvent['type']> = Extract<TelephonyEvent, { type: Type }>
export type TestCall = {
  readonly legId: string
  readonly request: OriginateRequest
  readonly events: TelephonyEvent[]
  /** The first event of this type, once it is there. */
  until<Type extends TelephonyEvent['type']>(type: Type): Promise<Of<Type>>
}

/** Half a second of a tone: long enough to be a sentence for whoever waits for one. */
export const sentence = {
  promptId: 'sentence',
  samples: Int16Array.from({ length: 4_000 }, (_, index) => Math.round(8_000 * Math.sin(index / 3))),
}

/** A far end that plays no part in the end of its call keeps the leg no longer than this. */
export const patienceMs = 6_000
/** Behind a deadline: two seconds for far ends, one for the machine. */
export const behindDeadlineMs = 3_000
/** Ten seconds of sentences: more than any limit in these tests. */
export const longSpeech = Array.from({ length: 20 }, () => 'sentence')

/** Registers one test, over a ground of its own. */
export type Promised = (name: string, run: (ground: TelephonyGround) => Promise<void>) => void

export function promisedOver(openGround: (context: TestContext) => Promise<TelephonyGround>): Promised {
  return (name, run) => {
    test(name, { timeout: 60_000 }, async (context) => run(await openGround(context)))
  }
}

/** What became of the plays of a call, in the order of their names. */
export function doneOf(call: Pick<TestCall, 'events'>): string[] {
  return call.events.flatMap((event) => (event.type === 'play-done' ? [`${event.playId} ${event.reason}`] : [])).sort()
}

export function msBetween(from: TelephonyEvent, to: TelephonyEvent): number {
  return to.at.since(from.at).total('milliseconds')
}

/** Starts a call to a party of this kind. */
export async function place(
  ground: TelephonyGround,
  kind: CalleeKind,
  more: Partial<OriginateRequest> = {},
): Promise<TestCall> {
  const legId = crypto.randomUUID()
  const request: OriginateRequest = {
    legId,
    sipCallId: legId,
    ...ground.callee(kind),
    from: '79996662211',
    ringTimeoutMs: 8_000,
    maxDurationMs: 30_000,
    recordTo: null,
    ...more,
  }
  const events: TelephonyEvent[] = []
  let wake = (): void => {}
  ground.telephony.onEvent((event) => {
    if (event.legId !== legId) return
    events.push(event)
    wake()
  })
  const find = async (type: TelephonyEvent['type']): Promise<TelephonyEvent> => {
    for (;;) {
      const found = events.find((event) => event.type === type)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  await ground.settle(ground.telephony.originate(request))
  return {
    legId,
    request,
    events,
    until: async <Type extends TelephonyEvent['type']>(type: Type) => {
      const found = await ground.settle(find(type))
      assert.equal(found.type, type)
      return found as Of<Type>
    },
  }
}

/** Resolves once the far end has seen its call end. */
export async function farEndIsFree(ground: TelephonyGround, call: TestCall): Promise<void> {
  while (!ground.seen(call.legId).isOver) await ground.changed()
}
