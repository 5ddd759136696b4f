/**
 * What a database can hold: a hundred levels of nesting, and Unicode without the NUL character and without half a surrogate pair (PostgreSQL, text and jsonb;
 * RFC 8259 §8.2). Looked at once, before any route reads its input.
 */
import type { FastifyRequest } from 'fastify'

type Path = readonly (string | number)[]
type Fault = { readonly path: Path; readonly message: string }

const badText = 'expected text without the character U+0000 and without half a surrogate pair'
/** No body of ours needs ten; the database's parser and our own walks recurse, and end long before a megabyte of brackets. */
const deepest = 100

export class UnstorableInputError extends Error {
  readonly code = 'TEXT_UNSTORABLE'
  readonly path: Path

  constructor({ path, message }: Fault) {
    super(message)
    this.name = 'UnstorableInputError'
    this.path = path
  }
}

/** @throws {UnstorableInputError} naming the first place, in path, query or body. */
export async function refuseUnstorableInput(request: FastifyRequest): Promise<void> {
  for (const input of [request.params, request.query, request.body]) {
    const fault = faultOf(input, [])
    if (fault !== null) throw new UnstorableInputError(fault)
  }
}

function faultOf(value: unknown, path: Path): Fault | null {
  if (typeof value === 'string') return isStorable(value) ? null : { path, message: badText }
  if (typeof value !== 'object' || value === null) return null
  if (path.length >= deepest)
    return { path: path.slice(0, 1), message: `expected at most ${deepest} levels of nesting` }
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return { path, message: badText }
    const fault = faultOf(inner, [...path, key])
    if (fault !== null) return fault
  }
  return null
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
