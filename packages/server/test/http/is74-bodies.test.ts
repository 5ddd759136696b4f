/** What clients send around the assistant's JSON: a Content-Type without a body, another one, none at all. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type Is74Ground, openIs74, person, printedCampaign, token } from './is74-ground.ts'

describe("bodies of the assistant's requests", () => {
  const database = useTestDatabase()
  let is74: Is74Ground
  before(async () => {
    is74 = await openIs74(database.pool, systemClock)
  })
  after(() => is74.close())
  const send = async (url: string, payload: string, type?: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { 'content-type': type }) }
    // Of bytes nobody guesses the type.
    const answer = await is74.app.inject({ method: 'POST', url, headers, payload: Buffer.from(payload) })
    return { status: answer.statusCode, body: answer.json() }
  }

  test('a Content-Type without a body is no mistake where nothing is to be said', async () => {
    const { body } = await is74.ask('POST', '/api/campaigns', printedCampaign())
    const { id } = body.campaign as { id: number }
    for (const [action, status] of [
      ['pause', 'paused'],
      ['stop', 'stopped'],
    ]) {
      const answer = await send(`/api/campaigns/${id}/${action}`, '', 'application/json')
      assert.deepEqual([answer.status, answer.body.campaign?.status], [200, status], JSON.stringify(answer.body))
    }
  })

  test("what is no JSON object is refused with 400 in the vendor's form, by whatever Content-Type it comes", async () => {
    const refusal = { message: 'Expected a JSON object, with Content-Type: application/json', errors: {} }
    const json = JSON.stringify(printedCampaign())
    const bodies = [
      [json, undefined],
      [json, 'text/plain'],
      [json, 'text/json'],
      ['login=a&password=b', 'application/x-www-form-urlencoded'],
      ['', 'application/json'],
      ['[]', 'application/json'],
      ['null', 'application/json'],
      ['"x"', 'application/json'],
    ] as const
    for (const url of ['/api/campaigns', '/api/campaigns/1/phones', '/api/analytics/1/report', '/login'])
      for (const [body, type] of bodies) {
        if (url.endsWith('phones')) await is74.ask('POST', '/api/campaigns', printedCampaign())
        assert.deepEqual(await send(url, body, type), { status: 400, body: refusal }, `${url} ${type} ${body}`)
      }
    const charset = await send('/login', JSON.stringify(person), 'Application/JSON; charset="UTF-8"')
    assert.equal(charset.status, 200, JSON.stringify(charset.body))
  })
})
