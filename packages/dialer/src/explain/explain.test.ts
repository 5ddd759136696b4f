import assert from 'node:assert/strict'
import test from 'node:test'
import { type ExplainFacts, explain } from './explain.ts'

const at = Temporal.Instant.from('2026-03-02T09:00:00Z')
const plain: ExplainFacts = {
  at,
  workspaceZone: 'Europe/Moscow',
  campaign: {
    state: 'running',
    startAt: null,
    expiresAt: null,
    settings: { windows: [], timeGroups: [], pacing: {} },
    wave: null,
  },
  contact: { state: 'ready', dueAt: at, isPutOff: false, attempts: 0, reason: null, isLiveElsewhere: false, talks: [] },
  phone: {
    zones: ['Europe/Moscow'],
    isNext: true,
    isLiveElsewhere: false,
    forbidden: null,
    isUsedUp: false,
    dayFullUntil: null,
  },
  numbers: null,
  trunks: [{ closedUntil: null }],
  rank: 3,
}
type Change = { readonly [Part in 'campaign' | 'contact' | 'phone']?: Partial<ExplainFacts[Part]> } & Partial<
  Pick<ExplainFacts, 'trunks' | 'numbers'>
>
const told = (change: Change) => {
  const { verdict, gates, nextAt } = explain({
    ...plain,
    campaign: { ...plain.campaign, ...change.campaign },
    contact: { ...plain.contact, ...change.contact },
    phone: { ...plain.phone, ...change.phone },
    trunks: change.trunks ?? plain.trunks,
    numbers: change.numbers ?? plain.numbers,
  })
  const shut = gates.filter((gate) => !gate.open).map((gate) => `${gate.gate}:${gate.reason}`)
  return [verdict, ...shut, nextAt?.toString() ?? null]
}
const inAnHour = at.add({ hours: 1 })
const noNumber = { valid: 0, validFrom: null, capped: 0, cappedUntil: at.add({ hours: 12 }) }

test('with every gate open a phone is eligible now', () => {
  assert.deepEqual(told({}), ['eligible', at.toString()])
})

test('a gate that time opens names its instant', () => {
  assert.deepEqual(told({ contact: { dueAt: inAnHour, attempts: 1 } }), [
    'waiting',
    'due:retry-interval',
    inAnHour.toString(),
  ])
  assert.deepEqual(told({ contact: { dueAt: inAnHour, attempts: 1, isPutOff: true } }), [
    'waiting',
    'due:put-off-by-cap',
    inAnHour.toString(),
  ])
  assert.deepEqual(told({ phone: { dayFullUntil: inAnHour } }), [
    'waiting',
    'day-cap:attempts-of-the-day-used-up',
    inAnHour.toString(),
  ])
  assert.deepEqual(told({ trunks: [{ closedUntil: inAnHour }, { closedUntil: at.add({ minutes: 5 }) }] }), [
    'waiting',
    'trunk:closed-by-breaker',
    at.add({ minutes: 5 }).toString(),
  ])
})

test('the instant is moved on to the opening of the hours', () => {
  const windows = [{ zone: 'callee', fromSecond: 9 * 3_600, toSecond: 12 * 3_600 + 1_800 }] as const
  const settings = { windows, timeGroups: [], pacing: {} }
  assert.deepEqual(told({ campaign: { settings }, contact: { dueAt: inAnHour } }), [
    'waiting',
    'due:not-due',
    '2026-03-03T06:00:00Z',
  ])
})

test('a policy tells which cap holds and until when, in legal hours; a test campaign is not held', () => {
  const settings = { windows: [], timeGroups: [], pacing: {}, policies: ['ru-230fz'] }
  const talks = [at.subtract({ hours: 2 })]
  assert.deepEqual(told({ campaign: { settings }, contact: { talks } }), [
    'waiting',
    'policy-cap:ru-230fz: talks-of-the-day-used-up',
    '2026-03-03T05:00:00Z',
  ])
  // Nine in the evening in Kamchatka is legal on a Monday, ten in Auckland is not.
  assert.deepEqual(told({ campaign: { settings }, phone: { zones: ['Asia/Kamchatka'] } }), ['eligible', at.toString()])
  const night = ['Pacific/Auckland']
  assert.deepEqual(told({ campaign: { settings }, phone: { zones: night } }), [
    'waiting',
    'policy-hours:ru-230fz: outside-legal-hours',
    '2026-03-02T19:00:00Z',
  ])
  const isTest = { settings: { ...settings, isTest: true } }
  assert.deepEqual(told({ campaign: isTest, contact: { talks }, phone: { zones: night } }), ['eligible', at.toString()])
})

