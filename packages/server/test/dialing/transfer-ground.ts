/** A caller in a scenario that hands the call over, on the store's twin and a virtual telephony, with operators of a group. */
import type { AttemptOutcome, CampaignSettings, TransferTarget } from '@dialwright/dialer'
import { compileScenario, type Scenario, scenarioSchema } from '@dialwright/scenario'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import {
  addPlainContact,
  numberId,
  phoneOf,
  plainWorld,
  settings,
  trunkId,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import type { Callee } from '../../src/adapters/memory/telephony/callee.ts'
import { uuidV7 } from '../../src/adapters/system/uuid-v7.ts'
import type { OperatorGroup, Redirection } from '../../src/dialing/hand-over/transfer-source.ts'
import { MemoryGround } from '../store/memory-ground.ts'
import { virtualNode } from './virtual-engine.ts'

export const customer = phoneOf(0)
export const groupId = 'group'

const block = (to: unknown) => [
  { id: 'hand', type: 'transfer', to, noAnswer: 'missed' },
  { id: 'missed', type: 'mark', tags: ['missed'], next: 'bye' },
  { id: 'bye', type: 'hangup' },
]

export function scenarioOf(blocks: readonly unknown[]): Scenario {
  const next = (blocks[0] as { id: string }).id
  const startBlocks = [{ id: 'main', name: 'Main', next, parameters: [] }]
  return compileScenario(scenarioSchema.parse({ name: 'Test', language: 'en', startBlocks, blocks }))
}

const answers: Callee = { kind: 'answer', ringMs: 500, presses: null, hangsUpAfterMs: null }
export const people = {
  answers,
  hangsUp: (ms: number): Callee => ({ ...answers, hangsUpAfterMs: ms }),
  after: (ringMs: number): Callee => ({ ...answers, ringMs }),
  busy: { kind: 'reject', ringMs: 200, status: 486, q850: 17 } satisfies Callee as Callee,
  rings: { kind: 'ring' } satisfies Callee as Callee,
  congested: { kind: 'reject', ringMs: 50, status: 503, q850: null } satisfies Callee as Callee,
}

type Options = {
  /** Where the scenario hands the call to. */
  readonly to?: unknown
  readonly scenario?: Scenario
  /** The campaign's own redirect. */
  readonly redirect?: TransferTarget
  readonly settings?: Partial<CampaignSettings>
  /** Who answers which number; the customer answers where nothing is said. */
  readonly people: Readonly<Record<string, Callee>>
  readonly mode?: OperatorGroup['mode']
  /** Phones of the group's operators. */
  readonly operators?: readonly string[]
  readonly onCall?: readonly string[]
  readonly viaNumber?: boolean
  readonly trunks?: readonly string[]
  readonly trunkCalls?: number
  /** What the call's own trunk may call; absent: every number. */
  readonly destinations?: readonly string[]
  readonly others?: Readonly<Record<string, Scenario>>
}

/** Runs one call for so long, and tells everything that came of it. */
export async function handOver(options: Options) {
  const clock = new VirtualClock()
  const random = new SeededRandom(11)
  const ground = new MemoryGround(clock, random)
  const { to = { operatorGroup: 'sales' }, operators = [], onCall = [] } = options
  const outcomes: AttemptOutcome[] = []
  const told: Redirection[] = []
  const talked: string[] = []
  const opened: {
    readonly phone: string
    readonly trunkId: string
    readonly callerId: string | null
    readonly legId: string
  }[] = []
  const dialled: { readonly at: number; readonly phone: string }[] = []
  const begin = clock.monotonicMs()
  const node = virtualNode({
    clock,
    ground,
    nodeName: 'node-a',
    calleeOf: (number) => {
      dialled.push({ at: Math.round(clock.monotonicMs() - begin), phone: number })
      return options.people[number] ?? people.answers
    },
    scenario: options.scenario ?? scenarioOf(block(to)),
    onStore: (method, given) => {
      if (method === 'finish') outcomes.push(given[1] as AttemptOutcome)
      if (method === 'openSideLeg') opened.push(given[1] as (typeof opened)[number])
    },
    transfers: {
      newId: () => uuidV7(clock, random),
      openScenario: async (versionId) => {
        const scenario = options.others?.[versionId]
        if (scenario === undefined) throw new Error(`There is no scenario version ${versionId}.`)
        return { scenario, prompts: { promptIdOf: (item) => ('audio' in item ? item.audio : null) } }
      },
      source: {
        resolveTarget: async (_, given) =>
          given.operatorGroup === 'sales'
            ? { to: 'operator-group', groupId }
            : given.scenario !== undefined
              ? { to: 'scenario', scenarioId: String(given.scenario) }
              : given.number === undefined
                ? null
                : given.dialplan === undefined
                  ? { to: 'number', phone: given.number, callerId: given.callerId }
                  : { to: 'dialplan', dialplanId: 'all', phone: given.number },
        operatorGroup: async () => ({
          mode: options.mode ?? 'in-turn',
          isEnabled: true,
          number: options.viaNumber === true ? { numberId: numberId(1), phone: '+74950000001', trunkId } : null,
          operators: operators.map((phone, index) => ({
            operatorId: `operator-${index}`,
            name: `Operator ${index}`,
            phone,
            idleSince: null,
            isOnCall: onCall.includes(phone),
          })),
        }),
        ownNumber: async () => null,
        trunksOf: async () => options.trunks ?? [],
        latestVersion: async (_, id) => id,
        tellRedirected: async (redirection) => void told.push(redirection),
        operatorTalked: async (id) => void talked.push(id),
      },
    },
  })
  // Ringing is heard: five seconds of it.
  await node.telephony.loadPrompt({ promptId: '/tones/ringback.wav', samples: new Int16Array(40_000) })
  const { trunkCalls, destinations } = options
  await plainWorld(ground, {
    contacts: 0,
    trunk: {
      ...(trunkCalls === undefined ? {} : { maxCalls: trunkCalls }),
      ...(destinations === undefined ? {} : { destinations }),
    },
    settings: settings({ redirect: options.redirect, ...options.settings }),
  }).then(({ routeId }) => addPlainContact(ground, routeId, 0))
  const started = node.engine.start()
  await clock.advanceAsync(100)
  await started
  const legOf = (phone: string): string => opened.findLast((one) => one.phone === phone)?.legId ?? ''
  return {
    ...node,
    ...{ ground, clock, outcomes, told, talked, opened, dialled, legOf, workspaceId },
    run: (ms: number): Promise<void> => clock.advanceAsync(ms),
    /** What the called party of a number saw. */
    saw: (phone: string) => node.telephony.seen(legOf(phone)),
    sideLegs: () => [...ground.store.tables.sideLegs.values()].map(({ request, phase }) => [request.phone, phase]),
    ended: () =>
      ground.store.tables.endedSideLegs.map(({ phone, disposition, endedBy }) => [phone, disposition, endedBy]),
    stop: async (): Promise<void> => {
      const stopped = node.engine.stop()
      await clock.advanceAsync(100)
      await stopped
    },
  }
}

/** Kinds of a timeline from the first hand-over on. */
export function storyOf(outcome: AttemptOutcome | undefined): string[] {
  const kinds = outcome?.timeline.map(({ kind }) => kind) ?? []
  return kinds.slice(kinds.findIndex((kind) => kind.startsWith('transfer')))
}
