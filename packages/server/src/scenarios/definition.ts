/** A scenario's definition as it is kept: each thing in one form, so that what means the same is no new version. */
import type { ScenarioDefinition } from '@dialwright/scenario'

/** A flag that is not set is not there. */
export function keptDefinition({
  allByVoice,
  default: isDefault,
  ...definition
}: ScenarioDefinition): ScenarioDefinition {
  return {
    ...definition,
    ...(allByVoice === true ? { allByVoice } : {}),
    ...(isDefault === true ? { default: isDefault } : {}),
  }
}
