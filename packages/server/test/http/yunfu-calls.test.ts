/** Every field of the Yunfu task module that is in effect, by its effect on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CalledServer } from '../fixtures/called-server.ts'

const lines = { narrow: '37d73edf-4628-4cf1-8beb-758433fd0aab', wide: '83f180c4-00f3-4aaa-bc41-6cba4493e892' }
const open = '146979fe-3864-4817-ad76-13b37f43bb1c'
const closed = 'cf44b8fc-a60f-499e-a5c8-5340963a56a3'
/** The hours around now, there: forbidden by the workspace's clock they hold nobody elsewhere. */
const nowBy = { moscow: 'a6c20127-1199-4b87-bffa-75ed3e368fd0', vladivostok: 'b6c20127-1199-4b87-bffa-75ed3e368fd0' }
const shown = { narrow: '74951110001', wide: '74951110002' }
/** Answers and hangs up at once. */
const operator = '74952220018'

const scenario = (name: string, yunfu: number, blocks: readonly object[]): object => ({
  ...{ name, language: 'en', tagScene: 'Interest', externalIds: { yunfu }, blocks },
  startBlocks: [{ id: 'start', name: 'Start', next: 'first', parameters: [] }],
})
/** A minute that no test lives to see. */
function inSixHours(): { readonly from: string; readonly to: string } {
  const hour = (Temporal.Now.zonedDateTimeISO('Europe/Moscow').hour + 6) % 24
  const at = String(hour).padStart(2, '0')
  return { from: `${at}:00`, to: `${at}:01` }
}
function aroundNow(zone: string): { readonly from: string; readonly to: string } {
  const { hour } = Temporal.Now.zonedDateTimeISO(zone)
  const at = (one: number): string => `${String((one + 24) % 24).padStart(2, '0')}:00`
  return { from: at(hour - 1), to: at(hour + 2) }
}
const rest = inSixHours()
const sections = {
  numbers: [
    { name: 'Narrow', phone: shown.narrow, trunk: 'Box', maxCalls: 1, externalIds: { yunfu: lines.narrow } },
    { name: 'Wide', phone: shown.wide, trunk: 'Box', maxCalls: 10, externalIds: { yunfu: lines.wide } },
  ],
  timeGroups: [
    { name: 'Never', zone: 'workspace', forbid: [rest], externalIds: { yunfu: open } },
    { name: 'Always', zone: 'workspace', forbid: [{ from: '00:00', to: '24:00' }], externalIds: { yunfu: closed } },
    ...[
      ['Europe/Moscow', nowBy.moscow],
      ['Asia/Vladivostok', nowBy.vladivostok],
    ].map(([zone = '', yunfu]) => ({
      name: zone,
      zone: 'workspace',
      forbid: [aroundNow(zone)],
      externalIds: { yunfu },
    })),
  ],
  tagScenes: [
    {
      name: 'Interest',
      groups: [{ name: 'Warmth', tags: [{ name: 'cold' }, { name: 'hot', externalIds: { yunfu: '12' } }] }],
    },
  ],
  retryRules: [
    { name: 'Once', rules: {}, caps: {}, externalIds: { yunfu: 1 } },
    { name: 'Twice', rules: { busy: { tries: 1, intervals: [1] } }, caps: {}, externalIds: { yunfu: 103 } },
  ],
  operatorGroups: [
    {
      ...{ name: 'Service', mode: 'in-turn', number: { yunfu: lines.wide }, externalIds: { yunfu: 21 } },
      operators: [{ name: 'Li', phone: operator }],
    },
  ],
  scenarios: [
    scenario('Level', 297, [
      { id: 'first', type: 'mark', level: 'A', tags: ['hot'], next: 'say' },
      { id: 'say', type: 'say', audio: '/prompts/en/greeting.wav', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
    scenario('Long', 447, [
      { id: 'first', type: 'pause', seconds: 3, next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
    scenario('Handing over', 390, [
      { id: 'first', type: 'transfer', to: 'campaign', noAnswer: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
  ],
}
const example = {
  caller_line_id: lines.wide,
  destination_extension: 297,
  disable_dial_timegroup: open,
  maximumcall: 5,
  name: '测试任务',
  random_assignment_number: 0,
  recycle_limit: 0,
  _originate_timeout: 60,
  call_pause_second: 0,
  auto_recycle_rule_id: 1,
}
type Data = Record<string, unknown>
const idOf = (thing: unknown): unknown => (thing as Data).id
let next = 3_000
/** @param area  Of Moscow, where nothing else is said. */
const phoneOf = (persona: string, area = '7495'): string => `${area}${String(next++).padStart(5, '0')}${persona}`

describe('the Yunfu task module on real calls', { timeout: 180_000 }, () => {
  let server: CalledServer
  let secondTrunk: string
  before(async () => {
    server = await CalledServer.start(sections)
    const [box] = (await server.done('GET', '/dialwright/v1/trunks')).items as Data[]
    const { host, port, transport } = box ?? {}
    const trunk = {
      ...{ name: 'Second', host, port, transport, maxCalls: 60, callsPerSecond: 50 },
      codecs: ['pcma', 'pcmu'],
    }
    secondTrunk = String((await server.done('POST', '/dialwright/v1/trunks', trunk)).id)
    await change(shown.narrow, { trunk: secondTrunk })
  })
  after(() => server.stop())

  const data = async (method: string, path: string, body?: unknown): Promise<Data> => {
    const { body: envelope } = await server.ask(method, path, body)
    assert.equal(envelope.code, 200, JSON.stringify(envelope))
    return envelope.data as Data
  }
  /** Changes one of our numbers, as its owner does. */
  const change = async (phone: string, fields: object): Promise<void> => {
    const { items } = await server.done('GET', '/dialwright/v1/numbers')
    const number = (items as Data[]).find((one) => String(one.phone).endsWith(phone))
    await server.done('PATCH', `/dialwright/v1/numbers/${number?.id}`, fields)
  }
  const make = async (changes: object, phones: readonly string[]): Promise<string> => {
    const { uuid } = await data('POST', '/v1/task', { ...example, ...changes })
    await data('POST', `/v1/task/import_task_customer/${uuid}`, {
      customer_info_list: phones.map((phone) => ({ phone: Number(phone) })),
    })
    return String(uuid)
  }
  const start = (uuid: string): Promise<Data> => data('GET', `/v1/task/start/${uuid}`)
  const run = async (changes: object, phones: readonly string[]): Promise<string> => {
    const uuid = await make(changes, phones)
    await start(uuid)
    return uuid
  }
  /** Everybody is dialled, and the task has come to rest by itself: it may be reset or destroyed. */
  const finished = (uuid: string): Promise<void> =>
    server.until(`task ${uuid} is dialled`, async () => {
      const { state } = await server.done('GET', `/dialwright/v1/campaigns/${uuid}`)
      return state === 'done'
    })
  /** Of these, who began and ended when, in order. */
  const eventsOf = (phones: readonly string[]) =>
    phones
      .flatMap((phone) => [...server.seen(phone), ...server.seen(phone, 'ended')])
      .toSorted((a, b) => a.monotonicMs - b.monotonicMs)
  const states = async (uuid: string): Promise<readonly (readonly [string, number])[]> => {
    const numbers = (await data('GET', `/v1/task/${uuid}/number`)).data as { number: string; status: number }[]
    return numbers.map(({ number, status }) => [number, status])
  }

  test("the vendor's example calls each number once over its line; states, levels and labels come back; the account is told", async () => {
    await server.done('POST', '/dialwright/v1/webhookEndpoints', { url: server.receiver.url, dialect: 'yunfu' })
    const phones = [phoneOf('01'), phoneOf('10'), phoneOf('12'), phoneOf('13')]
    const uuid = await run({}, phones)
    await finished(uuid)
    const { progress } = await data('GET', `/v1/task/task_progress/${uuid}`)
    assert.deepEqual(progress, { total: 4, progress: 4, percent: 100 })
    assert.deepEqual(await states(uuid), [
      [phones[0], 1],
      [phones[1], 8],
      [phones[2], 3],
      [phones[3], 5],
    ])
    for (const phone of phones) {
      const [ring, ...more] = server.seen(phone)
      assert.deepEqual([ring?.from.replace(/\D/g, ''), more.length], [shown.wide, 0], phone)
    }
    const calls = (await data('GET', `/v1/task/${uuid}/call`)).data as Data[]
    const answered = calls.find(({ status }) => status === 1)
    assert.deepEqual(
      [answered?.number, answered?.intention_results, answered?.level_name, answered?.tags, calls.length],
      [phones[0], 1, 'A', ['hot'], 4],
    )
    const told = () => server.receiver.received.filter(({ count }) => count === 1) as { data?: Data[] }[]
    await server.until('the account is told', () => told().length > 0)
    const [event] = told()[0]?.data ?? []
    assert.deepEqual(
      [event?.callid, event?.intention_results, idOf(event?.task), idOf(event?.group)],
      [answered?.callid, 1, uuid, 297],
    )
    assert.deepEqual(
      [event?.calldate, event?.answerdate, event?.bill, event?.duration, event?.rounds, event?.level],
      [
        answered?.calldate,
        answered?.answerdate,
        answered?.bill,
        answered?.duration,
        3,
        { level_id: 1, level_name: 'A' },
      ],
    )
    assert.deepEqual(event?.tags, [{ tag_id: '12', name: 'hot' }])
    assert.deepEqual(event?.number_data, { number: phones[0], hangupdate: answered?.hangupdate })
    assert.equal(told().length, 1, 'of calls that were answered alone')
  })

  test('maximumcall: never more calls at once, on a line of ten; call_pause_second: a channel rests', async () => {
    const phones = [phoneOf('02'), phoneOf('10'), phoneOf('10')]
    await finished(await run({ maximumcall: 1, call_pause_second: 1 }, phones))
    const events = eventsOf(phones)
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['ring', 'ended', 'ring', 'ended', 'ring', 'ended'],
    )
    for (const at of [2, 4])
      assert.ok((events[at]?.monotonicMs ?? 0) - (events[at - 1]?.monotonicMs ?? 0) >= 900, 'the channel has rested')
  })

  test('caller_line_id: calls show the number and go over its trunk; its only channel is no obstacle to its own task', async () => {
    const phone = phoneOf('02')
    const uuid = await run({ caller_line_id: lines.narrow, maximumcall: 1, destination_extension: 447 }, [phone])
    const [ring] = await server.rung(phone)
    assert.equal(ring?.from.replace(/\D/g, ''), shown.narrow)
    const other = { ...example, caller_line_id: lines.narrow, maximumcall: 1 }
    const refused = await server.ask('POST', '/v1/task', other)
    assert.match(String(refused.body.message), /^maximumcall: the line has 0 free/)
    const changed = await data('PUT', `/v1/task/${uuid}`, {
      ...other,
      name: 'while it talks',
      destination_extension: 447,
    })
    assert.equal(changed.name, 'while it talks')
    assert.equal(server.seen(phone, 'ended').length, 0, 'it still talks')
    await finished(uuid)
    const { items } = await server.done('GET', `/dialwright/v1/calls?phone=${phone}`)
    assert.deepEqual(
      (items as Data[]).map(({ trunkId }) => trunkId),
      [secondTrunk],
    )
  })

  test('a line that is narrowed or runs out after the task was made is kept to', async (t) => {
    t.after(() => change(shown.wide, { maxCalls: 10, validUntil: null }))
    const phones = [phoneOf('10'), phoneOf('10'), phoneOf('10')]
    const three = await make({ maximumcall: 3 }, phones)
    await change(shown.wide, { maxCalls: 1 })
    await start(three)
    await finished(three)
    assert.deepEqual(
      eventsOf(phones).map(({ kind }) => kind),
      ['ring', 'ended', 'ring', 'ended', 'ring', 'ended'],
    )
    await change(shown.wide, { maxCalls: 10 })
    const [late, meanwhile] = [phoneOf('10'), phoneOf('10')]
    const uuid = await make({}, [late])
    await change(shown.wide, { validUntil: '2020-01-01T00:00:00Z' })
    await start(uuid)
    await finished(await run({ caller_line_id: lines.narrow, maximumcall: 1 }, [meanwhile]))
    assert.equal(server.seen(late).length, 0, 'another task was dialled to its end meanwhile')
    await change(shown.wide, { validUntil: null })
    await finished(uuid)
    assert.equal(server.seen(late).length, 1)
  })

  test('_originate_timeout: ringing ends after so many seconds', async () => {
    const phone = phoneOf('11')
    const uuid = await run({ _originate_timeout: 1 }, [phone])
    await finished(uuid)
    const [[ring], [ended]] = [server.seen(phone), server.seen(phone, 'ended')]
    const rangMs = (ended?.monotonicMs ?? 0) - (ring?.monotonicMs ?? 0)
    // The trunk alone would let it ring for 2.5 s.
    assert.ok(rangMs > 900 && rangMs < 2_200, `${rangMs}`)
    assert.deepEqual(await states(uuid), [[phone, 4]])
  })

  test('auto_recycle_rule_id: redials by the rule', async () => {
    const phone = phoneOf('10')
    const uuid = await run({ auto_recycle_rule_id: 103 }, [phone])
    await finished(uuid)
    const [first, second, ...more] = server.seen(phone)
    assert.equal(more.length, 0)
    const waitedMs = (second?.monotonicMs ?? 0) - (first?.monotonicMs ?? 0)
    assert.ok(waitedMs >= 1_000, `the rule waits for a second, not ${waitedMs} ms`)
  })

  test('disable_dial_timegroup: nobody is called in its hours; a change of the task opens them', async () => {
    const phone = phoneOf('10')
    const uuid = await run({ disable_dial_timegroup: closed }, [phone])
    const free = phoneOf('10')
    await finished(await run({}, [free]))
    assert.equal(server.seen(phone).length, 0, 'another task was dialled to its end meanwhile')
    await data('PUT', `/v1/task/${uuid}`, { ...example, disable_dial_timegroup: open })
    await finished(uuid)
    assert.equal(server.seen(phone).length, 1)
  })

  test("disable_dial_timegroup: it forbids by the workspace's clock, not by that of who is called", async () => {
    const vladivostok = '7423'
    const [held, free] = [phoneOf('10', vladivostok), phoneOf('10', vladivostok)]
    const uuid = await run({ disable_dial_timegroup: nowBy.moscow }, [held])
    await finished(await run({ disable_dial_timegroup: nowBy.vladivostok }, [free]))
    assert.deepEqual([server.seen(held).length, server.seen(free).length], [0, 1])
    await data('GET', `/v1/task/stop/${uuid}`)
  })

  test('a task that was dialled to its end and stopped rings nobody who is imported then, until it is started', async () => {
    const phones = [phoneOf('10'), phoneOf('10'), phoneOf('10')]
    const [first = '', second = '', third = ''] = phones
    const more = (uuid: string, phone: string) =>
      data('POST', `/v1/task/import_task_customer/${uuid}`, { customer_info_list: [{ phone }] })
    const uuid = await run({}, [first])
    await finished(uuid)
    await more(uuid, second)
    await server.rung(second)
    await finished(uuid)
    await data('GET', `/v1/task/stop/${uuid}`)
    await more(uuid, third)
    await finished(await run({}, [phoneOf('10')]))
    assert.equal(server.seen(third).length, 0, 'another task was dialled to its end meanwhile')
    await start(uuid)
    await finished(uuid)
    assert.deepEqual(
      phones.map((phone) => server.seen(phone).length),
      [1, 1, 1],
    )
  })

  test('number_reset: whose state it names is called again', async () => {
    const phones = [phoneOf('10'), phoneOf('12')]
    const uuid = await run({}, phones)
    await finished(uuid)
    await data('PUT', `/v1/task/${uuid}/number_reset`, { status: ['3'] })
    await data('GET', `/v1/task/start/${uuid}`)
    await finished(uuid)
    assert.deepEqual(
      phones.map((phone) => server.seen(phone).length),
      [1, 2],
    )
  })

  test('customer_service_id: the script hands over to the group, by its own line; null: it hangs up', async () => {
    const [phone, alone] = [phoneOf('01'), phoneOf('01')]
    const byNarrow = { caller_line_id: lines.narrow, maximumcall: 1, destination_extension: 390 }
    await finished(await run(byNarrow, [alone]))
    assert.deepEqual([server.seen(alone).length, server.seen(operator).length], [1, 0])
    const uuid = await run({ ...byNarrow, customer_service_id: 21 }, [phone])
    const [ring] = await server.rung(operator)
    assert.equal(ring?.from.replace(/\D/g, ''), shown.wide)
    await finished(uuid)
    assert.equal(server.seen(phone)[0]?.from.replace(/\D/g, ''), shown.narrow)
  })

  test('destroyed, it is gone; the account is told; what it called stays in the records', async () => {
    const phone = phoneOf('10')
    const uuid = await run({ name: '要删除的', remark: '第一个任务' }, [phone])
    await finished(uuid)
    await data('GET', `/v1/task/destroy/${uuid}`)
    type TaskTold = { type?: string; task_data?: Data }
    const told = () =>
      (server.receiver.received as TaskTold[]).filter(
        ({ task_data }) => task_data !== undefined && task_data.uuid === uuid,
      )
    await server.until('the account is told of its making and its end', () => told().length === 2)
    const [made, gone] = told()
    assert.deepEqual([made?.type, gone?.type], ['create', 'delete'])
    const { create_datetime, user_id, time_range, ...task } = gone?.task_data ?? {}
    assert.deepEqual(made?.task_data, gone?.task_data)
    assert.match(String(create_datetime), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.match(String(user_id), /^[0-9a-f-]{36}$/)
    assert.deepEqual(time_range, [{ begin_datetime: `${rest.from}:00`, end_datetime: `${rest.to}:00` }])
    assert.deepEqual(task, {
      ...example,
      ...{ uuid, name: '要删除的', remark: '第一个任务', customer_service_id: null },
      ...{ caller_line_name: 'Wide', _origination_caller_id_number: shown.wide, group_str: 'Level' },
    })
    assert.equal((await server.ask('GET', `/v1/task/${uuid}`)).status, 404)
    const { items } = await server.done('GET', `/dialwright/v1/calls?phone=${phone}`)
    assert.equal((items as unknown[]).length, 1)
  })
})
