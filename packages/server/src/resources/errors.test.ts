import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inUse } from './errors.ts'

test('who uses it is named, the first five of many', () => {
  const use = (n: number) => ({ kind: 'number', id: String(n), name: `n${n}` })
  assert.equal(inUse('The trunk "a"', [use(1)]).message, 'The trunk "a" is used by number "n1"')
  const many = inUse('The trunk "a"', [1, 2, 3, 4, 5, 6].map(use))
  assert.match(many.message, /"n5" and others$/)
  assert.doesNotMatch(many.message, /n6/)
  assert.equal(many.usedBy.length, 6)
})
