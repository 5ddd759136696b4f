/** Errors in the OpenAPI document: every native operation may answer with a problem, which is described once. */

type Operation = { responses?: Record<string, unknown> }
type Document = {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> | undefined
  readonly components?: { readonly schemas?: object | undefined } | undefined
}

const fieldError = {
  type: 'object',
  required: ['pointer', 'code', 'message'],
  properties: {
    pointer: {
      type: 'string',
      description: 'Where in the request: a JSON pointer (RFC 6901 §3); empty: the whole of it',
    },
    code: { type: 'string' },
    message: { type: 'string' },
  },
}
const problem = {
  description: 'A problem (RFC 9457 §3)',
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'errors'],
  properties: {
    type: { type: 'string', const: 'about:blank' },
    title: { type: 'string', description: 'What is wrong, in words' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable: what programs look at' },
    errors: { type: 'array', items: fieldError, description: 'Every field that is wrong' },
    usedBy: {
      type: 'array',
      description: 'What keeps it from being taken away',
      items: {
        type: 'object',
        required: ['kind', 'id', 'name'],
        properties: { kind: { type: 'string' }, id: { type: 'string' }, name: { type: 'string' } },
      },
    },
  },
}

/** The document with the problem among its components, and as what every operation below `prefix` answers otherwise. */
export function withProblems<Given extends Document>(document: Given, prefix: string): Given {
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => [
    path,
    !path.startsWith(prefix) || operations === undefined
      ? operations
      : Object.fromEntries(Object.entries(operations).map(([method, one]) => [method, otherwise(one as Operation)])),
  ])
  const components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem },
    responses: {
      Problem: {
        description: 'It was refused, or failed',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
  return { ...document, paths: Object.fromEntries(paths), components }
}

function otherwise(operation: Operation): Operation {
  return { ...operation, responses: { ...operation.responses, default: { $ref: '#/components/responses/Problem' } } }
}
