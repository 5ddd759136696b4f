/** The assistant's API as its clients see it: the printed examples, every mistake by name, the lists, the steering. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import {
  type Is74Ground,
  is74Provisioning,
  openIs74,
  person,
  printedCampaign,
  printedReport,
  token,
} from './is74-ground.ts'

type Json = Readonly<Record<string, unknown>>

describe("the assistant's API", () => {
  const database = useTestDatabase()
  let is74: Is74Ground
  before(async () => {
    is74 = await openIs74(database.pool, systemClock)
  })
  after(() => is74.close())

  const changed = (changes: Json, schedule: Json = {}): object => {
    const { campaign, ...rest } = printedCampaign()
    return { ...rest, campaign: { ...campaign, schedule: { ...campaign.schedule, ...schedule }, ...changes } }
  }
  const withPhones = (phones: unknown): object => ({ ...printedCampaign(), phones })
  const made = async (body: unknown = printedCampaign()): Promise<number> => {
    const { status, body: answer, text } = await is74.ask('POST', '/api/campaigns', body)
    assert.equal(status, 200, text)
    return (answer.campaign as { id: number }).id
  }
  const rowOf = async (id: number) =>
    (
      await database.pool.query(
        `select c.id, c.name, c.state, c.settings, c.dialect, c.start_block, c.dialplan_id, c.start_at,
                (select count(*) from contact k where k.campaign_id = c.id)::int as people
           from campaign c join external_id x on x.resource_id = c.id and x.kind = 'campaign' and x.dialect = 'is74'
          where x.external_id = $1`,
        [String(id)],
      )
    ).rows[0]
  const counts = async () =>
    (
      await database.pool.query(
        `select (select count(*) from campaign)::int as campaigns, (select count(*) from contact)::int as contacts,
                (select count(*) from pace where owner_kind = 'campaign')::int as paces, (select count(*) from external_id)::int as ids,
                (select count(*) from caller_id_group)::int as groups, (select count(*) from route)::int as routes`,
      )
    ).rows[0]

  test('the printed campaign is made: the answer is its integer id and nothing else', async () => {
    const { status, body } = await is74.ask('POST', '/api/campaigns', printedCampaign(), `bearer ${token}`)
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(body), ['campaign'])
    assert.deepEqual(Object.keys(body.campaign as object), ['id'])
    const { id } = body.campaign as { id: number }
    assert.ok(Number.isInteger(id) && id > 0)
    const row = await rowOf(id)
    assert.deepEqual([row.name, row.dialect, row.people, row.start_block], ['Обзвон клиентов', 'is74', 1, 'start'])
    assert.deepEqual(row.settings.windows, [{ zone: 'workspace', fromSecond: 32_400, toSecond: 61_199 }])
    assert.deepEqual(row.settings.retry, { rules: [], caps: {} })
    const { rows } = await database.pool.query(
      `select k.variables, p.phone, n.phone as shown from contact k join contact_phone p on p.contact_id = k.id
         join campaign c on c.id = k.campaign_id join caller_id_group_member m on m.group_id = (c.settings -> 'callerId' ->> 'groupId')::uuid
         join phone_number n on n.id = m.number_id where k.campaign_id = $1`,
      [row.id],
    )
    const [contact] = rows
    assert.deepEqual(contact.variables, { name: 'Иванов Иван', time: '10:00', phone: 123456 })
    assert.deepEqual([rows.length, contact.phone, contact.shown], [1, '+79999999999', '+74951110005'])
  })

  test('a day that is over means today; a later one waits for its first minute in the zone of the workspace', async () => {
    const past = await rowOf(await made())
    assert.ok(Temporal.Instant.compare(past.start_at, systemClock.now().subtract({ hours: 48 })) > 0)
    const later = await rowOf(await made(changed({}, { date: '2090-03-02', start_time: '09:30' })))
    assert.equal(later.start_at.toString(), '2090-03-02T06:30:00Z')
    assert.equal(later.state, 'scheduled')
  })

  test('attempts are dials in all, the interval is minutes, in text or bare', async () => {
    for (const interval of ['7', 7]) {
      const { settings } = await rowOf(await made(changed({}, { attempts: { id: 3, title: '3' }, interval })))
      assert.equal(settings.retry.rules.length, 1)
      assert.deepEqual([settings.retry.rules[0].tries, settings.retry.rules[0].intervalsSeconds], [2, [420]])
      assert.ok(!settings.retry.rules[0].on.includes('answered'))
    }
  })

  test('no phones make an empty campaign; phones of a later request go in once', async () => {
    const { phones: _, ...empty } = printedCampaign()
    const id = await made(empty)
    assert.equal((await rowOf(id)).people, 0)
    const more = { phones: [{ phone: '8 (495) 123-45-67', add_data: { debt: '12,5' } }, { phone: '+74951234567' }] }
    const first = await is74.ask('POST', `/api/campaigns/${id}/phones`, more)
    assert.deepEqual([first.status, first.body], [200, { campaign: { id }, accepted: 1, duplicates: 1 }])
    const second = await is74.ask('POST', `/api/campaigns/${id}/phones`, more)
    assert.deepEqual(second.body, { campaign: { id }, accepted: 0, duplicates: 2 })
    const { rows } = await database.pool.query('select variables from contact where campaign_id = $1', [
      (await rowOf(id)).id,
    ])
    assert.deepEqual(rows, [{ variables: { debt: 12.5 } }])
    const wrong = await is74.ask('POST', `/api/campaigns/${id}/phones`, {
      phones: [{ phone: '+74951234568' }, { phone: 'x', add_data: { debt: 'much' } }, {}],
    })
    assert.equal(wrong.status, 400)
    assert.deepEqual(Object.keys(wrong.body.errors as object).toSorted(), [
      ...['phones.1.add_data.debt', 'phones.1.phone', 'phones.2.phone'],
    ])
    assert.equal((await rowOf(id)).people, 1, 'all or none')
    assert.equal((await is74.ask('POST', '/api/campaigns/99999/phones', more)).status, 404)
  })

  const required = ['project_id', 'start_block_id', 'phone_id', 'schedule']
  const ofSchedule = ['date', 'start_time', 'end_time', 'periods', 'attempts', 'interval']
  const refused: Readonly<Record<string, readonly [body: unknown, ...fields: string[]]>> = {
    'an empty object': [{}, 'campaign'],
    'a campaign of nothing': [{ campaign: {} }, ...required.map((name) => `campaign.${name}`)],
    'a schedule of nothing': [changed({ schedule: {} }), ...ofSchedule.map((name) => `campaign.schedule.${name}`)],
    'ids in text': [
      changed({ project_id: '1', start_block_id: '10', phone_id: '5' }),
      ...['project_id', 'start_block_id', 'phone_id'].map((name) => `campaign.${name}`),
    ],
    'ids that nothing has': [
      changed({ project_id: 77, start_block_id: 77, phone_id: 77 }),
      ...['project_id', 'start_block_id', 'phone_id'].map((name) => `campaign.${name}`),
    ],
    'things of another project': [
      changed({ start_block_id: 20, phone_id: 6 }),
      'campaign.start_block_id',
      'campaign.phone_id',
    ],
    'a day that there is not': [changed({}, { date: '2026-02-30' }), 'campaign.schedule.date'],
    'a day in another form': [changed({}, { date: '01.03.2026' }), 'campaign.schedule.date'],
    'hours beyond the day': [
      changed({}, { start_time: '9:00', end_time: '24:30' }),
      'campaign.schedule.start_time',
      'campaign.schedule.end_time',
    ],
    'a start in another form, and an end that nothing is wrong with': [
      changed({}, { start_time: '9:00' }),
      'campaign.schedule.start_time',
    ],
    'an end before the start': [changed({}, { start_time: '17:00', end_time: '09:00' }), 'campaign.schedule.end_time'],
    'another period': [
      changed({}, { periods: { id: 2, title: 'Ежедневно' } }),
      'campaign.schedule.periods.id',
      'campaign.schedule.periods.title',
    ],
    'no attempt': [changed({}, { attempts: { id: 0, title: '0' } }), 'campaign.schedule.attempts.id'],
    'six attempts': [changed({}, { attempts: { id: 6, title: '6' } }), 'campaign.schedule.attempts.id'],
    'a title that is not the id': [
      changed({}, { attempts: { id: 2, title: '3' } }),
      'campaign.schedule.attempts.title',
    ],
    'a title that is a number': [changed({}, { attempts: { id: 2, title: 2 } }), 'campaign.schedule.attempts.title'],
    'an interval in words': [changed({}, { interval: 'five' }), 'campaign.schedule.interval'],
    'an interval below zero': [changed({}, { interval: -1 }), 'campaign.schedule.interval'],
    'phones that are no list': [withPhones({ phone: '+79999999999' }), 'phones'],
    'a phone that is no text': [withPhones([{ phone: 79999999999 }]), 'phones.0.phone'],
    'a phone that is none': [withPhones([{ phone: '+74951234567' }, { phone: 'anna' }]), 'phones.1.phone'],
    'data that is no object': [withPhones([{ phone: '+79999999999', add_data: [1] }]), 'phones.0.add_data'],
    'data that a parameter cannot take': [
      withPhones([{ phone: '+74951234567' }, { phone: '+79999999999', add_data: { debt: 'much', time: {} } }]),
      'phones.1.add_data.time',
      'phones.1.add_data.debt',
    ],
    'mistakes of form, of ids and of people at once': [
      {
        ...changed({ project_id: 77, phone_id: 77 }, { interval: '' }),
        phones: [
          {},
          { phone: 'anna', add_data: { debt: 'much' } },
          5,
          { phone: '+79999999999', add_data: { time: {} } },
        ],
      },
      ...['campaign.project_id', 'campaign.phone_id', 'campaign.schedule.interval', 'phones.0.phone', 'phones.1.phone'],
      ...['phones.1.add_data.debt', 'phones.2', 'phones.3.add_data.time'],
    ],
  }
  for (const [what, [body, ...fields]] of Object.entries(refused))
    test(`${what}: refused by name, and nothing is made`, async () => {
      const earlier = await counts()
      const answer = await is74.ask('POST', '/api/campaigns', body)
      assert.equal(answer.status, 400, answer.text)
      assert.deepEqual(Object.keys(answer.body.errors as object).toSorted(), fields.toSorted())
      assert.equal(typeof answer.body.message, 'string')
      for (const [field, told] of Object.entries(answer.body.errors as object)) assert.equal(told.length, 1, field)
      assert.deepEqual(await counts(), earlier)
    })

  test('bad JSON, lists, bad tokens and unknown ids in the path have their status', async () => {
    const post = (body: unknown, authorization?: string) => is74.ask('POST', '/api/campaigns', body, authorization)
    for (const body of ['{"campaign": {},}', '[]', 'null', '', '// x'])
      assert.equal((await post(body)).status, 400, body)
    for (const authorization of ['', 'Bearer', 'Bearer nothing', `Basic ${token}`, token])
      assert.equal((await post(printedCampaign(), authorization)).status, 401, authorization)
    for (const url of ['/api/campaigns/0', '/api/campaigns/x', '/api/campaigns/99999', '/api/campaigns/9e9'])
      assert.equal((await is74.ask('GET', url)).status, 404, url)
    assert.equal((await is74.ask('POST', '/api/analytics/77/report', printedReport())).status, 404)
    assert.equal((await is74.ask('GET', '/api/phones?project_id=77')).status, 404)
    assert.equal((await is74.ask('GET', '/api/campaigns?project_id=77')).status, 404)
    for (const query of [
      'limit=x',
      'limit=0',
      'limit=201',
      'limit=1e1',
      'limit=',
      'limit=1&limit=2',
      'after=-1',
      'project_id=1.5',
    ])
      assert.equal((await is74.ask('GET', `/api/campaigns?${query}`)).status, 400, query)
  })

  test("another workspace's ids are ids that nobody has, in bodies and in paths", async () => {
    const { scenarios, trunks } = is74Provisioning(5060) as { scenarios: Json[]; trunks: Json[] }
    const startBlocks = [{ id: 'start', name: 'S', next: 'end', externalIds: { is74: 1_010 } }]
    await applyProvisioning(is74.deps, {
      ...{ workspace: { name: 'Elsewhere', timeZone: 'UTC', country: 'RU', maxCalls: 5, callsPerSecond: 5 }, trunks },
      numbers: [{ name: 'N', phone: '+74951110066', trunk: 'Line', externalIds: { is74: 1_005 } }],
      scenarios: [{ ...scenarios[1], externalIds: { is74: 1_951 }, startBlocks }],
      projects: [{ name: 'P', externalIds: { is74: 1_001 } }],
    })
    const answer = await is74.ask(
      ...(['POST', '/api/campaigns', changed({ project_id: 1_001, start_block_id: 1_010, phone_id: 1_005 })] as const),
    )
    assert.deepEqual(answer.body.errors, {
      'campaign.project_id': ['there is no project 1001'],
      'campaign.start_block_id': ['there is no start block 1010'],
      'campaign.phone_id': ['there is no phone 1005'],
    })
    const { analytics_filter } = printedReport()
    const report = { analytics_filter: { ...analytics_filter, scenario_id: 1_951, start_block_id: 1_010 } }
    const told = (await is74.ask('POST', '/api/analytics/1/report', report)).body.errors as Json
    assert.deepEqual(told['analytics_filter.scenario_id'], ['there is no scenario 1951'])
    assert.deepEqual(told['analytics_filter.start_block_id'], ['there is no start block 1010'])
    for (const url of [
      '/api/phones?project_id=1001',
      '/api/analytics/1001/columns',
      '/api/analytics/1/columns?scenario_id=1951',
    ])
      assert.equal((await is74.ask('GET', url)).status, 404, url)
  })

  test('one Idempotency-Key makes one campaign, also of two requests at once', async () => {
    const ask = async () => {
      const answer = await is74.app.inject({
        ...{ method: 'POST', url: '/api/campaigns', payload: printedCampaign() },
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'once' },
      })
      return answer.json().campaign.id
    }
    const earlier = await counts()
    const ids = await Promise.all([ask(), ask(), ask()])
    assert.equal(new Set(ids).size, 1)
    assert.equal((await counts()).campaigns, earlier.campaigns + 1)
  })

  test('phones that come several times at once, while it is paused and started, double nobody', async () => {
    const { phones: _, ...empty } = printedCampaign()
    const id = await made(empty)
    const phones = Array.from({ length: 50 }, (_, at) => ({ phone: `+7495123${String(1_000 + at)}` }))
    const uploads = [phones, phones.toReversed(), phones, phones.slice(20)].map((list) =>
      is74.ask('POST', `/api/campaigns/${id}/phones`, { phones: list }),
    )
    const steered = ['pause', 'start', 'pause', 'start'].map((action) =>
      is74.ask('POST', `/api/campaigns/${id}/${action}`),
    )
    const answers = await Promise.all([...uploads, ...steered])
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    const accepted = answers.reduce((sum, { body }) => sum + Number(body.accepted ?? 0), 0)
    assert.deepEqual([accepted, (await rowOf(id)).people], [50, 50])
  })

  test('the login gives a token that works; a wrong one gives none', async () => {
    const { status, body } = await is74.ask('POST', '/login', person, '')
    assert.equal(status, 200)
    assert.equal((await is74.ask('GET', '/api/projects', undefined, `Bearer ${body.token}`)).status, 200)
    assert.equal((await is74.ask('POST', '/login', { ...person, password: 'wrong' }, '')).status, 401)
    assert.deepEqual(Object.keys((await is74.ask('POST', '/login', {}, '')).body.errors as object), [
      'login',
      'password',
    ])
  })

  test('lists tell every id that a request needs', async () => {
    const get = async (url: string) => (await is74.ask('GET', url)).body
    assert.deepEqual(await get('/api/projects'), {
      projects: [
        { id: 2, name: 'Open', scenario_ids: [], phone_ids: [] },
        { id: 1, name: 'Surveys', scenario_ids: [951], phone_ids: [5] },
      ],
    })
    assert.deepEqual(await get('/api/phones?project_id=1'), {
      phones: [{ id: 5, phone: '+74951110005', name: 'Survey' }],
    })
    assert.equal(((await get('/api/phones?project_id=2')).phones as unknown[]).length, 2)
    const { scenarios } = (await get('/api/scenarios?project_id=1')) as {
      scenarios: { id: number; start_blocks: { id: number; name: string; parameters: Json[] }[] }[]
    }
    assert.deepEqual([scenarios.length, scenarios[0]?.id], [1, 951])
    const [first, second] = scenarios[0]?.start_blocks ?? []
    assert.deepEqual([first?.id, first?.name, first?.parameters.length], [10, 'Опрос', 3])
    // It had none: the next number that is free, the same each time, and good for a campaign.
    assert.ok(second !== undefined && second.id !== 10 && second.id !== 20)
    assert.deepEqual((await get('/api/scenarios?project_id=1')).scenarios, scenarios)
    assert.equal((await rowOf(await made(changed({ start_block_id: second.id })))).start_block, 'other')
  })

  test('a campaign is shown as it was given, with its state and how far it is; it is paused, started and stopped', async () => {
    const id = await made()
    const shown = (await is74.ask('GET', `/api/campaigns/${id}`)).body.campaign as Json & { progress: Json }
    const { campaign } = printedCampaign()
    for (const name of ['project_id', 'name', 'description', 'start_block_id', 'schedule', 'phone_id'])
      assert.deepEqual(shown[name], campaign[name], name)
    assert.deepEqual([shown.id, shown.scenario_id, shown.progress.total, shown.progress.attempts], [id, 951, 1, 0])
    const steer = async (action: string) => (await is74.ask('POST', `/api/campaigns/${id}/${action}`)).body.campaign
    assert.deepEqual(await steer('pause'), { id, state: 'Приостановлено', status: 'paused' })
    assert.notEqual(((await steer('start')) as Json).status, 'paused')
    assert.deepEqual(await steer('stop'), { id, state: 'Остановлено', status: 'stopped' })
    assert.equal((await is74.ask('POST', `/api/campaigns/${id}/start`)).status, 400)
    const late = await is74.ask('POST', `/api/campaigns/${id}/phones`, { phones: [{ phone: '+74951234568' }] })
    assert.deepEqual([late.status, (await rowOf(id)).people], [400, 1], 'nobody would ever call them')
    const list = (await is74.ask('GET', '/api/campaigns?limit=2')).body as { campaigns: Json[]; next: number }
    assert.deepEqual([list.campaigns[0]?.id, list.campaigns.length], [id, 2])
    const next = (await is74.ask('GET', `/api/campaigns?limit=2&after=${list.next}`)).body as { campaigns: Json[] }
    assert.ok(Number(next.campaigns[0]?.id) < list.next)
    assert.deepEqual((await is74.ask('GET', '/api/campaigns?project_id=2')).body.campaigns, [])
  })

  test('the native API shows the same campaign in our words', async () => {
    const { id } = await rowOf(await made())
    const { body } = await is74.ask('GET', `/dialwright/v1/campaigns/${id}`)
    assert.deepEqual([body.dialect, body.startBlock, body.name], ['is74', 'start', 'Обзвон клиентов'])
  })

  test('no body of any shape ends in a 5xx or in half a campaign', async () => {
    const nasty = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        null,
        '',
        0,
        -1,
        1e308,
        2 ** 53,
        '\u0000',
        '\ud800',
        [],
        {},
        '__proto__',
        '9'.repeat(400),
      ),
    )
    const places = [
      ...['campaign', 'phones', 'campaign.schedule', 'campaign.name', 'phones.0', 'phones.0.add_data'],
      ...required.map((name) => `campaign.${name}`),
      ...ofSchedule.map((name) => `campaign.schedule.${name}`),
      ...['phones.0.phone', 'phones.0.add_data.debt', 'campaign.schedule.attempts.id', 'campaign.schedule.periods.id'],
    ]
    const put = (body: unknown, [head = '', ...rest]: string[], value: unknown): unknown => {
      if (typeof body !== 'object' || body === null) return body
      const copy = (Array.isArray(body) ? [...body] : { ...body }) as Record<string, unknown>
      copy[head] = rest.length === 0 ? value : put(copy[head], rest, value)
      return copy
    }
    const changes = fc.array(fc.tuple(fc.constantFrom(...places), nasty), { minLength: 1, maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(changes, async (changes) => {
        const body = changes.reduce<unknown>(
          (now, [place, value]) => put(now, place.split('.'), value),
          printedCampaign(),
        )
        const earlier = await counts()
        const { status, text } = await is74.ask('POST', '/api/campaigns', body)
        assert.ok(status < 500, text)
        const later = await counts()
        assert.equal(later.campaigns, earlier.campaigns + (status === 200 ? 1 : 0))
        assert.equal(later.campaigns, later.paces)
        if (status !== 200) assert.deepEqual(later, earlier)
      }),
      { numRuns: Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 150), seed: 74 },
    )
  })
})
