import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withProblems } from './problem-responses.ts'

test('every native operation may answer with a problem; what it answers else, and the vendors, stay as they are', () => {
  const ok = { description: 'fine' }
  const told = withProblems(
    {
      paths: {
        '/dialwright/v1/a': { get: { responses: { 200: ok } } },
        '/api/v1/b': { get: { responses: { 200: ok } } },
      },
      components: { schemas: { Other: {} } },
    },
    '/dialwright/v1/',
  )
  assert.deepEqual(told.paths['/dialwright/v1/a'], {
    get: { responses: { 200: ok, default: { $ref: '#/components/responses/Problem' } } },
  })
  assert.deepEqual(told.paths['/api/v1/b'], { get: { responses: { 200: ok } } })
  assert.deepEqual(Object.keys(told.components.schemas), ['Other', 'Problem'])
})
