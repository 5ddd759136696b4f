/** Incoming rules under bad will: bodies of a million mistakes, digits of other scripts, changes that cross each other. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { untilWaiting } from '../fixtures/until-waiting.ts'
import { native } from './surface.ts'
import { type Body, many, phonesFrom, prefixes, printed, put, useIncomingRules } from './twin-incoming-ground.ts'

describe('incoming rules of TWIN24 under bad will', () => {
  const { database, ask, add, listed, ids } = useIncomingRules()
  const rules = `${prefixes[0]}/incomingRules`
  const errorsOf = async (payload: unknown): Promise<Record<string, string[]>> => {
    const answer = await add(payload)
    assert.equal(answer.statusCode, 400, answer.body.slice(0, 1_000))
    return answer.json().errors
  }
  const firstId = async (): Promise<string> => (await listed('7123456')).items[0]?.id ?? ''

  test('lists beyond the limit are refused as lists, without a word about each of their items', {
    timeout: 20_000,
  }, async () => {
    const long = Array.from({ length: 200_000 }, () => 1)
    for (const field of ['names', 'numbers', 'connectionOptionsList', 'webhookUrls']) {
      const errors = await errorsOf({ ...printed(), [field]: long })
      assert.ok(field in errors, `${field}: ${Object.keys(errors).slice(0, 5)}`)
      assert.ok(Object.keys(errors).length <= 3, `${field}: ${Object.keys(errors).length} mistakes`)
    }
    const all = { ...printed(), names: long, numbers: long, connectionOptionsList: long }
    assert.deepEqual(Object.keys(await errorsOf(all)).toSorted(), ['connectionOptionsList', 'names', 'numbers'])
    // Each of them a mistake between fields, too, as many as fit into a body.
    const connections = Array.from({ length: 40_000 }, () => ({ numberAsDid: false, password: 'x' }))
    const mistakes = Object.keys(await errorsOf({ ...printed(), connectionOptionsList: connections }))
    assert.ok(mistakes.includes('connectionOptionsList') && mistakes.length <= 2_002, `${mistakes.length} mistakes`)
  })

  test('a thousand numbers with all that each may have fit into one body; one more is refused, and so is a body beyond', async () => {
    const credentials = (at: number): Body => ({
      ...{ login: `Линия ${at} ${'ж'.repeat(200)}`, authUser: 'ф'.repeat(200), password: 'п'.repeat(600) },
      ...{ fromDomain: 'sip.example.test', forceOutOverChannel: true },
    })
    const body = {
      ...many(phonesFrom(0, 1_000), credentials),
      names: phonesFrom(0, 1_000).map((n) => `${n} ${'я'.repeat(180)}`),
    }
    assert.ok(Buffer.byteLength(JSON.stringify(body)) > 2 * 1024 * 1024)
    const answer = await add(body)
    assert.equal(answer.statusCode, 200, answer.body.slice(0, 300))
    assert.equal((await listed('7123456')).count, 1_000)
    const more = many([...phonesFrom(0, 1_000), '71230000000'])
    assert.deepEqual(Object.keys(await errorsOf(more)).toSorted(), ['connectionOptionsList', 'names', 'numbers'])
    const beyond = await add({ ...printed(), ignored: 'x'.repeat(9 * 1024 * 1024) })
    assert.deepEqual([beyond.statusCode, typeof beyond.json().message], [413, 'string'])
  })

  test('digits of other scripts, signs and blanks are no number', async () => {
    const wrong = [
      '٧١٢٣٤٥٦٧٠٠١',
      '７１２３４５６７００１',
      '7 123 456 70 01',
      '+7(123)4567001',
      '71234567001\n',
      '\u200b71234567001',
      '++71234567001',
    ]
    assert.deepEqual(
      Object.keys(await errorsOf(many(wrong))).toSorted(),
      wrong.map((_, at) => `numbers.${at}`).toSorted(),
    )
    for (const did of ['１２３', '1\n', 'доб', '+', 'a b', '1\u0000'])
      assert.ok(
        'connectionOptionsList.0.did' in (await errorsOf(many(['71234560001'], () => ({ numberAsDid: false, did })))),
        did,
      )
    // Names may be anything that can be stored and told.
    const names = ['💬 номер', 'e\u0301', '‮рем', `${'ё'.repeat(199)}я`]
    const body = { ...many(phonesFrom(0, names.length)), names }
    assert.equal((await add(body)).statusCode, 200)
    assert.deepEqual((await listed('7123456')).items.map(({ name }) => name).toSorted(), names.toSorted())
    for (const name of ['\ud800', 'a\u0000b'])
      assert.deepEqual(Object.keys(await errorsOf({ ...many(['71234560009']), names: [name] })), ['names.0'])
  })

  test('the same number thrice in a batch is told twice, and by whom', async () => {
    const errors = await errorsOf(many(['71234560001', '71234560002', '+71234560001', '71234560001']))
    assert.deepEqual(errors, {
      'numbers.2': ['is the same number as numbers.0, at the same provider'],
      'numbers.3': ['is the same number as numbers.0, at the same provider'],
    })
  })

  test('a keyword of a plus alone is looked for in names, and finds no number by its digits', async () => {
    assert.equal((await add({ ...many(phonesFrom(0, 2)), names: ['A+B', 'AB'] })).statusCode, 200)
    assert.deepEqual(
      (await listed('+')).items.map(({ name }) => name),
      ['A+B'],
    )
    assert.equal((await listed('+71234560')).count, 2)
  })

  test('changes of several fields at once keep each other', async () => {
    assert.equal((await add(many(['71234560001']))).statusCode, 200)
    const url = `${rules}/${await firstId()}`
    for (let round = 0; round < 5; round++) {
      const comment = `round ${round}`
      const record = round % 2 === 0 ? 'off' : 'all'
      const name = round % 2 === 0 ? 'num_name' : 'num_called'
      const did = String(100 + round)
      const answers = await Promise.all([
        ask('PATCH', url, { additionalOptions: { comment } }),
        ask('PATCH', url, { additionalOptions: { callRecord: record } }),
        ask('PATCH', url, { incomingCallsOptions: { cidAsName: name } }),
        ask('PATCH', url, { connectionOptions: { numberAsDid: false, did } }),
        ask('PATCH', url, { webhookUrls: [`https://${round}.test/`] }),
        ask('PATCH', url, { webhookUrls: [`https://${round}.test/`] }),
      ])
      for (const answer of answers) assert.equal(answer.statusCode, 200, answer.body)
      const shown = (await ask('GET', url)).json()
      assert.deepEqual(
        [shown.additionalOptions, shown.incomingCallsOptions.cidAsName, shown.connectionOptions.did, shown.webhookUrls],
        [{ callRecord: record, comment }, name, did, [`https://${round}.test/`]],
      )
    }
  })

  test('a change that comes while its number is taken away finds none', async () => {
    for (const change of [
      { webhookUrls: ['https://late.test/'] },
      { name: 'late' },
      { additionalOptions: { comment: 'late' } },
    ]) {
      assert.equal((await add(many(['71234560001']))).statusCode, 200)
      const id = await firstId()
      const away = await database.pool.connect()
      await away.query('begin')
      await away.query('delete from phone_number where id = $1', [id])
      const late = ask('PATCH', `${rules}/${id}`, change)
      await untilWaiting(database.pool, late)
      await away.query('commit')
      away.release()
      assert.equal((await late).statusCode, 404, `${JSON.stringify(change)}: ${(await late).body}`)
    }
  })

  test('a bot that is taken away in this moment is unknown, to a batch and to a change', async () => {
    const scenario = {
      ...{ language: 'en', startBlocks: [{ id: 'a', name: 'a', next: 'end', parameters: [] }] },
      blocks: [{ id: 'end', type: 'hangup' }],
    }
    assert.equal((await add(many(['71234560001']))).statusCode, 200)
    const url = `${rules}/${await firstId()}`
    const asked = [
      (botId: string) => add(put(many(['71234560002']), ['incomingCallsOptions', 'botId'], botId)),
      (botId: string) => ask('PATCH', url, { incomingCallsOptions: { botId } }),
    ]
    for (const [at, step] of asked.entries()) {
      const made = await ask('POST', `${native}/scenarios`, { ...scenario, name: `short-lived ${at}` })
      assert.equal(made.statusCode, 201, made.body)
      const bot = made.json().id
      const away = await database.pool.connect()
      await away.query('begin')
      await away.query('delete from scenario where id = $1', [bot])
      const late = step(bot)
      await untilWaiting(database.pool, late)
      await away.query('commit')
      away.release()
      const answer = await late
      assert.deepEqual(
        [answer.statusCode, Object.keys(answer.json().errors)],
        [400, ['incomingCallsOptions.botId']],
        answer.body,
      )
    }
    assert.equal((await listed('7123456')).count, 1)
  })

  test('ids that are none are 404 in the vendor’s form', async () => {
    for (const id of ['x', '%20', 'a'.repeat(200), '%D0%B0', ids().trunks])
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const answer = await ask(method, `${rules}/${id}`, method === 'PATCH' ? { name: 'x' } : undefined)
        assert.equal(answer.statusCode, 404, `${method} ${id}: ${answer.body}`)
        assert.equal(typeof answer.json().message, 'string')
      }
  })
})
