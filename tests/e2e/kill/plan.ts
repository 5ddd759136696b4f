/** Which kills a run makes: drawn by a seed, so that a run that found something can be had again. */
import { SeededRandom } from '@dialwright/testkit'
import {
  type CallFaultPoint,
  callFaultPoints,
  canDieAt,
  type FaultVictim,
  type Kill,
} from '../../../packages/server/src/dialing/faults.ts'

/**
 * Passings of each point after a start, before which too few calls are live to call it a crash under load. A claim finds the
 * channels full at times, so its point is passed more often than the others.
 */
const leastPassings: Readonly<Record<CallFaultPoint, number>> = {
  'after-claim': 26,
  'before-invite': 22,
  'after-invite': 22,
  'after-answer': 14,
  'before-finish': 16,
  'after-finish': 16,
  'before-invite-sent': 22,
  'after-journal-written': 22,
  'after-invite-sent': 22,
  'before-answer-acked': 14,
  'after-answer-before-report': 14,
  'before-bye': 10,
  'before-end-report': 16,
}
const spread = 8

/** @param victims  Drawn from in turn, shuffled, so that every victim comes; points likewise, as far as the victim can die there. */
export function drawKills(seed: number, count: number, victims: readonly FaultVictim[]): readonly Kill[] {
  const random = new SeededRandom(seed)
  const draw = <Item>(from: Item[]): Item | undefined => from.splice(Math.floor(random.next() * from.length), 1)[0]
  let victimsLeft: FaultVictim[] = []
  let pointsLeft: CallFaultPoint[] = []
  return Array.from({ length: count }, () => {
    if (victimsLeft.length === 0) victimsLeft = [...victims]
    const victim = draw(victimsLeft) ?? 'main'
    if (!pointsLeft.some((point) => canDieAt(victim, point))) pointsLeft = [...pointsLeft, ...callFaultPoints]
    const point = draw(pointsLeft.filter((one) => canDieAt(victim, one))) ?? 'after-claim'
    pointsLeft = pointsLeft.toSpliced(pointsLeft.indexOf(point), 1)
    return { victim, point, nth: leastPassings[point] + Math.floor(random.next() * spread) }
  })
}

/** How the server reads it from its environment. */
export function killText(kill: Kill): string {
  return `${kill.victim}:${kill.point}#${kill.nth}`
}
