/** The bench's harness under planted benches and planted weather: what counts, what is void, and when nothing is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bench, type BenchResult, type Measured, runBench, type Weather } from '../bench/harness/bench.ts'
import { printed } from '../bench/harness/report.ts'
import { median, quantile, spread } from '../bench/harness/statistics.ts'
import { type Arguments, readArguments } from '../bench/options.ts'

const quiet: Weather = { p99LateMs: 0.2, maxLateMs: 0.5, othersCores: 0 }
const steady: Measured = { figures: { ours: 10, control: 5, ratio: 2 } }

function argumentsOf(...given: string[]): Arguments {
  const read = readArguments(given)
  if (typeof read === 'string') throw new Error(`${read} was not asked for`)
  return read
}
const { options } = argumentsOf('--windows', '3')
const grounds = {
  database: () => Promise.reject(new Error('nobody asks for a database here')),
  stopped: new AbortController().signal,
}

function planted(measure: (round: number) => Measured, more: Partial<Bench> = {}): Bench & { closed: () => number } {
  let closed = 0
  return {
    name: 'planted',
    title: 'a planted bench',
    control: 'a planted control',
    isTimed: true,
    figures: [
      { key: 'ours', label: 'cost', unit: 'us', side: 'ours', target: { atMost: 20 } },
      { key: 'control', label: 'cost of the control', unit: 'us', side: 'control' },
      { key: 'ratio', label: 'ours over control', unit: 'x', side: 'ratio', target: { atMost: 1 } },
    ],
    open: async () => ({
      measure: async (round) => measure(round),
      close: async () => {
        closed++
      },
    }),
    closed: () => closed,
    ...more,
  }
}

/** @param weather  Of each window in turn; the last one stays. */
function run(bench: Bench, ...weather: Weather[]): Promise<BenchResult> {
  let round = 0
  const probe = {
    begin: async () => undefined,
    end: async () => weather[Math.min(round++, weather.length - 1)] ?? quiet,
  }
  return runBench(bench, options, grounds, probe)
}

test('three quiet windows are shown by their median, with the targets that it meets and misses', async () => {
  const costs = [10, 14, 12]
  const bench = planted((round) => ({
    figures: { ours: costs[round] ?? 0, control: 5, ratio: (costs[round] ?? 0) / 5 },
  }))
  const result = await run(bench)
  assert.equal(result.why, null)
  assert.deepEqual(result.windows, { valid: 3, void: 0, faulty: 0 })
  assert.deepEqual(
    result.figures.map(({ key, median, least, most, isMet }) => [key, median, least, most, isMet]),
    [
      ['ours', 12, 10, 14, true],
      ['control', 5, 5, 5, null],
      ['ratio', 2.4, 2, 2.8, false],
    ],
  )
  assert.equal(bench.closed(), 1)
})

test('a window whose probe was late is void: it is counted, and nothing of it is in the figures', async () => {
  const bench = planted((round) => (round === 1 ? { figures: { ours: 999, control: 999, ratio: 1 } } : steady))
  const result = await run(bench, quiet, { ...quiet, p99LateMs: 1.01 }, quiet)
  assert.deepEqual(result.windows, { valid: 3, void: 1, faulty: 0 })
  assert.equal(result.figures[0]?.most, 10)
})

test('a window in which other programs used the machine is void', async () => {
  const result = await run(
    planted(() => steady),
    { ...quiet, othersCores: 0.11 },
    quiet,
  )
  assert.deepEqual(result.windows, { valid: 3, void: 1, faulty: 0 })
})

