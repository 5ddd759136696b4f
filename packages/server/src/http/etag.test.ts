import assert from 'node:assert/strict'
import { test } from 'node:test'
import { etagOf, isMatch } from './etag.ts'

test('a tag is equal for equal content alone, and quoted', () => {
  assert.equal(etagOf({ a: 1 }), etagOf({ a: 1 }))
  assert.notEqual(etagOf({ a: 1 }), etagOf({ a: 2 }))
  assert.match(etagOf({}), /^"[\w-]{27}"$/)
})

test('If-Match lets through what it names, anything, or nothing said', () => {
  const table: [string | undefined, boolean][] = [
    [undefined, true],
    ['*', true],
    ['"a"', true],
    ['"b", "a"', true],
    ['"b"', false],
    // A weak tag never matches strongly.
    ['W/"a"', false],
    ['', false],
  ]
  for (const [given, expected] of table) assert.equal(isMatch(given, '"a"'), expected, String(given))
})
