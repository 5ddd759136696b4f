/** Lists of people from the request to the contacts, and back. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { useTestDatabase } from '../fixtures/database.ts'
import { tokenOf } from '../http/surface.ts'
import { ImportGround } from './ground.ts'

const table = { 'content-type': 'text/csv' }

describe('imports', () => {
  const database = useTestDatabase()
  const ground = new ImportGround(database)
  const counts = ({ rows, accepted, duplicates, rejected }: Record<string, unknown>) => ({
    rows,
    accepted,
    duplicates,
    rejected,
  })
  const send = async (campaign: string, text: string | Buffer, headers: Record<string, string> = table, query = '') => {
    const answer = await ground.ask('POST', `/campaigns/${campaign}/imports${query}`, text, headers)
    assert.equal(answer.status, 202, answer.text)
    ground.wakeJobs()
    return ground.ended(String(answer.body.id))
  }

  test('a table becomes people: who repeats is left out, who cannot be dialled is told by row', async () => {
    const campaign = await ground.newCampaign()
    const list = [
      'phone;имя;client external id',
      '8 (495) 123-45-67;Анна;',
      '+7 495 123 45 67;Аня;',
      '+7 495 123 45 67;Анна;crm-7',
      'not a number;Пётр;',
      '+7 812 123 45 67;"Иван; младший";x',
    ].join('\r\n')
    const done = await send(campaign, list, table, '?name=people.csv')
    assert.deepEqual(counts(done), { rows: 5, accepted: 3, duplicates: 1, rejected: 1 })
    assert.deepEqual([done.state, done.encoding, done.delimiter, done.name], ['done', 'utf-8', ';', 'people.csv'])
    assert.equal(done.bytes, Buffer.byteLength(list))
    assert.equal(done.bytesRead, done.bytes)
    const rejected = (await ground.ask('GET', `/imports/${done.id}/rejected`)).body
    assert.deepEqual(rejected, {
      items: [
        {
          row: 4,
          field: 'phones/0',
          code: 'not-a-phone',
          message: '"not a number" cannot be read as a phone number',
          given: 'not a number;Пётр;',
        },
      ],
      next: null,
    })
    const { body } = await ground.ask('GET', `/campaigns/${campaign}/contacts?import=${done.id}`)
    const items = body.items as { phones: string[]; variables: object; zones: string[] }[]
    assert.deepEqual(
      items.map(({ phones, variables }) => [phones, variables]),
      [
        [['+74951234567'], { имя: 'Анна' }],
        [['+74951234567'], { имя: 'Анна' }],
        [['+78121234567'], { имя: 'Иван; младший' }],
      ],
    )
    assert.deepEqual(items[0]?.zones, ['Europe/Moscow'])
    const { rows } = await database.pool.query('select count(*) from contact_import_chunk where import_id = $1', [
      done.id,
    ])
    assert.equal(rows[0].count, 0, 'what was read is not kept')
  })

  test('the same list again doubles nobody; lines of JSON and other encodings are read too', async () => {
    const campaign = await ground.newCampaign()
    const lines =
      '{"phones":["+74951230001","+74951230002"],"variables":{"n":1}}\n{"phones":["+74951230003"],"priority":3}\n'
    const json = { 'content-type': 'application/x-ndjson' }
    assert.deepEqual(counts(await send(campaign, lines, json)), { rows: 2, accepted: 2, duplicates: 0, rejected: 0 })
    assert.deepEqual(counts(await send(campaign, lines, json)), { rows: 2, accepted: 0, duplicates: 2, rejected: 0 })
    const cyrillic = Buffer.concat([
      Buffer.from('phone,'),
      Buffer.from([0xe8, 0xec, 0xff]),
      Buffer.from('\n+74951230009,a\n'),
    ])
    const done = await send(campaign, cyrillic, { 'content-type': 'text/csv; charset=windows-1251' })
    assert.deepEqual(counts(done), { rows: 1, accepted: 1, duplicates: 0, rejected: 0 })
    const { text } = await ground.ask('GET', `/campaigns/${campaign}/contacts/export?format=ndjson`)
    const people = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      people.map(({ phones }) => phones),
      [['+74951230001', '+74951230002'], ['+74951230003'], ['+74951230009']],
    )
    assert.deepEqual(people[2].variables, { имя: 'a' })
  })

  test('what was exported and is read in again by another campaign is the same people', async () => {
    const [one, two] = [await ground.newCampaign(), await ground.newCampaign()]
    const sent = await send(
      one,
      'phone,client external id,priority,"a,""b"""\n+74951230001;+74951230002,x 1,2,"line\nbreak"\n+74951230003,,,=1+1\n',
    )
    assert.equal(sent.accepted, 2)
    const exported = (await ground.ask('GET', `/campaigns/${one}/contacts/export`)).text
    assert.match(exported, /^phones,clientExternalId,priority,callbackData,"a,""b""",id,state,/)
    const told = ['id', 'state', 'attempts', 'lastDisposition', 'doneReason', 'createdAt', 'finishedAt']
    const columns = encodeURIComponent(JSON.stringify(Object.fromEntries(told.map((name) => [name, '-']))))
    assert.equal((await send(two, exported, table, `?columns=${columns}`)).accepted, 2)
    const people = async (campaign: string) => {
      const { text } = await ground.ask('GET', `/campaigns/${campaign}/contacts/export?format=ndjson`)
      return text
        .trim()
        .split('\n')
        .map((line) => {
          const { phones, variables, priority, clientExternalId } = JSON.parse(line)
          return { phones, variables, priority, clientExternalId }
        })
    }
    assert.deepEqual(await people(two), await people(one))
    assert.equal((await people(one)).length, 2)
  })

  test('a list that cannot be read is refused before anything is kept, by its field', async () => {
    const campaign = await ground.newCampaign()
    const refused = async (text: string, headers: Record<string, string> = table, query = '') => {
      const { status, body } = await ground.ask('POST', `/campaigns/${campaign}/imports${query}`, text, headers)
      return [
        status,
        (body.errors as { pointer: string; code: string }[]).map(({ pointer, code }) => `${pointer} ${code}`),
      ]
    }
    assert.deepEqual(await refused('name\nAnna\n'), [422, ['/columns no-phone']])
    assert.deepEqual(await refused('   \n'), [422, ['/ invalid']])
    assert.deepEqual(await refused('phone\n1\n', { 'content-type': 'text/csv; charset=klingon' }), [
      422,
      ['/charset invalid'],
    ])
    assert.deepEqual(await refused('phone\n1\n', table, '?columns=%7B'), [422, ['/columns invalid']])
    assert.deepEqual(await refused('phone\n1\n', { 'content-type': 'application/json' }), [415, []])
    const { body } = await ground.ask('GET', `/campaigns/${campaign}/imports`)
    assert.deepEqual(body, { items: [], next: null })
  })

  test('a quote that is never closed fails the import with its row; what came before stays until it is taken back', async () => {
    const campaign = await ground.newCampaign()
    const failed = await send(campaign, 'phone,name\n+74951230001,a\n+74951230002,"b\n+74951230003,c\n')
    assert.equal(failed.state, 'failed')
    assert.match(String(failed.error), /after row 1: a quote is opened and never closed/)
    assert.equal(failed.accepted, 1)
    const asked = await ground.ask('POST', `/imports/${failed.id}/undo`)
    assert.equal(asked.status, 202)
    ground.wakeJobs()
    const undone = await ground.ended(String(failed.id))
    assert.deepEqual([undone.state, undone.undone, undone.kept], ['undone', 1, 0])
  })

  test('taking back leaves who has been dialled, and who came otherwise', async () => {
    const campaign = await ground.newCampaign()
    const one = await ground.ask('POST', `/campaigns/${campaign}/contacts`, {
      contacts: [{ phones: ['+74951230000'] }],
    })
    assert.equal(one.body.accepted, 1, one.text)
    const done = await send(campaign, 'phone\n+74951230001\n+74951230002\n+74951230003\n')
    await database.pool.query(
      "update contact set attempts = 1, state = 'done' where import_id = $1 and id = (select min(id::text)::uuid from contact where import_id = $1)",
      [done.id],
    )
    await ground.ask('POST', `/imports/${done.id}/undo`)
    ground.wakeJobs()
    const undone = await ground.ended(String(done.id))
    assert.deepEqual([undone.undone, undone.kept], [2, 1])
    const { body } = await ground.ask('GET', `/campaigns/${campaign}/contacts`)
    assert.equal((body.items as unknown[]).length, 2)
    assert.equal((await ground.ask('POST', `/imports/${done.id}/undo`)).status, 409)
  })

  test('one that cannot be taken back for a fault of ours is told as failed, and can be asked for again', async () => {
    const campaign = await ground.newCampaign()
    const done = await send(campaign, 'phone\n+74951230001\n')
    const { pool } = database
    await pool.query(
      `create function broken() returns trigger language plpgsql as $$ begin raise 'out of order'; end $$`,
    )
    await pool.query('create trigger broken before delete on contact for each row execute function broken()')
    await ground.ask('POST', `/imports/${done.id}/undo`)
    ground.wakeJobs()
    const failed = await ground.ended(String(done.id))
    assert.deepEqual(
      [failed.state, failed.error],
      ['failed', 'It could not be taken back: something went wrong on our side; the log has the details'],
    )
    await pool.query('drop trigger broken on contact')
    await ground.ask('POST', `/imports/${done.id}/undo`)
    ground.wakeJobs()
    assert.equal((await ground.ended(String(done.id))).state, 'undone')
  })

  test('a list that broke off is gone on with from the bytes that were received', async () => {
    const campaign = await ground.newCampaign()
    const people = 3_000
    const text = `phone,note\n${Array.from({ length: people }, (_, at) => `+7495${String(at).padStart(7, '0')},${'x'.repeat(700)}`).join('\n')}\n`
    const address = await ground.http.app.listen({ port: 0, host: '127.0.0.1' })
    const broken = new AbortController()
    const half = Buffer.from(text.slice(0, text.length / 2))
    await assert.rejects(
      fetch(`${address}/dialwright/v1/campaigns/${campaign}/imports`, {
        method: 'POST',
        headers: { ...table, authorization: `Bearer ${tokenOf('own', 'owner')}` },
        signal: broken.signal,
        duplex: 'half',
        body: new ReadableStream({
          async pull(controller) {
            controller.enqueue(half)
            // Breaks off once something has arrived.
            while (
              (await database.pool.query('select from contact_import where campaign_id = $1 and bytes > 0', [campaign]))
                .rowCount === 0
            );
            broken.abort()
          },
        }),
      } as RequestInit),
    )
    const { body } = await ground.ask('GET', `/campaigns/${campaign}/imports`)
    const [begun] = body.items as { id: string; state: string; bytes: number }[]
    assert.ok(begun !== undefined && begun.state === 'receiving' && begun.bytes > 0 && begun.bytes < text.length)
    const octets = { 'content-type': 'application/octet-stream' }
    const wrong = await ground.ask('PUT', `/imports/${begun.id}/bytes?offset=${begun.bytes - 1}`, 'x', octets)
    assert.equal(wrong.status, 409)
    // What was under way when it broke may still arrive: whoever goes on asks for the bytes again when they are others.
    for (;;) {
      const { bytes } = (await ground.ask('GET', `/imports/${begun.id}`)).body
      const rest = Buffer.from(text).subarray(Number(bytes))
      const { status, text: told } = await ground.ask('PUT', `/imports/${begun.id}/bytes?offset=${bytes}`, rest, octets)
      if (status === 202) break
      assert.match(told, /bytes have been received: go on from there/)
    }
    ground.wakeJobs()
    const done = await ground.ended(begun.id)
    assert.deepEqual(counts(done), { rows: people, accepted: people, duplicates: 0, rejected: 0 })
  })

  test('whatever the bytes are, they are refused by name or read to their end', async () => {
    const campaign = await ground.newCampaign()
    const types = ['text/csv', 'text/csv; charset=utf-16le', 'text/tab-separated-values', 'application/x-ndjson']
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom('phone\n', '+74951230001', ',', '"', '\r\n', '{"phones":["1"]}\n', '{', '\0')
        .map((text) => Buffer.from(text)),
    )
    const accepted: string[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.constantFrom(...types), async (pieces, type) => {
        const { status, body, text } = await ground.ask(
          'POST',
          `/campaigns/${campaign}/imports`,
          Buffer.concat(pieces),
          {
            'content-type': type,
          },
        )
        assert.ok(status === 202 || (status >= 400 && status < 500), `${status} ${text}`)
        if (status === 202) accepted.push(String(body.id))
      }),
      { seed: 20_261_121, numRuns: 300 },
    )
    assert.ok(accepted.length > 20, `${accepted.length} were read`)
    ground.wakeJobs()
    for (const id of accepted) {
      const { state, error, rows, accepted: a, duplicates, rejected } = await ground.ended(id)
      assert.ok(state === 'done' || (state === 'failed' && !/our side/.test(String(error))), `${state} ${error}`)
      assert.equal(rows, Number(a) + Number(duplicates) + Number(rejected))
    }
  })

  test('the same Idempotency-Key makes one import', async () => {
    const campaign = await ground.newCampaign()
    const headers = { ...table, 'idempotency-key': 'list-1' }
    const first = await ground.ask('POST', `/campaigns/${campaign}/imports`, 'phone\n+74951230001\n', headers)
    const second = await ground.ask('POST', `/campaigns/${campaign}/imports`, 'phone\n+74951230001\n', headers)
    assert.equal(second.body.id, first.body.id)
    const { body } = await ground.ask('GET', `/campaigns/${campaign}/imports`)
    assert.equal((body.items as unknown[]).length, 1)
  })

  test('a reset makes new who is meant by it, and rings nobody', async () => {
    const campaign = await ground.newCampaign()
    const done = await send(campaign, 'phone,name\n+74951230001,Anna\n+74951230002,Boris\n+74951230003,Clara\n')
    await database.pool.query(
      `update contact set state = 'done', attempts = 2, last_disposition = case variables ->> 'name' when 'Anna' then 'busy' else 'no-answer' end,
              done_reason = 'tries-used-up', finished_at = dw_clock() where campaign_id = $1`,
      [campaign],
    )
    await database.pool.query("update campaign set state = 'done' where id = $1", [campaign])
    const reset = async (filter: object) =>
      (await ground.ask('POST', `/campaigns/${campaign}/reset`, filter)).body.reset
    assert.equal(await reset({ dispositions: ['busy'], keyword: 'boris' }), 0)
    assert.equal(await reset({ dispositions: ['busy'] }), 1)
    assert.equal(await reset({ keyword: '4951230002' }), 1)
    assert.equal(await reset({ import: crypto.randomUUID() }), 0)
    assert.equal(await reset({ import: String(done.id), createdFrom: '2020-01-01T00:00:00Z' }), 1)
    const { body } = await ground.ask('GET', `/campaigns/${campaign}`)
    assert.equal(body.state, 'paused')
    await ground.ask('POST', `/campaigns/${campaign}/resume`)
    assert.equal((await ground.ask('POST', `/campaigns/${campaign}/reset`, {})).status, 409)
  })

  test('one person is read, changed to what was seen, and taken away; on the line nobody is', async () => {
    const campaign = await ground.newCampaign()
    assert.equal((await send(campaign, 'phone,name\n+74951230001,Anna\n')).accepted, 1)
    const { body: list } = await ground.ask('GET', `/campaigns/${campaign}/contacts?phone=%2B7(495)1230001`)
    const path = `/campaigns/${campaign}/contacts/${(list.items as { id: string }[])[0]?.id}`
    const changed = await ground.ask('PATCH', path, { variables: { name: 'Anna', city: 'Tula' }, priority: 2 })
    assert.deepEqual(
      [changed.status, changed.body.variables, changed.body.priority],
      [200, { name: 'Anna', city: 'Tula' }, 2],
    )
    const stale = await ground.ask('PATCH', path, { priority: 1 }, { 'if-match': '"old"' })
    assert.equal(stale.status, 412)
    const { rows } = await database.pool.query('select count(*) from lane where campaign_id = $1 and priority = 2', [
      campaign,
    ])
    assert.equal(rows[0].count, 1, 'the claim finds the lane')
    await database.pool.query("update contact set state = 'dialing' where campaign_id = $1", [campaign])
    assert.equal((await ground.ask('DELETE', path)).status, 409)
    await database.pool.query("update contact set state = 'ready' where campaign_id = $1", [campaign])
    assert.equal((await ground.ask('DELETE', path)).status, 204)
    assert.equal((await ground.ask('GET', path)).status, 404)
    assert.equal((await ground.ask('GET', `/campaigns/${crypto.randomUUID()}/contacts`)).status, 404)
  })
})
