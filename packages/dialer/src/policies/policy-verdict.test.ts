import assert from 'node:assert/strict'
import test from 'node:test'
import { isOpen, nextOpening } from '../windows/calling-window.ts'
import { policiesInForce, policyPacks } from './policies.ts'
import { knownDaysOf } from './policy-pack.ts'
import { policyVerdict } from './policy-verdict.ts'
import { ru230fz } from './ru-230fz.ts'

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text)
const moscow = (text: string): Temporal.Instant => at(`${text}+03:00`)
const held = { policies: ['ru-230fz'] }
const hours = { windows: [], timeGroups: [], ...held }
const zones = ['Europe/Moscow']
const isLegal = (instant: Temporal.Instant, where = zones): boolean => isOpen(hours, where, 'UTC', instant)
const verdict = (talks: readonly string[], instant: string) => {
  const said = policyVerdict(held, { zones, workspaceZone: 'UTC', talks: talks.map(moscow) }, moscow(instant))
  return said.isAllowed ? 'allowed' : `${said.rule} until ${said.until?.toString({ timeZone: 'Europe/Moscow' })}`
}

test('every pack says its version, its date and its source', () => {
  for (const { name, version, asOf, source } of policyPacks) {
    assert.match(name, /^[a-z0-9-]+$/)
    assert.notEqual(version, '')
    assert.equal(Temporal.PlainDate.from(asOf).toString(), asOf)
    assert.ok(source.length > 20, name)
  }
})

test('on a working day the hours are from eight to ten in the evening, the last instant before it included', () => {
  // A Tuesday.
  assert.deepEqual(
    ['07:59:59.999', '08:00:00', '21:59:59.999', '22:00:00'].map((time) => isLegal(moscow(`2026-03-03T${time}`))),
    [false, true, true, false],
  )
})

test('on Saturdays, Sundays and holidays the hours are from nine to eight in the evening', () => {
  // A Saturday, a Sunday, New Year's holidays, Russia Day (a Friday), and a day off that the government moved to a Friday.
  for (const day of ['2026-03-07', '2026-03-15', '2026-01-02', '2026-06-12', '2026-01-09'])
    assert.deepEqual(
      ['08:59:59', '09:00:00', '19:59:59', '20:00:00'].map((time) => isLegal(moscow(`${day}T${time}`))),
      [false, true, true, false],
      day,
    )
})

test('a holiday on a Sunday gives the working day after it the hours of rest', () => {
  // The eighth of March 2026 is a Sunday, the ninth of May 2026 a Saturday.
  for (const day of ['2026-03-09', '2026-05-11']) assert.equal(isLegal(moscow(`${day}T08:30:00`)), false, day)
  for (const day of ['2026-03-10', '2026-05-12']) assert.equal(isLegal(moscow(`${day}T08:30:00`)), true, day)
  // 2027: the first of May is a Saturday, the ninth a Sunday.
  const { restDays: days } = knownDaysOf({ ...ru230fz.calendar, years: { from: 2_027, to: 2_027 } })
  const isRest = (text: string): boolean => days.has(Temporal.PlainDate.from(text).since('1970-01-01').days)
  assert.deepEqual(['2027-05-03', '2027-05-04', '2027-05-10', '2027-05-11'].map(isRest), [true, false, true, false])
})

test("of a year whose calendar is not known every day has the hours of a day of rest, in the callee's zone", () => {
  // A Thursday, and the first Friday behind it.
  const known = ['2026-12-30T08:30:00', '2026-12-30T21:00:00']
  const unknown = [
    '2027-01-12T08:30:00',
    '2027-01-12T21:00:00',
    '2027-07-14T08:59:59',
    '2031-07-16T20:00:00',
    '2024-07-16T08:30:00',
  ]
  for (const time of known) assert.equal(isLegal(moscow(time)), true, time)
  for (const time of unknown) assert.equal(isLegal(moscow(time)), false, time)
  for (const time of ['2027-01-12T09:00:00', '2031-07-16T19:59:59']) assert.equal(isLegal(moscow(time)), true, time)
  // Half past eight of the last day of 2026 in Kaliningrad; the year begins earlier further east.
  const lastEvening = at('2026-12-30T19:00:00Z')
  assert.equal(isLegal(lastEvening, ['Europe/Kaliningrad']), true)
  assert.equal(isLegal(at('2026-12-31T21:30:00Z'), ['Asia/Kamchatka']), true, "half past nine of New Year's Day")
  assert.equal(isLegal(at('2026-12-31T20:30:00Z'), ['Asia/Kamchatka']), false)
})

test('the hours of days of rest lie within those of working days, in every pack', () => {
  for (const { name, hours: legal } of policyPacks) {
    assert.ok(legal.restDays.fromSecond >= legal.workingDays.fromSecond, name)
    assert.ok(legal.restDays.toSecond <= legal.workingDays.toSecond, name)
  }
})

