import assert from 'node:assert/strict'
import test from 'node:test'
import { type ExplainFacts, explain } from './explain.ts'

const at = Temporal.Instant.from('2026-03-02T09:00:00Z')
const plain: ExplainFacts = {
  at,
  workspaceZone: 'Europe/Moscow',
  campaign: { state: 'running', startAt: null, expiresAt: null, settings: { windows: [], timeGroups: [] } },
  contact: { state: 'ready', dueAt: at, attempts: 0, reason: null },
  phone: { zones: ['Europe/Moscow'], isNext: true, isLiveElsewhere: false, forbidden: null, dayFullUntil: null },
  trunks: [{ closedUntil: null }],
  rank: 3,
}
type Change = { readonly [Part in 'campaign' | 'contact' | 'phone']?: Partial<ExplainFacts[Part]> } & Partial<
  Pick<ExplainFacts, 'trunks'>
>
const told = (change: Change) => {
  const { verdict, gates, nextAt } = explain({
    ...plain,
    campaign: { ...plain.campaign, ...change.campaign },
    contact: { ...plain.contact, ...change.contact },
    phone: { ...plain.phone, ...change.phone },
    trunks: change.trunks ?? plain.trunks,
  })
  const shut = gates.filter((gate) => !gate.open).map((gate) => `${gate.gate}:${gate.reason}`)
  return [verdict, ...shut, nextAt?.toString() ?? null]
}
const inAnHour = at.add({ hours: 1 })

test('with every gate open a phone is eligible now', () => {
  assert.deepEqual(told({}), ['eligible', at.toString()])
})

test('a gate that time opens names its instant', () => {
  assert.deepEqual(told({ contact: { dueAt: inAnHour, attempts: 1 } }), [
    'waiting',
    'due:retry-interval',
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
  const settings = { windows, timeGroups: [] }
  assert.deepEqual(told({ campaign: { settings }, contact: { dueAt: inAnHour } }), [
    'waiting',
    'due:not-due',
    '2026-03-03T06:00:00Z',
  ])
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
