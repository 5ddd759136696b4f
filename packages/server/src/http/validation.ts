/** Validation of requests by their Zod schemas, with each mistake's place kept as a path: a joined one could not be told apart. */
import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'

/** A request that does not have the shape of its route. */
export class RequestShapeError extends Error {
  readonly code = 'REQUEST_SHAPE'
  readonly statusCode = 422
  readonly issues: readonly z.core.$ZodIssue[]

  constructor(issues: readonly z.core.$ZodIssue[]) {
    super('The request has fields that cannot be accepted')
    this.name = 'RequestShapeError'
    this.issues = issues
  }
}

export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (input) => {
    const parsed = schema.safeParse(input)
    return parsed.success ? { value: parsed.data } : { error: new RequestShapeError(parsed.error.issues) }
  }
}
