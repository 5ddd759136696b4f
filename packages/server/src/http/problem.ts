/** Errors of the native API: RFC 9457 problem details, each wrong field with its JSON pointer and a stable code. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import {
  CampaignInUseError,
  CampaignNotFoundError,
  CampaignStateError,
  InvalidInputError,
} from '../campaigns/errors.ts'
import { IdempotencyError } from '../campaigns/idempotency.ts'
import type { ServerDeps } from '../deps.ts'
import { databaseFailureOf } from './database-failure.ts'
import { UnstorableInputError } from './storable-input.ts'

export type FieldError = { readonly pointer: string; readonly code: string; readonly message: string }

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldError[]

  constructor(status: number, code: string, message: string, errors: readonly FieldError[] = []) {
    super(message)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.errors = errors
  }
}

export function sendProblem(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(error)
  if (problem.status >= 500) deps.log.error({ err: error, route: request.routeOptions.url }, 'a request failed')
  return reply.status(problem.status).type('application/problem+json').send({
    type: 'about:blank',
    title: problem.message,
    status: problem.status,
    code: problem.code,
    errors: problem.errors,
  })
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      // The whole document is the empty pointer (RFC 6901 §5).
      pointer: issue.instancePath === '/' ? '' : issue.instancePath,
      code: issue.keyword,
      message: issue.message ?? 'not valid',
    }))
    return new Problem(422, 'invalid', 'The request has fields that cannot be accepted', errors)
  }
  if (error instanceof InvalidInputError) {
    const errors = error.problems.map(({ field, code, message }) => ({
      pointer: `/${field.replaceAll('.', '/')}`,
      code,
      message,
    }))
    return new Problem(422, 'invalid', 'The request has fields that cannot be accepted', errors)
  }
  if (error instanceof CampaignNotFoundError) return new Problem(404, 'not-found', error.message)
  if (error instanceof UnstorableInputError)
    return new Problem(422, 'invalid', 'The request has text that cannot be kept', [
      { pointer: `/${error.path.join('/')}`, code: 'text', message: error.message },
    ])
  if (error instanceof IdempotencyError)
    return new Problem(error.code === 'IDEMPOTENCY_KEY_REUSED' ? 409 : 422, 'idempotency-key', error.message)
  if (error instanceof CampaignInUseError) return new Problem(409, 'in-use', error.message)
  if (error instanceof CampaignStateError) return new Problem(409, 'conflict', error.message)
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem(
      status,
      status === 413 ? 'too-large' : 'bad-request',
      error instanceof Error ? error.message : 'Bad request',
    )
  }
  const failure = databaseFailureOf(error)
  if (failure !== null) return new Problem(failure.status, failure.code, failure.message)
  return new Problem(500, 'internal', 'Something went wrong on our side; the log has the details')
}
