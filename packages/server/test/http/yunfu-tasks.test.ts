import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { useTestDatabase } from '../fixtures/database.ts'
import { example, hours, line, YunfuGround } from './yunfu-ground.ts'

describe('the Yunfu task module', () => {
  const database = useTestDatabase()
  let ground: YunfuGround
  before(async () => {
    ground = await YunfuGround.open(database.pool)
  })
  after(() => ground.http.close())
  const ask: YunfuGround['ask'] = (...asked) => ground.ask(...asked)
  const make = (changes?: object) => ground.make(changes)
  const count = () => ground.count()

  test('what a task can be made of is listed under data and meta, each in its own words', async () => {
    const { status, headers, body } = await ask('GET', '/v1/task/create')
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'no-store')
    assert.deepEqual([body.code, body.status, body.message], [200, 'ok', '获取任务初始化信息成功'])
    assert.deepEqual(body.meta, body.data)
    const { enum_disable_dial_timegroup: groups, caller_line_list: lines, ...rest } = body.data
    assert.deepEqual(groups, [{ uuid: hours, name: '休息时间' }])
    assert.deepEqual(
      lines.find((one: { value: string }) => one.value === line),
      {
        ...{ name: '尊享一', value: line, residue: 1, call_line: 1 },
        ...{ available_at: '2019-12-18 00:00:00', call_number: '13530525008' },
      },
    )
    assert.equal(rest.max_recycle_limit, '50')
    assert.deepEqual(rest.auto_recycle_rules, [{ id: 1, name: '测试重呼规则', remark: 'test', status: true }])
    const [service] = rest.customer_service
    assert.deepEqual([service.id, service.name, service.caller_line_id, service.status], [1, '组2', line, 1])
    const script = rest.outbound_group.find((one: { id: number }) => one.id === 297)
    assert.deepEqual([script.name, script.debug, script.deleted_at, script.default], ['测试话术', true, null, false])
  })

  test("the vendor's own example makes a task, which is answered whole", async () => {
    const { status, body } = await ask('POST', '/v1/task', example)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual([body.code, body.status, body.message], [200, 'ok', '创建任务成功'])
    const { uuid, user_id, alter_datetime, create_datetime, group, ...rest } = body.data
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    assert.match(user_id, /^[0-9a-f-]{36}$/)
    assert.match(create_datetime, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.equal(alter_datetime, create_datetime)
    assert.deepEqual([group.id, group.name, group.debug, group.link_word_group_id], [297, '测试话术', true, null])
    assert.deepEqual(rest, {
      start: 0,
      destination_dialplan: 'XML',
      destination_context: 'default',
      originate_variables: '{execute_on_media=start_da2}',
      maximumcall: 1,
      recycle_limit: 0,
      name: '测试任务',
      remark: '第一个任务',
      destination_extension: 297,
      disable_dial_timegroup: hours,
      random_assignment_number: 0,
      caller_line_id: line,
      call_pause_second: 10,
      _originate_timeout: 60,
      customer_service_id: 1,
      auto_recycle_rule_id: 1,
      _origination_caller_id_number: '13530525008',
      dial_format: 'user/admin',
      call_notify_url: '',
      call_notify_type: 2,
      start_str: '暂停',
      group_str: '测试话术',
      progress_bar: { total: 0, progress: 0, percent: 0 },
    })
    const { rows } = await database.pool.query('select settings, state, dialect from campaign where id = $1', [uuid])
    const { settings, state, dialect } = rows[0]
    assert.deepEqual([state, dialect], ['draft', 'yunfu'])
    assert.deepEqual(settings.pacing, { callsPerSecond: 10, maxCalls: 1, pauseSeconds: 10 })
    assert.equal(settings.ringTimeoutMs, 60_000)
    assert.deepEqual(settings.retry.rules, [{ on: ['busy'], tries: 2, intervalsSeconds: [60] }])
    assert.deepEqual(settings.timeGroups[0].forbid, [{ fromSecond: 43_200, toSecond: 46_800 }])
    assert.equal(settings.redirect.to, 'operator-group')
  })

  test('a task goes through its life: listed, changed, filled, started, stopped, destroyed', async () => {
    const id = await make({ name: 'life' })
    const listed = (await ask('GET', '/v1/task')).body.data.find((one: { uuid: string }) => one.uuid === id)
    assert.deepEqual(
      [listed.caller_line.id, listed.auto_recycle_rule.id, listed.disable_time_group.uuid, listed.call_per_second],
      [line, 1, hours, 10],
    )
    const changed = await ask('PUT', `/v1/task/${id}`, {
      ...example,
      name: 'changed',
      _originate_timeout: '30',
      customer_service_id: null,
    })
    assert.deepEqual(
      [
        changed.body.message,
        changed.body.data.name,
        changed.body.data._originate_timeout,
        changed.body.data.customer_service_id,
      ],
      ['修改任务成功', 'changed', 30, null],
    )
    const numbers = {
      customer_info_list: [{ phone: 18611228822 }, { phone: '18611228811' }, { phone: 18611228822 }, { phone: 'x' }],
    }
    const imported = await ask('POST', `/v1/task/import_task_customer/${id}`, numbers)
    assert.deepEqual(
      [imported.body.message, imported.body.data.success, imported.body.data.repeat],
      ['导入号码成功', 2, 1],
    )
    assert.deepEqual(
      imported.body.data.fail.map((one: { index: number }) => one.index),
      [3],
    )
    const again = await ask('POST', `/v1/task/import_task_customer/${id}`, numbers)
    assert.deepEqual([again.body.data.success, again.body.data.repeat], [0, 3])
    const progress = await ask('GET', `/v1/task/task_progress/${id}`)
    assert.deepEqual(progress.body, {
      code: 200,
      status: 'ok',
      message: '获取任务进度成功',
      data: { task_id: id, progress: { total: 2, progress: 0, percent: 0 } },
    })
    assert.equal((await ask('GET', `/v1/task/start/${id}`)).body.message, '启动任务成功')
    assert.deepEqual((await ask('GET', `/v1/task/${id}`)).body.data.start_str, '开启')
    const refused = await ask('GET', `/v1/task/destroy/${id}`)
    assert.deepEqual(
      [refused.status, refused.body.code, refused.body.status, refused.body.data],
      [422, 422, 'error', []],
    )
    assert.match(refused.body.message, /任务正在拨打中,请先暂停任务/)
    assert.match((await ask('PUT', `/v1/task/${id}/number_reset`, {})).body.message, /请先暂停任务/)
    assert.equal((await ask('GET', `/v1/task/stop/${id}`)).body.message, '暂停任务成功')
    assert.equal((await ask('GET', `/v1/task/destroy/${id}`)).body.message, '删除任务成功')
    assert.equal((await ask('GET', `/v1/task/${id}`)).status, 404)
  })

  test('numbers are called again by how their last call ended, by the day they came and by the number', async () => {
    const id = await make()
    const phones = ['18611228801', '18611228802', '18611228803', '18611228804']
    await ask('POST', `/v1/task/import_task_customer/${id}`, { customer_info_list: phones.map((phone) => ({ phone })) })
    const ends = [
      ['busy', null],
      ['invalid-number', 'suspended'],
      ['invalid-number', 'vacant'],
      ['blocked', 'blocked-by-callee'],
    ] as const
    const { rows: people } = await database.pool.query(
      'select id, workspace_id from contact where campaign_id = $1 order by id',
      [id],
    )
    const endAll = async (): Promise<void> => {
      for (const [at, [disposition, detail]] of ends.entries()) {
        const { id: contact, workspace_id: workspace } = people[at]
        const call = crypto.randomUUID()
        await database.pool.query(
          `insert into call (id, workspace_id, direction, campaign_id, contact_id, phone, disposition, detail, created_at, started_at, ended_at, ended_by)
           values ($1, $2, 'out', $3, $4, $5, $6, $7, dw_clock(), dw_clock(), dw_clock(), 'callee')`,
          [call, workspace, id, contact, phones[at], disposition, detail],
        )
        await database.pool.query(
          `update contact set state = 'done', attempts = 1, last_disposition = $2, last_call_id = $3 where id = $1`,
          [contact, disposition, call],
        )
      }
    }
    const waiting = async (): Promise<string[]> =>
      (await ask('GET', `/v1/task/${id}/number?status[]=0`)).body.data.data.map((one: { number: string }) => one.number)
    const reset = async (body: object): Promise<string[]> => {
      await endAll()
      const answer = await ask('PUT', `/v1/task/${id}/number_reset`, body)
      assert.deepEqual(answer.body, { code: 200, status: 'ok', message: '重呼号码成功', data: '' })
      return waiting()
    }
    await endAll()
    const shown = (await ask('GET', `/v1/task/${id}/number`)).body.data
    assert.deepEqual([shown.total, shown.data.map((one: { status: number }) => one.status)], [4, [8, 7, 5, 12]])
    assert.deepEqual(await reset({ status: ['12'] }), [phones[3]])
    assert.deepEqual(await reset({ status: [5] }), [phones[2]])
    assert.deepEqual(await reset({ status: ['7', '8'] }), [phones[0], phones[1]])
    assert.deepEqual(await reset({ status: ['1'] }), [])
    assert.deepEqual(await reset({ created_at: ['2020-3-10', '2020-3-10'] }), [])
    const today = Temporal.Now.zonedDateTimeISO('Asia/Shanghai').toPlainDate()
    const day = `${today.year}-${today.month}-${today.day}`
    assert.equal((await reset({ created_at: [day, day] })).length, 4)
    assert.deepEqual(await reset({ keyword: '18611228802' }), [phones[1]])
    assert.equal((await reset({})).length, 4)
  })

  test('the labels of a task are those of its script', async () => {
    const id = await make()
    assert.deepEqual((await ask('GET', `/v1/task/${id}/tag`)).body, {
      code: 200,
      status: 'ok',
      message: '获取标签信息成功',
      data: {
        tag_scene: { id: '0e62b98f-a5b9-46f8-ad95-dd18e0bb062e', name: '标签场景2', description: '我是描述2' },
        tag_groups: [
          { id: '1', name: '标签组1' },
          { id: '4', name: '标签组2' },
        ],
        tags: [
          { id: '12', name: '测试标签', description: '33' },
          { id: '20', name: '加油', description: '加油' },
        ],
      },
    })
  })

  test('all mistakes are named in one refusal, and nothing is made', async () => {
    const before = await count()
    const empty = await ask('POST', '/v1/task', {})
    assert.deepEqual([empty.status, empty.body.code, empty.body.status, empty.body.data], [422, 422, 'error', []])
    for (const field of Object.keys(example))
      if (!['customer_service_id', 'remark'].includes(field)) assert.match(empty.body.message, new RegExp(`${field}: `))
    const wrong: Readonly<Record<string, unknown>> = {
      caller_line_id: 'nowhere',
      customer_service_id: 4711,
      destination_extension: 4711,
      disable_dial_timegroup: 'never',
      maximumcall: 2,
      random_assignment_number: 1,
      recycle_limit: 1,
      _originate_timeout: 0,
      call_pause_second: -1,
      auto_recycle_rule_id: 4711,
      name: '',
    }
    for (const [field, value] of Object.entries(wrong)) {
      const { status, body } = await ask('POST', '/v1/task', { ...example, [field]: value })
      assert.equal(status, 422, `${field}: ${JSON.stringify(body)}`)
      assert.match(body.message, new RegExp(`^${field}: `))
    }
    assert.deepEqual((await ask('POST', '/v1/task', '{')).body.code, 400)
    const stranger = await ask('POST', '/v1/task', example, { authorization: 'Bearer nobody' })
    assert.deepEqual([stranger.status, stranger.body.code, stranger.body.message], [401, 401, '未授权'])
    assert.equal(await count(), before)
  })

  test('a task id that is none gets a normal refusal on every path', async () => {
    for (const [method, path] of [
      ['GET', '/v1/task/qazwsxedc123456/tag'],
      ['GET', '/v1/task/qazwsxedc123456'],
      ['GET', '/v1/task/start/qazwsxedc123456'],
      ['GET', '/v1/task/stop/qazwsxedc123456'],
      ['GET', '/v1/task/destroy/qazwsxedc123456'],
      ['GET', '/v1/task/task_progress/qazwsxedc123456'],
      ['GET', '/v1/task/qazwsxedc123456/number'],
      ['GET', '/v1/task/qazwsxedc123456/call'],
    ] as const) {
      const { status, body } = await ask(method, path)
      assert.deepEqual([status, body], [404, { code: 404, status: 'error', message: '任务不存在', data: [] }], path)
    }
  })

  test('nothing acts on a HEAD, which whoever looks ahead sends', async () => {
    const id = await make()
    await ask('HEAD', `/v1/task/start/${id}`)
    assert.equal((await ask('GET', `/v1/task/${id}`)).body.data.start, 0)
  })

  test('a form is read like JSON', async () => {
    const form = new URLSearchParams(Object.entries(example).map(([key, value]) => [key, String(value)]))
    const { status, body } = await ask('POST', '/v1/task', form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.data.maximumcall, 1)
  })

  test('the same key twice makes one task', async () => {
    const before = await count()
    const key = { 'idempotency-key': 'once' }
    const [one, other] = await Promise.all([
      ask('POST', '/v1/task', example, key),
      ask('POST', '/v1/task', example, key),
    ])
    assert.equal(one.body.data.uuid, other.body.data.uuid)
    assert.equal(await count(), before + 1)
  })

  test('no body by chance brings a 5xx or half a task', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('', '0', 0, 1, null, -1, 1e21, '\u0000', '１'),
    )
    const keys = Object.keys(example)
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...keys), value), async (changes) => {
        const before = await count()
        const { status, body } = await ask('POST', '/v1/task', { ...example, ...changes })
        assert.ok(status < 500, JSON.stringify(changes))
        assert.equal(body.code, status)
        assert.equal(await count(), before + (status === 200 ? 1 : 0))
      }),
      { numRuns: Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 100), seed: 11 },
    )
  })
})
