/** Media: calls that play and listen on one core; processor time per call-second, and how evenly their packets leave. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, BenchOptions } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import { processCpuMs } from '../harness/cpu.ts'
import type { Deviation, FarEndCommand } from './far-end-process.ts'
import type { SideCommand } from './sides.ts'

const packetsPerSecond = 50
const settleSeconds = 1
/** Of the packets that should have come: fewer, and the figures are those of another load. */
const wholeShare = 0.99

export const mediaBench: Bench = {
  name: 'media',
  title: 'calls that play and listen (voice, keys), one media worker',
  control: 'the same packets from as many plain sockets in a Node process, what comes in is not looked at',
  isTimed: true,
  figures: [
    { key: 'calls', label: 'calls', unit: '', side: 'ours', target: { atLeast: 1_000 } },
    { key: 'p99', label: 'packet deviation, p99', unit: 'ms', side: 'ours', target: { atMost: 5 } },
    { key: 'controlP99', label: 'packet deviation, p99, plain sockets', unit: 'ms', side: 'ratio' },
    { key: 'ours', label: 'CPU per call-second', unit: 'ms', side: 'ours', target: { atMost: 1 } },
    { key: 'control', label: 'CPU per call-second, plain sockets', unit: 'ms', side: 'control' },
    { key: 'ratio', label: 'ours over plain sockets', unit: 'x', side: 'ratio' },
    { key: 'recording', label: 'CPU per call-second, recording', unit: 'ms', side: 'ours' },
    { key: 'recordingP99', label: 'packet deviation, p99, recording', unit: 'ms', side: 'ours' },
    { key: 'recordingRatio', label: 'recording over not', unit: 'x', side: 'ratio', target: { atMost: 1.4 } },
  ],
  async open(options) {
    const stack = new AsyncDisposableStack()
    const farEnd = new Child<FarEndCommand>(new URL('./far-end-process.ts', import.meta.url))
    stack.defer(() => farEnd.stop())
    const ours = new Child<SideCommand>(new URL('./calls-process.ts', import.meta.url))
    stack.defer(() => ours.stop())
    const bare = new Child<SideCommand>(new URL('./bare-process.ts', import.meta.url))
    stack.defer(() => bare.stop())
    return {
      async measure(round) {
        const recordings = await mkdtemp(join(tmpdir(), 'dialwright-bench-recordings-'))
        try {
          const sides: Record<string, Segment> = {}
          const plan = [
            ['control', bare, null],
            ['plain', ours, null],
            ['recording', ours, recordings],
          ] as const
          // The order turns with the windows, so that none of them is always the first.
          for (const index of [0, 1, 2]) {
            const [name, child, recordIn] = plan[(index + round) % 3] ?? plan[0]
            sides[name] = await segment(child, farEnd, options, recordIn)
          }
          return figuresOf(sides, options)
        } finally {
          await rm(recordings, { recursive: true, force: true })
        }
      },
      close: () => stack.disposeAsync(),
    }
  },
}

type Segment = { readonly cpuMs: number; readonly p99Ms: number; readonly share: number }

async function segment(
  child: Child<SideCommand>,
  farEnd: Child<FarEndCommand>,
  { calls, seconds, isQuick }: BenchOptions,
  recordIn: string | null,
): Promise<Segment> {
  const ends = await farEnd.ask<number[]>({ do: 'ports' })
  const ports = await child.ask<number[]>({ do: 'open', calls, farEnd: ends, recordIn })
  await farEnd.ask({ do: 'speak', ports })
  await pause((isQuick ? 0.2 : settleSeconds) * 1_000)
  await farEnd.ask({ do: 'begin' })
  const [cpuMs, startedMs] = [processCpuMs(child.processId), performance.now()]
  await pause(seconds * 1_000)
  const usedMs = processCpuMs(child.processId) - cpuMs
  const elapsed = (performance.now() - startedMs) / 1_000
  const deviation = await farEnd.ask<Deviation>({ do: 'end' })
  await farEnd.ask({ do: 'speak', ports: [] })
  await child.ask({ do: 'close' })
  return {
    cpuMs: usedMs / (calls * elapsed),
    p99Ms: deviation.p99Ms,
    share: deviation.packets / (calls * elapsed * packetsPerSecond),
  }
}

function figuresOf(sides: Readonly<Record<string, Segment>>, { calls, isQuick }: BenchOptions) {
  const none: Segment = { cpuMs: Number.NaN, p99Ms: Number.NaN, share: 0 }
  const { control = none, plain = none, recording = none } = sides
  // Half a second of ten calls is too little to count packets by.
  const short = isQuick ? undefined : Object.entries(sides).find(([, { share }]) => share < wholeShare)
  return {
    figures: {
      calls,
      p99: plain.p99Ms,
      controlP99: control.p99Ms,
      ours: plain.cpuMs,
      control: control.cpuMs,
      ratio: plain.cpuMs / control.cpuMs,
      recording: recording.cpuMs,
      recordingP99: recording.p99Ms,
      recordingRatio: recording.cpuMs / plain.cpuMs,
    },
    fault:
      short === undefined
        ? undefined
        : `${short[0]}: only ${(100 * short[1].share).toFixed(1)} % of the packets came in the window`,
  }
}
