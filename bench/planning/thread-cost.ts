/** Processor time of many calls of one pure function, each by itself. */
import { quantile } from '../harness/statistics.ts'

export type Cost = { readonly meanUs: number; readonly p99Us: number }

/** Runs `action` with 0, 1, 2 ... and reads the thread's own clock around each: waiting for the processor costs nothing here. */
export function costOf(times: number, action: (n: number) => unknown): Cost {
  const costs = new Float64Array(times)
  for (let n = 0; n < times; n++) {
    const before = process.threadCpuUsage()
    action(n)
    const { user, system } = process.threadCpuUsage(before)
    costs[n] = user + system
  }
  return { meanUs: costs.reduce((sum, cost) => sum + cost, 0) / times, p99Us: quantile(costs, 0.99) }
}
