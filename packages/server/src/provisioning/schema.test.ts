import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenarioSchema } from '@dialwright/scenario'
import { sections } from './schema.ts'

test('a result that there is not, as the key of a retry rule, is told with those that there are', () => {
  const rules = { bsy: { tries: 1, intervals: [60] } }
  const [issue] = sections.retryRules.schema.safeParse({ name: 'patient', rules }).error?.issues ?? []
  assert.deepEqual(issue?.path, ['rules', 'bsy'])
  assert.match(issue?.message ?? '', /^expected a result to redial after, .*busy, rejected/)
})

test('a key that no telephone has is told with those that it has', () => {
  const menu = { id: 'menu', type: 'menu', keys: { a: 'bye' }, noInput: 'bye', noMatch: 'bye' }
  const scenario = { name: 'x', language: 'en', startBlocks: [], blocks: [menu] }
  const issues = scenarioSchema.safeParse(scenario).error?.issues ?? []
  assert.ok(
    issues.some(({ message }) => message === 'a key is one of 0-9, * and #'),
    JSON.stringify(issues),
  )
})
