/** `npm run kill -- --seed N --kills 100`: crashes of main, telephony, both and PostgreSQL under live calls, judged by the ledger. */
import { parseArgs } from 'node:util'
import { faultVictims } from '../../../packages/server/src/dialing/faults.ts'
import { runUnderKills } from './ground.ts'
import { drawKills } from './plan.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '100' },
    people: { type: 'string', default: '500' },
    /** Kills in one campaign: a new campaign is begun for the rest. */
    each: { type: 'string', default: '10' },
  },
})
const seed = Number(values.seed)
const wanted = Number(values.kills)
const people = Number(values.people)
const each = Number(values.each)
if (![seed, wanted, people, each].every((value) => Number.isInteger(value) && value > 0)) {
  process.stderr.write('Usage: npm run kill -- --seed N --kills N --people N --each N, whole numbers above 0\n')
  process.exit(2)
}

let made = 0
let campaigns = 0
for (let left = wanted; left > 0; left -= each) {
  const campaignSeed = seed * 1_000 + campaigns
  const kills = drawKills(campaignSeed, Math.min(each, left), faultVictims)
  const run = await runUnderKills({
    people,
    kills,
    seed: campaignSeed,
    onKilled: ({ kill, live }) => {
      made += 1
      process.stdout.write(`${String(made).padStart(3)} ${kill.padEnd(30)} ${live} live\n`)
    },
  })
  campaigns += 1
  process.stdout.write(
    `campaign ${campaigns} (seed ${campaignSeed}): ${run.calls} attempts, ${run.rings} rings, nobody twice, nobody lost, no leg open; ${JSON.stringify(run.dispositions)}\n`,
  )
}
process.stdout.write(`${made} kills in ${campaigns} campaigns of ${people}: as it should be\n`)
