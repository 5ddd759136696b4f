import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PromptMemory } from './prompt-memory.ts'

test('a buffer is never smaller than it was asked for, and not much larger', () => {
  const memory = new PromptMemory()
  for (let bytes = 1; bytes < 3_000_000; bytes = Math.ceil(bytes * 1.013)) {
    const { byteLength } = memory.take(bytes)
    assert.ok(byteLength >= bytes, `${byteLength} for ${bytes}`)
    assert.ok(byteLength <= Math.max(4_096, bytes * 1.2), `${byteLength} for ${bytes}`)
  }
})

test('what was given back is used again, the best fit first; nobody gets what somebody has', () => {
  const memory = new PromptMemory()
  const large = memory.take(100_000)
  const small = memory.take(50_000)
  assert.notEqual(large, small)
  memory.giveBack(large)
  memory.giveBack(small)
  assert.equal(memory.take(48_000), small)
  assert.equal(memory.take(48_000), large)
  const fresh = memory.take(48_000)
  assert.ok(fresh !== small && fresh !== large)
  memory.giveBack(memory.take(1_000_000))
  assert.ok(memory.take(48_000).byteLength < 100_000, 'a much larger one was spent on it')
})
