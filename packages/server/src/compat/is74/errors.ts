/** The assistant's way to say no: that of field-refusal.ts, with our names of fields told in the vendor's. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { InvalidInputError } from '../../campaigns/errors.ts'
import type { ServerDeps } from '../../deps.ts'
import { answerRefusal, FieldRefusal } from '../field-refusal.ts'

export const refused = 'The request cannot be accepted'

export function noSuch(what: string, id: string | number): FieldRefusal {
  return new FieldRefusal(404, `There is no ${what} ${String(id).slice(0, 60)}`)
}

/** `contacts.3.phones.0` is `phones.3.phone`; what is not ours to rename stays. */
export function vendorField(field: string): string {
  return field.replace(/^contacts\.(\d+)\.phones\.\d+$/, 'phones.$1.phone')
}

export function answerError(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!(error instanceof InvalidInputError)) return answerRefusal(deps, error, request, reply)
  const problems = error.problems.map(({ field, message }) => ({ field: vendorField(field), message }))
  return answerRefusal(deps, new FieldRefusal(400, refused, problems), request, reply)
}
