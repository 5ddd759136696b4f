/** A compiled scenario: the definition with its blocks by id and its phrases and expressions parsed once, ready to run on many calls. */
import type { Block, ScenarioDefinition, StartBlock } from './format/schema.ts'
import { builtinVariables } from './format/schema.ts'
import { type Expression, ExpressionLanguage, type ExpressionType } from './language/expressions.ts'
import { type Phrase, PhraseLanguage } from './language/phrases.ts'

export type Scenario = {
  readonly definition: ScenarioDefinition
  readonly blocks: ReadonlyMap<string, Block>
  readonly startBlocks: ReadonlyMap<string, StartBlock>
  readonly phraseLanguage: PhraseLanguage
  readonly expressionLanguage: ExpressionLanguage
  /** By source text. */
  readonly phrases: ReadonlyMap<string, Phrase>
  readonly expressions: ReadonlyMap<string, Expression>
}

/**
 * Parses everything a run may need; share the result between calls.
 * @throws {Error} when a phrase or expression does not parse: `validateScenario` names every such place beforehand.
 */
export function compileScenario(definition: ScenarioDefinition): Scenario {
  const phraseLanguage = new PhraseLanguage()
  // At run time every variable is of any type: what a contact brings is coerced by its parameter, but may be absent.
  const names = [...variableTypes(definition).keys()]
  const expressionLanguage = new ExpressionLanguage(new Map(names.map((name) => [name, 'dyn'])))
  const phrases = new Map<string, Phrase>()
  const expressions = new Map<string, Expression>()
  for (const block of definition.blocks) {
    for (const source of textsOf(block)) phrases.set(source, phraseLanguage.parse(source))
    for (const source of expressionsOf(block)) expressions.set(source, expressionLanguage.parse(source))
  }
  return {
    definition,
    blocks: new Map(definition.blocks.map((block) => [block.id, block])),
    startBlocks: new Map(definition.startBlocks.map((start) => [start.id, start])),
    phraseLanguage,
    expressionLanguage,
    phrases,
    expressions,
  }
}

/**
 * Every variable a scenario knows, with the type conditions are checked against. Only a parameter that always has a value
 * keeps its own type: an absent one is null, and `name == null` must stay legal.
 */
export function variableTypes(definition: ScenarioDefinition): ReadonlyMap<string, ExpressionType> {
  const types = new Map<string, ExpressionType>([
    ['phone', 'string'],
    ['campaignName', 'string'],
    ['attempt', 'dyn'],
    ['called', 'dyn'],
    ['callerName', 'dyn'],
    ['callerNumber', 'dyn'],
  ])
  for (const parameter of definition.startBlocks.flatMap((start) => start.parameters)) {
    const always = parameter.required === true || parameter.default !== undefined
    const known = types.get(parameter.name)
    const own: ExpressionType = !always
      ? 'dyn'
      : parameter.type === 'string' || parameter.type === 'date'
        ? 'string'
        : parameter.type === 'boolean'
          ? 'bool'
          : 'dyn'
    types.set(parameter.name, known === undefined || known === own ? own : 'dyn')
  }
  // Several start blocks: a name that one of them lacks may be absent.
  for (const [name] of types) {
    if (builtinVariables.some((builtin) => builtin === name)) continue
    if (!definition.startBlocks.every((start) => start.parameters.some((parameter) => parameter.name === name)))
      types.set(name, 'dyn')
  }
  for (const block of definition.blocks)
    if (block.type === 'set') for (const name of Object.keys(block.variables)) types.set(name, 'dyn')
  return types
}

function textsOf(block: Block): readonly string[] {
  return 'text' in block && block.text !== undefined ? [block.text] : []
}

function expressionsOf(block: Block): readonly string[] {
  if (block.type === 'condition') return block.branches.map((branch) => branch.when)
  return block.type === 'set' ? Object.values(block.variables) : []
}
