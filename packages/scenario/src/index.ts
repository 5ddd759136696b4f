/** What happens on an answered call: the scenario format, its validation, and the machine that runs it. */
export { compileScenario, type Scenario } from './compile.ts'
export { type Edge, edgesOf, jsonPointer } from './format/edges.ts'
export { externalIdsSchema } from './format/fields.ts'
export {
  type Block,
  builtinVariables,
  type Parameter,
  type ScenarioDefinition,
  type StartBlock,
  scenarioSchema,
  startBlockSchema,
} from './format/schema.ts'
export { type GivenTransferTarget, transferTargetSchema } from './format/transfer.ts'
export { enterScenario, type RunStart, startRun, step } from './run/machine.ts'
export {
  type PathEntry,
  type PlayItem,
  type RunAction,
  type RunError,
  type RunEvent,
  type RunResult,
  type RunState,
  type RunStep,
  ringbackPath,
  runLimits,
  type TransferResult,
} from './run/state.ts'
export { readVariables, type VariableProblem } from './run/variables.ts'
export {
  type ProblemCode,
  readScenario,
  type ScenarioProblem,
  type ValidationOptions,
  validateScenario,
} from './validation/validate.ts'
