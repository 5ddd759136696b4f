/**
 * The way to say no that three of the APIs share: `{"message": "...", "errors": {"field.path": ["..."]}}` with 400, 401, 403,
 * 404, 413, 429; all mistakes at once. What lies directly in compat/ belongs to every vendor's room.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Refusal } from '../access/route-guard.ts'
import { CampaignNotFoundError, CampaignStateError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'
import { type FieldMessage, isRecord, mistakeOf, parseOr, toldFailure } from './mistake.ts'

export type FieldErrors = Readonly<Record<string, readonly string[]>>

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

/** A list, a text or nothing where fields are expected. */
export function notAnObject(): FieldRefusal {
  return new FieldRefusal(400, 'Expected a JSON object, with Content-Type: application/json')
}

/** @throws {FieldRefusal} 400 */
export function objectOf(given: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(given)) throw notAnObject()
  return given
}

/** @throws {FieldRefusal} 400 with every mistake by its dotted path. */
export function parseGiven<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  message = 'The request cannot be accepted',
): z.output<Schema> {
  return parseOr(schema, objectOf(given), '', (problems) => new FieldRefusal(400, message, problems))
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
  const { status, message } = toldFailure(deps, error, request)
  return reply.status(status).send({ message })
}

/** Null: the failure is not the request's. */
function refusalOf(error: unknown): FieldRefusal | null {
  if (error instanceof FieldRefusal) return error
  if (error instanceof CampaignNotFoundError) return new FieldRefusal(404, error.message)
  if (error instanceof CampaignStateError) return new FieldRefusal(400, error.message)
  const mistake = mistakeOf(error)
  if (mistake === null) return null
  if (mistake.is === 'fields') return new FieldRefusal(400, 'The request cannot be accepted', mistake.problems)
  return new FieldRefusal(mistake.is === 'conflict' ? 400 : mistake.status, mistake.message)
}
