import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callFaultPoints, faultVictims, parseKill } from '../../../packages/server/src/dialing/faults.ts'
import { drawKills, killText } from './plan.ts'

test('a plan comes to every point and every victim, and to no victim at a point where it cannot die', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const kills = drawKills(seed, 60, faultVictims)
    for (const kill of kills) assert.deepEqual(parseKill(killText(kill)), kill)
    assert.deepEqual([...new Set(kills.map(({ point }) => point))].sort(), [...callFaultPoints].sort())
    assert.equal(new Set(kills.map(({ victim }) => victim)).size, faultVictims.length)
    assert.deepEqual(drawKills(seed, 60, faultVictims), kills)
  }
})
