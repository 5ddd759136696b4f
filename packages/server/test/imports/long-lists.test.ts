/** What goes wrong with lists of people: two senders, senders that vanish, readers that are slow, stopped or outrun. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { systemRandom } from '../../src/adapters/system/system-random.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { ImportStateError } from '../../src/imports/errors.ts'
import { claimImport, hasOpenImports, type Runner } from '../../src/imports/import-rows.ts'
import { ImportRunner } from '../../src/imports/import-runner.ts'
import { continueImport } from '../../src/imports/receive-import.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'
import { ImportGround } from './ground.ts'

const table = { 'content-type': 'text/csv' }
const octets = { 'content-type': 'application/octet-stream' }

describe('long lists', () => {
  const database = useTestDatabase()
  const ground = new ImportGround(database)
  const runner = (over: { onChange?: () => void; batchRows?: number; pool?: Pool; clock?: typeof systemClock } = {}) =>
    new ImportRunner({
      ...{ pool: database.pool, clock: systemClock, random: systemRandom, onChange: () => {} },
      ...{ runner: newRunner('test'), log: { error: () => {} }, ...over },
    })
  const newRunner = (node: string): Runner => ({ node, token: crypto.randomUUID() })
  const never = new AbortController().signal
  const begin = async (campaign: string, text: string | Buffer, headers = table, query = '') => {
    const answer = await ground.ask('POST', `/campaigns/${campaign}/imports${query}`, text, headers)
    assert.equal(answer.status, 202, answer.text)
    return String(answer.body.id)
  }
  const read = async (id: string) => (await ground.ask('GET', `/imports/${id}`)).body
  const phones = (from: number, count: number): string =>
    Array.from({ length: count }, (_, at) => `+7495${String(from + at).padStart(7, '0')}\n`).join('')
  /** As if its sender had vanished: received so far, and waited for. */
  const breakOff = (id: string) =>
    database.pool.query(
      "update contact_import set state = 'receiving', received_at = null, lease_until = dw_clock() + interval '1 h' where id = $1",
      [id],
    )

  test('people of known zones cost no ids of zones, of which there are few', async () => {
    const campaign = await ground.newCampaign()
    await database.pool.query("select setval(pg_get_serial_sequence('zone', 'id'), 32760)")
    for (let at = 0; at < 20; at += 1) {
      const contacts = [{ phones: [`+7495200${String(at).padStart(4, '0')}`] }]
      const { status, text } = await ground.ask('POST', `/campaigns/${campaign}/contacts`, { contacts })
      assert.equal(status, 200, text)
    }
  })

  test('of two who send the rest at once one is refused, and no byte is there twice', async () => {
    const campaign = await ground.newCampaign()
    const text = `phone\n${phones(0, 120_000)}`
    const half = Math.floor(text.length / 2)
    const id = await begin(campaign, text.slice(0, half))
    await breakOff(id)
    const rest = Buffer.from(text.slice(half))
    const workspaceId = (await database.pool.query('select workspace_id as id from campaign where id = $1', [campaign]))
      .rows[0].id
    const deps = { pool: database.pool, onImport: () => {} } as unknown as ServerDeps
    // Both were told the same place; the second one's bytes come while the first one's connection still hangs.
    const [wasSecondTold, isFirstIn, isSecondDone] = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    const goOn = (body: AsyncGenerator<Uint8Array>) => continueImport(deps, workspaceId, id, half, body)
    const second = goOn(
      (async function* () {
        wasSecondTold?.resolve()
        await isFirstIn?.promise
        yield rest
      })(),
    )
    await wasSecondTold?.promise
    const first = goOn(
      (async function* () {
        yield rest
        isFirstIn?.resolve()
        await isSecondDone?.promise
      })(),
    )
    await assert.rejects(second.finally(isSecondDone?.resolve), ImportStateError)
    await first
    assert.equal((await read(id)).bytes, text.length)
    await ground.ask('POST', `/imports/${id}/undo`)
  })

  test('a broken list that is sent again under its Idempotency-Key is gone on with', async () => {
    const campaign = await ground.newCampaign()
    const text = `phone\n${phones(0, 60_000)}`
    const headers = { ...table, 'idempotency-key': 'broken' }
    const id = await begin(campaign, text.slice(0, 600_000), headers)
    await breakOff(id)
    assert.equal((await ground.ask('POST', `/campaigns/${campaign}/imports`, 'phone\n', headers)).status, 409)
    assert.equal(await begin(campaign, text, headers), id)
    const { rows } = await database.pool.query<{ bytes: Buffer }>(
      'select bytes from contact_import_chunk where import_id = $1 order by position',
      [id],
    )
    assert.ok(Buffer.concat(rows.map(({ bytes }) => bytes)).equals(Buffer.from(text)))
    assert.equal((await read(id)).state, 'waiting')
    await ground.ask('POST', `/imports/${id}/undo`)
  })

  test('a list whose sender never comes back is ended, and its bytes are not kept', async () => {
    const campaign = await ground.newCampaign()
    const id = await begin(campaign, `phone\n${phones(0, 3)}`)
    await breakOff(id)
    await runner().runAll(never)
    assert.equal((await read(id)).state, 'receiving', 'it is waited for')
    await database.pool.query("update contact_import set lease_until = dw_clock() - interval '1 s' where id = $1", [id])
    assert.equal(await hasOpenImports(database.pool, 'test'), true)
    await runner().runAll(never)
    const { state, error } = await read(id)
    assert.deepEqual([state, error], ['failed', 'The rest of the list never came'])
    const chunks = await database.pool.query('select from contact_import_chunk where import_id = $1', [id])
    assert.equal(chunks.rowCount, 0)
  })

  test('a list that is being received has a day, and another with every piece', async () => {
    const id = await begin(await ground.newCampaign(), 'phone\n')
    await breakOff(id)
    await database.pool.query("update contact_import set lease_until = dw_clock() - interval '1 s' where id = $1", [id])
    // Somebody has just taken it for ended; the sender comes back before it is.
    await claimImport(database.pool, newRunner('test'))
    assert.equal((await ground.ask('PUT', `/imports/${id}/bytes?offset=6`, phones(1, 1), octets)).status, 202)
    await runner().runAll(never)
    const { state, accepted } = await read(id)
    assert.deepEqual([state, accepted], ['done', 1])
  })

  test('whoever reads long without writing keeps the import', async () => {
    const campaign = await ground.newCampaign()
    const id = await begin(campaign, `phone\n${phones(0, 50_000)}`)
    for (const part of [1, 2]) {
      await breakOff(id)
      const { bytes } = await read(id)
      await ground.ask(
        'PUT',
        `/imports/${id}/bytes?offset=${bytes}`,
        Buffer.from(phones(part * 50_000, 50_000)),
        octets,
      )
    }
    await database.pool.query(
      "update contact_import set rows = 150000, state = 'running', lease_until = null where id = $1",
      [id],
    )
    let looks = 0
    let wasStolen: boolean | null = null
    // Thirty seconds pass while the second chunk is on its way; with the third in hand another node looks.
    const slow = new Proxy(database.pool, {
      get(pool, name) {
        const value = Reflect.get(pool, name)
        if (name !== 'query') return typeof value === 'function' ? value.bind(pool) : value
        return async (config: { name?: string }) => {
          if (config.name === 'import-chunk') {
            looks += 1
            if (looks === 2) await pool.query('update contact_import set lease_until = dw_clock() where id = $1', [id])
            if (looks === 3) wasStolen = (await claimImport(pool, newRunner('another'))) !== null
          }
          return pool.query(config as never)
        }
      },
    })
    let ms = 0
    const clock = { ...systemClock, now: () => systemClock.now(), monotonicMs: () => (ms += 11_000) }
    await runner({ pool: slow, clock }).runAll(never)
    assert.equal(wasStolen, false)
    assert.equal((await read(id)).state, 'done')
  })

  test('large rows are written as they come, not all at once', async () => {
    const campaign = await ground.newCampaign()
    const text = 'x'.repeat(100_000)
    const list = phones(0, 250).replaceAll('\n', `,${text}\n`)
    const id = await begin(campaign, `phone,note\n${list}`)
    const steps: number[] = []
    await runner({ onChange: () => steps.push(1) }).runAll(never)
    assert.equal((await read(id)).accepted, 250)
    assert.ok(steps.length >= 4, `${steps.length - 1} batches of 25 MB`)
  })

  test('taking back ends with its process, goes on in the next, and leaves who was dialled before a reset', async () => {
    const campaign = await ground.newCampaign()
    const id = await begin(campaign, `phone\n${phones(0, 100)}`)
    await runner().runAll(never)
    const dialled = await database.pool.query<{ id: string }>(
      `insert into attempt (id, started_at, workspace_id, campaign_id, contact_id, call_id, phone, phone_key, attempt_number, trunk_id, node,
                            disposition, ended_at, ended_by)
       select gen_random_uuid(), dw_clock(), workspace_id, campaign_id, id, gen_random_uuid(), '1', '1', 1, gen_random_uuid(), 1, 'busy',
              dw_clock(), 'callee' from contact where import_id = $1 order by id limit 7 returning contact_id as id`,
      [id],
    )
    await database.pool.query("update contact set attempts = 1, state = 'done' where id = any ($1)", [
      dialled.rows.map((row) => row.id),
    ])
    assert.equal((await ground.ask('POST', `/campaigns/${campaign}/reset`, {})).body.reset, 7)
    await ground.ask('POST', `/imports/${id}/undo`)
    const ending = new AbortController()
    await runner({ batchRows: 10, onChange: () => ending.abort() }).runAll(ending.signal)
    const half = await read(id)
    assert.deepEqual([half.state, half.undone], ['undoing', 10])
    await runner({ batchRows: 10 }).runAll(never)
    const { state, undone, kept } = await read(id)
    assert.deepEqual([state, undone, kept], ['undone', 93, 7])
  })

  test('people who are sent while their campaign is deleted find no campaign', async () => {
    const campaign = await ground.newCampaign()
    const deleting = await database.pool.connect()
    await deleting.query('begin')
    await deleting.query('delete from campaign where id = $1', [campaign])
    const asked = ground.ask('POST', `/campaigns/${campaign}/contacts`, { contacts: [{ phones: ['+74951230001'] }] })
    await until('the request waits for the campaign', async () => {
      const { rows } = await database.pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return rows.length > 0
    })
    await deleting.query('commit')
    deleting.release()
    assert.equal((await asked).status, 404)
  })

  test('who is made new is found by the claim whatever became of his priority, and the campaign’s new state is told', async () => {
    const campaign = await ground.newCampaign()
    const id = await begin(campaign, 'phone\n+74951230001\n')
    await runner().runAll(never)
    await database.pool.query("update contact set state = 'done', attempts = 1, priority = 3 where import_id = $1", [
      id,
    ])
    await database.pool.query("update campaign set state = 'done' where id = $1", [campaign])
    await ground.ask('POST', `/campaigns/${campaign}/reset`, {})
    const lanes = await database.pool.query('select from lane where campaign_id = $1 and priority = 3', [campaign])
    assert.equal(lanes.rowCount, 1)
    const told = await database.pool.query(
      "select from outbox where key = $1 and topic = 'campaign.changed' and payload ->> 'state' = 'paused'",
      [campaign],
    )
    assert.equal(told.rowCount, 1)
  })

  test('a mark of the encoding outweighs what was said; a header may have lines within quotes, but not thousands of columns', async () => {
    const campaign = await ground.newCampaign()
    const marked = Buffer.from('\ufeffphone,имя\n+74951230001,Анна\n', 'utf16le').swap16()
    const id = await begin(campaign, marked, { 'content-type': 'text/csv; charset=utf-16' })
    const lines = await begin(campaign, '"a\nb","phone"\nx,+74951230002\n')
    await runner().runAll(never)
    assert.deepEqual([(await read(id)).encoding, (await read(id)).accepted], ['utf-16be', 1])
    assert.equal((await read(lines)).accepted, 1)
    const wide = Array.from({ length: 5_000 }, (_, at) => `c${at}`).join()
    const { status, body } = await ground.ask('POST', `/campaigns/${campaign}/imports`, `phone,${wide}\n1\n`, table)
    assert.equal(status, 422)
    assert.deepEqual((body.errors as { pointer: string; code: string }[])[0]?.code, 'too-many')
  })
})
