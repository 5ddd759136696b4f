import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { changeOf } from './fields.ts'

const change = changeOf({ name: z.string(), port: z.int().default(5060), user: z.string().optional() })

test('a change holds what was given and no default: a port that nobody named stays', () => {
  assert.deepEqual(change.parse({ name: 'a' }), { name: 'a' })
  assert.deepEqual(change.parse({ port: 1 }), { port: 1 })
})

test('null takes away what need not be there, and nothing else', () => {
  assert.deepEqual(change.parse({ user: null }), { user: null })
  assert.equal(change.safeParse({ name: null }).success, false)
  assert.equal(change.safeParse({ port: null }).success, false)
})

test('a change of nothing, or of what there is not, is refused', () => {
  assert.equal(change.safeParse({}).success, false)
  assert.equal(change.safeParse({ nothing: 1 }).success, false)
})
