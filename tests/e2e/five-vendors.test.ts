/** Campaigns through every vendor's API at once, on one port and in one workspace: each ends in its own calls, and all agree on what came of them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { CalledServer } from '../../packages/server/test/fixtures/called-server.ts'
import { incomingBatch } from '../../packages/server/test/http/surface.ts'

type Json = Readonly<Record<string, unknown>>
type Call = Json & { readonly phone: string; readonly disposition: string }
type Contact = { readonly phones: readonly string[]; readonly state: string; readonly attempts: number }

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../docs/examples/${name}.json`, import.meta.url), 'utf8'))
const ids = {
  ...{ bot: '44e62ac6-6c08-4ad1-923d-5ee3299dd737', otherBot: '228cc4fa-92f2-4709-94e3-7344a96a5903' },
  ...{ dialplan: 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75', number: '9a67dee5-398e-4570-9426-fbb3f067b270' },
  ...{ line: '83f180c4-00f3-4aaa-bc41-6cba4493e892', hours: '146979fe-3864-4817-ad76-13b37f43bb1c' },
  menu: '6491781136826a5f9ce62910',
}
const shown = { task: '79996662211', autoCall: '74951110001', is74: '74951110002', yunfu: '74951110003' }

/** What callees of this plan do, by the last two digits of their number. */
const ends = { '18': 'answered', '10': 'busy', '12': 'rejected', '13': 'invalid-number' } as const
type Persona = keyof typeof ends
const personas = Object.keys(ends) as Persona[]
const eachPersona = 4

