import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PromptShelf } from './prompt-shelf.ts'

function shelfOf(mostBytes: number) {
  const told: string[] = []
  const shelf = new PromptShelf({
    mostBytes,
    telephony: {
      loadPrompt: async ({ promptId }) => void told.push(`+${promptId}`),
      unloadPrompt: (promptId) => void told.push(`-${promptId}`),
    },
  })
  /** A hundred bytes. */
  const put = (promptId: string, samples = 50) => shelf.put(promptId, async () => new Int16Array(samples))
  return { shelf, told, put }
}

test('a prompt is read and handed over once, however many ask at once', async () => {
  const { shelf, told } = shelfOf(1_000)
  let reads = 0
  const read = async () => {
    reads += 1
    return new Int16Array(50)
  }
  assert.ok(!shelf.has('a'))
  await Promise.all(Array.from({ length: 20 }, () => shelf.put('a', read)))
  await shelf.put('a', read)
  assert.ok(shelf.has('a'))
  assert.deepEqual([reads, told, shelf.size], [1, ['+a'], 100])
})

test('above its bound the least recently used goes, and comes again when it is needed', async () => {
  const { shelf, told, put } = shelfOf(300)
  for (const promptId of ['a', 'b', 'c']) await put(promptId)
  shelf.has('a')
  await put('d')
  assert.deepEqual(told, ['+a', '+b', '+c', '+d', '-b'])
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((promptId) => shelf.has(promptId)),
    [true, false, true, true],
  )
  await put('b')
  assert.equal(told.at(-2), '+b')
  assert.equal(shelf.size, 300)
})

test('ten thousand distinct prompts take no more than the bound', async () => {
  const { shelf, told, put } = shelfOf(5_000)
  for (let n = 0; n < 10_000; n++) await put(`p${n}`)
  assert.equal(shelf.size, 5_000)
  assert.equal(told.filter((line) => line.startsWith('-')).length, 10_000 - 50)
})

test('one that is larger than the bound is held all the same, and what cannot be read is asked for again', async () => {
  const { shelf, put } = shelfOf(300)
  await put('small')
  await put('large', 1_000)
  assert.ok(shelf.has('large') && !shelf.has('small'))
  await assert.rejects(
    shelf.put('none', async () => Promise.reject(new Error('gone'))),
    /gone/,
  )
  await put('none')
  assert.ok(shelf.has('none'))
})
