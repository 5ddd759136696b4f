/**
 * The vendor's client also writes `"amd.enabled"` at the root, `1` for true and an empty value for null: this brings a body into its
 * nested form, without judging its values.
 */
import { isRecord } from '../mistake.ts'

export type Folded = { readonly body: Record<string, unknown>; readonly conflicts: readonly string[] }

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])
const maxDepth = 4

/** Dotted keys become objects; a dotted and a nested value that disagree are told by the field's name. */
export function foldDottedKeys(given: Record<string, unknown>): Folded {
  const conflicts: string[] = []
  const body: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (!key.includes('.') && !forbidden.has(key)) body[key] = isRecord(value) ? { ...value } : value
  }
  for (const [key, value] of Object.entries(given)) {
    const path = key.split('.')
    if (path.length === 1) continue
    if (path.length > maxDepth || path.some((part) => part === '' || forbidden.has(part))) continue
    if (!put(body, path, value)) conflicts.push(key)
  }
  return { body, conflicts }
}

function put(target: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): boolean {
  if (rest.length === 0) {
    if (Object.hasOwn(target, first)) return JSON.stringify(target[first]) === JSON.stringify(value)
    target[first] = value
    return true
  }
  const next = Object.hasOwn(target, first) ? target[first] : undefined
  if (next !== undefined && !isRecord(next)) return false
  const copy = { ...next }
  target[first] = copy
  return put(copy, rest, value)
}
