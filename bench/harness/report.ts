/** The results as a table for people, and as one JSON document for programs and the baseline. */
import type { BenchOptions, BenchResult, Figure } from './bench.ts'
import type { Machine } from './machine.ts'

export type Report = {
  readonly machine: Machine
  readonly isQuick: boolean
  readonly seconds: number
  readonly probe: 'real-time' | 'normal'
  readonly results: readonly BenchResult[]
}

const significantDigits = 3

export function printed(report: Report, options: BenchOptions): string {
  const { cores, cpu, memoryGib, node, date } = report.machine
  const lines = [
    `${date}: ${cores} cores of ${cpu}, ${memoryGib} GiB, Node ${node}; probe at ${report.probe} priority`,
    `${options.windows} valid windows wanted, each side ${options.seconds} s; median (least to most)`,
  ]
  if (report.isQuick) lines.push('QUICK: this shows that the bench works. None of its figures is to be quoted.')
  for (const result of report.results) lines.push('', ...bench(result))
  return `${lines.join('\n')}\n`
}

function bench(result: BenchResult): string[] {
  const { valid, faulty } = result.windows
  const weather = result.worstWeather
  const lines = [
    `${result.name}: ${result.title}`,
    `  control: ${result.control}`,
    `  windows: ${valid} valid, ${result.windows.void} void, ${faulty} faulty${
      weather === null
        ? ''
        : `; worst probe p99 ${weather.p99LateMs.toFixed(2)} ms, max ${weather.maxLateMs.toFixed(2)} ms, others ${weather.othersCores.toFixed(2)} cores`
    }`,
  ]
  if (!result.isShown) return [...lines, `  not shown: ${result.why}`]
  const width = Math.max(...result.figures.map(({ label }) => label.length))
  return [...lines, ...result.figures.map((figure) => row(figure, width))]
}

function row(figure: Figure, width: number): string {
  const { label, unit, side } = figure
  const value = `${number(figure.median).padStart(10)} ${unit}`
  const range = `(${number(figure.least)} to ${number(figure.most)})`
  return `  ${side.padEnd(7)} ${label.padEnd(width)} ${value.padEnd(20)} ${range}${targetOf(figure)}`
}

function targetOf({ target, isMet }: Figure): string {
  if (target === undefined) return ''
  const wanted = 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`
  return `  target ${wanted}: ${isMet ? 'met' : 'NOT MET'}`
}

export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0 || Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(significantDigits)))
}
