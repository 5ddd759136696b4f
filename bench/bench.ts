/** `npm run bench`: every bench with its control, as ratios within one run. What is measured and how: docs/BENCH.md. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { claimSizeBench } from './database/claim-size.ts'
import { cycleBench } from './database/cycle.ts'
import { startDatabase } from './database/ground.ts'
import { type Bench, type BenchResult, type DatabaseServer, type Grounds, runBench } from './harness/bench.ts'
import { describeMachine } from './harness/machine.ts'
import { startProbe } from './harness/probe.ts'
import { printed, type Report } from './harness/report.ts'
import { importBench } from './import/import.ts'
import { mediaBench } from './media/media.ts'
import { memoryBench } from './memory/memory.ts'
import { type Arguments, readArguments, usage } from './options.ts'
import { plannerBench } from './planning/planner.ts'
import { windowsBench } from './planning/windows.ts'
import { signallingBench } from './signalling/signalling.ts'

const benches: readonly Bench[] = [
  signallingBench,
  mediaBench,
  memoryBench,
  cycleBench,
  claimSizeBench,
  importBench,
  plannerBench,
  windowsBench,
]
const baseline = new URL('./baseline.json', import.meta.url)

/** @returns The exit code. */
async function run({ options, only, asJson, writesBaseline, isStrict }: Arguments): Promise<number> {
  const unknown = only?.filter((name) => !benches.some((bench) => bench.name === name)) ?? []
  if (unknown.length > 0) return refuse(`--only: there is no bench ${unknown.join(', ')}`)
  if (!existsSync('/proc/self/schedstat')) return refuse('The bench reads /proc of Linux, which is not here.')
  await using stack = new AsyncDisposableStack()
  const probe = await startProbe()
  stack.defer(() => probe.stop())
  let database: Promise<DatabaseServer> | null = null
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort())
  const grounds: Grounds = {
    stopped: stopping.signal,
    database: () => {
      database ??= startDatabase(stack)
      return database
    },
  }
  const results: BenchResult[] = []
  for (const bench of benches) {
    if (stopping.signal.aborted || (only !== null && !only.includes(bench.name))) continue
    const startedMs = performance.now()
    results.push(await runBench(bench, options, grounds, probe, (line) => process.stderr.write(`${line}\n`)))
    process.stderr.write(`${bench.name}: ${((performance.now() - startedMs) / 1_000).toFixed(1)} s\n`)
  }
  const report: Report = {
    machine: describeMachine(),
    isQuick: options.isQuick,
    seconds: options.seconds,
    probe: probe.isRealTime ? 'real-time' : 'normal',
    results,
  }
  process.stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : printed(report, options))
  if (stopping.signal.aborted) return 1
  if (writesBaseline) await writeFile(baseline, `${JSON.stringify(report, null, 2)}\n`)
  const isWhole = results.every(({ isShown, figures }) => isShown && figures.every(({ isMet }) => isMet !== false))
  return isStrict && !isWhole ? 1 : 0
}

function refuse(problem: string): number {
  process.stderr.write(`${problem}\n${usage}`)
  return 2
}

async function main(): Promise<number> {
  let given: Arguments | 'list' | 'help'
  try {
    given = readArguments(process.argv.slice(2))
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  if (given === 'help') process.stdout.write(usage)
  else if (given === 'list')
    for (const { name, title } of benches) process.stdout.write(`${name.padEnd(12)} ${title}\n`)
  else return run(given)
  return 0
}

process.exitCode = await main()
