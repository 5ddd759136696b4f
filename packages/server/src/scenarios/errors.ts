/** A scenario that would go wrong on a call: every problem with its place. */
import type { ScenarioProblem } from '@dialwright/scenario'

export class ScenarioInvalidError extends Error {
  readonly code = 'SCENARIO_INVALID'
  readonly problems: readonly ScenarioProblem[]

  constructor(problems: readonly ScenarioProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('; '))
    this.name = 'ScenarioInvalidError'
    this.problems = problems
  }
}
