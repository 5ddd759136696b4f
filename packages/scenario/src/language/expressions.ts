/** Expressions: CEL conditions and assignments, checked before they are saved and bounded in work when they run on a call. */
import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js'
import { firstLine } from './phrases.ts'

export type ExpressionType = 'string' | 'bool' | 'double' | 'dyn'
export type Expression = { readonly source: string; readonly parsed: ParseResult }
export type ExpressionResult = { readonly value: JsonValue } | { readonly refused: string }
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** Names that CEL can read; a phrase may use any alphabet, the CEL grammar is ASCII. */
const celName = /^[A-Za-z_][A-Za-z0-9_]*$/
/**
 * `matches` runs a backtracking pattern (13.7 s measured on a hostile one), and the list macros nest to exponential work
 * under any limit on nodes: both would hold up every call of the process.
 */
const refusedCalls: ReadonlyMap<string, string> = new Map([
  ['matches', 'matches is not offered: use contains, startsWith or endsWith'],
  ...['all', 'exists', 'exists_one', 'map', 'filter'].map((name): [string, string] => [
    name,
    `${name} is not offered: use "in" for membership`,
  ]),
])
const valueCharactersLimit = 4_096
const depthLimit = 8

/** One environment per compiled scenario, since declared variables belong to it. */
export class ExpressionLanguage {
  readonly #environment: Environment
  readonly #names: readonly string[]

  constructor(variables: ReadonlyMap<string, ExpressionType>) {
    this.#environment = new Environment({
      unlistedVariablesAreDyn: false,
      limits: { maxAstNodes: 200, maxDepth: 20, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 8 },
    })
    this.#names = [...variables.keys()].filter((name) => celName.test(name))
    for (const name of this.#names) this.#environment.registerVariable(name, variables.get(name) ?? 'dyn')
    // CEL knows no mixed arithmetic; a contact's 7 and 7.5 are the same kind of number to an author.
    for (const [left, right] of [
      ['int', 'double'],
      ['double', 'int'],
    ]) {
      this.#environment.registerOperator(`${left} + ${right}`, (a, b) => Number(a) + Number(b))
      this.#environment.registerOperator(`${left} - ${right}`, (a, b) => Number(a) - Number(b))
      this.#environment.registerOperator(`${left} * ${right}`, (a, b) => Number(a) * Number(b))
      this.#environment.registerOperator(`${left} / ${right}`, (a, b) => Number(a) / Number(b))
    }
  }

  /** @throws {Error} when the expression cannot be parsed, breaks a limit or calls something that is not offered. */
  parse(source: string): Expression {
    const parsed = this.#environment.parse(source)
    refuseCalls(parsed.ast)
    return { source, parsed }
  }

  /** Type check against the declared variables; null when sound, else what is wrong. `expected` is the type the place needs. */
  check(expression: Expression, expected: 'bool' | 'any'): string | null {
    const checked = expression.parsed.check()
    if (!checked.valid)
      return checked.error === undefined ? 'the expression has a type error' : firstLine(checked.error)
    if (expected === 'bool' && checked.type !== 'bool' && checked.type !== 'dyn') {
      return `a condition must be true or false, this one is ${checked.type ?? 'of unknown type'}`
    }
    return null
  }

  /** Names that are declared but absent from `variables` count as null. */
  evaluate(expression: Expression, variables: Readonly<Record<string, unknown>>): ExpressionResult {
    try {
      const context = Object.fromEntries(this.#names.map((name) => [name, toCel(variables[name], 0)]))
      const value = fromCel(expression.parsed(context), 0)
      if (JSON.stringify(value).length > valueCharactersLimit)
        return { refused: `the value is longer than ${valueCharactersLimit} characters` }
      return { value }
    } catch (error) {
      return { refused: firstLine(error) }
    }
  }
}

function refuseCalls(node: ASTNode): void {
  if (node.op === 'call' || node.op === 'rcall') {
    const reason = refusedCalls.get(node.args[0])
    if (reason !== undefined) throw new RangeError(reason)
  }
  visit(node.args)
}

/** Operands are nodes, names, literals or nested lists of these, by operator. */
function visit(operand: unknown): void {
  if (Array.isArray(operand)) for (const one of operand) visit(one)
  else if (isNode(operand)) refuseCalls(operand)
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

function toCel(value: unknown, depth: number): unknown {
  if (value === undefined || depth > depthLimit) return null
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map((one: unknown) => toCel(one, depth + 1))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toCel(one, depth + 1)]))
  }
  return value
}

function fromCel(value: unknown, depth: number): JsonValue {
  if (depth > depthLimit) throw new RangeError('the value is nested too deeply')
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    throw new RangeError('the value is not a finite number')
  }
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (Number.isSafeInteger(number)) return number
    throw new RangeError('the whole number is beyond 2^53')
  }
  if (Array.isArray(value)) return value.map((one: unknown) => fromCel(one, depth + 1))
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, one]) => [String(name), fromCel(one, depth + 1)]))
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fromCel(one, depth + 1)]))
  }
  throw new RangeError('the value is not text, number, true or false, a list or a map')
}
