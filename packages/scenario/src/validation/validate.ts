/** Validation: everything that would go wrong on a call and can be known before it, each with its place in the document. */
import { variableTypes } from '../compile.ts'
import { edgesOf, jsonPointer } from '../format/edges.ts'
import { type Block, builtinVariables, type ScenarioDefinition, scenarioSchema } from '../format/schema.ts'
import { ExpressionLanguage } from '../language/expressions.ts'
import { firstLine, PhraseLanguage } from '../language/phrases.ts'

export type ProblemCode =
  | 'SCENARIO_SHAPE'
  | 'SCENARIO_DUPLICATE_ID'
  | 'SCENARIO_UNKNOWN_BLOCK'
  | 'SCENARIO_UNREACHABLE_BLOCK'
  | 'SCENARIO_NO_EXIT'
  | 'SCENARIO_UNKNOWN_VARIABLE'
  | 'SCENARIO_RESERVED_VARIABLE'
  | 'SCENARIO_BAD_DEFAULT'
  | 'SCENARIO_BAD_TEXT'
  | 'SCENARIO_BAD_EXPRESSION'
  | 'SCENARIO_UNKNOWN_AUDIO'
  | 'SCENARIO_UNKNOWN_TAG'

/** `path` is a JSON pointer into the definition (RFC 6901 §3). */
export type ScenarioProblem = { readonly path: string; readonly code: ProblemCode; readonly message: string }

/** What the workspace has. An absent list is not checked; an empty one means there is none. */
export type ValidationOptions = {
  readonly audio?: readonly string[] | undefined
  /** Names in the scenario's tag scene. */
  readonly tags?: readonly string[] | undefined
}

type Report = (path: readonly (string | number)[], code: ProblemCode, message: string) => void

/** From an untrusted document to a definition that can run, or every problem at once. */
export function readScenario(
  input: unknown,
  options: ValidationOptions = {},
):
  | { readonly definition: ScenarioDefinition; readonly problems: readonly [] }
  | { readonly definition: null; readonly problems: readonly ScenarioProblem[] } {
  const parsed = scenarioSchema.safeParse(input)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue): ScenarioProblem => ({ path: jsonPointer(issue.path), code: 'SCENARIO_SHAPE', message: issue.message }),
    )
    return { definition: null, problems }
  }
  const problems = validateScenario(parsed.data, options)
  return problems.length === 0 ? { definition: parsed.data, problems: [] } : { definition: null, problems }
}

/** @returns Every problem of a well-shaped definition, in document order by kind; empty when it can run. */
export function validateScenario(
  definition: ScenarioDefinition,
  options: ValidationOptions = {},
): readonly ScenarioProblem[] {
  const problems: ScenarioProblem[] = []
  const report: Report = (path, code, message) => problems.push({ path: jsonPointer(path), code, message })
  checkIds(definition, report)
  checkParameters(definition, report)
  checkGraph(definition, report)
  checkLanguage(definition, report)
  checkAudio(definition, options, report)
  checkTags(definition, options, report)
  return problems
}

function checkIds(definition: ScenarioDefinition, report: Report): void {
  for (const list of ['startBlocks', 'blocks'] as const) {
    const seen = new Set<string>()
    for (const [index, { id }] of definition[list].entries()) {
      if (seen.has(id)) report([list, index, 'id'], 'SCENARIO_DUPLICATE_ID', `the id "${id}" is used twice in ${list}`)
      seen.add(id)
    }
  }
}

function checkParameters(definition: ScenarioDefinition, report: Report): void {
  for (const [startIndex, start] of definition.startBlocks.entries()) {
    const seen = new Set<string>()
    for (const [index, parameter] of start.parameters.entries()) {
      const path = ['startBlocks', startIndex, 'parameters', index]
      if (seen.has(parameter.name))
        report([...path, 'name'], 'SCENARIO_DUPLICATE_ID', `the parameter "${parameter.name}" is declared twice`)
      seen.add(parameter.name)
      if (isBuiltin(parameter.name))
        report([...path, 'name'], 'SCENARIO_RESERVED_VARIABLE', `"${parameter.name}" is given by the call itself`)
      const { default: value, type } = parameter
      const fits = value === undefined || type === 'any' || typeof value === (type === 'date' ? 'string' : type)
      if (!fits)
        report(
          [...path, 'default'],
          'SCENARIO_BAD_DEFAULT',
          `the default of a ${type} parameter must be a ${type === 'date' ? 'string' : type}`,
        )
    }
  }
  for (const [index, block] of definition.blocks.entries()) {
    if (block.type !== 'set') continue
    for (const name of Object.keys(block.variables)) {
      if (isBuiltin(name))
        report(
          ['blocks', index, 'variables', name],
          'SCENARIO_RESERVED_VARIABLE',
          `"${name}" is given by the call itself and cannot be set`,
        )
    }
  }
}