test('a machine that is never quiet shows nothing, and says how many windows were void', async () => {
  const result = await run(
    planted(() => steady),
    { ...quiet, p99LateMs: 4 },
  )
  assert.deepEqual([result.isShown, result.figures], [false, []])
  assert.deepEqual(result.windows, { valid: 0, void: 9, faulty: 0 })
  assert.match(result.why ?? '', /0 of 3 windows valid \(9 void, 0 faulty\): void, the probe's p99 was 4\.00 ms/)
})

test('a probe that tells nothing is a bad probe', async () => {
  const result = await run(
    planted(() => steady),
    { ...quiet, p99LateMs: Number.NaN },
  )
  assert.equal(result.windows.void, 9)
})

for (const [name, control] of [
  ['absent', undefined],
  ['nothing', 0],
  ['no number', Number.NaN],
  ['infinite', Number.POSITIVE_INFINITY],
] as const) {
  test(`a control that is ${name} makes the bench not shown`, async () => {
    const figures = control === undefined ? { ours: 10, ratio: 2 } : { ours: 10, ratio: 2, control }
    const result = await run(planted(() => ({ figures })))
    assert.equal(result.isShown, false)
    assert.match(result.why ?? '', /the control gave no cost of the control/)
    assert.equal(result.windows.faulty, 9)
  })
}

test('a control that moves by more than a factor of two makes the bench not shown', async () => {
  const costs = [5, 5, 11]
  const result = await run(planted((round) => ({ figures: { ours: 10, control: costs[round] ?? 0, ratio: 2 } })))
  assert.match(result.why ?? '', /the control is not steady: cost of the control moved by a factor of 2\.2/)
})

test('a bench without a control is never shown', async () => {
  const figures = [{ key: 'ours', label: 'cost', unit: 'us', side: 'ours' }] as const
  const result = await run(planted(() => steady, { figures }))
  assert.match(result.why ?? '', /the bench has no control/)
})

test('a window with a fault does not count, whatever it measured', async () => {
  const result = await run(planted((round) => (round === 0 ? { ...steady, fault: 'a call failed' } : steady)))
  assert.deepEqual([result.isShown, result.windows], [true, { valid: 3, void: 0, faulty: 1 }])
})

test('a bench that throws is told as not shown, and is closed', async () => {
  const bench = planted(() => {
    throw new Error('the far end is gone')
  })
  const result = await run(bench)
  assert.deepEqual([result.isShown, result.why, bench.closed()], [false, 'the far end is gone', 1])
  const unopened = await run(planted(() => steady, { open: () => Promise.reject(new Error('no socket')) }))
  assert.equal(unopened.why, 'no socket')
})

test('a run that is stopped in the middle of a window closes what was open, and shows nothing', async () => {
  const stopping = new AbortController()
  const bench = planted(() => steady)
  const never = new Promise<Measured>(() => undefined)
  const opened = { ...(await bench.open(options, grounds)), measure: () => never }
  const probe = { begin: async () => stopping.abort(), end: async () => quiet }
  const stopped = { ...grounds, stopped: stopping.signal }
  const result = await runBench({ ...bench, open: async () => opened }, options, stopped, probe)
  assert.deepEqual([result.why, bench.closed()], ['the run was stopped', 1])
})

test('a bench without timing is not void by weather', async () => {
  const result = await run(
    planted(() => steady, { isTimed: false }),
    { ...quiet, p99LateMs: 40, othersCores: 2 },
  )
  assert.deepEqual([result.isShown, result.worstWeather], [true, null])
})

test('the table says not shown where nothing is shown, and tells the voids', async () => {
  const results = [
    await run(planted(() => steady)),
    await run(
      planted(() => steady),
      { ...quiet, p99LateMs: 4 },
    ),
  ]
  const machine = { cores: 2, cpu: 'a processor', memoryGib: 4, kernel: '6', node: 'v26', date: '2026-11-21' }
  const text = printed({ machine, isQuick: false, seconds: 10, probe: 'normal', results }, options)
  assert.match(text, /3 valid, 0 void, 0 faulty/)
  assert.match(text, /ours over control +2 x .* target at most 1: NOT MET/)
  assert.match(text, /0 valid, 9 void, 0 faulty\n +not shown: 0 of 3 windows valid/)
})

test('median, quantile and spread', () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([])], [2, 2.5, Number.NaN])
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  assert.deepEqual([quantile(hundred, 0.99), quantile(hundred, 0.5), quantile(hundred, 1)], [99, 50, 100])
  assert.deepEqual([quantile([7], 0.99), quantile([], 0.99)], [7, Number.NaN])
  assert.deepEqual([spread([2, 2]), spread([1, 3]), spread([0, 3])], [1, 3, Number.POSITIVE_INFINITY])
})

test('arguments are read strictly', () => {
  assert.equal(argumentsOf('--quick').options.windows, 1)
  assert.deepEqual(argumentsOf('--only', 'signalling,media').only, ['signalling', 'media'])
  for (const wrong of [
    ['--windows', '0'],
    ['--windows', '2.5'],
    ['--seconds', ''],
    ['--calls', 'many'],
    ['--probe-limit-ms', '-1'],
    ['--quick', '--baseline'],
    ['--unknown'],
  ])
    assert.throws(() => readArguments(wrong), `${wrong.join(' ')} was taken`)
})
