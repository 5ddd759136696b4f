/** What an outsider would try on the robot's paths: every spelling of a body, every edge of a field, every id that is not theirs. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { native, tokenOf } from './surface.ts'
import { example, fieldsOf, formsOf, hours, line, YunfuGround } from './yunfu-ground.ts'

describe('what the Yunfu paths claim', () => {
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
  /** The refusal names these fields and no others, and nothing is made. */
  const refused = async (body: unknown, fields: readonly string[], headers = {}): Promise<void> => {
    const before = await ground.count()
    const answer = await ask('POST', '/v1/task', body, headers)
    const told = JSON.stringify(body).slice(0, 300)
    assert.deepEqual(
      [answer.status, answer.body.code, answer.body.status, answer.body.data],
      [422, 422, 'error', []],
      told,
    )
    const named = String(answer.body.message)
      .split('; ')
      .map((one) => one.split(':')[0])
    assert.deepEqual([...new Set(named)].toSorted(), fields.toSorted(), `${told}: ${answer.body.message}`)
    assert.equal(await ground.count(), before)
  }

  test('a task is made of a form, urlencoded or multipart, and names come back as they were given', async () => {
    const name = ' 测试任务 «Весна» 🐉 \u{20BB7} '
    for (const [body, headers] of await formsOf(fieldsOf({ ...example, name, customer_service_id: '' }))) {
      const { status, body: answer } = await ask('POST', '/v1/task', body, headers)
      assert.equal(status, 200, JSON.stringify(answer))
      assert.deepEqual([answer.data.name, answer.data.customer_service_id, answer.data.maximumcall], [name, null, 1])
      assert.equal((await ask('GET', `/v1/task/${answer.data.uuid}`)).body.data.name, name)
    }
  })

  test('bodies that are none are refused in the envelope: 400, 415 or 422, and nothing is made', async () => {
    const before = await ground.count()
    const bodies: readonly (readonly [string, string, number])[] = [
      ['{', 'application/json', 400],
      ['{"name": 1,}', 'application/json', 400],
      ["{'name': 'x'}", 'application/json', 400],
      ['{"a": 1} // x', 'application/json', 400],
      ['{"__proto__": {"name": "x"}}', 'application/json', 400],
      ['', 'application/json', 422],
      ['[]', 'application/json', 422],
      ['"text"', 'application/json', 422],
      ['null', 'application/json', 422],
      ['a=%', 'application/x-www-form-urlencoded', 422],
      ['--x', 'multipart/form-data; boundary=y', 400],
      ['--x', 'multipart/form-data', 400],
      ['{}', 'text/plain', 415],
      ['<a/>', 'application/xml', 415],
      [`{"name": "${'x'.repeat(1_100_000)}"}`, 'application/json', 413],
    ]
    for (const [body, type, expected] of bodies)
      for (const path of ['POST /v1/task', 'PUT /v1/task/TASK']) {
        const [method, url = ''] = path.split(' ') as ['POST' | 'PUT', string]
        const id = url.includes('TASK') ? await ground.make() : ''
        const {
          status,
          body: answer,
          headers,
        } = await ask(method, url.replace('TASK', id), body, { 'content-type': type })
        const told = `${path} ${type} ${body.slice(0, 40)}`
        assert.deepEqual([status, answer.code, answer.status, answer.data], [expected, expected, 'error', []], told)
        assert.equal(headers['cache-control'], 'no-store')
      }
    assert.equal(await ground.count(), before + bodies.length)
    assert.equal((await ask('POST', '/v1/task', [])).body.message, 'data: expected a JSON object, or a form')
    const nothing = await ask('POST', '/v1/task')
    for (const field of Object.keys(example))
      if (!['customer_service_id', 'remark'].includes(field))
        assert.match(nothing.body.message, new RegExp(`${field}: `))
  })

  test('each required field that is missing, null or empty is named alone', async () => {
    for (const field of Object.keys(example)) {
      if (['customer_service_id', 'remark'].includes(field)) continue
      const { [field]: _, ...rest } = example as Record<string, unknown>
      await refused(rest, [field])
      await refused({ ...example, [field]: null }, [field])
      await refused({ ...example, [field]: '' }, [field])
    }
    for (const optional of ['customer_service_id', 'remark'])
      for (const value of [null, '', undefined]) await ground.make({ [optional]: value })
  })

  test('each field of a wrong type, or beyond an edge, is named alone; at the edge it is taken', async () => {
    const numbers: Readonly<Record<string, readonly [readonly unknown[], readonly unknown[]]>> = {
      maximumcall: [
        [1, '1', 1.0, ' 1 '],
        [0, -1, 2, 1.5, 10_001, 1e21, '1.0', '1e0', '１'],
      ],
      _originate_timeout: [
        [1, 180, '60'],
        [0, 181, -5, 0.5, '60s'],
      ],
      call_pause_second: [
        [0, 3_600, '0'],
        [-1, 3_601, 0.1],
      ],
      random_assignment_number: [
        [0, '0'],
        [1, '1', -0.5],
      ],
      recycle_limit: [
        [0, '0'],
        [1, '1', 50, '50'],
      ],
      destination_extension: [
        [297, '297'],
        [0, -297, 298, 1e18],
      ],
      auto_recycle_rule_id: [
        [1, '1'],
        [0, 2, '01x'],
      ],
      customer_service_id: [
        [1, '1', null],
        [0, -1, 2, 'x'],
      ],
    }
    for (const [field, [taken, not]] of Object.entries(numbers)) {
      for (const value of taken) await ground.make({ [field]: value })
      for (const value of [...not, true, false, [], [1], {}]) await refused({ ...example, [field]: value }, [field])
    }
    const texts: Readonly<Record<string, readonly [readonly unknown[], readonly unknown[]]>> = {
      name: [['名'.repeat(500)], ['名'.repeat(501), 5, ' ', true]],
      remark: [['注'.repeat(2_000)], ['注'.repeat(2_001), 5, false]],
      caller_line_id: [
        [line, ` ${line} `],
        ['nowhere', hours, 297, 'x'.repeat(201)],
      ],
      disable_dial_timegroup: [
        [hours, hours.toUpperCase().toLowerCase()],
        ['never', line, 0],
      ],
    }
    for (const [field, [taken, not]] of Object.entries(texts)) {
      for (const value of taken) await ground.make({ [field]: value })
      for (const value of [...not, [], {}]) await refused({ ...example, [field]: value }, [field])
    }
  })

  test('mistakes of form and of what is named stand in one refusal, of a new task and of a change', async () => {
    const wrong = {
      ...example,
      name: '',
      caller_line_id: 'nowhere',
      destination_extension: 4711,
      auto_recycle_rule_id: 4711,
    }
    const all = ['name', 'caller_line_id', 'destination_extension', 'auto_recycle_rule_id']
    await refused(wrong, all)
    await refused({ ...wrong, maximumcall: 0, customer_service_id: 4711 }, [
      ...all,
      'maximumcall',
      'customer_service_id',
    ])
    await refused({ ...example, maximumcall: 2, disable_dial_timegroup: 'never' }, [
      'maximumcall',
      'disable_dial_timegroup',
    ])
    const id = await ground.make()
    const before = (await ask('GET', `/v1/task/${id}`)).body.data
    const change = await ask('PUT', `/v1/task/${id}`, { ...wrong, maximumcall: 2 })
    assert.equal(change.status, 422)
    for (const field of all) assert.match(change.body.message, new RegExp(`${field}: `))
    assert.deepEqual((await ask('GET', `/v1/task/${id}`)).body.data, before)
  })

  test('a line is looked at by whichever id it is named: its free lines, its validity; a group by its line', async () => {
    const { body } = await ask('GET', `${native}/numbers?limit=200`)
    const ours = body.items.find(({ phone }: { phone: string }) => phone.endsWith('13530525008')).id
    await refused({ ...example, caller_line_id: ours, maximumcall: 2 }, ['maximumcall'])
    assert.equal(
      (await ask('GET', `/v1/task/${await ground.make({ caller_line_id: ours })}`)).body.data.caller_line_id,
      line,
    )
    const patch = async (change: object) =>
      assert.equal((await ask('PATCH', `${native}/numbers/${ours}`, change)).status, 200)
    await patch({ validUntil: '2020-01-01T00:00:00Z' })
    await refused(example, ['caller_line_id'])
    await patch({ validUntil: null, validFrom: '2120-01-01T00:00:00Z' })
    await refused(example, ['caller_line_id'])
    await patch({ validFrom: null, maxCalls: 3 })
    await ground.make({ maximumcall: 3 })
    await refused({ ...example, maximumcall: 4 }, ['maximumcall'])
    await patch({ maxCalls: 1 })
    const groups = (await ask('GET', `${native}/operatorGroups?limit=200`)).body.items
    const desk = groups.find(({ name }: { name: string }) => name === '组2').id
    const desks = async (change: object) =>
      assert.equal((await ask('PATCH', `${native}/operatorGroups/${desk}`, change)).status, 200)
    await desks({ enabled: false })
    await refused(example, ['customer_service_id'])
    await desks({ enabled: true, number: null })
    await refused(example, ['customer_service_id'])
    await desks({ number: ours })
    await ground.make()
  })

  test('a UUID is the same id in capitals, on whichever side they stand', async () => {
    const [large, small] = [line.toUpperCase(), line]
    const named = async (caller_line_id: string) => {
      const { body } = await ask('POST', '/v1/task', { ...example, caller_line_id })
      return body.data.caller_line_id ?? body.message
    }
    assert.deepEqual([await named(large), await named(small)], [small, small])
    const rename = (id: string) =>
      database.pool.query(
        "update external_id set external_id = $1 where dialect = 'yunfu' and lower(external_id) = $2",
        [id, line],
      )
    await rename(large)
    assert.deepEqual([await named(large), await named(small)], [large, large])
    await rename(small)
  })

  test('a request that is repeated under its key finds its task, though its line has run out meanwhile', async () => {
    const key = { 'idempotency-key': 'again' }
    const first = await ask('POST', '/v1/task', example, key)
    const { body } = await ask('GET', `${native}/numbers?limit=200`)
    const { id } = body.items.find(({ phone }: { phone: string }) => phone.endsWith('13530525008'))
    await ask('PATCH', `${native}/numbers/${id}`, { validUntil: '2020-01-01T00:00:00Z' })
    assert.equal((await ask('POST', '/v1/task', example)).status, 422)
    const again = await ask('POST', '/v1/task', example, key)
    assert.deepEqual([again.status, again.body.data.uuid], [200, first.body.data.uuid])
    assert.equal((await ask('POST', '/v1/task', { ...example, name: 'other' }, key)).status, 422)
    await ask('PATCH', `${native}/numbers/${id}`, { validUntil: null })
  })

  test('ids of another workspace are unknown on every path, and its lists hold nothing of ours', async () => {
    const id = await ground.make()
    const stranger = { authorization: `Bearer ${tokenOf('other', 'owner')}` }
    for (const [method, path, body] of [
      ['GET', `/v1/task/${id}`],
      ['GET', `/v1/task/start/${id}`],
      ['GET', `/v1/task/stop/${id}`],
      ['GET', `/v1/task/destroy/${id}`],
      ['GET', `/v1/task/task_progress/${id}`],
      ['GET', `/v1/task/${id}/tag`],
      ['GET', `/v1/task/${id}/number`],
      ['GET', `/v1/task/${id}/call`],
      ['PUT', `/v1/task/${id}`, example],
      ['PUT', `/v1/task/${id}/number_reset`, {}],
      ['POST', `/v1/task/import_task_customer/${id}`, { customer_info_list: [{ phone: '18611228822' }] }],
    ] as const)
      assert.deepEqual(
        (await ask(method, path, body, stranger)).body,
        { code: 404, status: 'error', message: '任务不存在', data: [] },
        path,
      )
    for (const list of ['task', 'line', 'group', 'customer_service', 'auto_recycle_rule', 'disable_time_group'])
      assert.deepEqual((await ask('GET', `/v1/${list}`, undefined, stranger)).body.data, [], list)
    assert.equal((await ask('POST', '/v1/task', example, stranger)).status, 422)
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer nobody',
      `Basic ${tokenOf('own', 'owner')}`,
      tokenOf('own', 'owner'),
    ])
      for (const path of ['/v1/task', `/v1/task/start/${id}`]) {
        const { status, body } = await ask('GET', path, undefined, { authorization })
        assert.deepEqual(
          [status, body],
          [401, { code: 401, status: 'error', message: '未授权', data: [] }],
          authorization,
        )
      }
    assert.equal(
      (await ask('GET', '/v1/task', undefined, { authorization: `bearer ${tokenOf('own', 'owner')}` })).status,
      200,
    )
    assert.deepEqual([(await ask('GET', `/v1/task/${id}`)).body.data.start, (await numbersOf(id)).total], [0, 0])
  })

  test('a stopped task is at rest, whatever it was; what is imported then waits for a start', async () => {
    const id = await ground.make()
    const isOn = async () => (await ask('GET', `/v1/task/${id}`)).body.data.start
    const stateOf = async () =>
      (await database.pool.query('select state from campaign where id = $1', [id])).rows[0].state
    const stop = async () => {
      assert.deepEqual((await ask('GET', `/v1/task/stop/${id}`)).body, {
        code: 200,
        status: 'ok',
        message: '暂停任务成功',
        data: [],
      })
      assert.equal(await isOn(), 0)
    }
    await stop()
    await fill(id, ['18611228822'])
    await ask('GET', `/v1/task/start/${id}`)
    await database.pool.query("update campaign set state = 'done', finished_at = dw_clock() where id = $1", [id])
    assert.equal(await isOn(), 1, 'nobody has stopped it')
    await stop()
    await fill(id, ['18611228811'])
    assert.equal(await stateOf(), 'paused')
    assert.equal((await ask('GET', `/v1/task/start/${id}`)).body.message, '启动任务成功')
    await database.pool.query("update campaign set state = 'done' where id = $1", [id])
    await fill(id, ['18611228800'])
    assert.deepEqual([await stateOf(), await isOn()], ['running', 1], 'a task that is on takes up what comes')
    await ask('POST', `${native}/campaigns/${id}/stop`)
    await stop()
    const again = await ask('GET', `/v1/task/start/${id}`)
    assert.deepEqual([again.status, again.body.message], [422, '任务已终止,不能再启动'])
  })

  test('the lists tell of hours with their ranges, and of labels by the ids that they have here', async () => {
    assert.deepEqual((await ask('GET', '/v1/disable_time_group')).body, {
      ...{ code: 200, status: 'ok', message: '获取禁呼时间列表成功' },
      data: [
        {
          ...{ uuid: hours, name: '休息时间' },
          ranges: [{ group_uuid: hours, begin_datetime: '12:00:00', end_datetime: '13:00:00' }],
        },
      ],
    })
    const { data } = (await ask('GET', '/v1/group')).body
    const scene = '0e62b98f-a5b9-46f8-ad95-dd18e0bb062e'
    assert.equal(data.find((one: { id: number }) => one.id === 297).tag_scene_id, scene)
    assert.equal((await ask('GET', `/v1/task/${await ground.make()}`)).body.data.group.tag_scene_id, scene)
  })
})