function checkGraph(definition: ScenarioDefinition, report: Report): void {
  const byId = new Map(definition.blocks.map((block) => [block.id, block]))
  for (const [index, start] of definition.startBlocks.entries()) {
    if (!byId.has(start.next))
      report(['startBlocks', index, 'next'], 'SCENARIO_UNKNOWN_BLOCK', `there is no block "${start.next}"`)
  }
  const comesFrom = new Map<string, string[]>()
  for (const [index, block] of definition.blocks.entries()) {
    for (const { path, target } of edgesOf(block)) {
      if (!byId.has(target))
        report(['blocks', index, ...path], 'SCENARIO_UNKNOWN_BLOCK', `there is no block "${target}"`)
      comesFrom.set(target, [...(comesFrom.get(target) ?? []), block.id])
    }
  }
  const reachable = closure(
    definition.startBlocks.map((start) => start.next).filter((id) => byId.has(id)),
    (id) => targets(byId.get(id)),
  )
  const endings = definition.blocks.filter((block) => block.type === 'hangup').map((block) => block.id)
  const leaving = closure(endings, (id) => comesFrom.get(id) ?? [])
  for (const [index, block] of definition.blocks.entries()) {
    if (!reachable.has(block.id))
      report(['blocks', index], 'SCENARIO_UNREACHABLE_BLOCK', `no start block leads to "${block.id}"`)
    // A dangling reference is already named; calling it a missing exit too would send the author to the wrong place.
    else if (!leaving.has(block.id) && targets(block).every((id) => byId.has(id))) {
      report(['blocks', index], 'SCENARIO_NO_EXIT', `no way leads from "${block.id}" to a hangup`)
    }
  }
}

function targets(block: Block | undefined): readonly string[] {
  return block === undefined ? [] : edgesOf(block).map((edge) => edge.target)
}

function closure(from: readonly string[], follow: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(from)
  // A Set iterates over what is added meanwhile; each id is added once, so this ends.
  for (const id of found) for (const next of follow(id)) found.add(next)
  return found
}

function checkLanguage(definition: ScenarioDefinition, report: Report): void {
  const types = variableTypes(definition)
  const phrases = new PhraseLanguage()
  const expressions = new ExpressionLanguage(types)
  const checkExpression = (path: readonly (string | number)[], source: string, expected: 'bool' | 'any'): void => {
    try {
      const wrong = expressions.check(expressions.parse(source), expected)
      if (wrong === null) return
      report(
        path,
        wrong.startsWith('Unknown variable') ? 'SCENARIO_UNKNOWN_VARIABLE' : 'SCENARIO_BAD_EXPRESSION',
        wrong,
      )
    } catch (error) {
      report(path, 'SCENARIO_BAD_EXPRESSION', firstLine(error))
    }
  }
  for (const [index, block] of definition.blocks.entries()) {
    const path = ['blocks', index]
    if ('text' in block && block.text !== undefined) {
      try {
        for (const name of phrases.variablesOf(phrases.parse(block.text))) {
          if (!types.has(name))
            report(
              [...path, 'text'],
              'SCENARIO_UNKNOWN_VARIABLE',
              `the variable "${name}" is neither a parameter, nor set, nor one of ${builtinVariables.join(', ')}`,
            )
        }
      } catch (error) {
        report([...path, 'text'], 'SCENARIO_BAD_TEXT', firstLine(error))
      }
    }
    if (block.type === 'condition') {
      for (const [branch, { when }] of block.branches.entries())
        checkExpression([...path, 'branches', branch, 'when'], when, 'bool')
    }
    if (block.type === 'set') {
      for (const [name, source] of Object.entries(block.variables))
        checkExpression([...path, 'variables', name], source, 'any')
    }
  }
}

function checkAudio(definition: ScenarioDefinition, { audio }: ValidationOptions, report: Report): void {
  if (audio === undefined) return
  for (const [index, block] of definition.blocks.entries()) {
    if (block.type !== 'say' && block.type !== 'menu' && block.type !== 'transfer') continue
    if (block.audio !== undefined && !audio.includes(block.audio))
      report(['blocks', index, 'audio'], 'SCENARIO_UNKNOWN_AUDIO', `there is no audio at "${block.audio}"`)
  }
}

function checkTags(definition: ScenarioDefinition, { tags: known }: ValidationOptions, report: Report): void {
  if (known === undefined) return
  for (const [index, block] of definition.blocks.entries())
    if (block.type === 'mark')
      for (const [place, tag] of (block.tags ?? []).entries())
        if (!known.includes(tag))
          report(['blocks', index, 'tags', place], 'SCENARIO_UNKNOWN_TAG', `the tag scene has no tag "${tag}"`)
}

function isBuiltin(name: string): boolean {
  return builtinVariables.some((builtin) => builtin === name)
}
