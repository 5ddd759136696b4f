import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { forbiddenBy, type Hours, isOpen, nextOpening } from './calling-window.ts'

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
