import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import { remembering, resolveHost } from './addresses.ts'

test('a name is asked for once by all who ask soon, again later, and again after a failure', async () => {
  const clock = new VirtualClock()
  const asked: string[] = []
  let isKnown = true
  const resolve = remembering(async (host) => {
    asked.push(host)
    if (!isKnown) throw new Error(`the name ${host} was not found`)
    return [`192.0.2.${asked.length}`]
  }, clock)
  assert.deepEqual(await Promise.all([resolve('a'), resolve('a')]), [['192.0.2.1'], ['192.0.2.1']])
  clock.advance(29_999)
  assert.deepEqual(await resolve('a'), ['192.0.2.1'])
  clock.advance(1)
  assert.deepEqual(await resolve('a'), ['192.0.2.2'])
  isKnown = false
  await assert.rejects(resolve('b'), /not found/)
  isKnown = true
  assert.deepEqual(await resolve('b'), ['192.0.2.4'])
  assert.deepEqual(asked, ['a', 'a', 'b', 'b'])
})

test('an address is itself, without being asked for', async () => {
  const resolve = remembering(() => assert.fail('asked'), new VirtualClock())
  assert.deepEqual(await resolve('127.0.0.1'), ['127.0.0.1'])
})

test('a name of this machine is found, and one that cannot be a name is told in words', async () => {
  assert.ok((await resolveHost('localhost')).includes('127.0.0.1'))
  // Longer than a name may be: refused before any name server is asked.
  await assert.rejects(
    resolveHost(`${'x'.repeat(300)}.invalid`),
    /the name x+\.invalid (was not found|could not be looked up)/,
  )
})
