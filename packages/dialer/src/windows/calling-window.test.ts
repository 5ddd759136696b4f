import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { forbiddenBy, type Hours, isOpen, nextOpening, openingWithinYear } from './calling-window.ts'

const at = (text: string) => Temporal.Instant.from(text)
const hours = (fromSecond: number, toSecond: number, timeGroups: Hours['timeGroups'] = []): Hours => ({
  windows: [{ zone: 'callee', fromSecond, toSecond }],
  timeGroups,
})
const nineToSix = hours(9 * 3_600, 18 * 3_600)

test('a window counts in the zone of the callee, its last second included', () => {
  assert.equal(isOpen(nineToSix, ['Asia/Vladivostok'], 'Europe/Moscow', at('2026-03-02T00:00:00Z')), true)
  assert.equal(isOpen(nineToSix, ['Europe/Moscow'], 'Europe/Moscow', at('2026-03-02T00:00:00Z')), false)
  assert.equal(isOpen(nineToSix, ['UTC'], 'UTC', at('2026-03-02T18:00:00Z')), true)
  assert.equal(isOpen(nineToSix, ['UTC'], 'UTC', at('2026-03-02T18:00:01Z')), false)
})

test('of several possible zones all must be open', () => {
  assert.equal(isOpen(nineToSix, ['Europe/Kaliningrad', 'Europe/Moscow'], 'UTC', at('2026-03-02T06:30:00Z')), false)
  assert.equal(isOpen(nineToSix, ['Europe/Kaliningrad', 'Europe/Moscow'], 'UTC', at('2026-03-02T07:00:00Z')), true)
})

test('zones that are never open together have no next opening', () => {
  assert.equal(
    nextOpening(
      hours(9 * 3_600, 10 * 3_600),
      ['Europe/Kaliningrad', 'Asia/Kamchatka'],
      'UTC',
      at('2026-03-02T00:00:00Z'),
    ),
    null,
  )
})

test('forbidden hours cross midnight and end where they say', () => {
  const night = [{ name: 'night', zone: 'callee', forbid: [{ fromSecond: 22 * 3_600, toSecond: 8 * 3_600 }] }] as const
  const open = (text: string) => isOpen({ windows: [], timeGroups: night }, ['UTC'], 'UTC', at(text))
  assert.deepEqual(
    ['2026-03-02T21:59:59Z', '2026-03-02T22:00:00Z', '2026-03-03T07:59:59Z', '2026-03-03T08:00:00Z'].map(open),
    [true, false, false, true],
  )
})

test('a window that begins inside the gap of a clock change opens when the gap ends', () => {
  const opening = nextOpening(hours(2.5 * 3_600, 5 * 3_600), ['Europe/Berlin'], 'UTC', at('2026-03-28T23:30:00Z'))
  assert.equal(opening?.toString(), '2026-03-29T01:00:00Z')
})

test('a window that opens within the hour that the clocks show twice opens in either of them', () => {
  const early = hours(2.5 * 3_600, 5 * 3_600)
  const opening = (from: string) => nextOpening(early, ['Europe/Berlin'], 'UTC', at(from))?.toString()
  assert.equal(opening('2026-10-25T00:10:00Z'), '2026-10-25T00:30:00Z')
  assert.equal(opening('2026-10-25T01:00:00Z'), '2026-10-25T01:30:00Z', 'the clocks are just put back')
  assert.equal(opening('2026-10-25T01:10:00.5Z'), '2026-10-25T01:30:00Z')
})

test('whoever is in no zone that is known is taken to be where the workspace is', () => {
  const night = [{ name: 'night', zone: 'callee', forbid: [{ fromSecond: 22 * 3_600, toSecond: 8 * 3_600 }] }] as const
  const late = at('2026-03-02T20:00:00Z')
  assert.equal(forbiddenBy(night, [], 'Europe/Moscow', late)?.name, 'night')
  assert.equal(isOpen({ windows: [], timeGroups: night }, [], 'Europe/Moscow', late), false)
  assert.equal(
    nextOpening({ windows: [], timeGroups: night }, [], 'Europe/Moscow', late)?.toString(),
    '2026-03-03T05:00:00Z',
  )
})

