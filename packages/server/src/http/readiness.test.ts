import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import Fastify, { type LightMyRequestResponse } from 'fastify'
import type { ServerDeps } from '../deps.ts'
import { registerReadiness } from './readiness.ts'

/** Asks a server whose database answers as told; the clock is moved once the question has come. */
async function askWith(answer: () => Promise<unknown>, waitMs: number): Promise<LightMyRequestResponse> {
  const clock = new VirtualClock()
  const app = Fastify()
  const asked = Promise.withResolvers<void>()
  const query = (): Promise<unknown> => {
    asked.resolve()
    return answer()
  }
  registerReadiness(app, { pool: { query }, clock } as unknown as Pick<ServerDeps, 'pool' | 'clock'>)
  const response = app.inject('/readyz')
  await asked.promise
  await clock.advance(waitMs)
  return await response
}

test('a database that answers makes the node ready', async () => {
  const response = await askWith(async () => ({ rows: [] }), 0)
  assert.equal(response.statusCode, 200)
})

for (const [what, answer, waitMs] of [
  ['fails in a way that nobody foresaw', () => Promise.reject(new TypeError('surprise')), 0],
  ['takes the question and never answers', () => new Promise(() => {}), 3_000],
] as const)
  test(`a database that ${what} is a 503 with a problem, never a 500 and never a wait without end`, async () => {
    const response = await askWith(answer, waitMs)
    assert.equal(response.statusCode, 503)
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
    assert.equal(response.headers['retry-after'], '2')
    assert.deepEqual(response.json(), {
      type: 'about:blank',
      title: 'The database does not answer',
      status: 503,
      code: 'not-ready',
      errors: [],
    })
  })
