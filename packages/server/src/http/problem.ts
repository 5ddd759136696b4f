/** Errors of the native API: RFC 9457 problem details, each wrong field with its JSON pointer and a stable code. */
import { jsonPointer } from '@dialwright/scenario'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import {
  CampaignInUseError,
  CampaignNotFoundError,
  CampaignStateError,
  InvalidInputError,
} from '../campaigns/errors.ts'
import { ContactBusyError, ContactNotFoundError } from '../contacts/change-contact.ts'
import type { ServerDeps } from '../deps.ts'
import { IdempotencyError } from '../idempotency.ts'
import { ImportNotFoundError, ImportStateError } from '../imports/errors.ts'
import { ProvisioningError } from '../provisioning/errors.ts'
import { ResourceError, type ResourceErrorCode, type Use } from '../resources/errors.ts'
import { ScenarioInvalidError } from '../scenarios/errors.ts'
import { databaseFailureOf } from './database-failure.ts'
import { UnstorableInputError } from './storable-input.ts'
import { RequestShapeError } from './validation.ts'

export type FieldError = { readonly pointer: string; readonly code: string; readonly message: string }

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldError[]
  /** What keeps a resource from being taken away. */
  readonly usedBy: readonly Use[]

  constructor(
    status: number,
    code: string,
    message: string,
    errors: readonly FieldError[] = [],
    usedBy: readonly Use[] = [],
  ) {
    super(message)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.errors = errors
    this.usedBy = usedBy
  }
}

const resourceProblems: Readonly<Record<ResourceErrorCode, readonly [status: number, code: string]>> = {
  RESOURCE_NOT_FOUND: [404, 'not-found'],
  RESOURCE_IN_USE: [409, 'in-use'],
  RESOURCE_TAKEN: [409, 'taken'],
  RESOURCE_GONE: [409, 'conflict'],
  RESOURCE_FORBIDDEN: [403, 'forbidden'],
  RESOURCE_LAST_OWNER: [409, 'last-owner'],
}

export function sendProblem(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(error)
  if (problem.status >= 500) deps.log.error({ err: error, route: request.routeOptions.url }, 'a request failed')
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: problem.message,
      status: problem.status,
      code: problem.code,
      errors: problem.errors,
      ...(problem.usedBy.length === 0 ? {} : { usedBy: problem.usedBy }),
    })
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof RequestShapeError)
    return new Problem(422, 'invalid', error.message, error.issues.flatMap(fieldErrorsOf))
  if (error instanceof InvalidInputError) {
    const errors = error.problems.map(({ field, code, message }) => ({ pointer: pointerOf(field), code, message }))
    return new Problem(422, 'invalid', 'The request has fields that cannot be accepted', errors)
  }
  if (error instanceof ScenarioInvalidError) {
    const errors = error.problems.map(({ path, code, message }) => ({ pointer: path, code, message }))
    return new Problem(422, 'invalid', 'The scenario cannot run as it is', errors)
  }
  if (error instanceof ResourceError) {
    const [status, code] = resourceProblems[error.code]
    const { field, message, usedBy } = error
    return new Problem(
      status,
      code,
      message,
      field === null ? [] : [{ pointer: pointerOf(field), code, message }],
      usedBy,
    )
  }
  if (error instanceof ContactNotFoundError) return new Problem(404, 'not-found', error.message)
  if (error instanceof ContactBusyError) return new Problem(409, 'conflict', error.message)
  if (error instanceof ImportNotFoundError) return new Problem(404, 'not-found', error.message)
  if (error instanceof ImportStateError) return new Problem(409, 'conflict', error.message)
  if (error instanceof ProvisioningError) {
    const errors = error.problems.map(({ path, code, message }) => ({ pointer: path, code, message }))
    return new Problem(422, 'invalid', 'The provisioning document cannot be applied; nothing was changed', errors)
  }
  if (error instanceof CampaignNotFoundError) return new Problem(404, 'not-found', error.message)
  if (error instanceof UnstorableInputError)
    return new Problem(422, 'invalid', 'The request has text that cannot be kept', [
      { pointer: jsonPointer(error.path), code: 'text', message: error.message },
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

/** @param field  With dots: 'route.dialplan'. */
function pointerOf(field: string): string {
  return jsonPointer(field.split('.'))
}

/** Keys that no schema knows are told one by one, each by its own place. */
function fieldErrorsOf(issue: z.core.$ZodIssue): readonly FieldError[] {
  const { path, code, message } = issue
  if (code !== 'unrecognized_keys') return [{ pointer: jsonPointer(path), code, message }]
  return issue.keys.map((key) => ({
    pointer: jsonPointer([...path, key]),
    code,
    message: `there is no field "${key.slice(0, 60)}" here`,
  }))
}
