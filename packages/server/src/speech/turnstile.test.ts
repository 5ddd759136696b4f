import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turnstile } from './turnstile.ts'

/** Work that ends when it is told to, and tells in which order it began. */
function workshop(turnstile: Turnstile) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    start: (name: string, urgency: 'now' | 'ahead' = 'now') =>
      turnstile.pass(urgency, () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      }),
    async end(name: string) {
      ends.get(name)?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('no more than so many run at once; who waits on the line goes before who asks ahead', async () => {
  const { begun, start, end } = workshop(new Turnstile(2, 10))
  const all = [start('a'), start('b'), start('c', 'ahead'), start('d'), start('e', 'ahead')]
  assert.deepEqual(begun, ['a', 'b'])
  await end('b')
  assert.deepEqual(begun, ['a', 'b', 'd'])
  for (const name of ['a', 'd', 'c', 'e']) await end(name)
  assert.deepEqual(begun, ['a', 'b', 'd', 'c', 'e'])
  await Promise.all(all)
})

test('a line that is full refuses, the other line does not, and a failure gives its place on', async () => {
  const turnstile = new Turnstile(1, 1)
  const { begun, start, end } = workshop(turnstile)
  const first = start('first')
  const second = start('second')
  await assert.rejects(start('third'), { code: 'SPEECH_BUSY' })
  const ahead = assert.rejects(
    turnstile.pass('ahead', () => Promise.reject(new Error('no'))),
    /no/,
  )
  await end('first')
  await end('second')
  await ahead
  await Promise.all([first, second])
  const last = start('last')
  assert.deepEqual(begun, ['first', 'second', 'last'])
  await end('last')
  await last
})

test('closed, it refuses whoever waits and whoever comes', async () => {
  const turnstile = new Turnstile(1, 5)
  const { start, end } = workshop(turnstile)
  const running = start('running')
  const waiting = assert.rejects(start('waiting'), { code: 'SPEECH_CLOSED' })
  turnstile.close()
  await waiting
  await assert.rejects(start('late'), { code: 'SPEECH_CLOSED' })
  await end('running')
  await running
})
