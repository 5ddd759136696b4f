import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, type HttpGround, login, native, openHttp, task, tokenOf } from './surface.ts'

describe('requests that come again', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool, { requestsPerMinute: 60, loginsPerMinute: 4 })
  })
  after(() => http.close())

  const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
    http.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}`, ...headers },
    })
  const campaigns = async (): Promise<number> =>
    (await database.pool.query('select count(*)::int as count from campaign')).rows[0].count

  for (const [url, body] of [
    [`${native}/campaigns`, campaign],
    ['/api/cis/beta/tasks', task],
  ] as const) {
    test(`the same key makes one campaign, however often and however at once: ${url}`, async () => {
      const before = await campaigns()
      const key = { 'idempotency-key': `key of ${url}`.replaceAll(' ', '-') }
      const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, body, key)))
      answers.push(await post(url, body, key))
      assert.deepEqual([...new Set(answers.map(({ statusCode }) => statusCode))].length, 1)
      assert.equal(new Set(answers.map((answer) => answer.json().id)).size, 1)
      assert.equal(await campaigns(), before + 1)
      const another = await post(url, { ...body, name: 'another' }, key)
      assert.ok([400, 409].includes(another.statusCode), another.body)
      assert.match(another.body, /take a new key/)
      assert.equal(await campaigns(), before + 1)
    })
  }

  test('a request that was refused keeps no key: mended, it goes through under the same one', async () => {
    const key = { 'idempotency-key': 'mended' }
    assert.equal((await post(`${native}/campaigns`, { ...campaign, scenario: 'nobody' }, key)).statusCode, 422)
    assert.equal((await post(`${native}/campaigns`, campaign, key)).statusCode, 201)
  })

  test('another workspace has keys of its own, and a malformed key is refused by name', async () => {
    const key = { 'idempotency-key': 'shared' }
    assert.equal((await post(`${native}/campaigns`, campaign, key)).statusCode, 201)
    const other = { ...key, authorization: `Bearer ${tokenOf('other', 'owner')}` }
    // It has no such scenario, which is said; of the key nothing is.
    assert.equal((await post(`${native}/campaigns`, campaign, other)).statusCode, 422)
    const malformed = await post(`${native}/campaigns`, campaign, { 'idempotency-key': 'two words' })
    assert.equal(malformed.statusCode, 422)
    assert.match(malformed.body, /Idempotency-Key/)
  })

  test('guessing passwords ends after the limit, whatever the guess', async () => {
    const statuses: number[] = []
    for (let guess = 0; guess < 6; guess += 1)
      statuses.push((await post(`${native}/session`, { ...login, password: `guess ${guess}` })).statusCode)
    assert.deepEqual(statuses, [401, 401, 401, 401, 429, 429])
    const right = await post(`${native}/session`, login)
    assert.equal(right.statusCode, 429)
    assert.ok(Number(right.headers['retry-after']) > 0)
  })

  test('a token over its limit is told when to come back; others are not held', async () => {
    const ask = (role: 'admin' | 'analyst') =>
      http.app.inject({ url: `${native}/campaigns`, headers: { authorization: `Bearer ${tokenOf('own', role)}` } })
    for (let n = 0; n < 60; n += 1) assert.equal((await ask('admin')).statusCode, 200)
    const over = await ask('admin')
    assert.equal(over.statusCode, 429)
    assert.equal(over.json().code, 'too-many-requests')
    assert.ok(Number(over.headers['retry-after']) > 0)
    assert.equal((await ask('analyst')).statusCode, 200)
  })
})
