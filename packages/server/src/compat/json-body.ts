/** How a vendor's requests are read that have JSON or nothing in them. What lies directly in compat/ belongs to every room. */
import type { FastifyInstance } from 'fastify'
import { notAnObject } from './field-refusal.ts'

/**
 * Clients name a Content-Type also where they send nothing: nothing is what the route gets then. A body that is no JSON by its
 * Content-Type is refused, unless the room reads that one itself.
 * @param refuse  The room's way to say so; else 400 as for a body that cannot be read: a status of its own is more than the
 * vendors' clients know.
 */
export function readJsonBodies(scope: FastifyInstance, refuse: () => Error = notAnObject): void {
  const parse = scope.getDefaultJsonParser('error', 'error')
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, String(body), done)
  })
  scope.removeContentTypeParser('text/plain')
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => {
    if (body === '') done(null, undefined)
    else done(refuse())
  })
}
