/** The calling window: whether a moment is open, and the next opening, for a callee in one zone and for one who may be in fourteen. */
import { isOpen, nextOpening } from '@dialwright/dialer'
import type { Bench } from '../harness/bench.ts'
import { fortyZones, settings, workspaceZone } from './forty-zones.ts'
import { costOf } from './thread-cost.ts'

/** Over the weekend in which the clocks of Europe go forward. */
const friday = Temporal.Instant.from('2026-03-27T00:00:00Z')
const daysSeconds = 4 * 86_400
const manyZones = 14

export const windowsBench: Bench = {
  name: 'windows',
  title: 'isOpen and nextOpening at moments of four days, clock change included',
  control: 'one instant told as the local time of one zone',
  isTimed: true,
  figures: [
    { key: 'open', label: 'isOpen, one zone', unit: 'us', side: 'ours' },
    { key: 'next', label: 'nextOpening, one zone, mean', unit: 'us', side: 'ours' },
    { key: 'nextP99', label: 'nextOpening, one zone, p99', unit: 'us', side: 'ours' },
    { key: 'manyP99', label: 'nextOpening, 14 zones, p99', unit: 'us', side: 'ours', target: { atMost: 5_000 } },
    { key: 'control', label: 'one local time', unit: 'us', side: 'control' },
    { key: 'ratio', label: 'nextOpening of one zone over control', unit: 'x', side: 'ratio' },
  ],
  async open({ isQuick }) {
    const times = isQuick ? 100 : 4_000
    const at = (n: number): Temporal.Instant => friday.add({ seconds: Math.floor((n * daysSeconds) / times) })
    const zoneOf = (n: number): string => fortyZones[n % fortyZones.length] ?? workspaceZone
    const many = fortyZones.slice(0, manyZones)
    const next = (n: number) => nextOpening(settings, [zoneOf(n)], workspaceZone, at(n))
    // The cheap ones are done in bundles: the clock of a thread tells whole microseconds.
    const bundle = 20
    const repeat = (action: (n: number) => unknown) => (n: number) => {
      for (let k = 0; k < bundle; k++) action(n + k)
    }
    const open = repeat((n) => isOpen(settings, [zoneOf(n)], workspaceZone, at(n)))
    const tell = repeat((n) => at(n).toZonedDateTimeISO(zoneOf(n)).hour)
    costOf(Math.ceil(times / 4), next)
    return {
      measure: async () => {
        const one = costOf(times, next)
        const manyCost = costOf(Math.ceil(times / 4), (n) => nextOpening(settings, many, workspaceZone, at(n * 4)))
        const control = costOf(times, tell).meanUs / bundle
        return {
          figures: {
            open: costOf(times, open).meanUs / bundle,
            next: one.meanUs,
            nextP99: one.p99Us,
            manyP99: manyCost.p99Us,
            control,
            ratio: one.meanUs / control,
          },
        }
      },
      close: async () => undefined,
    }
  },
}
