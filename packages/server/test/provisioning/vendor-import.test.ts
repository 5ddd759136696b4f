/** Lists that a vendor's API prints become a document; with a trunk, and what no list tells, its ids lead to the same things elsewhere. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp, tokenOf } from '../http/surface.ts'
import { type Json, wav } from './ground.ts'

type Draft = { readonly section: string; readonly item: Json; readonly needs: readonly string[] }
type Brought = { readonly document: Json; readonly drafts: readonly Draft[]; readonly notes: readonly string[] }

const workspace = { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 }
const talk = { startBlocks: [{ id: 'start', name: 'Start', next: 'end' }], blocks: [{ id: 'end', type: 'hangup' }] }
const uuids = ['44e62ac6-6c08-4ad1-923d-5ee3299dd731', 'd71c9c44-e942-4c6c-9ccc-ea5a043efb71']
const here = { trunk: 'Carrier in the box' }

/** An account at each vendor, in which everything has the vendor's own ids, and its lists. */
const accounts: Readonly<
  Record<string, { readonly sections: Json; readonly lists: Readonly<Record<string, string>> }>
> = {
  twin: {
    sections: {
      numbers: [{ name: 'Продажи', phone: '74951110001', ...here, externalIds: { twin: 'n-1' } }],
      callerIdGroups: [{ name: 'Группа', numbers: ['Продажи'], externalIds: { twin: 'g-1' } }],
      dialplans: [{ name: 'План', routes: [{ prefix: '', trunks: [here.trunk] }], externalIds: { twin: uuids[1] } }],
      scenarios: [{ name: 'Бот', language: 'ru', ...talk, externalIds: { twin: uuids[0] } }],
    },
    lists: Object.fromEntries(
      ['bots', 'dialplans', 'aonNumbers', 'aonGroups'].map((name) => [`${name}.json`, `/api/cis/beta/${name}`]),
    ),
  },
  yunfu: {
    sections: {
      numbers: [
        {
          ...{ name: '尊享一', phone: '74951110002', ...here, maxCalls: 7, validFrom: '2019-12-17T16:00:00Z' },
          externalIds: { yunfu: '37d73edf-4628-4cf1-8beb-758433fd0aab' },
        },
      ],
      operatorGroups: [
        {
          ...{ name: '组2', number: '尊享一', externalIds: { yunfu: 1 } },
          operators: [{ name: '客服', phone: '74952220001' }],
        },
      ],
      retryRules: [{ name: '测试重呼规则', remark: 'test', rules: {}, externalIds: { yunfu: 1 } }],
      timeGroups: [
        {
          ...{ name: '休息时间', zone: 'workspace', externalIds: { yunfu: '146979fe-3864-4817-ad76-13b37f43bb1c' } },
          forbid: [{ from: '12:00', to: '13:00' }],
        },
      ],
      scenarios: [{ name: '话术组', language: 'zh', allByVoice: true, ...talk, externalIds: { yunfu: 297 } }],
    },
    lists: { 'form.json': '/v1/task/create' },
  },
  is74: {
    sections: {
      numbers: [{ name: 'Опросы', phone: '+74951110005', ...here, externalIds: { is74: 5 } }],
      scenarios: [
        {
          ...talk,
          ...{ name: 'Опрос', language: 'ru', externalIds: { is74: 951 } },
          startBlocks: [
            {
              ...{ id: 'start', name: 'Начало', next: 'end', externalIds: { is74: 10 } },
              parameters: [
                { name: 'name', type: 'string', required: true },
                { name: 'debt', type: 'number', default: 5 },
              ],
            },
          ],
        },
      ],
      projects: [
        { name: 'Открытый', externalIds: { is74: 1 } },
        { name: 'Опросы', scenarios: [{ is74: 951 }], numbers: [{ is74: 5 }], externalIds: { is74: 2 } },
      ],
    },
    lists: { 'a.json': '/api/projects', 'b.json': '/api/scenarios', 'c.json': '/api/phones' },
  },
  omicall: {
    sections: {
      numbers: [
        { name: 'Hotline', phone: '74951110009', ...here, externalIds: { omicall: '60e79bf81b20043c4e7a68d9' } },
      ],
      audio: [
        {
          ...{ path: '/greetings/hello.mp3', name: 'Lời chào', file: wav() },
          externalIds: { omicall: '60e79bf81b20043c4e7a68d0' },
        },
      ],
      scenarios: [
        { name: 'Phím', code: '728341', language: 'vi', ...talk, externalIds: { omicall: '6491781136826a5f9ce62910' } },
      ],
    },
    lists: {
      'script.json': '/api/call_center/call_script/list',
      'greeting.json': '/api/call_center/greeting/list',
      'hotline.json': '/api/call_center/hotline/list',
    },
  },
}

/** What whoever moves writes into the drafts; nothing of it is in any list. */
const completed: Readonly<Record<string, Json>> = {
  trunks: { host: '127.0.0.1', port: 5070 },
  callerIdGroups: { numbers: ['Продажи'] },
  operatorGroups: { operators: [{ name: '客服', phone: '74952220001' }] },
  retryRules: { rules: {} },
  timeGroups: { forbid: [{ from: '12:00', to: '13:00' }] },
  audio: { file: wav() },
}

