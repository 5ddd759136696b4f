/** The bench as a program: every bench runs from end to end in small, and does not show what it cannot show. No figure is judged. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { missingPeer } from '@dialwright/testkit'
import type { Report } from '../../bench/harness/report.ts'

const entry = fileURLToPath(new URL('../../bench/bench.ts', import.meta.url))
const skip = existsSync('/proc/self/schedstat') ? missingPeer('sipp') : 'the bench reads /proc of Linux'
/** A quick run takes half a minute on two quiet cores; those of a test are not. */
const limitMs = 180_000
/** The machine of a test is never quiet: only the test of voids minds the weather. */
const anyWeather = ['--probe-limit-ms', '60000', '--others-limit', '1000']

function bench(...given: string[]): Report['results'] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, '--quick', '--json', ...given], {
    encoding: 'utf8',
    timeout: limitMs,
    // It may be the end that hangs.
    killSignal: 'SIGKILL',
  })
  assert.equal(status, 0, `the bench ended with ${status ?? 'the time limit'}:\n${stderr}`)
  const report: Report = JSON.parse(stdout)
  return report.results
}

test('a quick run goes through every bench and shows each, beside its control', { skip }, () => {
  const results = bench(...anyWeather)
  assert.deepEqual(
    results.map(({ name }) => name),
    ['signalling', 'media', 'memory', 'cycle', 'claim-size', 'import', 'planner', 'windows'],
  )
  for (const { name, isShown, why, figures } of results) {
    assert.ok(isShown, `${name}: ${why}`)
    assert.ok(
      figures.some(({ side, median }) => side === 'control' && median > 0),
      `${name} has no control`,
    )
    for (const { key, median } of figures) assert.ok(Number.isFinite(median), `${name}: ${key} is ${median}`)
  }
})

test('a control that fails makes the bench not shown', { skip }, () => {
  const [signalling] = bench('--only', 'signalling', '--sipp', 'false', ...anyWeather)
  assert.deepEqual([signalling?.isShown, signalling?.figures], [false, []])
  assert.match(signalling?.why ?? '', /0 of 1 windows valid \(0 void, 3 faulty\): SIPp ended at once with 1/)
})

test('windows in bad weather are void, counted, and never shown', { skip }, () => {
  const [windows] = bench('--only', 'windows', '--probe-limit-ms', '0')
  assert.deepEqual(windows?.windows, { valid: 0, void: 3, faulty: 0 })
  assert.match(windows?.why ?? '', /void, the probe's p99 was/)
})

test('windows in which another program is busy are void', { skip }, (t) => {
  const neighbour = spawn(process.execPath, ['--eval', 'for (;;) {}'], { stdio: 'ignore' })
  t.after(() => neighbour.kill('SIGKILL'))
  const [windows] = bench('--only', 'windows', '--probe-limit-ms', '60000', '--others-limit', '0.2')
  assert.deepEqual(windows?.windows, { valid: 0, void: 3, faulty: 0 })
  assert.match(windows?.why ?? '', /void, other programs used \d\.\d\d cores \(limit 0\.2\)/)
})
