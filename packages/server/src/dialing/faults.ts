/**
 * Named points in the life of an attempt at which something can be made to die, so that crashes at every one of them are
 * tested on the real product. Off unless DIALWRIGHT_KILL_AT tells a list of kills: "VICTIM:POINT#N", separated by commas.
 * "both:after-claim#3" kills main and telephony when the point is passed for the third time in the life of this process.
 */
export const faultPoints = [
  'after-claim',
  'before-invite',
  'after-invite',
  'after-answer',
  'before-finish',
  'after-finish',
] as const
export type FaultPoint = (typeof faultPoints)[number]
export type Faults = (point: FaultPoint) => void

/** Who dies: the main process, the telephony process, both at once, or the embedded database's postmaster. */
export const faultVictims = ['main', 'telephony', 'both', 'postgres'] as const
export type FaultVictim = (typeof faultVictims)[number]

export type Kill = { readonly victim: FaultVictim; readonly point: FaultPoint; readonly nth: number }

export const noFaults: Faults = () => {}

/** Reads one kill, "POINT", "POINT#N" or "VICTIM:POINT#N"; null when it names no victim or point there is. */
export function parseKill(text: string): Kill | null {
  const [, victimName = 'main', pointName, nth = '1'] = /^(?:([a-z]+):)?([a-z-]+)(?:#(\d+))?$/.exec(text) ?? []
  const victim = faultVictims.find((one) => one === victimName)
  const point = faultPoints.find((one) => one === pointName)
  return victim === undefined || point === undefined ? null : { victim, point, nth: Number(nth) }
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
