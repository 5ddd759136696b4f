import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { secondOf } from './schema/rules.ts'
import { type Items, sections } from './schema.ts'
import { type Context, shownItem, toValues } from './values.ts'

const context: Context = {
  refer: (_section, reference) => String(reference),
  passwordHash: () => 'hash',
  unknownToken: () => '00',
  sealed: (password) => password,
  sound: () => ({ sha256: '00', sizeBytes: 0, durationMs: 0 }),
}
const day = fc.integer({ min: 0, max: 86_399 })
const clock = (second: number): string =>
  [second / 3_600, (second / 60) % 60, second % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':')

test('hours of a time group come back as they were written, to the second', () => {
  fc.assert(
    fc.property(
      day,
      day,
      fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })),
      (from, to, days) => {
        fc.pre(from !== to)
        const forbid = [{ from: clock(from), to: clock(to), ...(days === null ? {} : { days }) }]
        const item = sections.timeGroups.schema.parse({ name: 'hours', zone: 'callee', forbid })
        const values = toValues.timeGroups(item, context, null)
        assert.deepEqual([values.forbid[0]?.fromSecond, values.forbid[0]?.toSecond], [from, to])
        const back = sections.timeGroups.schema.parse(shownItem('timeGroups', values, null))
        assert.deepEqual(toValues.timeGroups(back, context, null), values)
      },
    ),
  )
  assert.equal(secondOf('24:00'), 86_400)
})

test('rules that share a counter, and those that have one each, come back as they were written', () => {
  const rules: Items['retryRules']['rules'] = {
    'no-answer,busy': { tries: 2, intervals: [60, 900] },
    'short-talk': { tries: 1, intervals: [5], talkSecondsAtMost: 10 },
  }
  const given = { name: 'rule', enabled: true, default: true, rules, caps: { perPhonePerDay: 2 } }
  const values = toValues.retryRules(sections.retryRules.schema.parse(given), context, null)
  assert.deepEqual(values.policy.rules[0], { on: ['no-answer', 'busy'], tries: 2, intervalsSeconds: [60, 900] })
  assert.deepEqual(shownItem('retryRules', values, null), given)
})

test('routes are kept by prefix, whatever their order in the file, and a plus is not part of one', () => {
  const routes = ['+84', '', '7'].map((prefix) => ({ prefix, trunks: ['a'] }))
  const values = toValues.dialplans(sections.dialplans.schema.parse({ name: 'd', routes }), context, null)
  assert.deepEqual(
    values.routes.map(({ prefix }) => prefix),
    ['', '7', '84'],
  )
})

test('a secret shows as null and never as it is kept', () => {
  const trunk = sections.trunks.schema.parse({ name: 't', host: '127.0.0.1', username: 'u', password: 'the password' })
  const shown = [
    shownItem('trunks', toValues.trunks(trunk, context, null), null),
    shownItem('users', { login: 'l', role: 'owner', passwordHash: 'the password' }, null),
    shownItem('tokens', { name: 'n', role: 'owner', scopes: [], hash: 'the password' }, null),
  ]
  assert.equal(JSON.stringify(shown).includes('the password'), false)
  assert.deepEqual([shown[0]?.password, shown[1]?.password, shown[2]?.value], [null, null, null])
})
