/**
 * A bench and how it is run: windows, each with a probe beside it and a control inside it. A figure is shown when enough windows
 * were quiet and its control held; otherwise the bench says why it shows nothing.
 */
import { median, spread } from './statistics.ts'

export type Side = 'ours' | 'control' | 'ratio'

export type FigureKind = {
  readonly key: string
  readonly label: string
  readonly unit: string
  /**
   * `control` figures are what makes the others worth reading: each must be there, above zero, and steady over the windows.
   */
  readonly side: Side
  /** What DESIGN asks for; absent: the figure accompanies. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number } | undefined
}

export type Measured = {
  readonly figures: Readonly<Record<string, number>>
  /** Why this window says nothing although the machine was quiet: a call that failed, a control that broke. */
  readonly fault?: string | undefined
}

export type OpenBench = {
  /** One window. `round` counts from 0, voids included: sides that alternate go by it. */
  measure(round: number): Promise<Measured>
  close(): Promise<void>
}

export type BenchOptions = {
  /** Valid windows that are wanted. */
  readonly windows: number
  /** Length of each side of a window. */
  readonly seconds: number
  /** Small amounts and short windows: shows that everything works, never a figure to quote. */
  readonly isQuick: boolean
  readonly calls: number
  readonly callsPerSecond: number
  readonly rows: number
  /** The program that is the control of signalling. */
  readonly sipp: string
  /** A window is void when the probe's p99 lateness is above. */
  readonly probeLimitMs: number
  /** A window is void when programs that are not ours use more than so many cores. */
  readonly othersLimitCores: number
}

/** What a bench may stand on besides its options. */
export type Grounds = {
  /** The database server of the run, started by whoever asks first; each bench makes databases of its own in it. */
  database(): Promise<DatabaseServer>
  /** Somebody wants the run to end: what was opened is closed first. */
  readonly stopped: AbortSignal
}
export type DatabaseServer = { readonly connectionString: string }

export type Bench = {
  readonly name: string
  readonly title: string
  /** What our figures stand beside. */
  readonly control: string
  readonly figures: readonly FigureKind[]
  /** False: a probe says nothing about it, memory for instance. */
  readonly isTimed: boolean
  open(options: BenchOptions, grounds: Grounds): Promise<OpenBench>
}

export type Weather = {
  readonly p99LateMs: number
  readonly maxLateMs: number
  /** Cores used by processes that are not the bench's. */
  readonly othersCores: number
}

export type WeatherProbe = { begin(): Promise<void>; end(): Promise<Weather> }

export type Figure = FigureKind & {
  readonly median: number
  readonly least: number
  readonly most: number
  /** Null: there is no target. */
  readonly isMet: boolean | null
}

export type BenchResult = {
  readonly name: string
  readonly title: string
  readonly control: string
  readonly isShown: boolean
  /** Null: it is shown. */
  readonly why: string | null
  readonly windows: { readonly valid: number; readonly void: number; readonly faulty: number }
  /** The worst of the windows that counted; null: none did, or the bench is not timed. */
  readonly worstWeather: Weather | null
  readonly figures: readonly Figure[]
}

/** Windows that are begun for each one that is wanted: a busy machine must not hold the run for ever. */
export const triesPerWindow = 3
/** A control that moves by more than this measures the machine, not us. */
const controlSpreadLimit = 2