test('the next opening is open, and no minute before it is', () => {
  const zone = fc.constantFrom('Europe/Moscow', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe')
  const second = fc.integer({ min: 0, max: 86_399 })
  fc.assert(
    fc.property(
      second,
      second,
      fc.array(zone, { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 0, max: 525_600 }),
      (a, b, zones, minutes) => {
        const some = hours(Math.min(a, b), Math.max(a, b))
        const from = at('2026-01-01T00:00:00Z').add({ minutes })
        const opening = nextOpening(some, zones, 'UTC', from)
        if (opening === null) return
        assert.ok(isOpen(some, zones, 'UTC', opening))
        for (let probe = from; Temporal.Instant.compare(probe, opening) < 0; probe = probe.add({ minutes: 7 })) {
          assert.ok(!isOpen(some, zones, 'UTC', probe), `${probe.toString()} is open before ${opening.toString()}`)
        }
      },
    ),
    { numRuns: 60 },
  )
})

/** ISO days from Monday to Friday. */
const weekdays = {
  windows: [{ zone: 'callee', days: [1, 2, 3, 4, 5], fromSecond: 0, toSecond: 86_399 }],
  timeGroups: [],
} as const
/** Twenty-five hours apart: 24 hours of one clock time, and of two dates at any instant. */
const acrossTheDateLine = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']

test('east and west of the date line it is another day: both have to be one of the days', () => {
  const open = (text: string) => isOpen(weekdays, acrossTheDateLine, 'UTC', at(text))
  // Monday the second of March 2026 begins on Kiritimati at ten on Sunday, in Pago Pago at eleven on Monday.
  assert.deepEqual(
    ['2026-03-02T10:59:59Z', '2026-03-02T11:00:00Z', '2026-03-06T09:59:59Z', '2026-03-06T10:00:00Z'].map(open),
    [false, true, true, false],
  )
  assert.equal(
    nextOpening(weekdays, acrossTheDateLine, 'UTC', at('2026-03-06T10:00:00Z'))?.toString(),
    '2026-03-09T11:00:00Z',
  )
})

test('one day of the week is never the same day on both sides of the date line: no window of it opens, in a year', () => {
  const mondays = { windows: [{ zone: 'callee', days: [1], fromSecond: 0, toSecond: 86_399 }], timeGroups: [] } as const
  const from = at('2026-03-01T00:00:00Z')
  assert.equal(openingWithinYear(mondays, acrossTheDateLine, 'UTC', from), null)
  assert.equal(openingWithinYear(mondays, ['Pacific/Kiritimati'], 'UTC', from)?.toString(), '2026-03-01T10:00:00Z')
})

test('hours that meet only while one of two places has put its clocks are seen a year ahead, not weeks ahead', () => {
  // Eight in the morning in New York is three in the afternoon in Cairo, and two from the eighth of March to the end of April alone.
  const quiet = { name: 'all but two to three', forbid: [{ fromSecond: 15 * 3_600, toSecond: 14 * 3_600 }] } as const
  const some = hours(8 * 3_600, 9 * 3_600 - 1, [{ ...quiet, zone: 'workspace' }])
  const winter = at('2026-01-10T00:00:00Z')
  assert.equal(nextOpening(some, ['America/New_York'], 'Africa/Cairo', winter), null)
  const spring = openingWithinYear(some, ['America/New_York'], 'Africa/Cairo', winter)
  assert.equal(spring?.toString(), '2026-03-08T12:00:00Z')
})

test('the night between two days of which the clocks lose or gain an hour keeps the wall time of its ends', () => {
  const night = [{ name: 'night', zone: 'callee', forbid: [{ fromSecond: 22 * 3_600, toSecond: 8 * 3_600 }] }] as const
  const hours = { windows: [], timeGroups: night }
  const morning = (zone: string, evening: string) => nextOpening(hours, [zone], 'UTC', at(evening))?.toString()
  assert.equal(morning('Europe/Berlin', '2026-03-28T22:00:00Z'), '2026-03-29T06:00:00Z')
  assert.equal(morning('Europe/Berlin', '2026-10-24T22:00:00Z'), '2026-10-25T07:00:00Z')
  // Lord Howe puts its clocks by half an hour.
  assert.equal(morning('Australia/Lord_Howe', '2026-04-04T13:00:00Z'), '2026-04-04T21:30:00Z')
  assert.equal(morning('Australia/Lord_Howe', '2026-10-03T13:00:00Z'), '2026-10-03T21:00:00Z')
})

test('a window of one second is open for that second, a forbidden span of no length forbids nothing', () => {
  const noon = hours(43_200, 43_200)
  assert.deepEqual(
    ['11:59:59.999', '12:00:00', '12:00:00.999', '12:00:01'].map((time) =>
      isOpen(noon, ['UTC'], 'UTC', at(`2026-03-02T${time}Z`)),
    ),
    [false, true, true, false],
  )
  const nothing = [{ name: 'none', zone: 'callee', forbid: [{ fromSecond: 43_200, toSecond: 43_200 }] }] as const
  assert.equal(isOpen({ windows: [], timeGroups: nothing }, ['UTC'], 'UTC', at('2026-03-02T12:00:00Z')), true)
})
