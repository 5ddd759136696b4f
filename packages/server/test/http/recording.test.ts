import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

describe('recordings', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const call = async (recording: string | null): Promise<string> => {
    const id = crypto.randomUUID()
    await database.pool.query(
      `insert into call (id, workspace_id, direction, phone, disposition, created_at, started_at, ended_at, ended_by, recording)
       select $1, id, 'out', '+74951234567', 'answered', dw_clock(), dw_clock(), dw_clock(), 'us', $2 from workspace where name = 'Demo'`,
      [id, recording],
    )
    return id
  }
  const listen = (id: string, workspace: 'own' | 'other' = 'own', range?: string) =>
    http.app.inject({
      method: 'GET',
      url: `${native}/calls/${id}/recording`,
      headers: {
        authorization: `Bearer ${tokenOf(workspace, 'analyst')}`,
        ...(range === undefined ? {} : { range }),
      },
    })

  test('a recording is heard whole or in parts, by its own workspace alone', async () => {
    const sound = Buffer.from('RIFF....WAVE of a call')
    const file = join(http.dataDirectory, 'recordings', 'campaign', 'one.wav')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, sound)
    const id = await call('campaign/one.wav')
    const whole = await listen(id)
    assert.deepEqual([whole.statusCode, whole.rawPayload], [200, sound])
    assert.match(String(whole.headers['content-type']), /^audio\//)
    const part = await listen(id, 'own', 'bytes=4-7')
    assert.deepEqual(
      [part.statusCode, part.body, part.headers['content-range']],
      [206, '....', `bytes 4-7/${sound.length}`],
    )
    assert.equal((await listen(id, 'other')).statusCode, 404)
  })

  test('a call without one, one whose file is gone and one that leads out of the recordings are a 404', async () => {
    writeFileSync(join(http.dataDirectory, 'secret.wav'), 'not yours')
    const codes = async (recording: string | null) => {
      const answer = await listen(await call(recording))
      return [answer.statusCode, answer.json().code]
    }
    assert.deepEqual(await codes(null), [404, 'not-recorded'])
    assert.deepEqual(await codes('campaign/two.wav'), [404, 'recording-gone'])
    const [status] = await codes('../secret.wav')
    assert.ok(status === 403 || status === 404, String(status))
  })

  test('campaigns from before they could say it are recorded, but for those whose clients had asked for none', async () => {
    const made = async (notYet: object): Promise<string> => {
      const { id } = (
        await http.app.inject({
          ...{ method: 'POST', url: `${native}/campaigns`, payload: campaign },
          headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
        })
      ).json()
      await database.pool.query("update campaign set settings = settings - 'record', not_yet = $2 where id = $1", [
        id,
        notYet,
      ])
      return id
    }
    const ids = [await made({}), await made({ recordCall: true }), await made({ recordCall: false, amd: null })]
    const file = '../../src/adapters/postgres/migrations/0016_campaign_recording.sql'
    await database.pool.query(readFileSync(new URL(file, import.meta.url), 'utf8'))
    const { rows } = await database.pool.query(
      `select settings ->> 'record' as record, not_yet from campaign where id = any ($1) order by array_position($1::uuid[], id)`,
      [ids],
    )
    assert.deepEqual(rows, [
      { record: 'all', not_yet: {} },
      { record: 'all', not_yet: {} },
      { record: 'off', not_yet: { amd: null } },
    ])
  })
})
