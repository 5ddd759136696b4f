/** What a doctor is told: the own workspace's trunks and how they are, nobody else's. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

describe('GET /system', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const ask = async (workspace: 'own' | 'other') => {
    const headers = { authorization: `Bearer ${tokenOf(workspace, 'operator')}` }
    const answer = await http.app.inject({ url: `${native}/system`, headers })
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }

  test('a trunk is told with its limit, and with its breaker while that keeps it shut', async () => {
    const [trunk] = (await ask('own')).trunks
    assert.deepEqual(
      [trunk.name, trunk.host, trunk.port, trunk.maxCalls, trunk.live, trunk.closedUntil],
      ['Carrier in the box', '127.0.0.1', 5060, 60, 0, null],
    )
    await database.pool.query("update trunk set closed_until = dw_clock() + interval '1 hour'")
    const { trunks, time } = await ask('own')
    const minutes = Temporal.Instant.from(time).until(trunks[0].closedUntil, { largestUnit: 'minutes' }).minutes
    assert.ok(minutes === 59 || minutes === 60, String(minutes))
    await database.pool.query("update trunk set closed_until = dw_clock() - interval '1 second'")
    assert.equal((await ask('own')).trunks[0].closedUntil, null)
  })

  test('another workspace is told of its own trunks alone; a process without telephony says so', async () => {
    const { trunks, network } = await ask('other')
    assert.deepEqual(trunks, [])
    assert.equal(network, null)
  })
})
