/** Which kills a run makes: drawn by a seed, so that a run that found something can be had again. */
import { SeededRandom } from '@dialwright/testkit'
import {
  type FaultPoint,
  type FaultVictim,
  faultPoints,
  type Kill,
} from '../../../packages/server/src/dialing/faults.ts'

/**
 * Passings of each point after a start, before which too few calls are live to call it a crash under load. A claim finds the
 * channels full at times, so its point is passed more often than the others.
 */
const leastPassings: Readonly<Record<FaultPoint, number>> = {
  'after-claim': 26,
  'before-invite': 22,
  'after-invite': 22,
  'after-answer': 14,
  'before-finish': 16,
  'after-finish': 16,
}
const spread = 8

/** @param victims  Drawn from in turn, shuffled, so that every victim comes. */
export function drawKills(seed: number, count: number, victims: readonly FaultVictim[]): readonly Kill[] {
  const random = new SeededRandom(seed)
  const draw = <Item>(from: Item[]): Item | undefined => from.splice(Math.floor(random.next() * from.length), 1)[0]
  let victimsLeft: FaultVictim[] = []
  let pointsLeft: FaultPoint[] = []
  return Array.from({ length: count }, () => {
    if (victimsLeft.length === 0) victimsLeft = [...victims]
    if (pointsLeft.length === 0) pointsLeft = [...faultPoints]
    const victim = draw(victimsLeft) ?? 'main'
    const point = draw(pointsLeft) ?? 'after-claim'
    return { victim, point, nth: leastPassings[point] + Math.floor(random.next() * spread) }
  })
}

/** How the server reads it from its environment. */
export function killText(kill: Kill): string {
  return `${kill.victim}:${kill.point}#${kill.nth}`
}
