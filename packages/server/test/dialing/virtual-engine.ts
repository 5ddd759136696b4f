/** The dialing engine on the store's twin and a virtual telephony: minutes of dialling in moments, the same each time. */
import type { CampaignStore } from '@dialwright/dialer'
import { compileScenario, scenarioSchema } from '@dialwright/scenario'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import { InMemoryTelephony } from '../../src/adapters/memory/telephony/in-memory-telephony.ts'
import { Conversation } from '../../src/dialing/conversation.ts'
import { DialingEngine } from '../../src/dialing/engine.ts'
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

const scenario = compileScenario(
  scenarioSchema.parse({
    name: 'Nobody hears it',
    language: 'en',
    startBlocks: [{ id: 'main', name: 'Main', next: 'bye', parameters: [] }],
    blocks: [{ id: 'bye', type: 'hangup' }],
  }),
)

type Answer = { readonly status: number; readonly q850: number | null }

/**
 * An engine over an empty world; everyone is busy after `ringMs`, or answers as `answerAt` says of the milliseconds gone.
 * @param storeMs  What each call of the store takes: the twin itself takes no time, as no database does.
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
  let claims = 0
  const ground = new MemoryGround(clock, new SeededRandom(7))
  const store = new Proxy<CampaignStore>(ground.store, {
    get:
      (target, key) =>
      async (...given: unknown[]) => {
        if (key === 'claim') claims += 1
        await new Promise<void>((resolve) => clock.schedule(storeMs, resolve))
        return Reflect.apply(Reflect.get(target, key), target, given)
      },
  })
  const telephony = new InMemoryTelephony({
    clock,
    calleeOf: () => ({ kind: 'reject', ringMs, ...answerAt(clock.monotonicMs() - begin) }),
  })
  const engine = new DialingEngine({
    store,
    telephony,
    clock: new NodeClock(clock),
    log: pino({ level: 'silent' }),
    nodeName: 'node-a',
    loadTrunk: async () => trunk,
    openConversation: async ({ legId, startBlock, variables }) =>
      new Conversation({
        legId,
        scenario,
        startBlock,
        variables,
        telephony,
        clock,
        prompts: { promptIdOf: () => null },
      }),
    recordingOf: () => ({ file: '', name: '' }),
    faults: () => {},
  })
  return {
    ground,
    clock,
    /** Claims that the engine made so far. */
    claims: () => claims,
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
