/** That one DID calls one number of a trunk, by the database itself; and what becomes of numbers of before. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp, tokenOf } from '../http/surface.ts'

describe('one number that a DID calls', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const ask = async (method: 'GET' | 'POST', path: string, payload?: object) => {
    const answer = await http.app.inject({
      ...{ method, url: `${native}/${path}`, headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` } },
      ...(payload === undefined ? {} : { payload }),
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  const add = async (phone: string, more: object = {}): Promise<string> => {
    const { status, body } = await ask('POST', 'numbers', { name: phone, phone, trunk: 'Carrier in the box', ...more })
    assert.equal(status, 201, JSON.stringify(body))
    return body.id
  }
  const end = (did?: string): object => ({ inbound: { action: 'end', ...(did === undefined ? {} : { did }) } })
  const setDid = (id: string, did: string) =>
    database.pool.query(
      `update phone_number set inbound = inbound || jsonb_build_object('did', $2::text) where id = $1`,
      [id, did],
    )

  test('the database takes no second one, whatever writes it', async () => {
    await add('74950010001', end('100'))
    const other = await add('74950010002', end('101'))
    const line = await add('74950010003', { ...end('102'), login: 'a', password: 'b' })
    for (const did of ['100', '+100'])
      await assert.rejects(setDid(other, did), { constraint: 'phone_number_called_once' })
    await setDid(line, '100')
    await assert.rejects(database.pool.query('update phone_number set login = null where id = $1', [line]), {
      constraint: 'phone_number_called_once',
    })
    await add('102')
    await assert.rejects(
      database.pool
        .query(`update phone_number set inbound = '{"action": "end"}' where phone = '102'`)
        .then(() => setDid(other, '102')),
      {
        constraint: 'phone_number_called_once',
      },
    )
  })

  test('of numbers of before the oldest stays the one that is called; the others lose their rule, which the audit keeps', async () => {
    await database.pool.query('drop index phone_number_called_once')
    await database.pool.query('delete from schema_migration where version = 18')
    const ids = []
    for (const at of [1, 2, 3, 4]) ids.push(await add(`7495002000${at}`, end(`20${at}`)))
    const [oldest = '', second = '', itself = '', alone = ''] = ids
    const line = await add('74950020005', { ...end('205'), login: 'a', password: 'b' })
    await setDid(second, '201')
    await setDid(itself, '+201')
    await setDid(line, '201')
    assert.deepEqual(await migrate(database.pool), ['0018_called_once.sql'])
    const { rows } = await database.pool.query<{ id: string }>(
      'select id from phone_number where id = any ($1) and inbound is not null order by id',
      [[...ids, line]],
    )
    assert.deepEqual(
      rows.map(({ id }) => id),
      [oldest, alone, line].toSorted(),
    )
    for (const id of [second, itself]) {
      const { body } = await ask('GET', `audit?resource=${id}`)
      const [entry] = body.items
      assert.deepEqual(
        [entry.action, entry.kind, entry.actor, entry.after, entry.before.inbound.action, entry.before.inbound.did],
        ['change', 'number', 'system', { inbound: null }, 'end', id === second ? '201' : '+201'],
      )
      assert.match(entry.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    }
  })
})
