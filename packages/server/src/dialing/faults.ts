/**
 * Named points in the life of an attempt at which something can be made to die, so that crashes at every one of them are
 * tested on the real product. Off unless DIALWRIGHT_KILL_AT tells a list of kills: "VICTIM:POINT#N", separated by commas.
 * "both:after-claim#3" kills main and telephony when the point is passed for the third time in the life of the process whose
 * point it is.
 */

/** Points in main that every attempt passes. */
const attemptFaultPoints = [
  'after-claim',
  'before-invite',
  'after-invite',
  'after-answer',
  'before-finish',
  'after-finish',
] as const

/**
 * Points in main that a hand-over passes, in this order.
 *
 *   after-second-leg       the second leg has its channel; its INVITE has not left
 *   after-second-invite    its INVITE may have left
 *   before-bridge          somebody has answered; nobody was told, and the store does not know
 *   after-bridge           the two hear each other, and the store knows of the answer
 */
export const handOverFaultPoints = ['after-second-leg', 'after-second-invite', 'before-bridge', 'after-bridge'] as const

/**
 * Points inside the telephony process, in the order in which a call passes them.
 *
 *   before-invite-sent          nothing is written down, nothing has left
 *   after-journal-written       the INVITE stands in the leg journal, and has not left
 *   after-invite-sent           it has left
 *   before-answer-acked         a 200 has come; the journal still says INVITE
 *   after-answer-before-report  it is ACKed and in the journal; main does not know
 *   before-bye                  the BYE is about to leave
 *   before-end-report           the leg is over; main does not know
 */
export const telephonyFaultPoints = [
  'before-invite-sent',
  'after-journal-written',
  'after-invite-sent',
  'before-answer-acked',
  'after-answer-before-report',
  'before-bye',
  'before-end-report',
] as const

/** What every call of a campaign passes. */
export const callFaultPoints = [...attemptFaultPoints, ...telephonyFaultPoints] as const
export const faultPoints = [...callFaultPoints, ...handOverFaultPoints] as const
export type CallFaultPoint = (typeof callFaultPoints)[number]
export type TelephonyFaultPoint = (typeof telephonyFaultPoints)[number]
export type FaultPoint = (typeof faultPoints)[number]
export type Faults<Point extends FaultPoint = FaultPoint> = (point: Point) => void

/** Who dies: the main process, the telephony process, both at once, or the embedded database's postmaster. */
export const faultVictims = ['main', 'telephony', 'both', 'postgres'] as const
export type FaultVictim = (typeof faultVictims)[number]

export type Kill = { readonly victim: FaultVictim; readonly point: FaultPoint; readonly nth: number }

const noFaults: Faults = () => {}

export function isTelephonyFault(kill: Pick<Kill, 'point'>): boolean {
  return telephonyFaultPoints.some((point) => point === kill.point)
}

/** A point inside the telephony process stands still there until somebody dies of it, so that it has to be among the dead. */
export function canDieAt(victim: FaultVictim, point: FaultPoint): boolean {
  return !isTelephonyFault({ point }) || victim === 'telephony' || victim === 'both'
}

/**
 * Reads one kill, "POINT", "POINT#N" or "VICTIM:POINT#N"; without a victim the process whose point it is. Null when it names no
 * victim or point there is, or one who cannot die at that point.
 */
export function parseKill(text: string): Kill | null {
  const [, victimName, pointName, nth = '1'] = /^(?:([a-z]+):)?([a-z-]+)(?:#(\d+))?$/.exec(text) ?? []
  const point = faultPoints.find((one) => one === pointName)
  if (point === undefined) return null
  const owner = isTelephonyFault({ point }) ? 'telephony' : 'main'
  const victim = faultVictims.find((one) => one === (victimName ?? owner))
  return victim === undefined || !canDieAt(victim, point) ? null : { victim, point, nth: Number(nth) }
}

/** Each kill happens once, at its passing of its point. */
export function killAt(kills: readonly Kill[], kill: (kill: Kill) => void): Faults {
  if (kills.length === 0) return noFaults
  const passed = new Map<FaultPoint, number>()
  return (point) => {
    const nth = (passed.get(point) ?? 0) + 1
    passed.set(point, nth)
    for (const one of kills) if (one.point === point && one.nth === nth) kill(one)
  }
}
