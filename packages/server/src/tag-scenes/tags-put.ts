/** The tags that a scenario puts on its calls. */
import type { ScenarioDefinition } from '@dialwright/scenario'

/** Each once, in the order of the blocks. */
export function tagsPut({ blocks }: Pick<ScenarioDefinition, 'blocks'>): ReadonlySet<string> {
  return new Set(blocks.flatMap((block) => (block.type === 'mark' ? (block.tags ?? []) : [])))
}
