import assert from 'node:assert/strict'
import { test } from 'node:test'
import { is74Demo } from './is74.ts'
import { readDemoOptions } from './options.ts'
import { twinDemo } from './twin.ts'
import { yunfuDemo } from './yunfu.ts'

test('the demo speaks the API that is named, and that of TWIN where none is', () => {
  assert.deepEqual(readDemoOptions([]), { vendor: twinDemo, stay: false })
  assert.deepEqual(readDemoOptions(['--stay', '--vendor', 'yunfu']), { vendor: yunfuDemo, stay: true })
  assert.deepEqual(readDemoOptions(['--vendor=is74']), { vendor: is74Demo, stay: false })
})

test('an unknown vendor is refused with the four that there are', () => {
  for (const words of [['--vendor', 'acme'], ['--vendor'], ['--vendor=toString']])
    assert.throws(() => readDemoOptions(words), /twin, yunfu, is74, omicall/)
  assert.throws(() => readDemoOptions(['--vendro', 'twin']), /--vendor twin\|yunfu\|is74\|omicall/)
})

test("a workspace forbids the vendor's hours where the plan allows none, over midnight and from midnight on", () => {
  const forbidden = (from: number, to: number): unknown =>
    yunfuDemo.provision(
      { scenarios: [{}] },
      { now: Temporal.Instant.fromEpochMilliseconds(0), people: [], window: { from, to }, waitingZone: 'UTC' },
    ).timeGroups
  assert.match(JSON.stringify(forbidden(3_600, 39_599)), /"from":"11:00:00","to":"01:00:00"/)
  assert.match(JSON.stringify(forbidden(0, 39_599)), /"from":"11:00:00","to":"24:00"/)
})
