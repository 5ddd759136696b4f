/**
 * What is wrong with a request, read from what the use cases throw: each vendor's room tells it in its own form. What lies directly
 * in compat/ belongs to every room.
 */
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { InvalidInputError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'
import { databaseFailureOf } from '../http/database-failure.ts'
import { UnstorableInputError } from '../http/storable-input.ts'
import { IdempotencyError } from '../idempotency.ts'

export type FieldMessage = { readonly field: string; readonly message: string }

export type Mistake =
  | { readonly is: 'fields'; readonly problems: readonly FieldMessage[] }
  /** Its key was used for another request. */
  | { readonly is: 'conflict'; readonly message: string }
  /** The library's own refusals: bad JSON, a body over the limit. */
  | { readonly is: 'unreadable'; readonly status: number; readonly message: string }

/** Null: none that every room knows. */
export function mistakeOf(error: unknown): Mistake | null {
  if (error instanceof InvalidInputError) return { is: 'fields', problems: error.problems }
  if (error instanceof UnstorableInputError)
    return { is: 'fields', problems: [{ field: error.path.join('.'), message: error.message }] }
  if (error instanceof IdempotencyError) return { is: 'conflict', message: error.message }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  const isRefused = error instanceof Error && typeof status === 'number' && status >= 400 && status < 500
  return isRefused ? { is: 'unreadable', status, message: error.message } : null
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param whole  The field that stands for the whole request. */
export function problemsOf(error: z.ZodError, whole = ''): FieldMessage[] {
  return error.issues.map(({ path, message }) => ({ field: path.join('.') || whole, message }))
}

/**
 * What the schema reads of it.
 * @param refuse  The vendor's way to say no to these mistakes.
 * @throws What `refuse` makes.
 */
export function parseOr<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  whole: string,
  refuse: (problems: readonly FieldMessage[]) => Error,
): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw refuse(problemsOf(parsed.error, whole))
}

/** A failure that is nobody's mistake but ours, or the database's: logged, and told without its insides. */
export function toldFailure(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
): { readonly status: number; readonly message: string } {
  deps.log.error({ err: error, path: request.routeOptions.url }, 'a request failed')
  return databaseFailureOf(error) ?? { status: 500, message: 'Server Error' }
}