/** Where it is noon now: the hours of the campaigns are open there at any time that the test runs. */
function zoneOfNoon(): string {
  const offset = 12 - Temporal.Now.zonedDateTimeISO('UTC').hour
  return offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`
}
const zone = zoneOfNoon()
const eastSeconds = Temporal.Now.zonedDateTimeISO(zone).offsetNanoseconds / 1e9

const scenario = (name: string, externalIds: Json, goal: string): object => ({
  ...{ name, language: 'en', externalIds },
  startBlocks: [
    {
      id: 'start',
      name: 'Start',
      next: 'mark',
      parameters: [],
      ...(name === 'is74' ? { externalIds: { is74: 10 } } : {}),
    },
  ],
  blocks: [
    { id: 'mark', type: 'mark', goal, level: 'A', tags: [goal], next: 'bye' },
    { id: 'bye', type: 'hangup' },
  ],
})
const sections = {
  workspace: { name: 'Line', timeZone: zone, country: 'RU', maxCalls: 100, callsPerSecond: 50 },
  numbers: [
    { name: 'AutoCall', phone: shown.autoCall, trunk: 'Box', externalIds: { twin: ids.number } },
    { name: 'Dialog', phone: shown.is74, trunk: 'Box', externalIds: { is74: 5 } },
    { name: 'Robot', phone: shown.yunfu, trunk: 'Box', maxCalls: 9, externalIds: { yunfu: ids.line } },
  ],
  dialplans: [{ name: 'All', externalIds: { twin: ids.dialplan }, routes: [{ prefix: '', trunks: ['Box'] }] }],
  timeGroups: [
    {
      ...{ name: 'Night', zone: 'workspace', externalIds: { yunfu: ids.hours } },
      forbid: [{ from: '21:00', to: '08:00' }],
    },
  ],
  retryRules: [
    { name: 'Busy twice', rules: { busy: { tries: 1, intervals: [1] } }, caps: {}, externalIds: { yunfu: 103 } },
  ],
  projects: [{ name: 'All', scenarios: [], numbers: [], externalIds: { is74: 1 } }],
  scenarios: [
    scenario('task', { twin: ids.bot }, 'task-goal'),
    scenario('autoCall', { twin: ids.otherBot }, 'auto-call-goal'),
    scenario('is74', { is74: 951 }, 'dialog-goal'),
    scenario('yunfu', { yunfu: 297 }, 'robot-goal'),
    scenario('omicall', { omicall: ids.menu }, 'session-goal'),
  ],
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Json>
/** What a vendor's own report says of one call: the digits of the phone, and the vendor's word for its end. */
type Told = readonly [phone: string, word: unknown]
type Vendor = {
  readonly dialect: string
  readonly shown: string | null
  /** Makes it, puts the people in, starts it. @returns The vendor's id. */
  readonly run: (ask: Ask, name: string, phones: readonly string[]) => Promise<string>
  readonly report: (ask: Ask, id: string) => Promise<readonly Told[]>
  readonly words: Readonly<Record<(typeof ends)[Persona], unknown>>
  /** How often each of them is rung, by the rules that were given. */
  readonly rings: Readonly<Record<Persona, number>>
  /** The same in our words. */
  readonly settings: {
    readonly windows: unknown
    readonly retry: unknown
    readonly pacing: Json
    readonly isTest: boolean
  }
  readonly goal: string
}
const dialed = { '18': 1, '10': 2, '12': 2, '13': 1 } as const
const digits = (phone: unknown): string => String(phone).replace(/\D/g, '')
const telephony = '/api/v1/telephony'
const candidates = (autoCallId: string, phones: readonly string[]): object => ({
  batch: phones.map((phone) => ({ phone: [phone], autoCallId, timezone: eastSeconds })),
})
const sessions = async (ask: Ask, id: string): Promise<readonly Told[]> => {
  const { items, count } = await ask('GET', `/api/v1/search/cis/sessions?taskId=${id}&limit=1000`)
  assert.equal(count, (items as Json[]).length)
  return (items as Json[]).map((one) => [digits(one.callTo ?? one.phone ?? one.to), one.status] as const)
}
const twinWords = { answered: 'ANSWERED', busy: 'BUSY', rejected: 'REJECTED', 'invalid-number': 'INVALID' }

const robotTask = (name: string): object => ({
  ...{ name, caller_line_id: ids.line, destination_extension: 297, disable_dial_timegroup: ids.hours },
  ...{ maximumcall: 5, random_assignment_number: 0, recycle_limit: 0, _originate_timeout: 60 },
  ...{ call_pause_second: 0, auto_recycle_rule_id: 103 },
})

const vendors: Readonly<Record<string, Vendor>> = {
  'TWIN24 task': {
    ...{ dialect: 'twin', shown: shown.task, goal: 'task-goal', words: twinWords, report: sessions },
    run: async (ask, name, phones) => {
      const { id } = await ask('POST', '/api/cis/beta/tasks', {
        ...{ ...example('twin-task'), name, botId: ids.bot, dialplanId: ids.dialplan, intensity: 5, isTest: true },
        ...{ webhookUrl: null, allowedTimeRange: { from: 36_000, to: 57_599 } },
        recallRules: { BUSY: { enabled: true, tries: 1, interval: 1 } },
      })
      await ask('POST', `${telephony}/autoCallCandidate/batch`, candidates(String(id), phones))
      return String(id)
    },
    // Its BUSY is a callee who declines, too.
    rings: dialed,
    settings: {
      windows: [{ zone: 'callee', fromSecond: 36_000, toSecond: 57_599 }],
      retry: { rules: [{ on: ['busy', 'rejected'], tries: 1, intervalsSeconds: [1] }], caps: {} },
      ...{ pacing: { callsPerSecond: 5 }, isTest: true },
    },
  },
  'TWIN24 autoCall': {
    ...{ dialect: 'twin', shown: shown.autoCall, goal: 'auto-call-goal', words: twinWords, report: sessions },
    run: async (ask, name, phones) => {
      const given = example('twin-auto-call')
      const made = await ask('POST', `${telephony}/autoCall`, {
        ...{ ...given, name, secondExec: 'end', cps: 1.05, webhookUrls: [] },
        additionalOptions: { ...given.additionalOptions, allowCallTimeFrom: 36_000, allowCallTimeTo: 57_599 },
      })
      const { identity } = made.id as { identity: string }
      await ask('POST', `${telephony}/autoCallCandidate/batch`, candidates(identity, phones))
      return identity
    },
    rings: dialed,
    settings: {
      windows: [{ zone: 'workspace', fromSecond: 36_000, toSecond: 57_599 }],
      retry: { rules: [{ on: ['busy', 'rejected'], tries: 1, intervalsSeconds: [1] }], caps: {} },
      ...{ pacing: { callsPerSecond: 5 }, isTest: true },
    },
  },
  IS74: {
    ...{ dialect: 'is74', shown: shown.is74, goal: 'dialog-goal' },
    words: { answered: 'answered', busy: 'busy', rejected: 'rejected', 'invalid-number': 'invalid-number' },
    run: async (ask, name, phones) => {
      const { campaign } = await ask('POST', '/api/campaigns', {
        campaign: {
          ...{ project_id: 1, name, start_block_id: 10, phone_id: 5 },
          schedule: {
            ...{ date: '2000-01-01', start_time: '09:00', end_time: '17:00', interval: '0' },
            ...{ periods: { id: 1, title: 'Однократно' }, attempts: { id: 2, title: '2' } },
          },
        },
        phones: phones.slice(1).map((phone) => ({ phone })),
      })
      const { id } = campaign as Json
      await ask('POST', `/api/campaigns/${id}/phones`, { phones: phones.map((phone) => ({ phone })) })
      return String(id)
    },
    report: async (ask, id) => {
      const { data, count } = await ask('POST', '/api/analytics/1/report', {
        analytics_filter: {
          ...{ scenario_id: 951, start_block_id: 10, outgoing_campaign_id: Number(id) },
          ...{ date_start: '2000-01-01T00:00:00.000Z', date_end: '2090-01-01T00:00:00.000Z' },
        },
        columns: [{ name: 'phone_number' }, { name: 'status' }],
      })
      assert.equal(count, (data as Json[]).length)
      return (data as Json[]).map(({ phone_number, status }) => [digits(phone_number), status] as const)
    },
    // Its attempts count every result but an answer.
    rings: { ...dialed, '13': 2 },
    settings: {
      windows: [{ zone: 'workspace', fromSecond: 9 * 3_600, toSecond: 17 * 3_600 - 1 }],
      retry: {
        rules: [
          {
            on: [
              ...['busy', 'rejected', 'no-answer', 'unreachable', 'invalid-number', 'blocked', 'congestion'],
              ...['machine', 'screened', 'fax', 'failed', 'unknown'],
            ].toSorted(),
            ...{ tries: 1, intervalsSeconds: [0] },
          },
        ],
        caps: {},
      },
      ...{ pacing: { callsPerSecond: 5, maxCalls: 1_000 }, isTest: false },
    },
  },
  Yunfu: {
    ...{ dialect: 'yunfu', shown: shown.yunfu, goal: 'robot-goal' },
    words: { answered: 1, busy: 8, rejected: 3, 'invalid-number': 5 },
    run: async (ask, name, phones) => {
      const { data } = await ask('POST', '/v1/task', robotTask(name))
      const { uuid } = data as Json
      await ask('POST', `/v1/task/import_task_customer/${uuid}`, {
        customer_info_list: phones.map((phone) => ({ phone: Number(phone) })),
      })
      await ask('GET', `/v1/task/start/${uuid}`)
      return String(uuid)
    },
    report: async (ask, id) => {
      const { data } = await ask('GET', `/v1/task/${id}/call?per_page=200`)
      const { data: calls, total } = data as { data: Json[]; total: number }
      assert.equal(calls.length, total)
      return calls.map(({ number, status }) => [digits(number), status] as const)
    },
    rings: { ...dialed, '12': 1 },
    settings: {
      windows: [],
      retry: { rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [1] }], caps: {} },
      ...{ pacing: { maxCalls: 5, pauseSeconds: 0 }, isTest: false },
    },
  },
  OMICall: {
    ...{ dialect: 'omicall', shown: null, goal: 'session-goal' },
    words: { answered: 'answered', busy: 'cancelled', rejected: 'cancelled', 'invalid-number': 'cancelled' },
    run: async (ask, name, phones) => {
      const { payload } = await ask('POST', '/api/v2/autoCall/executeByPhone', {
        ...{ name, phoneNumberList: phones, scripts: [{ targetId: ids.menu, targetType: 'ivrMenu' }] },
        ...{ numberCallPerTime: 4, durationOfEachCall: 0, maxRetryOfDetail: 1, retryAfterSeconds: 1 },
      })
      return String((payload as Json).autocall_id)
    },
    report: async (ask, autocall_id) => {
      const { payload } = await ask('POST', '/api/v3/call-transaction/search', { autocall_id, size: 200 })
      return (payload as { items: Json[] }).items.map((one) => [digits(one.phone_number), one.disposition] as const)
    },
    rings: dialed,
    settings: {
      windows: [],
      retry: {
        rules: [
          {
            on: ['busy', 'rejected', 'no-answer', 'unreachable', 'congestion', 'failed'].toSorted(),
            ...{ tries: 1, intervalsSeconds: [1] },
          },
        ],
        caps: {},
      },
      ...{ pacing: { callsPerSecond: 4, maxCalls: 4, wave: { size: 4, gapSeconds: 0 } }, isTest: false },
    },
  },
}

describe('five APIs at once', { timeout: 180_000 }, () => {
  let server: CalledServer
  const made = new Map<string, { readonly id: string; readonly nativeId: string; readonly phones: readonly string[] }>()
  const native = '/dialwright/v1'
  const ask: Ask = (method, path, body) => server.done(method, path, body)
  const listed = async <Item>(path: string): Promise<readonly Item[]> => {
    const { items, next } = await ask('GET', path)
    assert.equal(next, null, 'one page holds all')
    return items as Item[]
  }

  /** Numbers that a bot answers, made while everything else is. */
  const makeNumbers = async (): Promise<readonly string[]> => {
    const [trunk] = await listed<{ id: string }>(`${native}/trunks`)
    const batch = { ...incomingBatch({ campaign: '', call: '', trunks: trunk?.id ?? '' }), webhookUrls: [] }
    const { status } = await server.ask('POST', `${telephony}/incomingRules/create/batch`, batch)
    assert.equal(status, 200)
    return batch.numbers
  }

  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  test('campaigns made, filled and started at one moment, while numbers get their rules, are all dialled to their end', async () => {
    const runs = Object.entries(vendors).map(async ([name, { run }], place) => {
      const phones = personas.flatMap((persona) =>
        Array.from({ length: eachPersona }, (_, at) => `7495${place + 1}${String(at).padStart(4, '0')}${persona}`),
      )
      return { name, phones, id: await run(ask, name, phones) }
    })
    const [all, numbers] = await Promise.all([Promise.all(runs), makeNumbers()])
    const campaigns = await listed<Json & { id: string }>(`${native}/campaigns?limit=100`)
    assert.deepEqual(campaigns.map(({ name }) => name).toSorted(), Object.keys(vendors).toSorted(), 'one of each')
    for (const { name, id, phones } of all) {
      const campaign = campaigns.find((one) => one.name === name)
      assert.equal(campaign?.dialect, vendors[name]?.dialect)
      made.set(name, { id, phones, nativeId: campaign?.id ?? '' })
    }
    const known = await listed<Json & { inbound: Json | null }>(`${native}/numbers?limit=100`)
    for (const [at, phone] of numbers.entries()) {
      const number = known.find((one) => digits(one.phone) === phone)
      const { action, record, scenario: bot } = number?.inbound ?? {}
      assert.deepEqual([number?.name, action, record], [`Название номера ${at + 1}`, 'robot', 'all'], phone)
      assert.equal((await ask('GET', `${native}/scenarios/${bot}`)).name, 'task')
    }
    for (const [name, { nativeId }] of made)
      await server.until(
        `${name} is done`,
        async () => (await ask('GET', `${native}/campaigns/${nativeId}`)).state === 'done',
      )
  })

  for (const [name, vendor] of Object.entries(vendors)) {
    test(`${name}: everybody is rung as often as its rules say, from its own number, and never twice at once`, () => {
      const { phones = [] } = made.get(name) ?? {}
      for (const phone of phones) {
        const rings = server.seen(phone)
        assert.equal(rings.length, vendor.rings[phone.slice(-2) as Persona], phone)
        for (const { from } of rings) {
          const number = digits(from)
          if (vendor.shown !== null) assert.equal(number, vendor.shown, phone)
          else assert.ok(Object.values(shown).includes(number), phone)
        }
        const course = [...rings, ...server.seen(phone, 'ended')].toSorted((a, b) => a.monotonicMs - b.monotonicMs)
        for (const [at, { kind }] of course.entries()) assert.equal(kind, at % 2 === 0 ? 'ring' : 'ended', phone)
      }
      assert.equal(phones.length, personas.length * eachPersona)
    })

    test(`${name}: the native API shows it in our words: state, hours, redials, people and calls`, async () => {
      const { nativeId = '', phones = [] } = made.get(name) ?? {}
      const campaign = await ask('GET', `${native}/campaigns/${nativeId}`)
      const settings = campaign.settings as Json & { retry: { rules: { on: string[] }[] }; pacing: Json }
      const { windows, retry, pacing, isTest } = vendor.settings
      assert.deepEqual(
        [campaign.state, campaign.isTest, settings.windows],
        ['done', isTest, windows],
        JSON.stringify(campaign),
      )
      const sorted = settings.retry.rules.map((rule) => ({ ...rule, on: rule.on.toSorted() }))
      assert.deepEqual({ ...settings.retry, rules: sorted }, retry)
      for (const [field, value] of Object.entries(pacing)) assert.deepEqual(settings.pacing[field], value, field)
      const contacts = await listed<Contact>(`${native}/campaigns/${nativeId}/contacts?limit=100`)
      assert.deepEqual(
        contacts.map(({ phones: [phone], state, attempts }) => [digits(phone), state, attempts]).toSorted(),
        phones.map((phone) => [phone, 'done', vendor.rings[phone.slice(-2) as Persona]]).toSorted(),
      )
      const calls = await listed<Call>(`${native}/calls?campaign=${nativeId}&limit=100`)
      assert.deepEqual(
        calls.map(({ phone, disposition }) => [digits(phone), disposition]).toSorted(),
        phones
          .flatMap((phone) => {
            const persona = phone.slice(-2) as Persona
            return Array.from({ length: vendor.rings[persona] }, () => [phone, ends[persona]])
          })
          .toSorted(),
      )
      for (const { disposition, goal, level, tags } of calls)
        if (disposition === 'answered') assert.deepEqual([goal, level, tags], [vendor.goal, 'A', [vendor.goal]])
      const progress = await ask('GET', `${native}/campaigns/${nativeId}/progress`)
      assert.deepEqual(
        [progress.total, progress.attempts, progress.answered, progress.percent],
        [phones.length, calls.length, eachPersona, 100],
      )
    })

    test(`${name}: its own report tells the same calls in its own words`, async () => {
      const { id = '', nativeId = '' } = made.get(name) ?? {}
      const calls = await listed<Call>(`${native}/calls?campaign=${nativeId}&limit=100`)
      const told = await vendor.report(ask, id)
      assert.deepEqual(
        told.map(([phone, word]) => [phone, word]).toSorted(),
        calls
          .map(({ phone, disposition }) => [digits(phone), vendor.words[disposition as (typeof ends)[Persona]]])
          .toSorted(),
      )
    })
  }

  test('what a vendor API has made is started, filled and stopped through the native one, and the vendor sees it', async () => {
    const [first, second, third] = ['74959000018', '74959000118', '74959000218']
    const { data: task } = await ask('POST', '/v1/task', robotTask('steered'))
    const { uuid } = task as Json
    const state = async (): Promise<unknown> => ((await ask('GET', `/v1/task/${uuid}`)).data as Json).start
    await ask('POST', `/v1/task/import_task_customer/${uuid}`, { customer_info_list: [{ phone: Number(first) }] })
    const campaigns = await listed<Json & { id: string }>(`${native}/campaigns?limit=100`)
    const { id } = campaigns.find(({ name }) => name === 'steered') ?? {}
    assert.deepEqual([await state(), server.seen(first).length], [0, 0])
    await ask('POST', `${native}/campaigns/${id}/start`)
    await server.rung(first)
    await ask('POST', `${native}/campaigns/${id}/contacts`, { contacts: [{ phones: [second, third] }] })
    await server.rung(second)
    await server.until('both are over', async () => {
      const { data } = await ask('GET', `/v1/task/task_progress/${uuid}`)
      const { total, progress } = (data as { progress: { total: number; progress: number } }).progress
      return total === 2 && progress === 2
    })
    await ask('POST', `${native}/campaigns/${id}/stop`)
    assert.equal(await state(), 0)
    assert.deepEqual(
      [server.seen(second).length, server.seen(third).length],
      [1, 0],
      'the second number was not needed',
    )
    const { code } = (await server.ask('GET', `/v1/task/start/${uuid}`)).body
    assert.equal(code, 422, 'stopped is for good, whoever asks')
  })
})
