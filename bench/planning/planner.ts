/** One step of the planner over a campaign with a million due contacts in forty zones, at every hour of a week. */
import { planAttempts } from '@dialwright/dialer'
import type { Bench } from '../harness/bench.ts'
import { fortyZones, millionDue } from './forty-zones.ts'
import { costOf } from './thread-cost.ts'

const monday = Temporal.Instant.from('2026-03-23T00:00:00Z')
const weekSeconds = 7 * 86_400
const horizonMs = 200

export const plannerBench: Bench = {
  name: 'planner',
  title: 'plan one step: a million due contacts in forty zones (pure; the store shows them as forty lanes)',
  control: 'the local time of the same forty zones told once, which any planner has to do',
  isTimed: true,
  figures: [
    { key: 'p99', label: 'CPU per step, p99', unit: 'ms', side: 'ours', target: { atMost: 5 } },
    { key: 'mean', label: 'CPU per step, mean', unit: 'ms', side: 'ours' },
    { key: 'control', label: 'forty local times, mean', unit: 'ms', side: 'control' },
    { key: 'ratio', label: 'mean over control', unit: 'x', side: 'ratio' },
  ],
  async open({ isQuick }) {
    const steps = isQuick ? 60 : 2_000
    const at = (n: number): Temporal.Instant => monday.add({ seconds: Math.floor((n * weekSeconds) / steps) })
    const plan = (n: number) => planAttempts(millionDue(at(n)), at(n), { horizonMs })
    const tell = (n: number) => fortyZones.map((zone) => at(n).toZonedDateTimeISO(zone).hour)
    costOf(Math.ceil(steps / 4), plan)
    return {
      measure: async () => {
        const ours = costOf(steps, plan)
        const control = costOf(steps, tell)
        return {
          figures: {
            p99: ours.p99Us / 1_000,
            mean: ours.meanUs / 1_000,
            control: control.meanUs / 1_000,
            ratio: ours.meanUs / control.meanUs,
          },
        }
      },
      close: async () => undefined,
    }
  },
}
