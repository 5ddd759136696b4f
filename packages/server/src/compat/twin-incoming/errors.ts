/** The vendor's way to say no: that of field-refusal.ts, with our names of fields told in the vendor's. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { InvalidInputError } from '../../campaigns/errors.ts'
import type { ServerDeps } from '../../deps.ts'
import { ResourceError } from '../../resources/errors.ts'
import { answerRefusal, FieldRefusal } from '../field-refusal.ts'
import type { FieldMessage } from '../mistake.ts'

export const refused = 'The numbers cannot be accepted'

/** Where the fields of one number stand in the request that it came in. */
export type Places = { readonly name: string; readonly number: string; readonly connection: string }

/** Of the number at this place of a batch. */
export function placesIn(index: number): Places {
  return { name: `names.${index}`, number: `numbers.${index}`, connection: `connectionOptionsList.${index}` }
}

/** What a number is called by is told at its DID, else at the number itself. */
export function didPlace({ number, connection }: Places, did: string | null): string {
  return did === null ? number : `${connection}.did`
}

/** @param field  As our own API calls it. */
function vendorField(field: string, { name, number, connection }: Places): string {
  const own: Readonly<Record<string, string>> = {
    name,
    phone: number,
    trunk: `${connection}.providerId`,
    login: `${connection}.login`,
    authUsername: `${connection}.authUser`,
    password: `${connection}.password`,
    fromDomain: `${connection}.fromDomain`,
    forceOut: `${connection}.forceOutOverChannel`,
    'inbound.did': `${connection}.did`,
    'inbound.scenario': 'incomingCallsOptions.botId',
    'inbound.comment': 'additionalOptions.comment',
  }
  return own[field] ?? field
}

/** Whatever our own rooms refuse about one number, at the vendor's place for it; anything else as it is. */
export function atPlaces(error: unknown, places: Places): unknown {
  if (error instanceof InvalidInputError)
    return new FieldRefusal(
      400,
      refused,
      error.problems.map(({ field, message }): FieldMessage => ({ field: vendorField(field, places), message })),
    )
  if (error instanceof ResourceError && error.code === 'RESOURCE_TAKEN')
    return new FieldRefusal(400, refused, [{ field: vendorField(error.field ?? '', places), message: error.message }])
  return error
}

export function taken({ number }: Pick<Places, 'number'>): FieldMessage {
  return { field: number, message: 'is there already at this provider' }
}

export function noSuchRule(id: string): FieldRefusal {
  return new FieldRefusal(404, `There is no number ${id.slice(0, 60)}`)
}

export function answerError(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!(error instanceof ResourceError)) return answerRefusal(deps, error, request, reply)
  // In use, or changed in the same moment: nothing is wrong with the request itself.
  const status = error.code === 'RESOURCE_NOT_FOUND' ? 404 : 409
  return answerRefusal(deps, new FieldRefusal(status, error.message), request, reply)
}
