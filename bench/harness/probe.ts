/** The weather of a window: how late an idle timer wakes, and how much of the machine others use. */
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Weather, WeatherProbe } from './bench.ts'
import { familyCpuMs, machineCpuMs } from './cpu.ts'
import { quantile } from './statistics.ts'

const entry = fileURLToPath(new URL('./probe-process.ts', import.meta.url))
const realTime = ['-r', '1'] as const

export type RunningProbe = WeatherProbe & {
  /** At real-time priority the bench's own load does not make it late: what it then sees is the host. */
  readonly isRealTime: boolean
  stop(): Promise<void>
}

export async function startProbe(): Promise<RunningProbe> {
  const isRealTime = spawnSync('chrt', [...realTime, 'true']).status === 0
  const child = isRealTime
    ? fork(entry, [], { execPath: 'chrt', execArgv: [...realTime, process.execPath] })
    : fork(entry, [], { execArgv: [] })
  const exited = once(child, 'exit')
  const take = async (): Promise<number[]> => {
    const answer = Promise.race([
      once(child, 'message'),
      exited.then(() => Promise.reject(new Error('The probe has ended'))),
    ])
    child.send('take')
    const [late] = await answer
    return late
  }
  // The first answer tells that it runs.
  await take()
  let startedMs = 0
  let machineMs = 0
  let familyMs = 0
  return {
    isRealTime,
    async begin() {
      await take()
      startedMs = performance.now()
      machineMs = machineCpuMs()
      familyMs = familyCpuMs(process.pid)
    },
    async end(): Promise<Weather> {
      const othersMs = machineCpuMs() - machineMs - (familyCpuMs(process.pid) - familyMs)
      const elapsedMs = performance.now() - startedMs
      const late = await take()
      return {
        p99LateMs: quantile(late, 0.99),
        maxLateMs: quantile(late, 1),
        othersCores: Math.max(0, othersMs / elapsedMs),
      }
    },
    async stop() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
