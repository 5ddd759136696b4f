/** Lists of people over the native API: sent as they are, read in the background, taken back, and sent out again. */
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import { exportContacts } from '../../contacts/export-contacts.ts'
import type { HttpDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import type { ColumnNames } from '../../imports/columns.ts'
import { askUndo, listImports, listRejected, readImport } from '../../imports/read-imports.ts'
import { continueImport, type NewImport, receiveImport } from '../../imports/receive-import.ts'
import { Problem } from '../problem.ts'
import { cursorOf, idOrNotFound, idParams, type NativeApp, page, pageQuery, within } from '../scope.ts'

const formats: Readonly<Record<string, 'csv' | 'ndjson'>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
}
const fileTypes = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const
const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const

const importQuery = z.strictObject({
  name: z.string().max(200).optional(),
  delimiter: z.enum(['comma', 'semicolon', 'tab', 'pipe']).optional(),
  columns: z.string().optional().describe('JSON: {"<header>": "phone" | "zone" | ... | "variable:<name>" | "-"}'),
})
const rejectedQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})

export async function importRoutes(app: NativeApp, deps: HttpDeps): Promise<void> {
  // A scope of its own: only here a body is a stream of bytes.
  await app.register(async (scope) => {
    const native = scope as NativeApp
    native.removeAllContentTypeParsers()
    native.addContentTypeParser([...Object.keys(formats), 'application/octet-stream'], (_request, payload, done) =>
      done(null, payload),
    )
    native.post(
      '/campaigns/:id/imports',
      {
        config: { permission: 'contacts:write' },
        schema: { tags: ['imports'], params: idParams, querystring: importQuery, consumes: Object.keys(formats) },
      },
      async (request, reply) => {
        const { workspaceId } = principalOf(request)
        const campaignId = idOrNotFound(request.params.id)
        const given = newImport(request.headers['content-type'], request.query)
        const idempotency = idempotencyOf('imports', request.headers['idempotency-key'], { campaignId, ...given })
        const scoped = within(deps, request)
        const id = await unbroken(
          receiveImport(scoped, principalOf(request), campaignId, given, bytesOf(request), idempotency),
        )
        return reply.status(202).send(await readImport(scoped.pool, workspaceId, id))
      },
    )
    native.put(
      '/imports/:id/bytes',
      {
        config: { permission: 'contacts:write' },
        schema: {
          tags: ['imports'],
          params: idParams,
          querystring: z.strictObject({ offset: z.coerce.number().int().min(0) }),
          consumes: ['application/octet-stream'],
        },
      },
      async (request, reply) => {
        const { workspaceId } = principalOf(request)
        const id = idOrNotFound(request.params.id)
        const scoped = within(deps, request)
        await unbroken(continueImport(scoped, workspaceId, id, request.query.offset, bytesOf(request)))
        return reply.status(202).send(await readImport(scoped.pool, workspaceId, id))
      },
    )
  })
  app.get(
    '/campaigns/:id/imports',
    {
      config: { permission: 'contacts:read' },
      schema: { tags: ['imports'], params: idParams, querystring: z.strictObject(pageQuery) },
    },
    async (request) => {
      const { limit, after } = request.query
      const { workspaceId } = principalOf(request)
      const campaignId = idOrNotFound(request.params.id)
      return page(await listImports(within(deps, request).pool, workspaceId, campaignId, cursorOf(after), limit), limit)
    },
  )
  app.get(
    '/imports/:id',
    { config: { permission: 'contacts:read' }, schema: { tags: ['imports'], params: idParams } },
    async (request) =>
      readImport(within(deps, request).pool, principalOf(request).workspaceId, idOrNotFound(request.params.id)),
  )
  app.get(
    '/imports/:id/rejected',
    {
      config: { permission: 'contacts:read' },
      schema: { tags: ['imports'], params: idParams, querystring: rejectedQuery },
    },
    async (request) => {
      const { workspaceId } = principalOf(request)
      const { after, limit } = request.query
      const id = idOrNotFound(request.params.id)
      const items = await listRejected(within(deps, request).pool, workspaceId, id, after, limit)
      return { items, next: items.length === limit ? (items.at(-1)?.row ?? null) : null }
    },
  )
  app.post(
    '/imports/:id/undo',
    { config: { permission: 'contacts:write' }, schema: { tags: ['imports'], params: idParams } },
    async (request, reply) =>
      reply
        .status(202)
        .send(await askUndo(within(deps, request), principalOf(request), idOrNotFound(request.params.id))),
  )
  app.get(
    '/campaigns/:id/contacts/export',
    {
      config: { permission: 'contacts:read' },
      schema: {
        tags: ['contacts'],
        params: idParams,
        querystring: z.strictObject({ format: z.enum(['csv', 'ndjson']).default('csv') }),
      },
    },
    async (request, reply) => {
      const { workspaceId } = principalOf(request)
      const { format } = request.query
      const id = idOrNotFound(request.params.id)
      const pieces = await exportContacts(within(deps, request).pool, workspaceId, id, format)
      return reply
        .type(fileTypes[format])
        .header('Content-Disposition', `attachment; filename="contacts-${id}.${format}"`)
        .send(Readable.from(pieces))
    },
  )
}

function newImport(contentType: string | undefined, query: z.infer<typeof importQuery>): NewImport {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(/\s*;\s*/)
  const format = formats[type]
  if (format === undefined)
    throw new Problem(415, 'media-type', `Content-Type: expected one of ${Object.keys(formats).join(', ')}`)
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  const delimiter = query.delimiter ?? (type === 'text/tab-separated-values' ? 'tab' : undefined)
  return {
    format,
    name: query.name ?? null,
    columns: columnsOf(query.columns),
    ...(charset === undefined ? {} : { encoding: charset.replaceAll('"', '') }),
    ...(delimiter === undefined ? {} : { delimiter: delimiters[delimiter] }),
  }
}

const columnsSchema = z.record(z.string(), z.string())

function columnsOf(text: string | undefined): ColumnNames {
  if (text === undefined) return {}
  try {
    return columnsSchema.parse(JSON.parse(text))
  } catch {
    const message = 'expected a JSON object, like {"Телефон":"phone","Имя":"variable:name"}'
    throw new Problem(422, 'invalid', 'The request has fields that cannot be accepted', [
      { pointer: '/columns', code: 'invalid', message },
    ])
  }
}

function bytesOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  // Without a body there is no stream: it has no bytes.
  return request.body instanceof Readable ? request.body : Readable.from([])
}

/** A sender that goes away in the middle has nobody to be answered; what was received is kept for it. */
async function unbroken<Result>(receiving: Promise<Result>): Promise<Result> {
  try {
    return await receiving
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')
    )
      throw new Problem(400, 'broken-off', 'The list broke off: send the rest to its import, from the bytes it shows')
    throw error
  }
}