/** Runs one bench to its verdict; a bench that throws is told as not shown, the next one still runs. */
export async function runBench(
  bench: Bench,
  options: BenchOptions,
  grounds: Grounds,
  probe: WeatherProbe,
  onWindow: (line: string) => void = () => undefined,
): Promise<BenchResult> {
  const valid: Readonly<Record<string, number>>[] = []
  const weathers: Weather[] = []
  const faults: string[] = []
  const voids: string[] = []
  let failure: string | null = null
  let open: OpenBench | null = null
  try {
    open = await bench.open(options, grounds)
    for (let round = 0; valid.length < options.windows && round < options.windows * triesPerWindow; round++) {
      await probe.begin()
      const measured = await orStopped(grounds.stopped, open.measure(round))
      const weather = await probe.end()
      const isVoid = bench.isTimed ? voidReason(weather, options) : null
      const fault = measured.fault ?? controlFault(bench, measured.figures)
      if (isVoid !== null) voids.push(isVoid)
      else if (fault !== null) faults.push(fault)
      else {
        valid.push(measured.figures)
        weathers.push(weather)
      }
      onWindow(`${bench.name}: window ${round + 1}: ${isVoid ?? fault ?? 'valid'}`)
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  } finally {
    try {
      await open?.close()
    } catch (error) {
      failure ??= error instanceof Error ? error.message : String(error)
    }
  }
  const why = failure ?? tooFew(valid.length, options.windows, voids, faults) ?? unsteady(bench, valid)
  return {
    name: bench.name,
    title: bench.title,
    control: bench.control,
    isShown: why === null,
    why,
    windows: { valid: valid.length, void: voids.length, faulty: faults.length },
    worstWeather: bench.isTimed ? worst(weathers) : null,
    figures: why === null ? bench.figures.map((kind) => summary(kind, valid, options.isQuick)) : [],
  }
}

async function orStopped<Value>(stopped: AbortSignal, work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(new Error('the run was stopped'))
  stopped.addEventListener('abort', stop)
  if (stopped.aborted) stop()
  try {
    return await Promise.race([work, promise])
  } finally {
    stopped.removeEventListener('abort', stop)
  }
}

function voidReason(weather: Weather, options: BenchOptions): string | null {
  // Written so that a probe that tells nothing (NaN) is a bad one.
  if (!(weather.p99LateMs <= options.probeLimitMs))
    return `void, the probe's p99 was ${weather.p99LateMs.toFixed(2)} ms (limit ${options.probeLimitMs})`
  if (!(weather.othersCores <= options.othersLimitCores))
    return `void, other programs used ${weather.othersCores.toFixed(2)} cores (limit ${options.othersLimitCores})`
  return null
}

function controlFault(bench: Bench, figures: Readonly<Record<string, number>>): string | null {
  const controls = bench.figures.filter(({ side }) => side === 'control')
  if (controls.length === 0) return 'the bench has no control'
  const missing = controls.find(({ key }) => !((figures[key] ?? 0) > 0 && Number.isFinite(figures[key])))
  return missing === undefined ? null : `the control gave no ${missing.label}`
}

function tooFew(valid: number, wanted: number, voids: readonly string[], faults: readonly string[]): string | null {
  if (valid >= wanted) return null
  const last = faults.at(-1) ?? voids.at(-1)
  return `${valid} of ${wanted} windows valid (${voids.length} void, ${faults.length} faulty)${last === undefined ? '' : `: ${last}`}`
}

function unsteady(bench: Bench, valid: readonly Readonly<Record<string, number>>[]): string | null {
  for (const { key, label, side } of bench.figures) {
    if (side !== 'control') continue
    const factor = spread(valid.map((figures) => figures[key] ?? Number.NaN))
    if (factor <= controlSpreadLimit) continue
    return `the control is not steady: ${label} moved by a factor of ${factor.toFixed(1)} between windows (limit ${controlSpreadLimit})`
  }
  return null
}

function worst(weathers: readonly Weather[]): Weather | null {
  if (weathers.length === 0) return null
  const most = (of: (weather: Weather) => number): number => Math.max(...weathers.map(of))
  return {
    p99LateMs: most(({ p99LateMs }) => p99LateMs),
    maxLateMs: most(({ maxLateMs }) => maxLateMs),
    othersCores: most(({ othersCores }) => othersCores),
  }
}

function summary(
  { target, ...kind }: FigureKind,
  valid: readonly Readonly<Record<string, number>>[],
  isQuick: boolean,
): Figure {
  const values = valid.map((figures) => figures[kind.key] ?? Number.NaN)
  const middle = median(values)
  const figure = { ...kind, median: middle, least: Math.min(...values), most: Math.max(...values) }
  // Tiny amounts meet or miss no target.
  if (target === undefined || isQuick) return { ...figure, isMet: null }
  return { ...figure, target, isMet: 'atMost' in target ? middle <= target.atMost : middle >= target.atLeast }
}
