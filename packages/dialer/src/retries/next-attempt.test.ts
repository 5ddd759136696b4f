import assert from 'node:assert/strict'
import test from 'node:test'
import type { RetryPolicy, RetryRule, RetryTrigger } from '../campaigns/campaign-settings.ts'
import {
  type ContactPhone,
  type EndedAttempt,
  type NextAttempt,
  nextAttempt,
  type PastAttempt,
} from './next-attempt.ts'

const now = Temporal.Instant.from('2026-03-02T09:00:00Z')
const busy: RetryRule = { on: ['busy'], tries: 2, intervalsSeconds: [60, 300] }
const attempt = (disposition: PastAttempt['disposition'], more: Partial<PastAttempt> = {}): PastAttempt => ({
  disposition,
  detail: null,
  talkMs: 0,
  endedAt: now,
  phoneIndex: 0,
  ...more,
})
const phone = (zone: string, ...starts: Temporal.Instant[]): ContactPhone => ({ zones: [zone], dials: 0, starts })
const dialled = (...dials: number[]): ContactPhone[] =>
  dials.map((count) => ({ ...phone('Europe/Moscow'), dials: count }))
const ended = (
  past: readonly PastAttempt[],
  retry: Partial<RetryPolicy> = {},
  more: Partial<EndedAttempt> = {},
): EndedAttempt => ({
  settings: { retry: { rules: [busy], caps: {}, ...retry }, maxDurationMs: 600_000, windows: [], timeGroups: [] },
  workspaceZone: 'Europe/Moscow',
  expiresAt: null,
  phones: [phone('Europe/Moscow')],
  talks: [],
  past,
  now,
  ...more,
})
/** When it is due, and when it is expected to leave. */
const instants = (next: NextAttempt) =>
  next.kind === 'retry' ? [next.dueAt.toString(), next.expectedAt.toString()] : []
const verdict = (input: EndedAttempt) => {
  const next = nextAttempt(input)
  return next.kind === 'done' ? next.reason : `${next.phoneIndex}+${next.dueAt.since(now).total('seconds')}`
}

test('the n-th redial waits for the n-th interval and the tries run out', () => {
  assert.equal(verdict(ended([attempt('busy')])), '0+60')
  assert.equal(verdict(ended([attempt('busy'), attempt('busy')])), '0+300')
  assert.equal(verdict(ended([attempt('busy'), attempt('busy'), attempt('busy')])), 'tries-used-up')
})

test('results of other rules do not count against a rule', () => {
  const rules = [busy, { on: ['no-answer'], tries: 1, intervalsSeconds: [10] } satisfies RetryRule]
  assert.equal(verdict(ended([attempt('no-answer'), attempt('busy')], { rules })), '0+60')
})

test('one cap over all rules ends a contact whose rules would go on', () => {
  assert.equal(verdict(ended([attempt('busy'), attempt('busy')], { caps: { perContact: 2 } })), 'contact-cap')
})

test('a result without a rule moves on to the next phone at once, with counters of its own', () => {
  const phones = [phone('Europe/Moscow'), phone('Europe/Samara')]
  assert.equal(verdict(ended([attempt('invalid-number')], {}, { phones })), '1+0')
  const both = [attempt('busy'), attempt('busy'), attempt('busy'), attempt('busy', { phoneIndex: 1 })]
  assert.equal(verdict(ended(both, {}, { phones })), '1+60')
})

test('an answer ends the contact unless the talk was too short to count', () => {
  const rules: RetryRule[] = [{ on: ['short-talk'], tries: 1, intervalsSeconds: [30], talkSecondsAtMost: 5 }]
  assert.equal(verdict(ended([attempt('answered', { talkMs: 5_001 })], { rules })), 'answered')
  assert.equal(verdict(ended([attempt('answered', { talkMs: 5_000 })], { rules })), '0+30')
})

test('an unknown end is dialled again only by a rule, and not before the lost call must be over', () => {
  const phones = [phone('Europe/Moscow'), phone('Europe/Moscow')]
  assert.equal(verdict(ended([attempt('unknown')], {}, { phones })), 'unknown')
  const rules: RetryRule[] = [{ on: ['unknown'], tries: 1, intervalsSeconds: [1] }]
  assert.equal(verdict(ended([attempt('unknown')], { rules })), '0+610')
})

test('a carrier that never answered is not asked again before its transaction is surely over', () => {
  const rules: RetryRule[] = [{ on: ['congestion'], tries: 1, intervalsSeconds: [5] }]
  assert.equal(verdict(ended([attempt('congestion', { detail: 'no-response' })], { rules })), '0+62')
})

test("a phone's cap of the day puts the redial to the callee's next midnight", () => {
  const next = nextAttempt(
    ended([attempt('busy')], { caps: { perPhonePerDay: 1 } }, { phones: [phone('Europe/Moscow', now)] }),
  )
  assert.deepEqual(instants(next), ['2026-03-02T09:01:00Z', '2026-03-02T21:00:00Z'])
})

test("the next phone keeps its own cap of the day, in its own zone; the last one's attempts are not its", () => {
  const caps = { perPhonePerDay: 1 }
  const earlier = now.subtract({ hours: 1 })
  const to = (next: ContactPhone) =>
    instants(nextAttempt(ended([attempt('invalid-number')], { caps }, { phones: [phone('Europe/Moscow', now), next] })))
  assert.deepEqual(to(phone('Asia/Vladivostok')), [now.toString(), now.toString()])
  // Seven in the evening there: five hours to midnight.
  assert.deepEqual(to(phone('Asia/Vladivostok', earlier)), [now.toString(), now.add({ hours: 5 }).toString()])
})

