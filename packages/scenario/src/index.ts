/** What happens on an answered call: the scenario format, its validation, and the machine that runs it. */
export { compileScenario, type Scenario } from './compile.ts'
export { jsonPointer } from './format/edges.ts'
export {
  type Block,
  builtinVariables,
  externalIdsSchema,
  type Parameter,
  type ScenarioDefinition,
  type StartBlock,
  scenarioSchema,
  startBlockSchema,
} from './format/schema.ts'
export { type RunStart, startRun, step } from './run/machine.ts'
export {
  type PlayItem,
  type RunAction,
  type RunError,
  type RunEvent,
  type RunResult,
  type RunState,
  type RunStep,
  runLimits,
} from './run/state.ts'
export { readVariables, type VariableProblem } from './run/variables.ts'
export {
  type ProblemCode,
  readScenario,
  type ScenarioProblem,
  type ValidationOptions,
  validateScenario,
} from './validation/validate.ts'
