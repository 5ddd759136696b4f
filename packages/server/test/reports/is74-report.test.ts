/** The assistant's report: the printed one, its columns, its days, and every mistake by its name. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { useTestDatabase } from '../fixtures/database.ts'
import { type Is74Ground, printedCampaign, printedReport } from '../http/is74-ground.ts'
import { everything, harm, type Json, openReports, type ReportGround } from './report-ground.ts'

type Report = { readonly columns: Json[]; readonly data: Json[]; readonly [total: string]: unknown }

describe("the assistant's report", () => {
  const database = useTestDatabase()
  let ground: ReportGround
  let is74: Is74Ground
  before(async () => {
    ground = await openReports(database.pool)
    ;({ is74 } = ground)
  })
  after(() => is74.close())

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

  test('the days hold their first and their last millisecond, in any zone', async () => {
    const count = async (date_start: string, date_end: string) =>
      (await asked(undefined, { date_start, date_end })).count
    const exact = '2026-03-02T09:00:00.123Z'
    assert.equal(await count(exact, exact), 1)
    assert.equal(await count('2026-03-02T12:00:00.123+03:00', '2026-03-01T22:00:00.123-11:00'), 1)
    assert.equal(await count('2026-03-02T09:00:00.124Z', '2026-03-02T09:59:59.999Z'), 0)
    assert.equal(await count('2026-03-02T08:50:00Z', '2026-03-02T09:00:00.122Z'), 1)
    assert.equal(await count('2026-03-02T08:50:00Z', '2026-03-03T10:00:00Z'), 4)
  })

  test('calls between the hours that a change of the clocks repeats are told apart by their offsets', async () => {
    const { id, is74: outgoing_campaign_id } = ground.other
    await ground.insert(id, { phone: '+74951230001', startedAt: '2026-10-25T00:30:00Z' })
    await ground.insert(id, { phone: '+74951230002', startedAt: '2026-10-25T01:30:00Z' })
    const phones = async (date_start: string, date_end: string) =>
      (await asked([{ name: 'phone_number' }], { outgoing_campaign_id, date_start, date_end })).data.map(
        (row) => row.phone_number,
      )
    assert.deepEqual(await phones('2026-10-25T02:00:00+02:00', '2026-10-25T02:59:59.999+02:00'), ['+74951230001'])
    assert.deepEqual(await phones('2026-10-25T02:00:00+01:00', '2026-10-25T02:59:59.999+01:00'), ['+74951230002'])
  })

  test('calls of another scenario or start block are not told of; the totals are those of all that fit, shown or not', async () => {
    const { id, is74: outgoing_campaign_id } = ground.other
    const columns = [{ name: 'phone_number', filter_type: 'starts_with', filter_value: '7499' }, { name: 'status' }]
    await database.pool.query(
      `insert into call (id, workspace_id, direction, campaign_id, phone, scenario_version_id, disposition, created_at, started_at, ended_at, talk_ms, ended_by)
       select gen_random_uuid(), c.workspace_id, 'out', c.id, '+7499' || 1000000 + n, c.scenario_version_id, 'answered', t, t, t, 2000, 'callee'
         from campaign c, generate_series(1, 5002) n, lateral (select '2026-06-01T00:00:00Z'::timestamptz + n * interval '1 s' as t) x
        where c.id = $1`,
      [id],
    )
    const report = await asked(columns, { outgoing_campaign_id, date_end: '2026-06-30T00:00:00Z' })
    assert.deepEqual(
      [report.data.length, report.count, report.total_duration, report.avg_duration],
      [5_000, 5_002, 10_004, 2],
    )
    assert.equal(report.data[0]?.phone_number, '+74991005002', 'the latest first')
    const blocks = (await is74.ask('GET', '/api/scenarios?project_id=1')).body.scenarios as {
      start_blocks: { id: number }[]
    }[]
    const another = blocks[0]?.start_blocks[1]?.id
    const none = await asked(columns, {
      outgoing_campaign_id,
      date_end: '2026-06-30T00:00:00Z',
      start_block_id: another,
    })
    assert.deepEqual([none.data, none.count], [[], 0])
    const elsewhere = { scenario_id: 952, start_block_id: 20 }
    assert.equal(
      (await asked(columns, { outgoing_campaign_id, date_end: '2026-06-30T00:00:00Z', ...elsewhere })).count,
      0,
    )
  })

  test('names that mean harm are refused', async () => {
    for (const name of harm) {
      const { status } = await is74.ask('POST', '/api/analytics/1/report', {
        ...everything,
        columns: [{ name, sorting: 'asc' }],
      })
      assert.equal(status, 400, name)
    }
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
    const names = Array.from({ length: 5_100 }, (_, at) => `k${at}`)
    const long = 'a'.repeat(300)
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
    // Fields, what the scenario names, and 5,000 that people brought.
    assert.ok(known.length > 5_000 && known.length < 5_050, `${known.length} are told`)
    assert.equal(new Set(known).size, known.length)
    const some = [{ name: long, sorting: 'asc' }, { name: 'add_data.', filter_type: 'is_empty' }, { name: 'k4000' }]
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
          ...{ scenario_id: 77, start_block_id: 77, outgoing_campaign_id: 1_000 },
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