test('hours that never open are said to be so: no instant, and what to do about it', () => {
  const shutAt = (zones: readonly string[]) => {
    const windows = [{ zone: 'callee', fromSecond: 9 * 3_600, toSecond: 10 * 3_600 }] as const
    const forbid = [{ fromSecond: 8 * 3_600, toSecond: 11 * 3_600 }]
    const timeGroups = zones.length > 1 ? [] : [{ name: 'quiet', zone: 'callee', forbid } as const]
    return told({ campaign: { settings: { windows, timeGroups, pacing: {} } }, phone: { zones } })
  }
  const together = 'never open: windows, time groups and policies together leave no hour of the next year'
  assert.deepEqual(shutAt(['Europe/Moscow']), [
    'never',
    `window:outside-calling-window: ${together}; change the hours`,
    null,
  ])
  assert.deepEqual(shutAt(['Europe/Kaliningrad', 'Asia/Kamchatka']), [
    'never',
    `window:outside-calling-window: ${together} in all 2 zones that the phone may be in; give the contact its zone, or change the hours`,
    null,
  ])
})

test('of a year whose days of rest are not known a policy says that it keeps their hours', () => {
  const settings = { windows: [], timeGroups: [], pacing: {}, policies: ['ru-230fz'] }
  const { gates } = explain({
    ...plain,
    at: Temporal.Instant.from('2027-01-12T05:30:00Z'),
    campaign: { ...plain.campaign, settings },
  })
  assert.deepEqual(
    gates.find(({ gate }) => gate === 'policy-hours'),
    {
      gate: 'policy-hours',
      open: false,
      reason:
        'ru-230fz: outside-legal-hours; the days of rest of 2027 are not known, so every day has the hours of one',
      until: Temporal.Instant.from('2027-01-12T06:00:00Z'),
    },
  )
})

test('a wave that is out has no instant, its gap has one, and so has a number that will be valid', () => {
  const settings = { windows: [], timeGroups: [], pacing: { wave: { size: 2, gapSeconds: 30 } } }
  const told2 = (live: number) =>
    told({ campaign: { settings, wave: { live, ended: 2 - live, lastEndedAt: at.subtract({ seconds: 10 }) } } })
  assert.deepEqual(told2(1), ['waiting', 'wave:wave-is-out', null])
  assert.deepEqual(told2(0), ['waiting', 'wave:gap-between-waves', at.add({ seconds: 20 }).toString()])
  assert.deepEqual(told({ numbers: { ...noNumber, validFrom: inAnHour } }), [
    'waiting',
    'number:no-number-valid',
    inAnHour.toString(),
  ])
  assert.deepEqual(told({ numbers: noNumber }), ['waiting', 'number:no-number-valid', null])
})

test('numbers that have all had their cap of the day open at midnight, one that is left opens the gate', () => {
  const capped = { ...noNumber, valid: 2, capped: 2 }
  const reason = 'number:daily-cap-of-numbers-used-up'
  assert.deepEqual(told({ numbers: capped }), ['waiting', reason, capped.cappedUntil.toString()])
  assert.deepEqual(told({ numbers: { ...capped, validFrom: inAnHour } }), ['waiting', reason, inAnHour.toString()])
  assert.deepEqual(told({ numbers: { ...capped, capped: 1 } }), ['eligible', at.toString()])
})

test('what needs a deed has no instant', () => {
  assert.deepEqual(told({ campaign: { state: 'paused' } }), ['waiting', 'campaign:paused', null])
  assert.deepEqual(told({ phone: { isLiveElsewhere: true } }), ['waiting', 'phone-free:live-elsewhere', null])
})

test('never is said of what is over, forbidden for good, or due after the campaign expires', () => {
  assert.deepEqual(told({ contact: { state: 'done', reason: 'answered' } }), ['never', 'contact:answered', null])
  assert.deepEqual(told({ phone: { forbidden: { reason: 'asked', until: null } } }), [
    'never',
    'do-not-call:asked',
    null,
  ])
  assert.deepEqual(told({ campaign: { expiresAt: inAnHour }, contact: { dueAt: inAnHour } }), [
    'never',
    'due:not-due',
    null,
  ])
})

test('a contact in a call is live', () => {
  assert.equal(told({ contact: { state: 'dialing' } })[0], 'live')
})

test('a phone that has had its calls of the campaign is never called again, whatever else is open', () => {
  assert.deepEqual(told({ phone: { isUsedUp: true } }), ['never', 'phone-cap:calls-of-the-phone-used-up', null])
})
