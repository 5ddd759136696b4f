import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { eventStream } from './event-stream.ts'
import { Alarm } from './feed-watch.ts'

/** A feed without events. */
const silent = { query: async () => ({ rows: [] }) } as unknown as Queryable
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function open(
  clock: VirtualClock,
  isStillAllowed: () => Promise<boolean> = async () => true,
  database: Queryable = silent,
) {
  const alarm = new Alarm(clock)
  const abort = new AbortController()
  const parts = { database, workspaceId: 'w', begin: 'now', wants: () => true, alarm, isStillAllowed } as const
  return { alarm, abort, stream: eventStream({ ...parts, signal: abort.signal }) }
}

test('a silent stream says every 15 seconds that it is there', async () => {
  const clock = new VirtualClock()
  const { stream } = open(clock)
  assert.match((await stream.next()).value ?? '', /^retry: \d+\n\n$/)
  for (let beat = 0; beat < 3; beat += 1) {
    const next = stream.next()
    await turn()
    clock.advance(15_000)
    assert.deepEqual(await next, { value: ': still here\n\n', done: false })
  }
})

test('a token that has ended ends the stream at the next heartbeat', async () => {
  const clock = new VirtualClock()
  const { stream } = open(clock, async () => false)
  await stream.next()
  const next = stream.next()
  await turn()
  clock.advance(15_000)
  assert.equal((await next).done, true)
})

test('who leaves ends the stream at once and leaves no timer', async () => {
  const clock = new VirtualClock()
  const { stream, abort } = open(clock)
  await stream.next()
  const next = stream.next()
  await turn()
  assert.equal(clock.pending, 1)
  abort.abort()
  assert.equal((await next).done, true)
  assert.equal(clock.pending, 0)
})

test('a ring while nobody waits is heard by the next wait', async () => {
  const alarm = new Alarm(new VirtualClock())
  alarm.ring()
  assert.equal(await alarm.wait(1_000, new AbortController().signal), true)
})

test('a database that is away is asked again every second, and the stream ends when it stays away for half a minute', async () => {
  const clock = new VirtualClock()
  const back = { after: 3, asked: 0 }
  const query = async () => {
    back.asked += 1
    // The first is where to begin.
    if (back.asked > 1 && back.asked <= back.after) throw new Error('terminating connection')
    return { rows: [] }
  }
  const { stream } = open(clock, undefined, { query } as unknown as Queryable)
  await stream.next()
  const next = stream.next()
  for (const ms of [1_000, 1_000, 15_000]) {
    await turn()
    clock.advance(ms)
  }
  assert.deepEqual(await next, { value: ': still here\n\n', done: false })
  back.after = Number.POSITIVE_INFINITY
  const asked = back.asked
  const last = stream.next()
  void last.catch(() => {})
  for (let second = 0; second < 40; second += 1) {
    await turn()
    clock.advance(1_000)
  }
  await assert.rejects(last, /terminating connection/)
  assert.equal(back.asked - asked, 31)
})
