/** What the transfer blocks of a scenario name: kept by our ids, so that a thing may be called otherwise later. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import type { Reference } from '../provisioning/schema/reference.ts'

const kinds = { operatorGroup: 'operator-group', dialplan: 'dialplan', scenario: 'scenario' } as const
type Field = keyof typeof kinds
const fields: readonly Field[] = ['operatorGroup', 'dialplan', 'scenario']

export type NamedThing = {
  readonly kind: (typeof kinds)[Field]
  readonly reference: Reference
  /** Its place in the definition. */
  readonly path: readonly [blocks: 'blocks', index: number, to: 'to', field: Field]
}

export function thingsNamedBy({ blocks }: Pick<ScenarioDefinition, 'blocks'>): readonly NamedThing[] {
  return blocks.flatMap((block, index) => {
    if (block.type !== 'transfer' || block.to === 'campaign') return []
    const { to } = block
    return fields.flatMap((field) => {
      const reference = to[field]
      return reference === undefined
        ? []
        : [{ kind: kinds[field], reference, path: ['blocks', index, 'to', field] } as const]
    })
  })
}

/** @param idOf  Of each thing that `thingsNamedBy` tells. */
export function withIdsOfThings<Definition extends Pick<ScenarioDefinition, 'blocks'>>(
  definition: Definition,
  idOf: (thing: NamedThing) => string,
): Definition {
  const things = Map.groupBy(thingsNamedBy(definition), ({ path }) => path[1])
  return {
    ...definition,
    blocks: definition.blocks.map((block, index) => {
      const own = things.get(index)
      if (own === undefined || block.type !== 'transfer' || block.to === 'campaign') return block
      const ids = Object.fromEntries(own.map((thing) => [thing.path[3], idOf(thing)]))
      return { ...block, to: { ...block.to, ...ids } }
    }),
  }
}
