/** The five routes of a resource: make, list, read, change, take away. What is its own stands in its noun's folder. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import {
  changeResource,
  createResource,
  deleteResource,
  lasting,
  listResources,
  type Resource,
  readResource,
  type Shown,
  words,
} from '../../resources/resource.ts'
import { etagOf, isMatch } from '../etag.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, nextSchema, page, pageQuery, within } from '../scope.ts'

export function resourceRoutes(app: NativeApp, deps: HttpDeps, resource: Resource): void {
  const { path, newSchema, changeSchema, shownSchema, listedSchema = shownSchema, onceSchema } = resource
  const [one, many] = [`/${path}/:id`, `/${path}`]
  const reading = { config: { permission: resource.read } }
  const writing = { config: { permission: resource.write } }
  const tags = [path]
  const filters = Object.fromEntries(
    Object.entries(resource.filters).map(([name, { schema }]) => [name, schema.optional()]),
  )
  const querystring = z.strictObject({ ...pageQuery, ...filters })
  const created = onceSchema === undefined ? shownSchema : shownSchema.extend(onceSchema.shape)

  app.post(
    many,
    { ...writing, schema: { tags, body: newSchema, response: { 201: created } } },
    async (request, reply) => {
      const body = request.body as object
      const idempotency = idempotencyOf(path, request.headers['idempotency-key'], withoutSecrets(resource, body))
      const { shown, once } = await createResource(
        within(deps, request),
        principalOf(request),
        resource,
        body,
        idempotency,
      )
      return reply
        .status(201)
        .header('ETag', etagOf(lasting(resource, shown)))
        .header('Location', `/dialwright/v1/${path}/${shown.id}`)
        .send({ ...shown, ...once })
    },
  )
  app.get(
    many,
    {
      ...reading,
      schema: { tags, querystring, response: { 200: z.object({ items: z.array(listedSchema), next: nextSchema }) } },
    },
    async (request) => {
      const { after, limit, ...given } = request.query as z.output<typeof querystring>
      const { workspaceId } = principalOf(request)
      const asked = { after: cursorOf(after), limit, given }
      return page(await listResources(within(deps, request).pool, workspaceId, resource, asked), limit)
    },
  )
  app.get(
    one,
    { ...reading, schema: { tags, params: idParams, response: { 200: shownSchema } } },
    async (request, reply) => {
      const id = idOrNotFound(request.params.id)
      const shown = await readResource(within(deps, request).pool, principalOf(request).workspaceId, resource, id)
      if (shown === null) throw new Problem(404, 'not-found', `There is no ${words(resource.kind)} ${id}`)
      return reply.header('ETag', etagOf(lasting(resource, shown))).send(shown)
    },
  )
  if (changeSchema !== undefined)
    app.patch(
      one,
      { ...writing, schema: { tags, params: idParams, body: changeSchema, response: { 200: shownSchema } } },
      async (request, reply) => {
        const change = {
          id: idOrNotFound(request.params.id),
          given: request.body as object,
          check: seenBy(resource, request),
        }
        const shown = await changeResource(within(deps, request), principalOf(request), resource, change)
        return reply.header('ETag', etagOf(lasting(resource, shown))).send(shown)
      },
    )
  app.delete(
    one,
    { ...writing, schema: { tags, params: idParams, response: { 204: z.null().describe('It is gone') } } },
    async (request, reply) => {
      const what = { id: idOrNotFound(request.params.id), check: seenBy(resource, request) }
      await deleteResource(within(deps, request), principalOf(request), resource, what)
      return reply.status(204).send(null)
    },
  )
}

/** A change is made to what was seen: refuses where If-Match names another version. */
function seenBy(resource: Resource, request: FastifyRequest): (shown: Shown) => void {
  const ifMatch = request.headers['if-match']
  return (shown) => {
    if (!isMatch(ifMatch, etagOf(lasting(resource, shown))))
      throw new Problem(412, 'changed-meanwhile', 'It has been changed since it was read: read it again')
  }
}

/** What a repeated request is known by is kept as a fast hash, and a password could be guessed from one. */
function withoutSecrets({ secrets }: Resource, body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !secrets.includes(field)))
}
