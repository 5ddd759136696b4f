import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallingWindow, ForbiddenHours } from '../campaigns/campaign-settings.ts'
import { isOpen, nextOpening } from './calling-window.ts'

const zones = [
  'Europe/Moscow',
  'Europe/Berlin',
  'Asia/Vladivostok',
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Asia/Kathmandu',
  'UTC',
]
const zone = fc.constantFrom('callee' as const, 'workspace' as const)
const quarterHour = fc.integer({ min: 0, max: 95 }).map((n) => n * 900)
const days = fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }), {
  nil: undefined,
})
const calling: fc.Arbitrary<CallingWindow> = fc
  .record({ zone, days, a: quarterHour, b: quarterHour })
  .map(({ a, b, ...rest }) => ({ ...rest, fromSecond: Math.min(a, b), toSecond: Math.max(a, b) }))
const forbidden: fc.Arbitrary<ForbiddenHours> = fc
  .record({ zone, days, fromSecond: quarterHour, toSecond: quarterHour })
  .map(({ zone: forbidZone, ...span }) => ({ name: 'quiet', zone: forbidZone, forbid: [span] }))
/** Around the days on which clocks in New York, London and on Lord Howe jump, and an ordinary one. */
const from = fc
  .tuple(
    fc.constantFrom('2026-12-30', '2026-03-07', '2026-03-28', '2026-04-04', '2026-10-24', '2026-10-31', '2026-07-15'),
    fc.integer({ min: 0, max: 2_880 }),
  )
  .map(([day, minute]) => Temporal.Instant.from(`${day}T00:00:00Z`).add({ minutes: minute }))

/** The slow truth: every quarter of an hour is looked at, for three days. All hours above and all jumps lie on quarters. */
function firstOpenQuarter(
  hours: { windows: readonly CallingWindow[]; timeGroups: readonly ForbiddenHours[]; policies: readonly string[] },
  callee: readonly string[],
  workspace: string,
  start: Temporal.Instant,
): Temporal.Instant | null {
  if (isOpen(hours, callee, workspace, start)) return start
  const quarter = 900_000
  for (
    let ms = Math.ceil((start.epochMilliseconds + 1) / quarter) * quarter;
    ms <= start.epochMilliseconds + 3 * 86_400_000;
    ms += quarter
  ) {
    const instant = Temporal.Instant.fromEpochMilliseconds(ms)
    if (isOpen(hours, callee, workspace, instant)) return instant
  }
  return null
}

test('the next opening is the first open instant, across jumps of the clocks', () => {
  fc.assert(
    fc.property(
      fc.record({
        windows: fc.array(calling, { maxLength: 2 }),
        timeGroups: fc.array(forbidden, { maxLength: 1 }),
        policies: fc.constantFrom([], ['ru-230fz']),
        callee: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 3 }),
        workspace: fc.constantFrom(...zones),
        start: from,
      }),
      ({ callee, workspace, start, ...hours }) => {
        const expected = firstOpenQuarter(hours, callee, workspace, start)
        const found = nextOpening(hours, callee, workspace, start)
        if (expected !== null) assert.equal(found?.toString(), expected.toString())
        else if (found !== null) {
          assert.ok(isOpen(hours, callee, workspace, found))
          assert.ok(found.epochMilliseconds > start.epochMilliseconds + 3 * 86_400_000)
        }
      },
    ),
    { seed: 20_261_121, numRuns: 150 },
  )
})
