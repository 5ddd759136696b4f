/** What the figures were measured on; nothing that names a place or a person. */
import { availableParallelism, cpus, release, totalmem } from 'node:os'

export type Machine = {
  readonly cores: number
  readonly cpu: string
  readonly memoryGib: number
  readonly kernel: string
  readonly node: string
  /** Day of the run, UTC. */
  readonly date: string
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release().split('-')[0] ?? release(),
    node: process.version,
    date: Temporal.Now.plainDateISO('UTC').toString(),
  }
}