test('a day is full for whoever is in no zone that is known, too', () => {
  const nowhere = { zones: [], dials: 0, starts: [now] }
  const next = nextAttempt(ended([attempt('busy')], { caps: { perPhonePerDay: 1 } }, { phones: [nowhere] }))
  assert.equal(instants(next)[1], now.add({ hours: 12 }).toString())
})

test('no rule redials whoever answered, was taken back, or must not be called, whatever it names', () => {
  const blocked: RetryRule = { on: ['blocked'], tries: 3, intervalsSeconds: [1] }
  assert.equal(verdict(ended([attempt('blocked', { detail: 'do-not-call' })], { rules: [blocked] })), 'tries-used-up')
  assert.equal(verdict(ended([attempt('blocked', { detail: 'carrier-block' })], { rules: [blocked] })), '0+1')
  for (const disposition of ['answered', 'cancelled'] as const) {
    // As a campaign of an older version may have it stored.
    const rules: RetryRule[] = [{ on: [disposition as unknown as RetryTrigger], tries: 3, intervalsSeconds: [1] }]
    const next = nextAttempt(ended([attempt(disposition, { talkMs: 2_000 })], { rules }))
    assert.equal(next.kind, 'done', disposition)
  }
})

test('a rule may redial every result but an answer, with a total of dials', () => {
  const every: RetryRule = {
    on: ['machine', 'screened', 'fax', 'busy', 'rejected', 'no-answer', 'unreachable', 'invalid-number', 'blocked']
      .concat(['congestion', 'failed', 'unknown'])
      .map((result) => result as RetryTrigger),
    tries: 2,
    intervalsSeconds: [300],
  }
  const rules = [every]
  assert.equal(verdict(ended([attempt('invalid-number')], { rules })), '0+300')
  assert.equal(verdict(ended([attempt('invalid-number'), attempt('busy')], { rules })), '0+300')
  assert.equal(
    verdict(ended([attempt('invalid-number'), attempt('busy'), attempt('rejected')], { rules })),
    'tries-used-up',
  )
  assert.equal(verdict(ended([attempt('busy'), attempt('answered', { talkMs: 9_000 })], { rules })), 'answered')
})

test('a redial is expected when the caps of a policy and its hours let it go, and due when the rule says', () => {
  const input = ended([attempt('busy')], {}, { phones: [phone('Europe/Moscow', now)], talks: [now] })
  const held = (isTest: boolean) =>
    nextAttempt({ ...input, settings: { ...input.settings, policies: ['ru-230fz'], isTest } })
  const next = held(false)
  // One talk a day: the next day, from eight in the morning in Moscow.
  assert.deepEqual(instants(next), ['2026-03-02T09:01:00Z', '2026-03-03T05:00:00Z'])
  assert.deepEqual(instants(held(true)), ['2026-03-02T09:01:00Z', '2026-03-02T09:01:00Z'])
})

test('a redial that would come after the campaign expires does not come', () => {
  assert.equal(verdict(ended([attempt('busy')], {}, { expiresAt: now.add({ seconds: 60 }) })), 'campaign-expires')
})

test('a redial that falls outside the hours is expected when they open, and comes only where that is before the end', () => {
  const input = ended([attempt('busy')])
  const windows = [{ zone: 'callee', fromSecond: 14 * 3_600, toSecond: 15 * 3_600 }] as const
  const next = (expiresAt: Temporal.Instant | null) =>
    nextAttempt({ ...input, expiresAt, settings: { ...input.settings, windows } })
  assert.deepEqual(instants(next(null)), ['2026-03-02T09:01:00Z', '2026-03-02T11:00:00Z'])
  assert.deepEqual(next(now.add({ hours: 2 })), { kind: 'done', reason: 'campaign-expires' })
})

test("a phone that has had its calls is left for the person's next one, past those that others have used up", () => {
  const caps = { perPhone: 2 }
  const twice = [attempt('busy'), attempt('busy')]
  assert.equal(verdict(ended([attempt('busy')], { caps }, { phones: dialled(1, 0) })), '0+60')
  assert.equal(verdict(ended(twice, { caps }, { phones: dialled(2, 0) })), '1+0')
  assert.equal(verdict(ended(twice, { caps }, { phones: dialled(2, 2, 3, 1) })), '3+0')
  // Another person of the campaign has it, too: it has had its calls after one of this person.
  assert.equal(verdict(ended([attempt('busy')], { caps }, { phones: dialled(2, 0) })), '1+0')
})

test('whose phones have all had their calls is done by that cap, unless the rules ended it anyway, or an answer', () => {
  const caps = { perPhone: 2 }
  const twice = [attempt('busy'), attempt('busy')]
  assert.equal(verdict(ended(twice, { caps }, { phones: dialled(2) })), 'phone-cap')
  assert.equal(verdict(ended([attempt('invalid-number')], { caps }, { phones: dialled(1, 2) })), 'phone-cap')
  assert.equal(verdict(ended([attempt('invalid-number')], { caps }, { phones: dialled(2) })), 'tries-used-up')
  assert.equal(verdict(ended(twice, { caps: { ...caps, perContact: 2 } }, { phones: dialled(2, 0) })), 'contact-cap')
  const rules: RetryRule[] = [{ on: ['short-talk', 'unknown'], tries: 9, intervalsSeconds: [1], talkSecondsAtMost: 5 }]
  const phones = dialled(2, 0)
  assert.equal(verdict(ended([attempt('answered', { talkMs: 900 })], { rules, caps }, { phones })), 'answered')
  assert.equal(verdict(ended([attempt('unknown')], { rules, caps }, { phones })), 'unknown')
})
