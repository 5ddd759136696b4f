/**
 * The way to say no that three of the APIs share: `{"message": "...", "errors": {"field.path": ["..."]}}` with 400, 401, 403,
 * 404, 413, 429; all mistakes at once. What lies directly in compat/ belongs to every vendor's room.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Refusal } from '../access/route-guard.ts'
import { CampaignNotFoundError, CampaignStateError, InvalidInputError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'
import { databaseFailureOf } from '../http/database-failure.ts'
import { UnstorableInputError } from '../http/storable-input.ts'
import { IdempotencyError } from '../idempotency.ts'

export type FieldErrors = Readonly<Record<string, readonly string[]>>
export type FieldMessage = { readonly field: string; readonly message: string }

export class FieldRefusal extends Error {
  readonly status: number
  readonly errors: FieldErrors

  constructor(status: number, message: string, problems: readonly FieldMessage[] = []) {
    super(message)
    this.name = 'FieldRefusal'
    this.status = status
    this.errors = fieldErrors(problems)
  }
}

function fieldErrors(problems: readonly FieldMessage[]): FieldErrors {
  const errors = new Map<string, string[]>()
  for (const { field, message } of problems) errors.set(field, [...(errors.get(field) ?? []), message])
  return Object.fromEntries(errors)
}

const refusals: Readonly<Record<Refusal, readonly [number, string]>> = {
  unauthenticated: [401, 'Unauthenticated: expected Authorization: Bearer with a valid token'],
  forbidden: [403, 'Forbidden: the token or its role may not do this'],
  'too-many-requests': [429, 'Too Many Attempts: wait as long as Retry-After says'],
}

/** What the guard before the routes says. */
export function guardRefusal(why: Refusal): FieldRefusal {
  return new FieldRefusal(...refusals[why])
}

/** @throws {FieldRefusal} 400 with every mistake by its dotted path. */
export function parseGiven<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  message = 'The request cannot be accepted',
): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new FieldRefusal(400, message, problemsOf(parsed.error))
}

export function problemsOf(error: z.ZodError): FieldMessage[] {
  return error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
}

/** Answers whatever a route threw. What is nobody's mistake but ours is logged and told without its insides. */
export function answerRefusal(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = refusalOf(error)
  if (refusal !== null) return reply.status(refusal.status).send({ message: refusal.message, errors: refusal.errors })
  deps.log.error({ err: error, path: request.routeOptions.url }, 'a request failed')
  const failure = databaseFailureOf(error)
  if (failure !== null) return reply.status(failure.status).send({ message: failure.message })
  return reply.status(500).send({ message: 'Server Error' })
}

/** Null: the failure is not the request's. */
function refusalOf(error: unknown): FieldRefusal | null {
  if (error instanceof FieldRefusal) return error
  if (error instanceof InvalidInputError) return new FieldRefusal(400, 'The request cannot be accepted', error.problems)
  if (error instanceof CampaignNotFoundError) return new FieldRefusal(404, error.message)
  if (error instanceof UnstorableInputError)
    return new FieldRefusal(400, 'The request cannot be accepted', [
      { field: error.path.join('.'), message: error.message },
    ])
  if (error instanceof IdempotencyError || error instanceof CampaignStateError)
    return new FieldRefusal(400, error.message)
  // The library's own refusals (bad JSON, a body over the limit) carry their status.
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined
  const isRefused = typeof status === 'number' && status >= 400 && status < 500
  return isRefused ? new FieldRefusal(status, (error as Error).message) : null
}
