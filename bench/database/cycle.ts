/** The whole cycle of an attempt in PostgreSQL: claim, INVITE allowed, answered, finished; against the same by hand. */
import type { AttemptOutcome } from '@dialwright/dialer'
import { type Bench, triesPerWindow } from '../harness/bench.ts'
import { processCpuMs } from '../harness/cpu.ts'
import { claimByHand, dialByHand, finishByHand } from './control.ts'
import { Ground } from './ground.ts'

/** What the engine claims at once at some tens of calls a second. */
const batch = 10
/** Live at most, as a node of this size has. */
const liveAtMost = 100
const legsPerSecondOfWindow = 200

const path = [
  { block: 'greeting', atMs: 0 },
  { block: 'menu', atMs: 3_000 },
  { block: 'confirmed', atMs: 5_500 },
  { block: 'goodbye', atMs: 7_000 },
]

export const cycleBench: Bench = {
  name: 'cycle',
  title: `claim (${batch} at once), dial, answer and finish an attempt through the store, durable, one connection`,
  control: 'hand-written transactions that keep the same promises on the same tables',
  isTimed: true,
  figures: [
    { key: 'cycle', label: 'PostgreSQL CPU per attempt', unit: 'us', side: 'ours' },
    { key: 'control', label: 'PostgreSQL CPU per attempt, by hand', unit: 'us', side: 'control' },
    { key: 'ratio', label: 'ours over by hand', unit: 'x', side: 'ratio' },
    {
      key: 'perCore',
      label: 'attempts per second and core of PostgreSQL',
      unit: '/s',
      side: 'ours',
      target: { atLeast: 2_000 },
    },
    { key: 'claim', label: 'claim, PostgreSQL CPU per contact', unit: 'us', side: 'ours' },
    { key: 'claimControl', label: 'claim by hand', unit: 'us', side: 'control' },
    { key: 'claimRatio', label: 'claim, ours over by hand', unit: 'x', side: 'ratio' },
    { key: 'finish', label: 'finish, PostgreSQL CPU', unit: 'us', side: 'ours' },
    { key: 'finishControl', label: 'finish by hand', unit: 'us', side: 'control' },
    { key: 'finishRatio', label: 'finish, ours over by hand', unit: 'x', side: 'ratio' },
    { key: 'node', label: 'Node CPU per attempt', unit: 'us', side: 'ours' },
    { key: 'wall', label: 'attempts per second on the one connection', unit: '/s', side: 'ours' },
    { key: 'wallControl', label: 'the same by hand', unit: '/s', side: 'ratio' },
  ],
  async open({ rows, seconds, windows, isQuick }, grounds) {
    const stack = new AsyncDisposableStack()
    try {
      const server = await grounds.database()
      const people = isQuick ? 4_000 : Math.max(100_000, Math.round(rows / 10))
      const ground = await Ground.make(server, stack, 'bench_cycle', people)
      // They must last for every window that may be begun, and for what warms up.
      const lasting = Math.floor(people / (2 + windows * triesPerWindow))
      const wanted = Math.min(lasting, Math.round(seconds * legsPerSecondOfWindow))
      const legs = Math.max(1, Math.floor(wanted / batch)) * batch
      // Statements are planned for good at their sixth run: before that they cost more.
      await turn(ground, ours, liveAtMost)
      await turn(ground, byHand, liveAtMost)
      return {
        async measure(round) {
          const order = round % 2 === 0 ? [ours, byHand] : [byHand, ours]
          const costs = new Map<Way, Cost>()
          for (const way of order) costs.set(way, await turn(ground, way, legs))
          await ground.clear()
          return { figures: figuresOf(costs.get(ours), costs.get(byHand)) }
        },
        close: () => stack.disposeAsync(),
      }
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  },
}

type Way = {
  claim(ground: Ground, count: number): Promise<readonly string[]>
  dial(ground: Ground, legId: string): Promise<void>
  finish(ground: Ground, legId: string): Promise<void>
}
/** Microseconds each; wall in attempts a second. */
type Cost = { claim: number; dial: number; finish: number; node: number; wall: number }

const ours: Way = {
  claim: async (ground, count) => (await ground.claim(count)).map(({ legId }) => legId),
  async dial({ store, lease }, legId) {
    const mayDial = await store.beginDialing(lease, legId)
    const isAnswered = await store.markAnswered(lease, legId, Temporal.Now.instant())
    if (!mayDial || !isAnswered) throw new Error('The store refused a step of a live leg')
  },
  async finish({ store, lease }, legId) {
    if (!(await store.finish(lease, answered(legId)))) throw new Error('The store found no leg to finish')
  },
}
const byHand: Way = {
  claim: claimByHand,
  dial: dialByHand,
  finish: (ground, legId) =>
    finishByHand(ground, legId, JSON.stringify(path), JSON.stringify(answered(legId).timeline)),
}

/** So many attempts from end to end, in phases, so that each phase has its own cost. */
async function turn(ground: Ground, way: Way, legs: number): Promise<Cost> {
  const usedMs = { claim: 0, dial: 0, finish: 0 }
  const phase = async (name: keyof typeof usedMs, work: () => Promise<void>): Promise<void> => {
    const backend = await ground.backend()
    const before = processCpuMs(backend)
    await work()
    usedMs[name] += processCpuMs(backend) - before
  }
  const node = process.cpuUsage()
  const startedMs = performance.now()
  for (let done = 0; done < legs; ) {
    const wanted = Math.min(liveAtMost, legs - done)
    const live: string[] = []
    await phase('claim', async () => {
      for (let n = 0; n < wanted; n += batch) live.push(...(await way.claim(ground, batch)))
    })
    await phase('dial', async () => {
      for (const legId of live) await way.dial(ground, legId)
    })
    await phase('finish', async () => {
      for (const legId of live) await way.finish(ground, legId)
    })
    done += live.length
  }
  const seconds = (performance.now() - startedMs) / 1_000
  const { user, system } = process.cpuUsage(node)
  return {
    claim: (usedMs.claim * 1_000) / legs,
    dial: (usedMs.dial * 1_000) / legs,
    finish: (usedMs.finish * 1_000) / legs,
    node: (user + system) / legs,
    wall: legs / seconds,
  }
}

function figuresOf(own: Cost | undefined, control: Cost | undefined): Record<string, number> {
  if (own === undefined || control === undefined) return {}
  const whole = ({ claim, dial, finish }: Cost): number => claim + dial + finish
  return {
    cycle: whole(own),
    control: whole(control),
    ratio: whole(own) / whole(control),
    perCore: 1e6 / whole(own),
    claim: own.claim,
    claimControl: control.claim,
    claimRatio: own.claim / control.claim,
    finish: own.finish,
    finishControl: control.finish,
    finishRatio: own.finish / control.finish,
    node: own.node,
    wall: own.wall,
    wallControl: control.wall,
  }
}

function answered(legId: string): AttemptOutcome {
  const at = Temporal.Now.instant()
  return {
    legId,
    disposition: 'answered',
    detail: null,
    sip: { code: 200, reason: 'OK', q850: 16 },
    ringingAt: at.subtract({ seconds: 12 }),
    answeredAt: at.subtract({ seconds: 8 }),
    endedAt: at,
    talkMs: 8_000,
    endedBy: 'callee',
    keys: '1',
    path,
    variables: { name: 'Person', goal: 'confirmed' },
    tags: ['confirmed'],
    goal: 'confirmed',
    level: 'A',
    recording: null,
    timeline: ['claimed', 'sent', 'ringing', 'answered', 'ended'].map((kind) => ({ at: at.toString(), kind })),
  }
}
