/** Reports over stored calls, through both doors: every type, every filter, sorting, totals, names that mean harm. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { callColumns } from '../../src/reports/report-columns.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type Is74Ground, openIs74, printedCampaign, printedReport } from '../http/is74-ground.ts'

type Json = Readonly<Record<string, unknown>>
type Shown = { readonly rows: unknown[][]; readonly totals: Json | null; readonly next: string | null }
type Report = { readonly columns: Json[]; readonly data: Json[]; readonly [total: string]: unknown }

/** What one call was like; the rest is the same for all. */
type Call = {
  readonly phone: string
  readonly startedAt: string
  readonly disposition?: string
  readonly talkMs?: number
  readonly attempt?: number
  readonly goal?: string
  readonly tags?: readonly string[]
  readonly variables?: Json
  readonly timeline?: readonly Json[]
  readonly path?: readonly Json[]
}
const calls: readonly Call[] = [
  {
    ...{ phone: '+79999999999', startedAt: '2026-03-02T09:00:00.123Z', disposition: 'answered', talkMs: 12_400 },
    ...{ goal: 'agreed', tags: ['survey', 'warm'], attempt: 2 },
    variables: { name: 'Иванов Иван', time: '10:00', debt: 900, agreed: true, phone: '+79999999999', called: '+7' },
    path: [
      { block: 'menu', atMs: 0, said: 'Здравствуйте' },
      { block: 'agreed', atMs: 3_000 },
    ],
    timeline: [
      { at: '2026-03-02T09:00:05.000Z', kind: 'answered' },
      { at: '2026-03-02T09:00:08.000Z', kind: 'key', digit: '1' },
    ],
  },
  {
    ...{ phone: '+79999999999', startedAt: '2026-03-02T08:50:00Z', disposition: 'busy', attempt: 1 },
    variables: { name: 'Иванов Иван', time: '10:00', debt: 900 },
  },
  {
    ...{ phone: '+74951234567', startedAt: '2026-03-02T10:00:00Z', disposition: 'answered', talkMs: 7_600 },
    variables: { name: "O'Brien", debt: 80, agreed: false, strange: { deep: [1] } },
  },
  { phone: '+74951234568', startedAt: '2026-03-03T10:00:00Z', disposition: 'no-answer', variables: { debt: 'much' } },
]

