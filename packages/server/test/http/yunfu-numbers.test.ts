/** What an outsider would try on the numbers of a task: every spelling of a number and of a list, edges of lists, pages and resets. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { type Fields, formsOf, YunfuGround } from './yunfu-ground.ts'

describe('the numbers of Yunfu tasks', () => {
  const database = useTestDatabase()
  let ground: YunfuGround
  before(async () => {
    ground = await YunfuGround.open(database.pool)
  })
  after(() => ground.http.close())
  const ask: YunfuGround['ask'] = (...asked) => ground.ask(...asked)
  const fill = (id: string, phones: readonly unknown[]) =>
    ask('POST', `/v1/task/import_task_customer/${id}`, { customer_info_list: phones.map((phone) => ({ phone })) })
  const numbersOf = async (id: string, query = '') => (await ask('GET', `/v1/task/${id}/number?${query}`)).body.data

  test('numbers come as a list, as JSON in a field, as names with brackets; forms are read for resets and queries too', async () => {
    const [one, other] = ['18611228822', '18611228811'] as const
    const lists: readonly Fields[] = [
      [['customer_info_list', JSON.stringify([{ phone: one }, { phone: Number(other) }])]],
      [
        ['customer_info_list[0][phone]', one],
        ['customer_info_list[0][city]', '南京'],
        ['customer_info_list[1][phone]', other],
      ],
      [
        ['customer_info_list[][phone]', one],
        ['customer_info_list[][phone]', other],
      ],
    ]
    let id = ''
    for (const list of lists)
      for (const [body, headers] of await formsOf(list)) {
        id = await ground.make()
        const answer = await ask('POST', `/v1/task/import_task_customer/${id}`, body, headers)
        assert.deepEqual([answer.body.code, answer.body.data.success], [200, 2], JSON.stringify(answer.body))
      }
    for (const query of ['status[]=0&status[]=3', 'status[0]=0&status[1]=3', 'status=0,3', 'status=0', 'status=', ''])
      assert.equal((await numbersOf(id, query)).total, 2, query)
    assert.equal((await numbersOf(id, 'status[]=3')).total, 0)
    const resets: readonly Fields[] = [
      [
        ['status[]', '2'],
        ['created_at[]', '2020-3-10'],
        ['created_at[]', '2020-03-10'],
      ],
      [
        ['status', '2,3'],
        ['created_at', '2020-3-10,2020-3-10'],
      ],
    ]
    for (const fields of resets)
      for (const [body, headers] of await formsOf(fields))
        assert.equal((await ask('PUT', `/v1/task/${id}/number_reset`, body, headers)).body.message, '重呼号码成功')
  })

  test('numbers in every spelling are one number; what is none is told by its place; an import of nothing is refused', async () => {
    const id = await ground.make()
    const spellings = [
      18611228822,
      '18611228822',
      '+8618611228822',
      '+86 186-1122-8822',
      '(186) 1122 8822',
      '008618611228822',
    ]
    const { body } = await fill(id, spellings)
    assert.deepEqual([body.data.total, body.data.success, body.data.repeat, body.data.fail], [6, 1, 5, []])
    const none = ['', 'x', '12', '1861122882212345678901', '１８６１１２２８８２２', '18611228822;18611228823']
    for (const wrong of none.slice(1)) {
      const answer = (await fill(id, [wrong, '18611228833'])).body
      assert.deepEqual([answer.code, answer.data.fail.map((one: { index: number }) => one.index)], [200, [0]], wrong)
    }
    for (const list of [
      undefined,
      null,
      [],
      '',
      'x',
      {},
      5,
      [1],
      [{}],
      [{ phone: '' }],
      [{ phone: null }],
      [{ phone: 1.5 }],
      [{ phone: -1 }],
      [{ phone: [] }],
    ]) {
      const answer = await ask('POST', `/v1/task/import_task_customer/${id}`, { customer_info_list: list })
      assert.deepEqual([answer.status, answer.body.code], [422, 422], JSON.stringify(list))
      assert.match(answer.body.message, /^customer_info_list[.:]/)
    }
    const mixed = await fill(id, ['18611228844', { no: 'phone' }])
    assert.match(mixed.body.message, /^customer_info_list\.1\.phone: /)
    assert.equal((await numbersOf(id)).total, 2, 'of a refused list nobody is taken')
  })

  test('ten thousand numbers are taken at once in each form, one more is refused', async () => {
    const phones = Array.from({ length: 10_001 }, (_, at) => String(18_600_000_000 + at))
    const lists = phones.slice(0, 10_000)
    const form = await formsOf(lists.map((phone, at) => [`customer_info_list[${at}][phone]`, phone]))
    const json = JSON.stringify({ customer_info_list: lists.map((phone) => ({ phone })) })
    for (const [body, headers] of [...form, [json, { 'content-type': 'application/json' }] as const]) {
      const id = await ground.make()
      const answer = await ask('POST', `/v1/task/import_task_customer/${id}`, body, headers)
      assert.deepEqual([answer.body.code, answer.body.data.success], [200, 10_000], headers['content-type'])
      assert.deepEqual((await numbersOf(id, 'page=200&per_page=50')).data.at(-1).number, lists.at(-1))
      if (headers['content-type'] === 'application/json')
        assert.deepEqual((await fill(id, lists.slice(0, 10))).body.data.repeat, 10)
    }
    const refusedList = await fill(await ground.make(), phones)
    assert.deepEqual(
      [refusedList.status, refusedList.body.message],
      [422, 'customer_info_list: expected at most 10000 numbers'],
    )
  })

  test('a page past the end is empty, beyond the edges refused', async () => {
    const id = await ground.make()
    await fill(id, ['18611228822', '18611228811', '18611228800'])
    const page = async (query: string) => (await numbersOf(id, query)).data.map((one: { number: string }) => one.number)
    assert.deepEqual(await page('page=1&per_page=2'), ['18611228822', '18611228811'])
    assert.deepEqual(await page('page=2&per_page=2'), ['18611228800'])
    assert.deepEqual(await numbersOf(id, 'page=3&per_page=2'), { data: [], total: 3, page: 3, per_page: 2 })
    for (const path of ['number', 'call'])
      for (const query of ['page=0', 'page=-1', 'page=x', 'per_page=0', 'per_page=201', 'page=1.5']) {
        const { status, body } = await ask('GET', `/v1/task/${id}/${path}?${query}`)
        assert.deepEqual([status, body.code], [422, 422], query)
        assert.match(body.message, /^(per_)?page: /)
      }
    for (const query of ['status[]=13', 'status[]=-1', 'status=a', 'status[a]=1'])
      assert.match((await ask('GET', `/v1/task/${id}/number?${query}`)).body.message, /^status/)
  })

  test('a reset takes whole numbers, two days, states that there are; what could mean everybody or nobody is refused', async () => {
    const id = await ground.make()
    await fill(id, ['18611228822', '18611228811'])
    await database.pool.query(
      "update contact set state = 'done', attempts = 1, last_disposition = 'busy' where campaign_id = $1",
      [id],
    )
    const waiting = async (body: object) => {
      const answer = await ask('PUT', `/v1/task/${id}/number_reset`, body)
      assert.equal(answer.body.code, 200, JSON.stringify(answer.body))
      return (await numbersOf(id, 'status=0')).data.map((one: { number: string }) => one.number)
    }
    for (const body of [
      ...[{ status: [] }, { status: [13] }, { status: ['x'] }, { status: {} }, { status: [null] }],
      ...[
        { created_at: ['2020-3-10'] },
        { created_at: ['2020-3-10', '2020-3-9'] },
        { created_at: ['2020-2-30', '2020-3-1'] },
      ],
      ...[{ created_at: ['10.3.2020', '2020-3-10'] }, { keyword: 'x' }, { keyword: {} }],
    ]) {
      const { status, body: answer } = await ask('PUT', `/v1/task/${id}/number_reset`, body)
      assert.deepEqual([status, answer.code], [422, 422], JSON.stringify(body))
      assert.match(answer.message, new RegExp(`^${Object.keys(body)[0]}`))
    }
    const printed = { status: ['12'], created_at: ['2020-3-10', '2020-3-10'], keyword: '12345678901' }
    for (const body of [printed, { keyword: '12' }]) assert.deepEqual(await waiting(body), [])
    assert.deepEqual(await waiting({ keyword: '1861122882' }), [], 'a part of a number is another number')
    assert.deepEqual(await waiting({ keyword: '18611228844' }), [])
    assert.deepEqual(await waiting({ keyword: '+86 186 1122 8811' }), ['18611228811'])
    assert.deepEqual(await waiting({ keyword: 18611228822, status: [8] }), ['18611228822', '18611228811'])
  })
})
