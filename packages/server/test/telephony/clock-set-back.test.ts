/** The machine's clock is set back while a call lives, as time servers do: its events keep their order in time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelephonyEvent } from '@dialwright/dialer'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { callOnce, openNativeLine } from './native-line.ts'

test('what follows in a call is never told as earlier, though the clock is set back at every look at it', async (t) => {
  let back = 0
  const clock = { ...systemClock, now: () => systemClock.now().subtract({ minutes: back++ }) }
  const line = await openNativeLine(t, { clock })
  const events: TelephonyEvent[] = []
  line.client.onEvent((event) => events.push(event))
  await callOnce(line, '+74950000001')
  const times = events.map(({ at }) => at)
  assert.deepEqual([events.some(({ type }) => type === 'answered'), events.at(-1)?.type], [true, 'ended'])
  assert.deepEqual(times.map(String), times.toSorted(Temporal.Instant.compare).map(String))
})
