/** What processes have used, from /proc: processor time, resident memory, and who else was at work on this machine. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** USER_HZ: what /proc counts in, 100 on every architecture that Node runs on. */
const msPerTick = 10
const bytesPerKib = 1_024

type ProcessTimes = { readonly parent: number; readonly ownTicks: number; readonly childTicks: number }

/**
 * Processor time of a process with all threads that live, in ms, to the nanosecond: `/proc/PID/stat` counts in steps of 10 ms, which
 * is too coarse for short windows. A thread that ends takes its time along; the benches' processes end none within a window.
 * @throws {Error} when there is no such process: a window over its end has no figure.
 */
export function processCpuMs(processId: number): number {
  const threads = `/proc/${processId}/task`
  if (!existsSync(threads)) throw new Error(`The process ${processId} has ended: its processor time went with it`)
  let nanoseconds = 0
  for (const thread of readdirSync(threads)) {
    const [used] = readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ')
    nanoseconds += Number(used)
  }
  return nanoseconds / 1e6
}

export function residentBytes(processId: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]
  return Number(kib ?? Number.NaN) * bytesPerKib
}

/** The processes that a process has started and that still live. */
export function childrenOf(processId: number): number[] {
  return [...allTimes()].filter(([, { parent }]) => parent === processId).map(([child]) => child)
}

export function commandOf(processId: number): string {
  return readFileSync(`/proc/${processId}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
}

/** Processor time of a process and all that descends from it, ended ones that were waited for included, in ms. */
export function familyCpuMs(processId: number): number {
  const times = allTimes()
  const family = new Set([processId])
  // A process table is in no order: it is gone through until nobody new is found.
  for (let before = 0; before < family.size; ) {
    before = family.size
    for (const [id, { parent }] of times) if (family.has(parent)) family.add(id)
  }
  let ticks = 0
  for (const id of family) {
    const one = times.get(id)
    if (one !== undefined) ticks += one.ownTicks + one.childTicks
  }
  return ticks * msPerTick
}

/** Processor time that all programs of this machine have used, the time stolen from it included, in ms. */
export function machineCpuMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = line.split(/\s+/).slice(1).map(Number)
  return (user + nice + system + steal) * msPerTick
}

function timesOf(processId: number): ProcessTimes {
  const text = readFileSync(`/proc/${processId}/stat`, 'utf8')
  // The name of the program may hold spaces and brackets: the fields begin behind its last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return { parent: field(4), ownTicks: field(14) + field(15), childTicks: field(16) + field(17) }
}

function allTimes(): Map<number, ProcessTimes> {
  const all = new Map<number, ProcessTimes>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      all.set(Number(name), timesOf(Number(name)))
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return all
}
