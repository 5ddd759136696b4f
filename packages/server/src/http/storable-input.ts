/** Looks at what a request brings once, before any route reads it: what no database can hold is refused by its place. */
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { type StorageFault, storageFaults } from '../adapters/postgres/storable.ts'

export class UnstorableInputError extends Error {
  readonly code = 'TEXT_UNSTORABLE'
  readonly path: StorageFault['path']

  constructor({ path, message }: StorageFault) {
    super(message)
    this.name = 'UnstorableInputError'
    this.path = path
  }
}

/** @throws {UnstorableInputError} naming the first place, in path, query or body. */
export async function refuseUnstorableInput(request: FastifyRequest): Promise<void> {
  // A body that is still to come is looked at by whoever reads it.
  const body = request.body instanceof Readable ? null : request.body
  for (const input of [request.params, request.query, body])
    for (const fault of storageFaults(input)) throw new UnstorableInputError(fault)
}
