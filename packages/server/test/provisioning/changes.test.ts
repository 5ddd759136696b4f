/** What a document changes, and what it leaves: names that are exchanged, ids that move, secrets, routes, rules, two at a time. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import { login } from '../../src/access/login.ts'
import { tokenHash } from '../../src/access/token-value.ts'
import { transaction } from '../../src/adapters/postgres/pool.ts'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { integerIdOf } from '../../src/resources/integer-id.ts'
import { type Json, secrets, smallDocument, useInstallation, wav, wholeDocument } from './ground.ts'

describe('what a document changes', () => {
  const installation = useInstallation()
  const one = async (sql: string, values: readonly unknown[] = []): Promise<Json> =>
    (await installation.pool.query<Json>(sql, [...values])).rows[0] ?? {}
  const changes = (items: readonly { path: string; action: string; fields: readonly string[] }[]) =>
    items.filter(({ action }) => action !== 'leave').map(({ path, action, fields }) => [path, action, ...fields])
  const exported = async (name: string): Promise<Record<string, Json[]>> => JSON.parse(await installation.export(name))

  test('a check tells the fields that change, and applying it changes these alone', async () => {
    await installation.apply(smallDocument('Fields'))
    const document = smallDocument('Fields', {
      workspace: { name: 'Fields', timeZone: 'UTC', country: 'RU', maxCalls: 5 },
      trunks: [{ name: 'line', host: '127.0.0.1', port: 5080, maxCalls: 7, externalIds: { twin: 't' } }],
      numbers: [{ name: 'shown', phone: '79996662211', trunk: 'line', validUntil: '2027-01-01T00:00:00+03:00' }],
    })
    const expected = [
      ['/workspace', 'change', 'timeZone', 'maxCalls'],
      ['/trunks/0', 'change', 'port', 'maxCalls', 'externalIds'],
      ['/numbers/0', 'change', 'validUntil'],
    ]
    assert.deepEqual(changes((await installation.check(document)).items), expected)
    assert.deepEqual(changes((await installation.apply(document)).items), expected)
    assert.deepEqual(changes((await installation.apply(document)).items), [])
    const { trunks, numbers } = await exported('Fields')
    assert.deepEqual([trunks?.[0]?.port, trunks?.[0]?.maxCalls, trunks?.[0]?.externalIds], [5080, 7, { twin: 't' }])
    assert.equal(numbers?.[0]?.validUntil, '2026-12-31T21:00:00Z')
    const { limits } = await one(
      `select array_agg(p.owner_kind || coalesce(p.max_calls::text, '') order by p.owner_kind) as limits from pace p join workspace w on w.id = p.workspace_id where w.name = 'Fields'`,
    )
    assert.deepEqual(limits, ['number', 'trunk7', 'workspace5'])
  })

  test('things exchange their names and their external ids, found by id or by the ids they had', async () => {
    const trunk = (name: string, twin: string): Json => ({ name, host: '127.0.0.1', externalIds: { twin } })
    const only = (trunks: Json[]): Json => smallDocument('Exchange', { trunks, numbers: [], dialplans: [] })
    await installation.apply(only([trunk('a', '1'), trunk('b', '2')]))
    const before = await exported('Exchange')
    const idOf = (name: string) => before.trunks?.find((one) => one.name === name)?.id
    await installation.apply(only([trunk('b', '1'), trunk('a', '2')]))
    const names = await exported('Exchange')
    assert.deepEqual(
      names.trunks?.map(({ id, name }) => [id, name]),
      [
        [idOf('b'), 'a'],
        [idOf('a'), 'b'],
      ],
    )
    await installation.apply(
      only([
        { ...trunk('a', '1'), id: idOf('b') },
        { ...trunk('b', '2'), id: idOf('a') },
      ]),
    )
    const ids = await exported('Exchange')
    assert.deepEqual(
      ids.trunks?.map(({ id, externalIds }) => [id, externalIds]),
      [
        [idOf('b'), { twin: '1' }],
        [idOf('a'), { twin: '2' }],
      ],
    )
  })

  test('a password that is equal leaves its box; another one is sealed; none takes it away; null leaves it', async () => {
    const document = (more: Json): Json =>
      smallDocument('Sealed', { trunks: [{ name: 'line', host: '127.0.0.1', username: 'u', ...more }] })
    const box = async () =>
      (
        await one(
          `select password_box as box from trunk t join workspace w on w.id = t.workspace_id where w.name = 'Sealed'`,
        )
      ).box
    await installation.apply(document({ password: 'first' }))
    const first = await box()
    for (const same of [{ password: 'first' }, { password: null }]) {
      assert.deepEqual(changes((await installation.apply(document(same))).items), [])
      assert.deepEqual(await box(), first)
    }
    assert.deepEqual(changes((await installation.apply(document({ password: 'second' }))).items), [
      ['/trunks/0', 'change', 'password'],
    ])
    assert.notDeepEqual(await box(), first)
    await installation.apply(document({}))
    assert.equal(await box(), null)
    const { needs } = await installation.apply(document({ password: null }))
    assert.deepEqual(
      needs.map(({ path }) => path),
      ['/trunks/0/password'],
    )
  })

  test('a token keeps its row when its value or its name changes: the old value opens nothing any more', async () => {
    const token = (name: string, value: string): Json =>
      smallDocument('Tokens', { tokens: [{ name, value, role: 'analyst' }] })
    const kept = async () =>
      (
        await installation.pool.query<{ id: string; hash: Buffer; name: string }>(
          `select t.id, t.hash, t.name from api_token t join workspace w on w.id = t.workspace_id where w.name = 'Tokens'`,
        )
      ).rows
    await installation.apply(token('a', 'dw_first_value_01234'))
    const [first] = await kept()
    await installation.apply(token('a', 'dw_second_value_0123'))
    assert.deepEqual(await kept(), [{ ...first, hash: tokenHash('dw_second_value_0123') }])
    await installation.apply(token('b', 'dw_second_value_0123'))
    assert.deepEqual(await kept(), [{ id: first?.id, name: 'b', hash: tokenHash('dw_second_value_0123') }])
  })

  test('a new password ends the sessions of the old one, an equal one does not', async () => {
    const user = (password: string): Json =>
      smallDocument('People', { users: [{ login: 'p@example.test', password, role: 'owner' }] })
    const sessions = async () => (await one('select count(*)::int as n from api_token where user_id is not null')).n
    await installation.apply(user('the first one'))
    await login(installation.deps, { login: 'p@example.test', password: 'the first one' })
    assert.equal(await sessions(), 2)
    await installation.apply(user('the first one'))
    assert.equal(await sessions(), 2)
    await installation.apply(user('the second one'))
    assert.equal(await sessions(), 0)
    assert.notEqual(await login(installation.deps, { login: 'p@example.test', password: 'the second one' }), null)
  })

  test('a route that is gone is taken away; where campaigns use the dialplan it stays, and that is said', async () => {
    const routes = (...prefixes: string[]): Json =>
      smallDocument('Routes', {
        dialplans: [{ name: 'all', routes: prefixes.map((prefix) => ({ prefix, trunks: ['line'] })) }],
        scenarios: wholeScenario(),
      })
    const kept = async () => (await exported('Routes')).dialplans?.[0]?.routes as { prefix: string }[]
    await installation.apply(routes('', '7', '84'))
    await installation.apply(routes('', '7'))
    assert.deepEqual(
      (await kept()).map(({ prefix }) => prefix),
      ['', '7'],
    )
    await installation.pool.query(
      `insert into campaign (id, workspace_id, name, scenario_version_id, start_block, dialplan_id, settings)
       select gen_random_uuid(), w.id, 'c', v.id, 'start', d.id, '{}' from workspace w join dialplan d on d.workspace_id = w.id
         join scenario_version v on v.workspace_id = w.id where w.name = 'Routes'`,
    )
    const { notes, changed } = await installation.apply(routes('', '7495'))
    assert.deepEqual(
      (await kept()).map(({ prefix }) => prefix),
      ['', '7', '7495'],
    )
    assert.equal(changed, 1)
    assert.match(notes[0]?.message ?? '', /"7" stay: campaigns use/)
    assert.equal((await installation.apply(routes('', '7495'))).changed, 0)
  })

  test('a scenario gets a new version when it changes, and none when it does not', async () => {
    const document = (audio: string): Json => smallDocument('Versions', { scenarios: wholeScenario(audio) })
    const versions = async () =>
      (
        await one(
          `select count(*)::int as n from scenario_version v join workspace w on w.id = v.workspace_id where w.name = 'Versions'`,
        )
      ).n
    await installation.apply(document('/prompts/en/greeting.wav'))
    await installation.apply(document('/prompts/en/greeting.wav'))
    assert.equal(await versions(), 1)
    await installation.apply(document('/prompts/ru/greeting.wav'))
    assert.equal(await versions(), 2)
    const { part } = await one(`select part from external_id where kind = 'start-block' and external_id = '77'`)
    assert.equal(part, 'start')
  })

  test('a default rule takes the place of the one that was', async () => {
    const rule = (name: string): Json =>
      smallDocument('Rules', { retryRules: [{ name, default: true, rules: { busy: { tries: 1, intervals: [60] } } }] })
    await installation.apply(rule('a'))
    await installation.apply(rule('b'))
    const { retryRules } = await exported('Rules')
    assert.deepEqual(
      retryRules?.map(({ name, default: isDefault }) => [name, isDefault]),
      [
        ['a', undefined],
        ['b', true],
      ],
    )
  })

  test('tags keep their rows and the ids that they were given since, by name or by id, wherever they move', async () => {
    const tag = (name: string, more: Json = {}): Json => ({ name, ...more })
    const document = (...groups: Json[]): Json => smallDocument('Tags', { tagScenes: [{ name: 'scene', groups }] })
    const ids = async (): Promise<Record<string, string>> => {
      const { rows } = await installation.pool.query<{ name: string; id: string }>(
        `select t.name, t.id from tag t join workspace w on w.id = t.workspace_id where w.name = 'Tags'`,
      )
      return Object.fromEntries(rows.map(({ name, id }) => [name, id]))
    }
    await installation.apply(document({ name: 'a', tags: [tag('x', { externalIds: { yunfu: 1 } }), tag('y')] }))
    const first = await ids()
    const { workspace_id: workspaceId } = await one('select workspace_id from tag where id = $1', [first.y])
    await transaction(installation.pool, (connection) =>
      integerIdOf(connection, String(workspaceId), 'yunfu', 'tag', first.y ?? ''),
    )
    const given = (await exported('Tags')).tagScenes
    assert.deepEqual(given?.[0]?.groups, [
      { name: 'a', tags: [tag('x', { externalIds: { yunfu: 1 } }), tag('y', { externalIds: { yunfu: 2 } })] },
    ])
    const same = await installation.apply(
      document({ name: 'a', tags: [tag('x', { externalIds: { yunfu: 1 } }), tag('y')] }),
    )
    assert.deepEqual(changes(same.items), [], 'an id that was given on demand is no change')
    const moved = await installation.apply(
      document({ name: 'b', tags: [tag('renamed', { externalIds: { yunfu: 1 } })] }, { name: 'a', tags: [tag('y')] }),
    )
    assert.deepEqual(changes(moved.items), [['/tagScenes/0', 'change', 'groups']])
    assert.deepEqual(await ids(), { renamed: first.x, y: first.y })
    assert.deepEqual((await exported('Tags')).tagScenes?.[0]?.groups, [
      { name: 'b', tags: [tag('renamed', { externalIds: { yunfu: 1 } })] },
      { name: 'a', tags: [tag('y', { externalIds: { yunfu: 2 } })] },
    ])
  })

  test('two scenes exchange the ids of their tags; a tag that a scenario puts cannot be left out', async () => {
    const scene = (name: string, yunfu: number): Json => ({
      name,
      groups: [{ name: 'g', externalIds: { yunfu }, tags: [{ name: 't', externalIds: { yunfu } }] }],
    })
    const document = (...tagScenes: Json[]): Json => smallDocument('Scenes', { tagScenes })
    await installation.apply(document(scene('a', 1), scene('b', 2)))
    await installation.apply(document(scene('a', 2), scene('b', 1)))
    const { tagScenes } = await exported('Scenes')
    assert.deepEqual(
      tagScenes?.map(({ name, groups }) => [name, (groups as Json[])[0]?.externalIds]),
      [
        ['a', { yunfu: 2 }],
        ['b', { yunfu: 1 }],
      ],
    )
    const alone = await installation.problems(document(scene('a', 1)))
    assert.deepEqual(
      alone.map(({ path, code }) => [path, code]),
      [
        ['/tagScenes/0/groups/0/externalIds/yunfu', 'taken'],
        ['/tagScenes/0/groups/0/tags/0/externalIds/yunfu', 'taken'],
      ],
    )
    const blocks = [
      { id: 'say', type: 'mark', tags: ['t'], next: 'end' },
      { id: 'end', type: 'hangup' },
    ]
    const scenario = {
      name: 'puts it',
      language: 'en',
      tagScene: 'a',
      startBlocks: [{ id: 's', name: 'S', next: 'say' }],
    }
    await installation.apply(smallDocument('Scenes', { scenarios: [{ ...scenario, blocks }] }))
    const [problem, other] = await installation.problems(document({ name: 'a', groups: [] }))
    assert.deepEqual([problem?.path, other], ['/tagScenes/0/groups', undefined])
    assert.match(problem?.message ?? '', /"puts it" puts the tag "t"/)
  })

  test('operators keep their rows as long as their phones are in the group', async () => {
    const group = (...phones: string[]): Json =>
      smallDocument('Operators', {
        operatorGroups: [{ name: 'desk', operators: phones.map((phone) => ({ name: `at ${phone}`, phone })) }],
      })
    const rows = async () =>
      (
        await installation.pool.query<{ id: string; phone: string }>(
          `select o.id, o.phone from operator o join workspace w on w.id = o.workspace_id where w.name = 'Operators' order by o.position`,
        )
      ).rows
    await installation.apply(group('74951', '74952'))
    const [first] = await rows()
    await installation.apply(group('74953', '+74951'))
    const later = await rows()
    assert.deepEqual(
      later.map(({ phone }) => phone),
      ['74953', '74951'],
    )
    assert.equal(later[1]?.id, first?.id)
  })

  test('a sound is read from beside the document, kept by its content, and may take the place of a shipped one', async () => {
    const bytes = Buffer.from(wav().split(',')[1] ?? '', 'base64')
    writeFileSync(join(installation.deps.dataDirectory, 'own.wav'), bytes)
    const document = (file: string | null): Json =>
      smallDocument('Sounds', {
        audio: [{ path: '/prompts/en/greeting.wav', file }],
        scenarios: wholeScenario('/prompts/en/greeting.wav'),
      })
    await installation.apply(document('own.wav'))
    for (const same of ['own.wav', wav(), null])
      assert.deepEqual(changes((await installation.apply(document(same))).items), [])
    const { audio } = await exported('Sounds')
    assert.deepEqual(
      audio?.map(({ file }) => file),
      [wav()],
    )
    const { sha256, duration_ms: duration } = await one(
      `select encode(sha256, 'hex') as sha256, duration_ms from audio where path = '/prompts/en/greeting.wav'`,
    )
    assert.equal(duration, 100)
    const stored = join(installation.deps.dataDirectory, 'audio', `${sha256}.wav`)
    // A file that is lost shows as a secret does, and the same document brings it back.
    rmSync(stored)
    assert.deepEqual(
      (await exported('Sounds')).audio?.map(({ file }) => file),
      [null],
    )
    await installation.apply(document(wav()))
    assert.deepEqual(
      (await exported('Sounds')).audio?.map(({ file }) => file),
      [wav()],
    )
  })

  test('the same document from eight sides at once makes everything once', async () => {
    const document = { ...wholeDocument(), workspace: { name: 'Whole', timeZone: 'UTC', country: 'VN' } }
    const reports = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        applyProvisioning({ ...installation.deps, random: new SeededRandom(1_000 + index) }, document),
      ),
    )
    assert.deepEqual(
      reports.map(({ created }) => created).toSorted((a, b) => a - b),
      [0, 0, 0, 0, 0, 0, 0, 27],
    )
    assert.equal((await installation.check(document)).changed, 0)
  })

  test('what is made and changed stands in the audit, without a secret', async () => {
    const { rows } = await installation.pool.query<{ line: string; kind: string; actor: string }>(
      `select a::text as line, a.kind, a.actor from audit_entry a join workspace w on w.id = a.workspace_id where w.name in ('Whole', 'Fields')`,
    )
    const kinds = new Set(rows.map(({ kind }) => kind))
    for (const kind of ['workspace', 'user', 'token', 'trunk', 'number', 'dialplan', 'scenario', 'audio', 'retry-rule'])
      assert.ok(kinds.has(kind), kind)
    assert.deepEqual([...new Set(rows.map(({ actor }) => actor))], ['system'])
    const told = rows.map(({ line }) => line).join('\n')
    for (const secret of secrets) assert.equal(told.includes(secret), false)
    const { changed } = await one(
      `select after as changed from audit_entry where kind = 'trunk' and action = 'change' and after ? 'port' limit 1`,
    )
    assert.deepEqual(changed, { port: 5080, maxCalls: 7, externalIds: { twin: 't' } })
  })
})

function wholeScenario(audio = '/prompts/en/greeting.wav'): Json[] {
  const [scenario] = wholeDocument().scenarios as Json[]
  return [
    {
      ...scenario,
      externalIds: {},
      tagScene: undefined,
      startBlocks: [{ id: 'start', name: 'Start', externalIds: { is74: 77 }, next: 'say' }],
      blocks: [
        { id: 'say', type: 'say', audio, next: 'end' },
        { id: 'end', type: 'hangup' },
      ],
    },
  ]
}
