/**
 * Named points in the life of an attempt at which a process can be made to die, so that crashes at every one of them are
 * tested on the real product. Off unless DIALWRIGHT_KILL_AT names a point ("after-claim#3": the third time it is passed).
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

export const noFaults: Faults = () => {}

/** @param spec  POINT or POINT#N; undefined: never. */
export function killAt(spec: string | undefined, kill: () => void): Faults {
  if (spec === undefined) return noFaults
  const [point, nth = '1'] = spec.split('#')
  let left = Number(nth)
  return (passed) => {
    if (passed === point && --left === 0) kill()
  }
}
