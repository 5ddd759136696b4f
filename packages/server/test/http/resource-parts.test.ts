/** Operators, tags, projects, voices and start blocks: what is within a thing keeps its identity, and what is needed stays. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { transaction } from '../../src/adapters/postgres/pool.ts'
import { integerIdOf } from '../../src/resources/integer-id.ts'
import { startBlockByExternalId } from '../../src/resources/start-block.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { examples, makeResources } from './resource-surface.ts'
import { campaign, type HttpGround, type Ids, native, openHttp, task, tokenOf } from './surface.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Json = Record<string, unknown>
type Tags = { id: string; name: string; externalIds: Json; tags: { id: string; name: string; externalIds: Json }[] }[]

describe('parts of resources', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let ids: Ids
  let workspaceId: string
  const owner = tokenOf('own', 'owner')
  before(async () => {
    http = await openHttp(database.pool)
    const made = await ask('POST', '/api/cis/beta/tasks', task)
    ids = await makeResources(http.app, owner, { campaign: made.json().id, call: '' })
    workspaceId = (await database.pool.query("select id from workspace where name = 'Demo'")).rows[0]?.id
  })
  after(() => http.close())

  const ask = (method: Method, url: string, payload?: object) =>
    http.app.inject({
      method,
      url: url.startsWith('/') ? url : `${native}/${url}`,
      headers: { authorization: `Bearer ${owner}` },
      ...(payload === undefined ? {} : { payload }),
    })
  const make = async (path: string, more: object = {}) => {
    const answer = await ask('POST', path, { ...examples[path]?.made(ids), ...more })
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  const change = async (path: string, given: object) => {
    const answer = await ask('PATCH', path, given)
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }
  const pointers = async (method: Method, path: string, given: object): Promise<string[]> => {
    const answer = await ask(method, path, given)
    assert.equal(answer.statusCode, 422, answer.body)
    return answer.json().errors.map(({ pointer }: { pointer: string }) => pointer)
  }
  const usersOf = async (path: string): Promise<string[]> => {
    const answer = await ask('DELETE', path)
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'in-use'], answer.body)
    return answer.json().usedBy.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`)
  }
  const idsOf = async (id: string): Promise<number> =>
    (await database.pool.query('select count(*)::int as n from external_id where resource_id = $1', [id])).rows[0]?.n

  test('an operator keeps his row while his phone is in the group; softphones are refused by name', async () => {
    const group = await make('operatorGroups')
    const [anna, boris] = group.operators
    const operators = [
      { name: 'Clara', phone: '74951110003' },
      { name: 'Boris himself', phone: '+74951110002' },
    ]
    const later = await change(`operatorGroups/${group.id}`, { operators })
    assert.deepEqual(
      later.operators.map(({ name, phone }: Json) => [name, phone]),
      [
        ['Clara', '74951110003'],
        ['Boris himself', '74951110002'],
      ],
    )
    assert.equal(later.operators[1].id, boris.id)
    assert.notEqual(later.operators[0].id, anna.id)
    const soft = { name: 'soft', operators: [{ name: 'Anna', sip: { user: 'anna', password: 'x' } }] }
    const refusal = await ask('POST', 'operatorGroups', soft)
    assert.equal(refusal.statusCode, 422)
    assert.match(refusal.body, /sip of an operator is not yet in effect/)
    const twice = { name: 'twice', operators: [operators[0], { name: 'same', phone: '+74951110003' }] }
    assert.deepEqual(await pointers('POST', 'operatorGroups', twice), ['/operators/1/phone'])
    assert.deepEqual(await pointers('POST', 'operatorGroups', { name: 'none', operators: [] }), ['/operators'])
    assert.deepEqual(await pointers('PATCH', `operatorGroups/${group.id}`, { number: 'nobody' }), ['/number'])
    const taken = await ask('POST', 'operatorGroups', { ...examples.operatorGroups?.made(ids), code: group.code })
    assert.deepEqual([taken.statusCode, taken.json().errors[0].pointer], [409, '/code'])
  })

  test('a group stays while a campaign hands its calls to it, and the number that it calls by stays with it', async () => {
    const number = await make('numbers')
    const group = await make('operatorGroups', { number: number.id })
    assert.deepEqual(await usersOf(`numbers/${number.id}`), [`operator group ${group.name}`])
    const job = (await ask('POST', 'campaigns', { ...campaign, name: 'hands over' })).json()
    await database.pool.query(
      `update campaign set settings = settings || jsonb_build_object('redirect', jsonb_build_object('to', 'operator-group', 'groupId', $2::text)) where id = $1`,
      [job.id, group.id],
    )
    assert.deepEqual(await usersOf(`operatorGroups/${group.id}`), ['campaign hands over'])
    assert.equal((await ask('DELETE', `campaigns/${job.id}`)).statusCode, 204)
    const handsOver = (to: object) => [
      { id: 'wait', type: 'transfer', to, noAnswer: 'end' },
      { id: 'end', type: 'hangup' },
    ]
    await change(`operatorGroups/${group.id}`, { externalIds: { omicall: 'ring-9' } })
    for (const reference of [group.id, group.name, 'ring-9', { omicall: 'ring-9' }]) {
      const scenario = await make('scenarios', { blocks: handsOver({ operatorGroup: reference }) })
      assert.deepEqual(scenario.blocks[0].to, { operatorGroup: group.id })
      assert.deepEqual(await usersOf(`operatorGroups/${group.id}`), [`scenario ${scenario.name}`])
      assert.equal((await ask('DELETE', `scenarios/${scenario.id}`)).statusCode, 204)
    }
    const lost = { ...examples.scenarios?.made(ids), blocks: handsOver({ operatorGroup: 'nobody' }) }
    assert.deepEqual(await pointers('POST', 'scenarios', lost), ['/blocks/0/to/operatorGroup'])
    const itself = await make('scenarios', { name: 'again', blocks: handsOver({ scenario: 'again' }) })
    const other = await make('scenarios', { blocks: handsOver({ scenario: 'again' }) })
    assert.deepEqual([itself.blocks[0].to, other.blocks[0].to], [{ scenario: itself.id }, { scenario: itself.id }])
    assert.deepEqual(await usersOf(`scenarios/${itself.id}`), [`scenario ${other.name}`])
    const dialplan = await make('dialplans')
    const by = await make('scenarios', { blocks: handsOver({ dialplan: dialplan.name, number: '74951110009' }) })
    assert.deepEqual(await usersOf(`dialplans/${dialplan.id}`), [`scenario ${by.name}`])
    assert.equal((await ask('DELETE', `operatorGroups/${group.id}`)).statusCode, 204)
    assert.equal((await ask('DELETE', `numbers/${number.id}`)).statusCode, 204)
    const { rows } = await database.pool.query('select from operator where group_id = $1', [group.id])
    assert.equal(rows.length, 0)
  })

  test('a tag keeps its row and its ids wherever it moves, is renamed by its id, and loses an id by null', async () => {
    const scene = await make('tagScenes', {
      groups: [
        {
          name: 'one',
          externalIds: { yunfu: 1 },
          tags: [{ name: 'a', externalIds: { yunfu: 11, twin: 'A' } }, { name: 'b' }],
        },
        { name: 'two', tags: [{ name: 'c' }] },
      ],
    })
    const [one, two]: Tags = scene.groups
    const later = await change(`tagScenes/${scene.id}`, {
      groups: [
        { name: 'two', tags: [{ name: 'renamed', externalIds: { yunfu: 11, twin: null } }, { name: 'c' }] },
        { name: 'uno', externalIds: { yunfu: 1 }, tags: [{ name: 'a' }, { name: 'b', externalIds: { yunfu: 12 } }] },
      ],
    })
    const [first, second]: Tags = later.groups
    assert.deepEqual([first?.id, second?.id], [two?.id, one?.id])
    assert.deepEqual([second?.name, second?.externalIds], ['uno', { yunfu: '1' }])
    assert.deepEqual([first?.tags[0]?.id, first?.tags[0]?.externalIds], [one?.tags[0]?.id, { yunfu: '11' }])
    assert.equal(first?.tags[1]?.id, two?.tags[0]?.id)
    assert.notEqual(second?.tags[0]?.id, one?.tags[0]?.id, 'the name alone is free again')
    assert.deepEqual([second?.tags[1]?.id, second?.tags[1]?.externalIds], [one?.tags[1]?.id, { yunfu: '12' }])
    assert.deepEqual(
      await pointers('POST', 'tagScenes', {
        name: 'takes',
        groups: [{ name: 'g', externalIds: { yunfu: 1 }, tags: [{ name: 't', externalIds: { yunfu: 11 } }] }],
      }),
      ['/groups/0/externalIds/yunfu', '/groups/0/tags/0/externalIds/yunfu'],
    )
    assert.deepEqual(
      await pointers('PATCH', `tagScenes/${scene.id}`, {
        groups: [
          { name: 'g', tags: [{ name: 't' }] },
          { name: 'g', tags: [{ name: 't' }] },
        ],
      }),
      ['/groups/1/name', '/groups/1/tags/0/name'],
    )
    assert.equal((await ask('DELETE', `tagScenes/${scene.id}`)).statusCode, 204)
    for (const { id, tags } of later.groups)
      for (const part of [id, ...tags.map((tag: Json) => tag.id)]) assert.equal(await idsOf(part), 0)
  })

  test('a scenario puts the tags of its scene and no others; what it puts stays, and so does the scene', async () => {
    const scene = await make('tagScenes')
    const blocks = (...tags: string[]) => [
      { id: 'wait', type: 'mark', tags, next: 'end' },
      { id: 'end', type: 'hangup' },
    ]
    const given = {
      ...examples.scenarios?.made(ids),
      tagScene: scene.name,
      blocks: blocks('glad', 'lost', 'call back'),
    }
    assert.deepEqual(await pointers('POST', 'scenarios', given), ['/blocks/0/tags/1'])
    assert.deepEqual(await pointers('POST', 'scenarios', { ...given, tagScene: { yunfu: 99 } }), ['/tagScene'])
    const scenario = await make('scenarios', { tagScene: scene.name, blocks: blocks('glad') })
    assert.equal(scenario.tagScene, scene.id)
    assert.deepEqual(await pointers('PATCH', `scenarios/${scenario.id}`, { blocks: blocks('lost') }), [
      '/blocks/0/tags/0',
    ])
    const [listed] = (await ask('GET', `scenarios?tagScene=${scene.id}`)).json().items
    assert.deepEqual(
      [listed.id, listed.tagScene, listed.allByVoice, listed.default],
      [scenario.id, scene.id, true, true],
    )
    const without = await ask('PATCH', `tagScenes/${scene.id}`, { groups: [{ name: 'mood', tags: [{ name: 'sad' }] }] })
    assert.equal(without.statusCode, 422, without.body)
    assert.match(without.body, new RegExp(`the scenario .*${scenario.name}.* puts the tag .*glad`))
    assert.deepEqual((await ask('GET', `tagScenes/${scene.id}`)).json(), scene, 'nothing is half changed')
    assert.deepEqual(await usersOf(`tagScenes/${scene.id}`), [`scenario ${scenario.name}`])
    const free = await change(`scenarios/${scenario.id}`, { tagScene: null, blocks: blocks('anything') })
    assert.equal(free.tagScene, null)
    assert.equal((await ask('DELETE', `tagScenes/${scene.id}`)).statusCode, 204)
  })

  test('a flag that says what holds anyway makes no version', async () => {
    const scenario = await make('scenarios', { allByVoice: false, default: false, tagScene: undefined })
    assert.deepEqual([scenario.allByVoice, scenario.default, scenario.version], [false, false, 1])
    assert.equal((await change(`scenarios/${scenario.id}`, { allByVoice: false })).version, 1)
    const flagged = await change(`scenarios/${scenario.id}`, { allByVoice: true, default: true })
    assert.deepEqual([flagged.allByVoice, flagged.default, flagged.version], [true, true, 2])
    const back = await change(`scenarios/${scenario.id}`, { allByVoice: null, default: false })
    assert.deepEqual([back.allByVoice, back.default, back.version], [false, false, 3])
  })

  test('a project keeps its scenarios and numbers from being taken away, and has each once', async () => {
    const [scenario, number] = [await make('scenarios'), await make('numbers')]
    const project = await make('projects', { scenarios: [scenario.name], numbers: [number.id] })
    assert.deepEqual([project.scenarios, project.numbers], [[scenario.id], [number.id]])
    for (const path of [`scenarios/${scenario.id}`, `numbers/${number.id}`])
      assert.deepEqual(await usersOf(path), [`project ${project.name}`])
    const { items } = (await ask('GET', `projects?scenario=${scenario.id}&number=${number.id}`)).json()
    assert.deepEqual(
      items.map(({ id }: Json) => id),
      [project.id],
    )
    assert.deepEqual(
      await pointers('PATCH', `projects/${project.id}`, { scenarios: [scenario.id, scenario.name], numbers: ['lost'] }),
      ['/scenarios/1', '/numbers/0'],
    )
    assert.equal((await ask('DELETE', `projects/${project.id}`)).statusCode, 204)
    for (const path of [`scenarios/${scenario.id}`, `numbers/${number.id}`])
      assert.equal((await ask('DELETE', path)).statusCode, 204)
  })

  test('a voice that scenarios name keeps its name; other providers are refused by name', async () => {
    const voice = await make('voices')
    const scenario = await make('scenarios')
    await database.pool.query(
      `update scenario_version set definition = jsonb_set(definition, '{blocks,0}', $2) where scenario_id = $1`,
      [scenario.id, JSON.stringify({ id: 'wait', type: 'say', text: 'Hello', voice: voice.name, next: 'end' })],
    )
    assert.deepEqual(await usersOf(`voices/${voice.id}`), [`scenario ${scenario.name}`])
    assert.equal((await ask('PATCH', `voices/${voice.id}`, { name: 'another' })).statusCode, 409)
    assert.equal((await change(`voices/${voice.id}`, { name: voice.name, speed: 2 })).speed, 2)
    assert.equal((await ask('DELETE', `scenarios/${scenario.id}`)).statusCode, 204)
    assert.equal((await change(`voices/${voice.id}`, { name: 'another voice' })).name, 'another voice')
    const other = await ask('POST', 'voices', { ...examples.voices?.made(ids), provider: 'openai' })
    assert.equal(other.statusCode, 422)
    assert.match(other.body, /other providers are not yet in effect/)
    for (const wrong of [{ speed: 0.4 }, { speed: 2.1 }, { voice: '-x' }, { voice: '../en' }, { language: 'English!' }])
      assert.equal((await ask('PATCH', `voices/${voice.id}`, wrong)).statusCode, 422, JSON.stringify(wrong))
  })

  test('start blocks are found by their ids at vendors, exchange them, keep those given on demand, and lose them when they go', async () => {
    const block = (id: string, is74?: number) => ({
      ...{ id, name: id, next: 'wait', parameters: [] },
      ...(is74 === undefined ? {} : { externalIds: { is74 } }),
    })
    const at = (id: number) => startBlockByExternalId(database.pool, workspaceId, 'is74', id)
    const scenario = await make('scenarios', { startBlocks: [block('main', 910), block('short', 911), block('late')] })
    assert.deepEqual(await at(910), { scenarioId: scenario.id, startBlock: 'main' })
    assert.deepEqual(await at(911), { scenarioId: scenario.id, startBlock: 'short' })
    const given = await transaction(database.pool, (connection) =>
      integerIdOf(connection, workspaceId, 'is74', 'start-block', scenario.id, 'late'),
    )
    const shown = (await ask('GET', `scenarios/${scenario.id}`)).json()
    assert.deepEqual(
      shown.startBlocks.map(({ externalIds }: Json) => externalIds),
      [{ is74: 910 }, { is74: 911 }, { is74: String(given) }],
    )
    const other = { ...examples.scenarios?.made(ids), startBlocks: [block('main', 910)] }
    assert.deepEqual(await pointers('POST', 'scenarios', other), ['/startBlocks/0/externalIds/is74'])
    const startBlocks = [block('main', 911), block('short', 910), block('late')]
    assert.equal((await change(`scenarios/${scenario.id}`, { startBlocks })).version, 2)
    assert.deepEqual([(await at(910))?.startBlock, (await at(911))?.startBlock], ['short', 'main'])
    assert.equal((await at(given))?.startBlock, 'late')
    assert.equal((await change(`scenarios/${scenario.id}`, { startBlocks })).version, 2)
    await change(`scenarios/${scenario.id}`, { startBlocks: [block('main', 911)] })
    assert.deepEqual([await at(910), await at(given)], [null, null])
    assert.equal((await ask('DELETE', `scenarios/${scenario.id}`)).statusCode, 204)
    assert.equal(await at(911), null)
  })
})
