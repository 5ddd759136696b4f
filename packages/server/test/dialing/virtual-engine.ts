/** The dialing engine on the store's twin and a virtual telephony: minutes of dialling in moments, the same each time. */
import type { CampaignStore } from '@dialwright/dialer'
import { compileScenario, type Scenario, scenarioSchema } from '@dialwright/scenario'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import type { Callee } from '../../src/adapters/memory/telephony/callee.ts'
import { InMemoryTelephony } from '../../src/adapters/memory/telephony/in-memory-telephony.ts'
import { Conversation } from '../../src/dialing/conversation.ts'
import { DialingEngine } from '../../src/dialing/engine.ts'
import type { TransferParts } from '../../src/dialing/hand-over/call-transfers.ts'
import { NodeClock } from '../../src/dialing/node-clock.ts'
import { MemoryGround } from '../store/memory-ground.ts'

const trunk = {
  target: {
    trunkId: 'any',
    host: '127.0.0.1',
    port: 5060,
    username: null,
    password: null,
    fromDomain: null,
    codecs: ['pcma'] as const,
  },
  ringTimeoutMs: null,
  formatNumber: (phone: string) => phone,
}

const plain = compileScenario(
  scenarioSchema.parse({
    name: 'Nobody hears it',
    language: 'en',
    startBlocks: [{ id: 'main', name: 'Main', next: 'bye', parameters: [] }],
    blocks: [{ id: 'bye', type: 'hangup' }],
  }),
)

const nobody = async (): Promise<null> => null
const noTransfers: TransferParts = {
  newId: () => '',
  openScenario: () => Promise.reject(new Error('There is no other scenario')),
  source: {
    ...{ resolveTarget: nobody, operatorGroup: nobody, ownNumber: nobody, latestVersion: nobody },
    trunksOf: async () => [],
    tellRedirected: async () => undefined,
    operatorTalked: async () => undefined,
  },
}

type Answer = { readonly status: number; readonly q850: number | null }

export type VirtualNodeOptions = {
  readonly clock: VirtualClock
  readonly ground: MemoryGround
  readonly nodeName: string
  readonly calleeOf: (number: string) => Callee
  /** What is said on an answered call; absent: it is hung up. */
  readonly scenario?: Scenario
  /** Whom calls are handed to; absent: nobody. */
  readonly transfers?: TransferParts
  /** Each call of the store, as it is made. */
  readonly onStore?: (method: string, given: readonly unknown[]) => void
  /** What each call of the store takes: the twin itself takes no time, as no database does. */
  readonly storeMs?: number
}

/** One node of a virtual cluster: an engine with a telephony of its own, on a store that it may lose. */
export function virtualNode({
  clock,
  ground,
  nodeName,
  calleeOf,
  scenario = plain,
  transfers = noTransfers,
  onStore,
  storeMs = 4,
}: VirtualNodeOptions) {
  let claims = 0
  let isStoreThere = true
  const store = new Proxy<CampaignStore>(ground.store, {
    get:
      (target, key) =>
      async (...given: unknown[]) => {
        if (key === 'claim') claims += 1
        onStore?.(String(key), given)
        await new Promise<void>((resolve) => clock.schedule(storeMs, resolve))
        if (!isStoreThere) throw new Error('The database cannot be reached')
        return Reflect.apply(Reflect.get(target, key), target, given)
      },
  })
  const nodeClock = new NodeClock(clock)
  const telephony = new InMemoryTelephony({ clock: nodeClock, calleeOf })
  const engine = new DialingEngine({
    store,
    telephony,
    clock: nodeClock,
    log: pino({ level: 'silent' }),
    nodeName,
    loadTrunk: async ({ trunkId }) => ({ ...trunk, target: { ...trunk.target, trunkId } }),
    transfers,
    openConversation: async ({ legId, startBlock, variables }, toOthers) =>
      new Conversation({
        legId,
        scenario,
        startBlock,
        variables,
        telephony,
        clock,
        prompts: { promptIdOf: (item) => ('audio' in item ? item.audio : null) },
        transfers: toOthers,
      }),
    recordingOf: () => ({ file: '', name: '' }),
    faults: () => {},
  })
  return {
    engine,
    telephony,
    /** Claims that the engine made so far. */
    claims: () => claims,
    /** From now on every call of the store fails, or none does. */
    reachStore: (isThere: boolean): void => {
      isStoreThere = isThere
    },
  }
}

/**
 * An engine over an empty world; everyone is busy after `ringMs`, or answers as `answerAt` says of the milliseconds gone.
 * @param storeMs  What each call of the store takes.
 */
export function virtualEngine({
  ringMs = 10,
  storeMs = 4,
  answerAt = (): Answer => ({ status: 486, q850: 17 }),
}: {
  readonly ringMs?: number
  readonly storeMs?: number
  readonly answerAt?: (ms: number) => Answer
} = {}) {
  const clock = new VirtualClock()
  const begin = clock.monotonicMs()
  const ground = new MemoryGround(clock, new SeededRandom(7))
  const calleeOf = (): Callee => ({ kind: 'reject', ringMs, ...answerAt(clock.monotonicMs() - begin) })
  const { engine, claims } = virtualNode({ clock, ground, nodeName: 'node-a', calleeOf, storeMs })
  return {
    ground,
    clock,
    claims,
    async run(ms: number): Promise<void> {
      const started = engine.start()
      await clock.advanceAsync(100)
      await started
      await clock.advanceAsync(ms)
      const stopped = engine.stop()
      await clock.advanceAsync(100)
      await stopped
    },
  }
}