class Installation {
  #http: HttpGround | undefined

  async open(pool: Pool): Promise<void> {
    this.#http = await openHttp(pool)
  }

  async close(): Promise<void> {
    await this.#http?.close()
  }

  async ask(path: string, body?: unknown): Promise<{ status: number; body: Json }> {
    assert.ok(this.#http !== undefined)
    const answer = await this.#http.app.inject({
      method: body === undefined ? 'GET' : 'POST',
      url: path,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    return { status: answer.statusCode, body: answer.json() }
  }

  async done(path: string, body?: unknown): Promise<Json> {
    const answer = await this.ask(path, body)
    assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
}

/** The rows that name what the account has, without times, ours and the demo's own things. */
function listed(answer: Json, known: ReadonlySet<string>): Json[] {
  const rows: Json[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    else if (typeof value === 'object' && value !== null) {
      const row = value as Json
      if (typeof row.name === 'string' && known.has(row.name)) {
        const { created_at, updated_at, user_id, tag_scene_id, duration, ...rest } = row
        rows.push(rest)
      } else for (const one of Object.values(row)) walk(one)
    }
  }
  walk(answer)
  return rows
}

describe("a vendor's lists as a provisioning document", () => {
  const databases = [useTestDatabase(), useTestDatabase()]
  const [left, arrived] = [new Installation(), new Installation()]
  before(async () => {
    await left.open(databases[0]?.pool as Pool)
    await arrived.open(databases[1]?.pool as Pool)
  })
  after(async () => {
    await left.close()
    await arrived.close()
  })

  for (const [from, { sections, lists }] of Object.entries(accounts)) {
    test(`${from}: what its lists tell is applied once a trunk is there, and its ids name the same things`, async () => {
      await left.done(`${native}/provisioning/apply`, { workspace, ...sections })
      const names = new Set(
        Object.values(sections).flatMap((items) => (items as Json[]).map(({ name }) => String(name))),
      )
      const answers = await Promise.all(Object.values(lists).map((path) => left.done(path)))
      // The demo's own things are left behind: they are no part of this account.
      const only = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.filter((one) => typeof one?.name !== 'string' || names.has(one.name)).map(only)
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(
                Object.entries(value).map(([key, one]) => [key, key === 'start_blocks' ? one : only(one)]),
              )
            : value
      const files = Object.keys(lists).map((name, at) => ({ name, text: JSON.stringify(only(answers[at])) }))
      const trunk = `line of ${from}`
      const { document, drafts } = (await arrived.done(`${native}/provisioning/import`, {
        from,
        trunk,
        files,
      })) as Brought

      // As it stands it lacks the trunk, and nothing else.
      const bare = await arrived.ask(`${native}/provisioning/check`, document)
      assert.equal(bare.status, 422)
      for (const { message } of bare.body.errors as { message: string }[]) assert.match(message, new RegExp(trunk))
      const line = { name: trunk, host: '127.0.0.1', port: 5070 }
      await arrived.done(`${native}/provisioning/check`, { ...document, trunks: [line] })

      const whole: Record<string, unknown[]> = {}
      for (const { section, item, needs } of drafts) {
        assert.ok(needs.length > 0)
        const own = section === 'scenarios' ? { language: 'ru', ...talk } : completed[section]
        const startBlocks = (item.startBlocks as Json[] | undefined)?.map((block) => ({ ...block, next: 'end' }))
        whole[section] = [
          ...(whole[section] ?? (document[section] as unknown[] | undefined) ?? []),
          { ...item, ...own, ...(startBlocks ? { startBlocks } : {}) },
        ]
      }
      await arrived.done(`${native}/provisioning/apply`, { ...document, ...whole })
      for (const [at, path] of Object.values(lists).entries()) {
        const there = listed(answers[at] ?? {}, names)
        assert.ok(there.length > 0)
        assert.deepEqual(listed(await arrived.done(path), names), there, path)
      }
    })
  }

  test('numbers come as CSV too, with the groups that they are in', async () => {
    const text = '\uFEFFid;name;phone;group\nn-7;Один;+7 (495) 222-00-01;Север\nn-8;Два;74952220002;Север\n'
    const { document } = (await arrived.done(`${native}/provisioning/import`, {
      ...{ from: 'twin', files: [{ name: 'aonNumbers.csv', text }] },
    })) as Brought
    assert.deepEqual(document.numbers, [
      { name: 'Один', externalIds: { twin: 'n-7' }, phone: '+74952220001', trunk: 'carrier' },
      { name: 'Два', externalIds: { twin: 'n-8' }, phone: '74952220002', trunk: 'carrier' },
    ])
    assert.deepEqual(document.callerIdGroups, [{ name: 'Север', numbers: [{ twin: 'n-7' }, { twin: 'n-8' }] }])
    await arrived.done(`${native}/provisioning/check`, {
      ...document,
      trunks: [{ name: 'carrier', host: '127.0.0.1' }],
    })
  })

  const is74 = (files: Readonly<Record<string, unknown>>, from = 'is74') => ({
    from,
    files: Object.entries(files).map(([name, content]) => ({
      name,
      text: typeof content === 'string' ? content : JSON.stringify(content),
    })),
  })
  const opened = [{ id: 951, name: 'Опрос', start_blocks: [{ id: 10, name: 'Начало' }] }]

  test('is74: what a project uses is told by its row, by project_id, and by its campaigns', async () => {
    const { document, drafts, notes } = (await arrived.done(
      `${native}/provisioning/import`,
      is74({
        'projects.csv': 'id;name;phone_ids\n11;По строке;5 6\n12;По номеру;\n13;По обзвонам;\n14;Свободный;\n',
        'phones.csv':
          'id,name,phone,project_id\n5,A,74951110015,\n6,B,74951110016,12\n5,A,74951110015,12\n7,C,74951110017,\n',
        'x.json': {
          scenarios: [...opened, { id: 952, name: 'Другой', project_id: 12 }],
          campaigns: [
            { id: 1, project_id: 13, start_block_id: 10, phone_id: 7 },
            { id: 2, project_id: 13, scenario_id: 4, start_block_id: 77, phone_id: 78, schedule: null },
            { id: 3, project_id: 99, scenario_id: 951, phone_id: 5 },
            { id: 4, project_id: null, scenario_id: 951, phone_id: 5 },
          ],
        },
      }),
    )) as Brought
    assert.deepEqual(document.projects, [
      { name: 'По строке', externalIds: { is74: 11 }, numbers: [{ is74: 5 }, { is74: 6 }] },
      { name: 'Свободный', externalIds: { is74: 14 } },
    ])
    // Their scenarios are to be completed first.
    assert.deepEqual(
      drafts.filter(({ section }) => section === 'projects').map(({ item }) => item),
      [
        {
          ...{ name: 'По номеру', externalIds: { is74: 12 } },
          ...{ scenarios: [{ is74: 952 }], numbers: [{ is74: 6 }, { is74: 5 }] },
        },
        { name: 'По обзвонам', externalIds: { is74: 13 }, scenarios: [{ is74: 951 }], numbers: [{ is74: 7 }] },
      ],
    )
    assert.deepEqual([(document.numbers as Json[]).length, notes.length], [3, 2])
    await arrived.done(`${native}/provisioning/check`, {
      ...document,
      trunks: [{ name: 'carrier', host: '127.0.0.1' }],
    })
  })

  test('is74: mistakes in the files are told all at once, each by its file, row and field', async () => {
    const { status, body } = await arrived.ask(
      `${native}/provisioning/import`,
      is74({
        'projects.csv': 'id,name,scenario_ids,phone_ids\n1,A,951 x,5\nodin,B,,\n,C,,\n',
        'a.json': {
          scenarios: [...opened, { id: 952, start_blocks: [{ name: 'Без номера' }, 5] }, { id: 0 }, 'Опрос'],
          phones: { id: 5, phone: '74951110025' },
          campaigns: [{ project_id: '1', phone_id: 'пять' }],
        },
        'phones.json': [
          { id: 6, phone: '74951110026', project_id: 7 },
          { id: 7, project_id: [1] },
        ],
        'projects.json': [{ id: 8, scenario_ids: [951, 77, {}], phone_ids: { id: 5 } }],
      }),
    )
    assert.equal(status, 422)
    assert.deepEqual((body.errors as { pointer: string }[]).map(({ pointer }) => pointer).toSorted(), [
      '/files/0/0/phone_ids',
      '/files/0/0/scenario_ids',
      '/files/0/1/id',
      '/files/0/2/id',
      '/files/1/campaigns/0/phone_id',
      '/files/1/phones',
      '/files/1/scenarios/1/start_blocks/0/id',
      '/files/1/scenarios/1/start_blocks/1',
      '/files/1/scenarios/2/id',
      '/files/1/scenarios/3',
      '/files/2/0/project_id',
      '/files/2/1/project_id',
      '/files/3/0/phone_ids',
      '/files/3/0/scenario_ids/1',
      '/files/3/0/scenario_ids/2',
    ])
  })

  test('a file that is no list of the vendor is refused by its place, and nothing else is read out of it', async () => {
    for (const [name, text] of [
      ['x.json', '{'],
      ['x.json', '{"what": 1}'],
      ['x.json', '[1, null, "x"]'],
      ['x.csv', 'a,b\n1'],
      ['x.json', 'null'],
    ])
      for (const from of Object.keys(accounts)) {
        const answer = await arrived.ask(`${native}/provisioning/import`, { from, files: [{ name, text }] })
        const [first] = answer.body.errors as { pointer: string }[]
        assert.deepEqual([answer.status, first?.pointer], [422, '/files/0'], `${from} ${text}`)
      }
  })
})
