/** Reports over stored calls: every type, every filter through both doors, sorting, totals, pages, names that mean harm. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { callColumns } from '../../src/reports/report-columns.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import type { Is74Ground } from '../http/is74-ground.ts'
import { calls, everything, harm, type Json, openReports, type ReportGround } from './report-ground.ts'

type Shown = { readonly rows: unknown[][]; readonly totals: Json | null; readonly next: string | null }

describe('reports on calls', () => {
  const database = useTestDatabase()
  let ground: ReportGround
  let is74: Is74Ground
  let campaignId: string
  before(async () => {
    ground = await openReports(database.pool)
    ;({ is74, campaignId } = ground)
  })
  after(() => is74.close())

  const native = (body: object) => is74.ask('POST', '/dialwright/v1/reports/calls', { campaign: campaignId, ...body })
  const shown = async (body: object): Promise<Shown> => {
    const { status, body: answer, text } = await native(body)
    assert.equal(status, 200, text)
    return answer as unknown as Shown
  }
  /** The last two digits of the phones of the calls that fit, with their attempts, in the order shown. */
  const told = (rows: readonly (readonly unknown[])[]): string =>
    rows.map(([phone, attempt]) => `${String(phone).slice(-2)}/${attempt}`).join(' ')
  const fitting = async (name: string, is: string, value?: string): Promise<string> => {
    const columns = [
      { name: 'phone' },
      { name: 'attempt' },
      { name, filter: { is, value } },
      { name: 'startedAt', sort: 'asc' },
    ]
    const { rows, totals } = await shown({ columns })
    assert.equal(totals?.calls, rows.length)
    return told(rows)
  }
  /** The same through the vendor's door, which has other names. */
  const vendorNames: Readonly<Record<string, string>> = {
    ...{
      phone: 'phone_number',
      disposition: 'status',
      goal: 'goal',
      tags: 'tags',
      dialog: 'dialog',
      sipCode: 'sip_code',
    },
    ...{ talkSeconds: 'duration', startedAt: 'started_at', answeredAt: 'answered_at' },
    ...{ 'variables.debt': 'debt', 'variables.name': 'name', 'variables.phone': 'phone' },
  }
  const fittingThere = async (name: string, filter_type: string, filter_value?: string): Promise<string> => {
    const columns = [
      { name: 'phone_number' },
      { name: 'attempt' },
      { name, filter_type, filter_value },
      { name: 'started_at', sorting: 'asc' },
    ]
    const { status, body, text } = await is74.ask('POST', '/api/analytics/1/report', { ...everything, columns })
    assert.equal(status, 200, text)
    const data = body.data as Json[]
    assert.equal(body.count, data.length)
    return told(data.map(({ phone_number, attempt }) => [phone_number, attempt]))
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
    ['disposition', 'starts_with', 'Answer', `${agreed} ${brien}`],
    ['disposition', 'ends_with', 'ANSWER', unanswered],
    ['disposition', 'not_empty', undefined, all],
    ['disposition', 'is_true', undefined, ''],
    ['tags', 'not_empty', undefined, agreed],
    ['tags', 'is_empty', undefined, `${busy} ${brien} ${unanswered}`],
    ['tags', 'equal', 'Survey, warm', agreed],
    ['tags', 'equal', 'survey', ''],
    ['sipCode', 'equal', '486', busy],
    ['sipCode', 'contains', '8', busy],
    ['sipCode', 'starts_with', '2', agreed],
    ['sipCode', 'ends_with', '6', busy],
    ['sipCode', 'is_empty', undefined, `${brien} ${unanswered}`],
    ['sipCode', 'not_empty', undefined, `${busy} ${agreed}`],
    ['sipCode', 'is_true', undefined, `${busy} ${agreed}`],
    ['sipCode', 'not_true', undefined, `${brien} ${unanswered}`],
    ['answeredAt', 'equal', '2026-03-02T10:00:05Z', brien],
    ['answeredAt', 'contains', 'T09:00', agreed],
    ['answeredAt', 'ends_with', '.123z', agreed],
    ['answeredAt', 'not_empty', undefined, `${agreed} ${brien}`],
    ['answeredAt', 'is_true', undefined, `${agreed} ${brien}`],
    ['answeredAt', 'not_true', undefined, `${busy} ${unanswered}`],
    ['goal', 'equal', 'Agreed', agreed],
    ['goal', 'equal', 'agree', ''],
    ['goal', 'contains', 'GREE', agreed],
    ['goal', 'starts_with', 'gree', ''],
    ['goal', 'starts_with', 'ag', agreed],
    ['goal', 'ends_with', 'ed', agreed],
    ['goal', 'not_empty', undefined, agreed],
    ['dialog', 'equal', 'MENU: здравствуйте\n> 1\nagreed', agreed],
    ['dialog', 'starts_with', 'Menu:', agreed],
    ['dialog', 'starts_with', 'agreed', ''],
    ['dialog', 'ends_with', 'AGREED', agreed],
    ['dialog', 'is_empty', undefined, `${busy} ${brien} ${unanswered}`],
    ['dialog', 'is_true', undefined, agreed],
    ['dialog', 'not_true', undefined, `${busy} ${brien} ${unanswered}`],
    ['talkSeconds', 'is_true', undefined, `${agreed} ${brien}`],
    ['talkSeconds', 'not_true', undefined, `${busy} ${unanswered}`],
    // The person brought it; what the call was dialled by stands in the call.
    ['variables.phone', 'equal', '123456', all],
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
    // true, YES and 1; false is none.
    ['variables.agreed', 'is_true', undefined, `${busy} ${agreed} ${unanswered}`],
    ['variables.agreed', 'not_true', undefined, brien],
    ['variables.nobody brought it', 'is_empty', undefined, all],
    ['variables.name', 'contains', '%', ''],
    ['variables.name', 'contains', '', all],
  ]
  for (const [name, is, value, fits] of filters)
    test(`${name} ${is}${value === undefined ? '' : ` "${value}"`}: ${fits === '' ? 'nobody' : fits}`, async () => {
      assert.equal(await fitting(name, is, value), fits)
      const there = vendorNames[name]
      if (there !== undefined) assert.equal(await fittingThere(there, is, value), fits, "through the vendor's door")
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
    const behind = await shown({ limit: 3, columns: [{ name: 'id' }], after: (rest.rows[0] as string[])[0] })
    assert.deepEqual([behind.rows, behind.next], [[], null], 'a page past the end')
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
    for (const name of harm) {
      const body = { columns: [{ name: 'phone' }, { name, filter: { is: 'not_true', value: name }, sort: 'asc' }] }
      const { status, body: answer } = await native(body)
      if (name.startsWith('variables.')) assert.deepEqual([status, (answer.rows as unknown[]).length], [200, 4], name)
      else assert.equal(status, 422, name)
    }
    const { rows } = await database.pool.query('select count(*)::int as count from call')
    assert.equal(rows[0].count, calls.length)
  })

  test('every column tells its own thing of a call, and nothing of another column', async () => {
    const at = (second: number) =>
      Temporal.Instant.from('2026-03-05T10:00:00Z').add({ seconds: second, milliseconds: 5 })
    const phone = '+74951239876'
    await ground.insert(
      ground.other.id,
      { phone, startedAt: at(1).toString() },
      {
        ...{
          id: '01a1fea0-0000-7000-8000-00000000abcd',
          attempt_number: 3,
          caller_id: '+74951110006',
          disposition: 'answered',
        },
        ...{ detail: 'a detail', sip_code: 200, q850: 16, created_at: at(0), ringing_at: at(2), answered_at: at(4) },
        ...{
          ended_at: at(64),
          talk_ms: 57_600,
          ended_by: 'us',
          keys: '4#',
          goal: 'a goal',
          level: 'B',
          tags: ['x', 'y'],
        },
        ...{
          recording: 'a/b.wav',
          path: JSON.stringify([{ block: 'menu', atMs: 0 }]),
          variables: JSON.stringify({ time: 't' }),
        },
      },
    )
    await database.pool.query("update contact set client_external_id = 'client 7' where campaign_id = $1", [
      ground.other.id,
    ])
    const { rows: contacts } = await database.pool.query('select id from contact where campaign_id = $1', [
      ground.other.id,
    ])
    const expected: Json = {
      ...{ id: '01a1fea0-0000-7000-8000-00000000abcd', direction: 'out', campaignId: ground.other.id },
      ...{
        campaignName: 'Обзвон клиентов',
        startBlock: 'start',
        contactId: contacts[0].id,
        clientExternalId: 'client 7',
      },
      ...{
        attempt: 3,
        phone,
        callerId: '+74951110006',
        disposition: 'answered',
        detail: 'a detail',
        sipCode: 200,
        q850: 16,
      },
      ...{ createdAt: '2026-03-05T10:00:00.005Z', startedAt: '2026-03-05T10:00:01.005Z' },
      ...{
        ringingAt: '2026-03-05T10:00:02.005Z',
        answeredAt: '2026-03-05T10:00:04.005Z',
        endedAt: '2026-03-05T10:01:04.005Z',
      },
      ...{
        durationSeconds: 63,
        talkMs: 57_600,
        talkSeconds: 58,
        endedBy: 'us',
        keys: '4#',
        dialog: 'menu',
        goal: 'a goal',
      },
      ...{ level: 'B', tags: 'x, y', recording: 'a/b.wav' },
    }
    const names = callColumns.map(({ name }) => name)
    const { rows } = await shown({ campaign: ground.other.id, columns: names.map((name) => ({ name })) })
    assert.deepEqual(rows, [names.map((name) => expected[name])])
    // The vendor's names of the same, each by its name and by its id.
    const there: Json = {
      ...{
        phone_number: phone,
        status: 'answered',
        status_detail: 'a detail',
        attempt: 3,
        duration: 58,
        call_duration: 63,
      },
      ...{ started_at: expected.startedAt, ringing_at: expected.ringingAt, answered_at: expected.answeredAt },
      ...{ finished_at: expected.endedAt, dialog: 'menu', goal: 'a goal', level: 'B', tags: 'x, y', keys: '4#' },
      ...{ recording: `/dialwright/v1/calls/${expected.id}/recording`, direction: 'out' },
      ...{ caller_id: '+74951110006', finished_by: 'us' },
      ...{ campaign_name: 'Обзвон клиентов', call_id: expected.id, sip_code: 200, name: null, time: 't', debt: null },
      ...{ answer: null, phone: 123456 },
    }
    const list = await is74.ask('GET', `/api/analytics/1/columns?outgoing_campaign_id=${ground.other.is74}`)
    const known = list.body.columns as { id: number; name: string }[]
    for (const columns of [known.map(({ name }) => ({ name })), known.map(({ id }) => ({ id }))]) {
      const { analytics_filter } = everything
      const body = { analytics_filter: { ...analytics_filter, outgoing_campaign_id: ground.other.is74 }, columns }
      const answer = await is74.ask('POST', '/api/analytics/1/report', body)
      assert.deepEqual(answer.body.data, [there])
    }
  })

  test('every column sorts both ways by its own values, what is empty last', async () => {
    const names = [...callColumns.map(({ name }) => name), 'variables.debt', 'variables.name']
    for (const name of names) {
      const values = async (sort: string) => (await shown({ columns: [{ name, sort }] })).rows.map(([value]) => value)
      const [up, down] = [await values('asc'), await values('desc')]
      // Numbers alone are ordered in a column of numbers; other words are as good as none.
      const orders = (value: unknown) => value !== null && !(name === 'variables.debt' && typeof value !== 'number')
      const full = up.filter(orders)
      assert.deepEqual(down.filter(orders), full.toReversed(), name)
      for (const list of [up, down])
        assert.ok(list.slice(0, full.length).every(orders), `${name}: what is empty comes last`)
      for (const [at, value] of full.entries())
        if (at > 0 && (typeof value === 'number' || name.endsWith('At')))
          assert.ok((full[at - 1] as number) <= (value as number), name)
    }
  })
})