test('the hours are those of the callee, and of every zone the callee may be in', () => {
  const morning = at('2026-03-03T05:30:00Z')
  assert.equal(isLegal(morning, ['Europe/Moscow']), true)
  assert.equal(isLegal(morning, ['Europe/Moscow', 'Europe/Kaliningrad']), false)
  // Half past three in the afternoon in Vladivostok, five in the evening in Kamchatka.
  assert.equal(isLegal(morning, ['Asia/Vladivostok', 'Asia/Kamchatka']), true)
  // Kaliningrad begins at eight when it is six in the evening in Kamchatka.
  const everywhere = ['Europe/Kaliningrad', 'Europe/Moscow', 'Asia/Yekaterinburg', 'Asia/Kamchatka']
  assert.deepEqual(
    nextOpening(hours, everywhere, 'UTC', at('2026-03-03T00:00:00Z'))?.toString(),
    '2026-03-03T06:00:00Z',
  )
})

test('the next opening is that of the day it lies in: nine on a holiday, eight on a working day', () => {
  const next = (text: string): string | undefined =>
    nextOpening(hours, zones, 'UTC', moscow(text))?.toString({ timeZone: 'Europe/Moscow' })
  assert.equal(next('2026-03-06T23:00:00'), '2026-03-07T09:00:00+03:00')
  assert.equal(next('2026-03-08T23:00:00'), '2026-03-09T09:00:00+03:00')
  assert.equal(next('2026-03-09T20:00:00'), '2026-03-10T08:00:00+03:00')
})

test('a clock that is put forward and back keeps the wall time of the hours', () => {
  // Berlin: summer time begins on Sunday the 29th of March 2026 and ends on Sunday the 25th of October.
  const berlin = ['Europe/Berlin']
  assert.deepEqual(
    ['2026-03-29T06:59:59Z', '2026-03-29T07:00:00Z', '2026-10-25T07:59:59Z', '2026-10-25T08:00:00Z'].map((text) =>
      isLegal(at(text), berlin),
    ),
    [false, true, false, true],
  )
})

test('one talk a day, two a week, eight a month: the cap that holds longest says until when', () => {
  assert.equal(verdict([], '2026-03-10T12:00:00'), 'allowed')
  assert.equal(verdict(['2026-03-10T09:00:00'], '2026-03-10T12:00:00'), 'day until 2026-03-11T00:00:00+03:00')
  // The last minute of Monday is another day.
  assert.equal(verdict(['2026-03-09T19:59:00'], '2026-03-10T08:00:00'), 'allowed')
  const twice = ['2026-03-09T12:00:00', '2026-03-11T12:00:00']
  assert.equal(verdict(twice, '2026-03-12T12:00:00'), 'week until 2026-03-16T00:00:00+03:00')
  assert.equal(verdict(twice, '2026-03-16T12:00:00'), 'allowed')
  assert.equal(verdict([...twice, '2026-03-16T12:00:00'], '2026-03-16T13:00:00'), 'day until 2026-03-17T00:00:00+03:00')
  const eight = ['02', '04', '09', '11', '16', '18', '23', '25'].map((day) => `2026-03-${day}T12:00:00`)
  assert.equal(verdict(eight.slice(1), '2026-03-30T12:00:00'), 'allowed')
  assert.equal(verdict(eight, '2026-03-30T12:00:00'), 'month until 2026-04-01T00:00:00+03:00')
})

test('a talk of a day counts in every zone the callee may be in', () => {
  // Two in the afternoon in Moscow and nine in the evening in Vladivostok; six hours later it is the next day there, not here.
  const talks = [at('2026-03-10T11:00:00Z')]
  const callee = { zones: ['Asia/Vladivostok', 'Europe/Moscow'], workspaceZone: 'UTC', talks }
  const said = policyVerdict(held, callee, at('2026-03-10T17:00:00Z'))
  assert.equal(!said.isAllowed && said.rule === 'day' && said.until?.toString(), '2026-03-10T21:00:00Z')
})

test('out of hours the verdict says so, with the opening', () => {
  assert.equal(verdict([], '2026-03-10T23:00:00'), 'hours until 2026-03-11T08:00:00+03:00')
})

test('a test campaign is held by nothing; a pack that this version does not know lets nobody be called', () => {
  const callee = { zones, workspaceZone: 'UTC', talks: [moscow('2026-03-10T09:00:00')] }
  assert.equal(policyVerdict({ ...held, isTest: true }, callee, moscow('2026-03-10T23:00:00')).isAllowed, true)
  const said = policyVerdict({ policies: ['ru-999fz'] }, callee, moscow('2026-03-10T12:00:00'))
  assert.deepEqual(said, { isAllowed: false, pack: 'ru-999fz', rule: 'hours', until: null })
  assert.equal(policiesInForce({ policies: [] }).length, 0)
})