describe('reports on calls', () => {
  const database = useTestDatabase()
  let is74: Is74Ground
  let campaignId: string
  before(async () => {
    is74 = await openIs74(database.pool, systemClock)
    const { query } = { query: database.pool.query.bind(database.pool) }
    const made = await is74.ask('POST', '/api/campaigns', printedCampaign())
    const other = await is74.ask('POST', '/api/campaigns', printedCampaign())
    assert.deepEqual([made.status, other.status], [200, 200])
    // The id of the printed example.
    await query(`update external_id set external_id = '12345' where kind = 'campaign' and external_id = $1`, [
      String((made.body.campaign as { id: number }).id),
    ])
    const { rows } = await query(
      `select c.id, c.workspace_id, c.scenario_version_id as version, k.id as contact from campaign c
         join external_id x on x.resource_id = c.id and x.external_id = '12345' join contact k on k.campaign_id = c.id`,
    )
    const [campaign] = rows
    campaignId = campaign.id
    for (const call of calls)
      await query(
        `insert into call (id, workspace_id, direction, campaign_id, contact_id, attempt_number, phone, phone_key, caller_id,
                           scenario_version_id, disposition, created_at, started_at, answered_at, ended_at, talk_ms, ended_by, path,
                           variables, tags, goal, timeline)
         values ($1, $2, 'out', $3, $4, $5, $6, ltrim($6, '+'), '+74951110005', $7, $8, $9::timestamptz - interval '0.2 s', $9,
                 case when $8 = 'answered' then $9::timestamptz + interval '5 s' end,
                 $9::timestamptz + make_interval(secs => 5 + $10::float8 / 1000), $10::int, 'callee', $11, $12, $13, $14, $15)`,
        [
          crypto.randomUUID(),
          ...[campaign.workspace_id, campaignId, campaign.contact, call.attempt ?? 1, call.phone, campaign.version],
          ...[call.disposition, call.startedAt, call.talkMs ?? 0],
          ...[JSON.stringify(call.path ?? []), JSON.stringify(call.variables ?? {}), call.tags ?? []],
          ...[call.goal ?? null, JSON.stringify(call.timeline ?? [])],
        ],
      )
  })
  after(() => is74.close())

  const native = (body: object) => is74.ask('POST', '/dialwright/v1/reports/calls', { campaign: campaignId, ...body })
  const shown = async (body: object): Promise<Shown> => {
    const { status, body: answer, text } = await native(body)
    assert.equal(status, 200, text)
    return answer as unknown as Shown
  }
  /** The last two digits of the phones of the calls that fit, with their attempts, in the order shown. */
  const fitting = async (name: string, is: string, value?: string): Promise<string> => {
    const columns = [
      { name: 'phone' },
      { name: 'attempt' },
      { name, filter: { is, value } },
      { name: 'startedAt', sort: 'asc' },
    ]
    const { rows, totals } = await shown({ columns })
    assert.equal(totals?.calls, rows.length)
    return rows.map(([phone, attempt]) => `${String(phone).slice(-2)}/${attempt}`).join(' ')
  }
  const [busy, agreed, brien, unanswered] = ['99/1', '99/2', '67/1', '68/1']
  const all = [busy, agreed, brien, unanswered].join(' ')

  const filters: readonly (readonly [name: string, is: string, value: string | undefined, fits: string])[] = [
    ['phone', 'contains', '8 (999) 999-99', ''],
    ['phone', 'contains', '999 999', `${busy} ${agreed}`],
    ['phone', 'starts_with', '+7 495', `${brien} ${unanswered}`],
    ['phone', 'ends_with', '67', brien],
    ['phone', 'equal', '7(495)1234568', unanswered],
    ['disposition', 'equal', 'ANSWERED', `${agreed} ${brien}`],
    ['disposition', 'contains', 'answer', `${agreed} ${brien} ${unanswered}`],
    ['goal', 'is_true', undefined, agreed],
    ['goal', 'not_true', undefined, `${busy} ${brien} ${unanswered}`],
    ['goal', 'is_empty', undefined, `${busy} ${brien} ${unanswered}`],
    ['tags', 'contains', 'warm', agreed],
    ['dialog', 'contains', 'ЗДРАВСТВУЙТЕ', agreed],
    // A key comes before the block that it leads to.
    ['dialog', 'ends_with', '> 1', ''],
    ['dialog', 'contains', '> 1', agreed],
    ['dialog', 'not_empty', undefined, agreed],
    ['talkSeconds', 'equal', '8', brien],
    ['talkMs', 'is_true', undefined, `${agreed} ${brien}`],
    ['talkMs', 'not_true', undefined, `${busy} ${unanswered}`],
    ['startedAt', 'equal', '2026-03-02T12:00:00.123+03:00', agreed],
    ['startedAt', 'starts_with', '2026-03-02', `${busy} ${agreed} ${brien}`],
    ['answeredAt', 'is_empty', undefined, `${busy} ${unanswered}`],
    ['variables.debt', 'equal', '900.0', `${busy} ${agreed}`],
    ['variables.debt', 'starts_with', '8', brien],
    ['variables.name', 'contains', 'иванов', `${busy} ${agreed}`],
    ['variables.name', 'ends_with', "'brien", brien],
    ['variables.name', 'is_empty', undefined, unanswered],
    ['variables.agreed', 'is_true', undefined, agreed],
    ['variables.agreed', 'not_true', undefined, `${busy} ${brien} ${unanswered}`],
    ['variables.nobody brought it', 'is_empty', undefined, all],
    ['variables.name', 'contains', '%', ''],
    ['variables.name', 'contains', '', all],
  ]
  for (const [name, is, value, fits] of filters)
    test(`${name} ${is}${value === undefined ? '' : ` "${value}"`}: ${fits === '' ? 'nobody' : fits}`, async () => {
      assert.equal(await fitting(name, is, value), fits)
    })

  test('every column there is can be shown, filtered and sorted by', async () => {
    const names = [...callColumns.map(({ name }) => name), 'variables.debt', 'variables.phone']
    for (const name of names)
      for (const is of ['is_empty', 'not_empty', 'is_true', 'not_true', 'contains'])
        await shown({ columns: [{ name, filter: { is, value: '1' }, sort: 'desc' }] })
    const { rows } = await shown({ columns: names.map((name) => ({ name })) })
    assert.equal(rows.length, calls.length)
  })

  test('values come in their types; a dialog is the way, what was said and what was pressed, in the order of time', async () => {
    const names = [
      'dialog',
      'talkMs',
      'startedAt',
      'goal',
      'tags',
      'variables.debt',
      'variables.agreed',
      'variables.phone',
      'variables.called',
      'durationSeconds',
    ]
    const { rows } = await shown({
      columns: [
        { name: 'id', filter: { is: 'not_empty' } },
        ...names.map((name) => ({ name })),
        { name: 'attempt', filter: { is: 'equal', value: '2' } },
      ],
    })
    assert.deepEqual(rows[0]?.slice(1, -1), [
      'menu: Здравствуйте\n> 1\nagreed',
      ...[12_400, '2026-03-02T09:00:00.123Z', 'agreed', 'survey, warm', 900, true, 123456, '+7', 17],
    ])
  })

  test('several columns sort one after another, what is empty comes last either way', async () => {
    const order = async (columns: object[]) =>
      (await shown({ columns: [{ name: 'phone' }, { name: 'attempt' }, ...columns] })).rows
        .map(([phone, attempt]) => `${String(phone).slice(-2)}/${attempt}`)
        .join(' ')
    assert.equal(
      await order([
        { name: 'phone', sort: 'desc' },
        { name: 'attempt', sort: 'asc' },
      ]),
      `${busy} ${agreed} ${unanswered} ${brien}`,
    )
    assert.equal(
      await order([
        { name: 'phone', sort: 'asc' },
        { name: 'attempt', sort: 'desc' },
      ]),
      `${brien} ${unanswered} ${agreed} ${busy}`,
    )
    assert.equal(
      await order([
        { name: 'answeredAt', sort: 'desc' },
        { name: 'attempt', sort: 'asc' },
        { name: 'phone', sort: 'asc' },
      ]),
      `${brien} ${agreed} ${unanswered} ${busy}`,
    )
    // By value, not by its digits.
    assert.equal(
      await order([
        { name: 'variables.debt', sort: 'asc' },
        { name: 'attempt', sort: 'asc' },
      ]),
      `${brien} ${busy} ${agreed} ${unanswered}`,
    )
  })

  test('totals are those of all calls that fit, however few are shown; pages go on behind the last one', async () => {
    const { rows, totals, next } = await shown({ limit: 3, columns: [{ name: 'id' }] })
    assert.deepEqual(totals, { calls: 4, talkMs: 20_000, averageTalkMs: 5_000 })
    assert.equal(rows.length, 3)
    const rest = await shown({ limit: 3, columns: [{ name: 'id' }], after: next })
    assert.deepEqual([rest.rows.length, rest.next, rest.totals], [1, null, null], 'the first page told the totals')
    assert.equal(new Set([...rows, ...rest.rows].map(([id]) => id)).size, 4)
    const empty = await shown({ from: '2030-01-01T00:00:00Z' })
    assert.deepEqual([empty.rows, empty.totals], [[], { calls: 0, talkMs: 0, averageTalkMs: 0 }])
    assert.equal((await native({ limit: 5_001 })).status, 422)
  })

  test('the range holds the first instant and not the last; scenario and start block narrow', async () => {
    const count = async (body: object) => (await shown(body)).totals?.calls
    const [from, to] = ['2026-03-02T09:00:00.123Z', '2026-03-02T10:00:00Z']
    assert.equal(await count({ from, to }), 1)
    assert.equal(await count({ from, to: '2026-03-02T10:00:00.001Z' }), 2)
    assert.deepEqual([await count({ scenario: { is74: 951 } }), await count({ scenario: { is74: 952 } })], [4, 0])
    assert.deepEqual([await count({ startBlock: 'start' }), await count({ startBlock: 'other' })], [4, 0])
    assert.deepEqual([await count({ direction: 'out' }), await count({ direction: 'in' })], [4, 0])
  })

  test('mistakes are told by their places, all at once', async () => {
    const { status, body } = await native({
      columns: [
        { name: 'nothing' },
        { name: 'talkMs', filter: { is: 'equal', value: 'long' } },
        { name: 'startedAt', filter: { is: 'equal', value: 'yesterday' } },
        { name: 'phone', filter: { is: 'contains' } },
      ],
    })
    assert.equal(status, 422)
    assert.deepEqual(
      (body.errors as Json[]).map(({ pointer }) => pointer),
      ['/columns/0/name', '/columns/1/filter/value', '/columns/2/filter/value', '/columns/3/filter/value'],
    )
    assert.equal((await native({ campaign: 'nobody', scenario: 'nobody' })).status, 422)
  })

  test('names that mean harm are refused, or name a variable that nobody has', async () => {
    const harm = [
      ...['id; drop table call; --', 'k.talk_ms', 'phone"', "phone' or '1'='1", '$1', '*', '__proto__', 'constructor'],
      ...[
        "variables.'; drop table call; --",
        "variables.x' || (select 1) || '",
        'variables."',
        'variables.$1',
        'variables.',
      ],
    ]
    for (const name of harm) {
      const body = { columns: [{ name: 'phone' }, { name, filter: { is: 'not_true', value: name }, sort: 'asc' }] }
      const { status, body: answer } = await native(body)
      if (name.startsWith('variables.')) assert.deepEqual([status, (answer.rows as unknown[]).length], [200, 4], name)
      else assert.equal(status, 422, name)
      const asked = await is74.ask('POST', '/api/analytics/1/report', {
        ...everything,
        columns: [{ name, sorting: 'asc' }],
      })
      assert.equal(asked.status, 400, name)
    }
    const { rows } = await database.pool.query('select count(*)::int as count from call')
    assert.equal(rows[0].count, calls.length)
  })

  const everything = {
    analytics_filter: {
      ...{ scenario_id: 951, start_block_id: 10, outgoing_campaign_id: 12345 },
      ...{ date_start: '2026-03-01T00:00:00.000Z', date_end: '2026-03-31T23:59:59.999Z' },
    },
  }
  const asked = async (columns?: readonly Json[], filter: Json = {}): Promise<Report> => {
    const body = { analytics_filter: { ...everything.analytics_filter, ...filter }, ...(columns ? { columns } : {}) }
    const { status, body: answer, text } = await is74.ask('POST', '/api/analytics/1/report', body)
    assert.equal(status, 200, text)
    return answer as unknown as Report
  }

  test('the printed report has the printed form; its days hold no calls', async () => {
    const { status, body } = await is74.ask('POST', '/api/analytics/1/report', printedReport())
    assert.equal(status, 200)
    assert.deepEqual(body, {
      columns: [{ field: 'phone_number', display_name: 'Phone Number', type: 'text' }],
      ...{ data: [], total_duration: 0, avg_duration: 0, count: 0 },
    })
  })

  test('over days with calls it holds them, a row for each, with whole seconds in all and their mean', async () => {
    const { columns } = printedReport()
    const report = await asked(columns)
    assert.deepEqual(report.data, [{ phone_number: '+79999999999' }, { phone_number: '+79999999999' }])
    assert.deepEqual([report.total_duration, report.avg_duration, report.count], [12, 6, 2])
    const whole = await asked([{ name: 'duration' }])
    assert.deepEqual([whole.total_duration, whole.avg_duration, whole.count], [20, 5, 4])
  })

  test('columns of every type, and what the people brought, under the names that the client gave', async () => {
    const { columns, data } = await asked([
      { name: 'started_at', display_name: 'Когда', data_type: 'datetime' },
      { name: 'status', filter_type: 'equal', filter_value: 'answered' },
      { name: 'goal', filter_type: 'is_true' },
      ...[{ name: 'dialog' }, { name: 'duration' }, { name: 'time' }, { name: 'phone' }, { name: 'debt' }],
    ])
    assert.deepEqual(
      columns.map(({ field, type }) => `${field} ${type}`),
      [
        ...[
          'started_at datetime',
          'status text',
          'goal goal',
          'dialog dialog',
          'duration number',
          'time text',
          'phone text',
        ],
        'debt number',
      ],
    )
    assert.equal(columns[0]?.display_name, 'Когда')
    assert.deepEqual(data, [
      {
        ...{ started_at: '2026-03-02T09:00:00.123Z', status: 'answered', goal: 'agreed', duration: 12, debt: 900 },
        ...{ dialog: 'menu: Здравствуйте\n> 1\nagreed', time: '10:00', phone: 123456 },
      },
    ])
  })

  test('a column is known by its id too, and a type alone stands for all columns of it', async () => {
    const { columns } = await asked([{ id: 1 }, { data_type: 'number' }])
    const fields = columns.map(({ field }) => field)
    assert.deepEqual(fields.slice(0, 2), ['phone_number', 'attempt'])
    assert.ok(fields.includes('duration') && fields.includes('debt') && !fields.includes('status'))
  })

  test('an instant is compared in every spelling that is taken, and refused in any other', async () => {
    const column = (filter_value: string) => [{ name: 'started_at', filter_type: 'equal', filter_value }]
    for (const spelling of [
      ...['2026-03-02T09:00:00.123Z', '2026-03-02t09:00:00.1239z', '2026-03-02 12:00:00.123+0300'],
      ...['2026-03-02T12:00:00.123+03', '2026-03-03T00:59:00.123+15:59', '2026-03-01T17:01:00.123-15:59'],
    ])
      assert.equal((await asked(column(spelling))).count, 1, spelling)
    for (const other of [
      ...['2026-03-02T09:00:00.123Z[UTC]', '2026-03-02T09:00:00,123Z', '+002026-03-02T09:00:00.123Z', '2026-03-02T09Z'],
      ...['2026-03-03T08:00:00.123+23:00', '2026-03-02T09:00:00.123+00:00:00.5', 'now', ''],
    ]) {
      const { status, body } = await is74.ask('POST', '/api/analytics/1/report', {
        ...everything,
        columns: column(other),
      })
      assert.deepEqual([status, Object.keys(body.errors as object)], [400, ['columns.0.filter_value']], other)
    }
  })

  test('people that bring hundreds of variables have a report, with as many columns as one can have', async () => {
    const names = Array.from({ length: 700 }, (_, at) => `k${at}`)
    const long = 'x'.repeat(300)
    const { body } = await is74.ask('POST', '/api/campaigns', {
      ...printedCampaign(),
      phones: [
        {
          phone: '+79999999999',
          add_data: { ...Object.fromEntries(names.map((name) => [name, 1])), [long]: 1, '': 2 },
        },
      ],
    })
    const outgoing_campaign_id = (body.campaign as { id: number }).id
    const report = await asked(undefined, { outgoing_campaign_id })
    assert.equal(report.columns.length, 500)
    const { body: listed } = await is74.ask(
      'GET',
      `/api/analytics/1/columns?outgoing_campaign_id=${outgoing_campaign_id}`,
    )
    const known = (listed.columns as Json[]).map(({ name }) => name)
    assert.equal(new Set(known).size, known.length)
    const some = [{ name: long, sorting: 'asc' }, { name: 'add_data.', filter_type: 'is_empty' }, { name: 'k699' }]
    assert.equal((await asked(some, { outgoing_campaign_id })).columns.length, 3)
    for (const columns of [[{ data_type: 'text' }], Array.from({ length: 100 }, () => ({ data_type: 'text' }))]) {
      const answer = await is74.ask('POST', '/api/analytics/1/report', {
        ...{ analytics_filter: { ...everything.analytics_filter, outgoing_campaign_id }, columns },
      })
      assert.deepEqual([answer.status, Object.keys(answer.body.errors as object)], [400, ['columns']])
    }
  })

  test('without columns it has the usual ones and every variable', async () => {
    for (const columns of [undefined, []]) {
      const { columns: heads, data } = await asked(columns)
      const fields = heads.map(({ field }) => field)
      assert.ok(
        ['phone_number', 'status', 'dialog', 'goal', 'name', 'time', 'answer'].every((name) => fields.includes(name)),
      )
      assert.deepEqual(Object.keys(data[0] ?? {}).toSorted(), fields.toSorted())
    }
  })

  test('what the list of columns tells can be asked for as it stands', async () => {
    const { body } = await is74.ask('GET', '/api/analytics/1/columns?outgoing_campaign_id=12345')
    const columns = body.columns as Json[]
    assert.deepEqual(columns[0], {
      ...{ id: 1, name: 'phone_number', display_name: 'Номер телефона', column_type: 'field', data_type: 'text' },
    })
    assert.ok(columns.some(({ name, column_type }) => name === 'phone' && column_type === 'variable'))
    const report = await asked(columns)
    assert.deepEqual(
      report.columns.map(({ field }) => field),
      columns.map(({ name }) => name),
    )
    const declared = (await is74.ask('GET', '/api/analytics/1/columns?scenario_id=951')).body.columns as Json[]
    assert.ok(declared.some(({ name, data_type }) => name === 'debt' && data_type === 'number'))
  })

  const refused: Readonly<Record<string, readonly [body: unknown, ...fields: string[]]>> = {
    'nothing at all': [{}, 'analytics_filter'],
    'a filter of nothing': [
      { analytics_filter: {} },
      ...Object.keys(everything.analytics_filter).map((name) => `analytics_filter.${name}`),
    ],
    'ids that nothing has': [
      {
        analytics_filter: {
          ...everything.analytics_filter,
          ...{ scenario_id: 1, start_block_id: 1, outgoing_campaign_id: 1_000 },
        },
      },
      ...['scenario_id', 'start_block_id', 'outgoing_campaign_id'].map((name) => `analytics_filter.${name}`),
    ],
    "another scenario's start block": [
      { analytics_filter: { ...everything.analytics_filter, start_block_id: 20 } },
      'analytics_filter.start_block_id',
    ],
    'dates that are none, the other way round': [
      { analytics_filter: { ...everything.analytics_filter, date_start: '01.03.2026', date_end: 5 } },
      ...['analytics_filter.date_start', 'analytics_filter.date_end'],
    ],
    'an end before the start': [
      { analytics_filter: { ...everything.analytics_filter, date_end: '2020-01-01T00:00:00.000Z' } },
      'analytics_filter.date_end',
    ],
    'columns of no kind': [{ ...everything, columns: { name: 'status' } }, 'columns'],
    'words that are not in the lists': [
      { ...everything, columns: [{ name: 'status', data_type: 'x', filter_type: 'like', sorting: 'up' }] },
      ...['columns.0.data_type', 'columns.0.filter_type', 'columns.0.sorting'],
    ],
    'columns that are not there, and filters without what they need': [
      {
        ...everything,
        columns: [
          ...[{ name: 'no such' }, { id: 999 }, {}, { name: 'status', filter_type: 'equal' }],
          { name: 'duration', filter_type: 'equal', filter_value: 'long' },
          { name: 'started_at', filter_type: 'equal', filter_value: 'today' },
        ],
      },
      ...['columns.0.name', 'columns.1.id', 'columns.2.name', 'columns.3.filter_value', 'columns.4.filter_value'],
      'columns.5.filter_value',
    ],
  }
  for (const [what, [body, ...fields]] of Object.entries(refused))
    test(`a report of ${what} is refused by name`, async () => {
      const { status, body: answer, text } = await is74.ask('POST', '/api/analytics/1/report', body)
      assert.equal(status, 400, text)
      assert.deepEqual(Object.keys(answer.errors as object).toSorted(), fields.toSorted())
    })

  test("another project's campaign is not told of", async () => {
    const { status, body } = await is74.ask('POST', '/api/analytics/2/report', everything)
    assert.deepEqual([status, Object.keys(body.errors as object)], [400, ['analytics_filter.outgoing_campaign_id']])
  })

  test('no report of any shape ends in a 5xx', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(null, '', -1, 1e308, '\u0000', '\ud800', '9'.repeat(400)),
    )
    const column = fc.record(
      {
        name: fc.oneof(fc.constantFrom<unknown>('status', 'started_at', 'duration', 'debt', 'phone', 'dialog'), value),
        filter_type: fc.oneof(
          fc.constantFrom<unknown>('equal', 'contains', 'ends_with', 'is_true', 'not_empty'),
          value,
        ),
        filter_value: fc.oneof(fc.string(), fc.double(), value),
        sorting: fc.oneof(fc.constantFrom<unknown>('asc', 'desc'), value),
        data_type: value,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(column, { maxLength: 4 }), fc.option(value), async (columns, broken) => {
        const filter = broken === null ? {} : { outgoing_campaign_id: broken, date_end: broken }
        const body = { analytics_filter: { ...everything.analytics_filter, ...filter }, columns }
        const { status, text } = await is74.ask('POST', '/api/analytics/1/report', body)
        assert.ok(status < 500, text)
      }),
      { numRuns: Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 150), seed: 12 },
    )
  })
})
