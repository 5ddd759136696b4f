/** The variables a run begins with: what the contact brought, read by the start block's parameters. */
import type { Parameter } from '../format/schema.ts'

/**
 * Reads each declared parameter in its type (files bring every value as text), falls back to its default, and keeps
 * undeclared variables as they came. An empty text counts as absent: "Hello, !" helps nobody.
 * @returns The variables, and a note for each value that could not be read in its parameter's type.
 */
export function initialVariables(
  given: Readonly<Record<string, unknown>>,
  parameters: readonly Parameter[],
): { readonly variables: Readonly<Record<string, unknown>>; readonly notes: readonly string[] } {
  const values = new Map(Object.entries(given).filter(([, value]) => value !== undefined))
  const notes: string[] = []
  for (const parameter of parameters) {
    const raw = values.get(parameter.name)
    const value = isAbsent(raw) ? undefined : read(raw, parameter.type)
    if (value === undefined && !isAbsent(raw)) notes.push(`the variable "${parameter.name}" is not a ${parameter.type}`)
    const settled = value ?? parameter.default
    if (settled === undefined) values.delete(parameter.name)
    else values.set(parameter.name, settled)
    if (settled === undefined && parameter.required === true)
      notes.push(`the required variable "${parameter.name}" is missing`)
  }
  return { variables: Object.fromEntries(values), notes }
}

/** A value that a start block cannot begin with. */
export type VariableProblem = { readonly name: string; readonly code: 'type' | 'required'; readonly message: string }

/**
 * The same reading ahead of any call, for whoever wants to be told before people are rung: values of declared parameters in their
 * types, what is absent left absent, since its default may change until the call.
 */
export function readVariables(
  given: Readonly<Record<string, unknown>>,
  parameters: readonly Parameter[],
): { readonly variables: Readonly<Record<string, unknown>>; readonly problems: readonly VariableProblem[] } {
  const values = new Map(Object.entries(given))
  const problems: VariableProblem[] = []
  for (const { name, type, required, default: fallback } of parameters) {
    const raw = values.get(name)
    if (isAbsent(raw)) {
      if (required === true && fallback === undefined)
        problems.push({ name, code: 'required', message: 'the start block needs a value' })
      continue
    }
    const value = read(raw, type)
    if (value === undefined) problems.push({ name, code: 'type', message: `expected a ${type}` })
    else values.set(name, value)
  }
  return { variables: Object.fromEntries(values), problems }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

function read(value: unknown, type: Parameter['type']): unknown {
  switch (type) {
    case 'any':
      return value
    case 'string':
    case 'date':
      return typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'boolean'
          ? String(value)
          : undefined
    case 'number': {
      const number =
        typeof value === 'number'
          ? value
          : typeof value === 'string'
            ? Number(value.trim().replace(',', '.'))
            : Number.NaN
      return Number.isFinite(number) ? number : undefined
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value
      const word = String(value).trim().toLowerCase()
      return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined
    }
  }
}
