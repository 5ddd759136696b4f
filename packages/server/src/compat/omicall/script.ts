/**
 * The steps of a session as one scenario: each goes on to the next; a key menu that ends goes on too, a ring group that nobody takes
 * as well; behind the last the call ends. Pure.
 */
import { createHash } from 'node:crypto'
import { type Block, edgesOf, type Parameter, type ScenarioDefinition } from '@dialwright/scenario'

/** A step with what it names found; `at` is its place in the script. */
export type FoundStep = { readonly at: number } & (
  | { readonly type: 'recording'; readonly path: string }
  | { readonly type: 'text'; readonly text: string; readonly voice: string | null; readonly speed: number }
  | { readonly type: 'menu'; readonly scenario: ScenarioDefinition }
  | { readonly type: 'ring-group'; readonly groupId: string }
)

/** The vendor's voices speak it. */
const ownLanguage = 'vi'
const last = 'end'

/** Slow to fast, -3 to 3, as how many times as fast: each step is a cube root of two. */
export function speedOf(speed: number): number {
  return Math.round(2 ** (speed / 3) * 1_000) / 1_000
}

/** The same steps are the same scenario, under the same name. Where only menus speak, they speak their language. */
export function scenarioOf(steps: readonly FoundStep[]): ScenarioDefinition {
  const blocks: Block[] = [{ id: last, type: 'hangup' }]
  const parameters = new Map<string, Parameter>()
  let next = last
  // From behind: each step leads to what begins the next.
  for (const step of steps.toReversed()) {
    const id = `s${step.at}`
    const made = step.type === 'menu' ? within(step.scenario, id, next) : blockOf(step, id, next)
    blocks.unshift(...made)
    next = made[0]?.id ?? next
    for (const parameter of step.type === 'menu' ? (step.scenario.startBlocks[0]?.parameters ?? []) : [])
      parameters.set(parameter.name, parameter)
  }
  const languages = new Set(steps.flatMap((step) => languageOf(step) ?? []))
  const [only = ownLanguage] = languages
  const said = {
    language: languages.size > 1 ? ownLanguage : only,
    startBlocks: [{ id: 'start', name: 'start', next, parameters: [...parameters.values()] }],
    blocks,
  }
  const mark = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16)
  return { name: `autoCall ${mark}`, ...said }
}

/** Undefined: it says nothing. */
function languageOf(step: FoundStep): string | undefined {
  if (step.type === 'menu') return step.scenario.language
  return step.type === 'text' ? ownLanguage : undefined
}

/**
 * The field of the request that a problem of the scenario stands for.
 * @param path  RFC 6901 §3, as `/blocks/3/text`.
 */
export function placeIn({ blocks }: ScenarioDefinition, path: string): string {
  const [, list, index] = path.split('/')
  const block = list === 'blocks' ? blocks[Number(index)] : undefined
  const step = /^s(\d+)(_|$)/.exec(block?.id ?? '')
  if (step === null) return 'scripts'
  return `scripts.${step[1]}.${step[2] === '' && block?.type === 'say' ? 'targetValue' : 'targetId'}`
}

function blockOf(step: Exclude<FoundStep, { type: 'menu' }>, id: string, next: string): Block[] {
  switch (step.type) {
    case 'recording':
      return [{ id, type: 'say', audio: step.path, next }]
    case 'text': {
      const { text, speed, voice } = step
      return [{ id, type: 'say', text, speed, ...(voice === null ? {} : { voice }), next }]
    }
    case 'ring-group':
      return [{ id, type: 'transfer', to: { operatorGroup: step.groupId }, noAnswer: next }]
  }
}

/** The blocks that a menu's calls come through, the first one first, under ids of this step; where it hangs up, `next` follows. */
function within({ startBlocks, blocks }: ScenarioDefinition, prefix: string, next: string): Block[] {
  const names = new Map(blocks.map((block, at) => [block.id, block.type === 'hangup' ? next : `${prefix}_${at}`]))
  const named = (id: string): string => names.get(id) ?? next
  const byId = new Map(blocks.map((block) => [block.id, block]))
  const reached = new Set<string>()
  const made: Block[] = []
  for (const open = [startBlocks[0]?.next ?? '']; open.length > 0; ) {
    const id = open.shift() ?? ''
    const block = byId.get(id)
    if (block === undefined || block.type === 'hangup' || reached.has(id)) continue
    reached.add(id)
    made.push(renamed(block, named))
    open.push(...edgesOf(block).map(({ target }) => target))
  }
  return made
}

function renamed(block: Exclude<Block, { type: 'hangup' }>, named: (id: string) => string): Block {
  const id = named(block.id)
  switch (block.type) {
    case 'menu':
      return {
        ...block,
        id,
        keys: Object.fromEntries(Object.entries(block.keys).map(([digit, target]) => [digit, named(target)])),
        noInput: named(block.noInput),
        noMatch: named(block.noMatch),
      }
    case 'condition':
      return {
        ...block,
        id,
        branches: block.branches.map((branch) => ({ ...branch, next: named(branch.next) })),
        otherwise: named(block.otherwise),
      }
    case 'transfer':
      return { ...block, id, noAnswer: named(block.noAnswer) }
    default:
      return { ...block, id, next: named(block.next) }
  }
}
