/** Addresses as clients put them together of a host and a path: with a slash too many, none of which is another address. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

const paths = [
  '/api/cis/beta/bots',
  '/api/v1/telephony/incomingRules',
  '/cis/api/v1/telephony/autoCall',
  '/v1/task',
  '/v1/task/create',
  '/api/campaigns',
  '/api/call_center/hotline/list',
  `${native}/campaigns`,
]

describe('addresses with a slash too many', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())
  const get = async (url: string, token = tokenOf('own', 'owner')) => {
    const { statusCode, body } = await http.app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    return { statusCode, body }
  }

  for (const path of paths)
    test(`${path} is found with a slash behind it, and with two where one is meant`, async () => {
      const plain = await get(path)
      assert.equal(plain.statusCode, 200, plain.body)
      for (const url of [`${path}/`, `${path}/?`, `/${path}`, path.replace(/\/(?=[^/]*$)/, '//')])
        assert.deepEqual(await get(url), plain, url)
      assert.equal((await get(`/${path}/`, 'dw_nobody_0123456789')).statusCode, 401)
    })
})
