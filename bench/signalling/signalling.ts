/** Signalling: complete INVITE, 401, INVITE, 200, ACK, BYE calls; processor time per call, ours beside that of SIPp's own caller. */
import { setTimeout as pause } from 'node:timers/promises'
import { freeUdpPort } from '@dialwright/testkit'
import type { Bench, BenchOptions, Measured } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import { processCpuMs } from '../harness/cpu.ts'
import { Sipp } from '../harness/sipp.ts'
import type { CallerCommand, CallerCount } from './caller-process.ts'

const farEndScenario = new URL('./far-end.xml', import.meta.url)
const callerScenario = new URL('./caller.xml', import.meta.url)
const callerEntry = new URL('./caller-process.ts', import.meta.url)
/** Before a side is measured: sockets are warm, the first calls have gone through. */
const warmSeconds = 0.5
/** Calls that SIPp places beyond the end of its window, so that it is at full rate when it is read. */
const tailSeconds = 0.5
/** How far from its rate the control may end and still be the control of this rate. */
const paceTolerance = 0.05
const failedShareLimit = 0.001

export const signallingBench: Bench = {
  name: 'signalling',
  title: 'complete authenticated calls through the SIP endpoint as the telephony process wires it',
  control: "SIPp's own UAC placing the same calls at the same rate to the same far end",
  isTimed: true,
  figures: [
    { key: 'ours', label: 'CPU per call', unit: 'us', side: 'ours', target: { atMost: 500 } },
    { key: 'control', label: 'CPU per call, SIPp', unit: 'us', side: 'control' },
    { key: 'ratio', label: 'ours over SIPp', unit: 'x', side: 'ratio' },
    { key: 'perCore', label: 'calls per second and core', unit: '/s', side: 'ours', target: { atLeast: 1_000 } },
    { key: 'rate', label: 'calls per second completed', unit: '/s', side: 'ours' },
  ],
  async open(options) {
    const stack = new AsyncDisposableStack()
    try {
      const port = await freeUdpPort()
      // The far end is no part of either side: it is always SIPp, whatever the control is.
      const farEnd = await Sipp.start('sipp', farEndScenario, ['-p', String(port)])
      stack.defer(() => farEnd.stop())
      const caller = new Child<CallerCommand>(callerEntry)
      stack.defer(() => caller.stop())
      return {
        measure: async (round) => {
          const sides = [() => measureOurs(caller, port, options), () => measureControl(port, options)] as const
          // Whoever is second finds a warmer machine: they take turns.
          const first = await sides[round % 2 === 0 ? 0 : 1]()
          const second = await sides[round % 2 === 0 ? 1 : 0]()
          if (farEnd.hasEnded) return { figures: {}, fault: 'the far end has ended' }
          return joined({ ...first, ...second })
        },
        close: () => stack.disposeAsync(),
      }
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  },
}

type Parts = { ours?: number; rate?: number; control?: number; oursFault?: string; controlFault?: string }

function joined({
  ours = Number.NaN,
  rate = Number.NaN,
  control = Number.NaN,
  oursFault,
  controlFault,
}: Parts): Measured {
  return {
    figures: { ours, control, ratio: ours / control, perCore: 1e6 / ours, rate },
    fault: oursFault ?? controlFault,
  }
}

async function measureOurs(caller: Child<CallerCommand>, port: number, options: BenchOptions): Promise<Parts> {
  await caller.ask({ do: 'start', port, callsPerSecond: options.callsPerSecond })
  await pause(warmSeconds * 1_000)
  const before = await caller.ask<CallerCount>({ do: 'count' })
  const [cpuMs, startedMs] = [processCpuMs(caller.processId), performance.now()]
  await pause(options.seconds * 1_000)
  const usedMs = processCpuMs(caller.processId) - cpuMs
  const seconds = (performance.now() - startedMs) / 1_000
  const after = await caller.ask<CallerCount>({ do: 'count' })
  await caller.ask({ do: 'stop' })
  await pause(warmSeconds * 1_000)
  const calls = after.completed - before.completed
  const failed = after.failed - before.failed
  if (calls === 0 || failed > calls * failedShareLimit)
    return { oursFault: `${failed} of our calls failed, ${calls} were completed: ${after.failure ?? 'no answer'}` }
  return { ours: (usedMs * 1_000) / calls, rate: calls / seconds }
}

/** SIPp keeps its rate exactly and ends with 0 when every call went as its scenario says: what it placed in the window is known. */
async function measureControl(port: number, { callsPerSecond, seconds, sipp }: BenchOptions): Promise<Parts> {
  const totalSeconds = warmSeconds + seconds + tailSeconds
  const calls = Math.round(callsPerSecond * totalSeconds)
  const rate = ['-r', String(callsPerSecond), '-m', String(calls)]
  const own = ['-p', String(await freeUdpPort())]
  const control = await Sipp.start(sipp, callerScenario, [...rate, ...own, `127.0.0.1:${port}`])
  try {
    const startedMs = performance.now()
    await pause(warmSeconds * 1_000)
    if (control.hasEnded) return { controlFault: `SIPp ended at once with ${await control.exited}` }
    const [cpuMs, windowMs] = [processCpuMs(control.processId), performance.now()]
    await pause(seconds * 1_000)
    if (control.hasEnded) return { controlFault: `SIPp ended early with ${await control.exited}` }
    const usedMs = processCpuMs(control.processId) - cpuMs
    const windowSeconds = (performance.now() - windowMs) / 1_000
    const code = await Promise.race([control.exited, pause(10_000, 'late' as const, { ref: false })])
    if (code !== 0) return { controlFault: `SIPp was not content with its calls (${code})` }
    const tookSeconds = (performance.now() - startedMs) / 1_000
    if (Math.abs(tookSeconds / totalSeconds - 1) > paceTolerance + 0.5 / totalSeconds)
      return { controlFault: `SIPp needed ${tookSeconds.toFixed(1)} s for ${totalSeconds.toFixed(1)} s of calls` }
    return { control: (usedMs * 1_000) / (callsPerSecond * windowSeconds) }
  } finally {
    await control.stop()
  }
}
