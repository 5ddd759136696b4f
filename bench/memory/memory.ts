/** Resident memory per live call: main and the telephony process, before and with so many calls up, each time anew. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { spawnCarrier } from '@dialwright/carrier'
import { makeDatabase } from '../database/ground.ts'
import type { Bench, DatabaseServer, Measured } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import { residentBytes } from '../harness/cpu.ts'
import { BenchServer } from '../harness/server.ts'
import type { SideCommand } from '../media/sides.ts'

/** Each takes a timer and a conversation in one process of the machine; the carrier hangs up after a minute. */
const callsAtMost = 400
const callsPerSecond = 40
/** Fewer than these vanish in what a collection of garbage gives or takes. */
const plainSocketsAtLeast = 100
/** Placed and ended before the first look: code is compiled and pools are filled by then. */
const warmCalls = 20
const pollMs = 100
const deadlineMs = 55_000
const kib = 1_024

export const memoryBench: Bench = {
  name: 'memory',
  title: 'resident memory per live call of main and telephony together: answered, silent, listening',
  control: 'a plain UDP socket per call in a Node process that sends and hears the same packets',
  isTimed: false,
  figures: [
    { key: 'calls', label: 'live calls', unit: '', side: 'ours' },
    { key: 'whole', label: 'resident memory per live call', unit: 'KiB', side: 'ours', target: { atMost: 100 } },
    { key: 'telephony', label: 'of it the telephony process', unit: 'KiB', side: 'ours' },
    { key: 'main', label: 'of it main', unit: 'KiB', side: 'ours' },
    { key: 'control', label: 'plain socket', unit: 'KiB', side: 'control' },
    { key: 'ratio', label: 'ours over plain socket', unit: 'x', side: 'ratio' },
  ],
  async open({ calls, isQuick }, grounds) {
    const settleMs = isQuick ? 200 : 1_000
    const wanted = Math.min(calls, callsAtMost)
    return {
      async measure(): Promise<Measured> {
        const ours = await measureServer(await grounds.database(), wanted, isQuick ? 2 : warmCalls, settleMs)
        const control = await measurePlain(Math.max(wanted, plainSocketsAtLeast), settleMs)
        if (typeof ours === 'string') return { figures: {}, fault: ours }
        const whole = ours.telephony + ours.main
        return { figures: { calls: wanted, whole, ...ours, control, ratio: whole / control } }
      },
      close: async () => undefined,
    }
  },
}

type Resident = { readonly main: number; readonly telephony: number }

/** KiB per call; or what went wrong. */
async function measureServer(
  databaseServer: DatabaseServer,
  calls: number,
  warm: number,
  settleMs: number,
): Promise<Resident | string> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'dialwright-bench-carrier-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const carrier = await spawnCarrier({ ledgerPath: join(directory, 'ledger.jsonl'), seed: 1 })
  stack.defer(() => carrier.stop())
  const databaseUrl = await makeDatabase(databaseServer, stack, 'bench_memory')
  const server = await BenchServer.start(stack, { farEndPort: carrier.port, databaseUrl })
  // Persona 18 hangs up as soon as it has answered, persona 02 answers and is silent.
  const isWarm = await place(server, 'warm', warm, '18', ({ dialing, done }) => dialing === 0 && done === warm)
  if (!isWarm) return 'the calls that warm up did not end'
  await pause(settleMs)
  const before = residentOf(server)
  const isUp = await place(server, 'live', calls, '02', ({ dialing }) => dialing === calls)
  if (!isUp) return `${calls} calls were never up at once`
  // Dialling ones ring for 300 ms before they are live.
  await pause(Math.max(settleMs, 500))
  const after = residentOf(server)
  return {
    main: (after.main - before.main) / calls / kib,
    telephony: (after.telephony - before.telephony) / calls / kib,
  }
}

type Progress = { readonly dialing: number; readonly done: number }

/** Starts a campaign to phones that end in `persona` and waits; false: the time was up. */
async function place(
  server: BenchServer,
  name: string,
  calls: number,
  persona: string,
  isThere: (progress: Progress) => boolean,
): Promise<boolean> {
  const id = await server.campaign(name, { callsPerSecond, maxCalls: calls })
  const contacts = Array.from({ length: calls }, (_, n) => ({
    phones: [`+7913${String(n).padStart(5, '0')}${persona}`],
  }))
  await server.api.post(`/dialwright/v1/campaigns/${id}/contacts`, { contacts })
  await server.api.post(`/dialwright/v1/campaigns/${id}/start`, undefined)
  for (const startedMs = performance.now(); performance.now() - startedMs < deadlineMs; ) {
    if (isThere(await server.api.get<Progress>(`/dialwright/v1/campaigns/${id}/progress`))) return true
    await pause(pollMs)
  }
  return false
}

function residentOf(server: BenchServer): Resident {
  return { main: residentBytes(server.processId), telephony: residentBytes(server.telephonyProcessId) }
}

/** KiB per plain socket. */
async function measurePlain(calls: number, settleMs: number): Promise<number> {
  const bare = new Child<SideCommand>(new URL('../media/bare-process.ts', import.meta.url))
  const farEnd = new Child<SideCommand>(new URL('../media/bare-process.ts', import.meta.url))
  try {
    const ports = await farEnd.ask<number[]>({ do: 'open', calls: 1, farEnd: [9], recordIn: null })
    await bare.ask({ do: 'open', calls: 1, farEnd: ports, recordIn: null })
    await pause(settleMs)
    const before = residentBytes(bare.processId)
    await bare.ask({ do: 'open', calls, farEnd: ports, recordIn: null })
    await pause(settleMs)
    return (residentBytes(bare.processId) - before) / calls / kib
  } finally {
    await bare.stop()
    await farEnd.stop()
  }
}
