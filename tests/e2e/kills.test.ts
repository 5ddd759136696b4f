import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runUnderKills } from './kill/ground.ts'
import { drawKills } from './kill/plan.ts'

const seed = 20_261_121

test('six seeded kills of main and telephony and one of PostgreSQL among twenty live calls: nobody rung twice, nobody lost, no leg left over, the pace held', {
  timeout: 300_000,
}, async (t) => {
  const kills = [
    ...drawKills(seed, 3, ['telephony', 'main', 'both']),
    ...drawKills(seed, 1, ['postgres']),
    ...drawKills(seed + 1, 3, ['telephony', 'main', 'both']),
  ]
  const run = await runUnderKills({
    people: 200,
    kills,
    seed,
    onKilled: ({ kill, live }) => t.diagnostic(`${kill} with ${live} live`),
  })
  assert.equal(run.killed.length, 7)
  // A kill may meet the moment after an end; a run of kills on an idle server would show nothing.
  for (const { kill, live } of run.killed) assert.ok(live >= 15, `${kill} met only ${live} live calls`)
})
