/**
 * Text that a database can hold: Unicode without the NUL character and without half a surrogate pair (PostgreSQL, text and jsonb;
 * RFC 8259 §8.2). Looked at once, before any route reads its input.
 */
import type { FastifyRequest } from 'fastify'

type Path = readonly (string | number)[]

export class UnstorableTextError extends Error {
  readonly code = 'TEXT_UNSTORABLE'
  readonly path: Path

  constructor(path: Path) {
    super('expected text without the character U+0000 and without half a surrogate pair')
    this.name = 'UnstorableTextError'
    this.path = path
  }
}

/** @throws {UnstorableTextError} naming the first place, in path, query or body. */
export async function refuseUnstorableText(request: FastifyRequest): Promise<void> {
  for (const input of [request.params, request.query, request.body]) {
    const path = unstorable(input, [])
    if (path !== null) throw new UnstorableTextError(path)
  }
}

function unstorable(value: unknown, path: Path): Path | null {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return path
    const found = unstorable(inner, [...path, key])
    if (found !== null) return found
  }
  return null
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
