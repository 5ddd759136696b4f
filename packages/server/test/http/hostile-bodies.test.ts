/** Every route that takes a body, with bodies that are almost right: no 5xx, and nothing half made. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { useTestDatabase } from '../fixtures/database.ts'
import { makeResources } from './resource-surface.ts'
import {
  addressOf,
  dialogCampaign,
  dialogReport,
  type HttpGround,
  type Ids,
  login,
  native,
  openHttp,
  robotTask,
  surface,
  task,
  tokenOf,
} from './surface.ts'
import { isRefused, vendorSections } from './vendor-ground.ts'

/** A thousand a route by command (`DIALWRIGHT_HOSTILE_RUNS=1000 node --test ...`), fewer each time. */
const runs = Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 150)
const seed = 20_261_121

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Path = readonly (string | number)[]

function pathsOf(value: Json, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function changed(value: Json, [head, ...rest]: Path, by: (old: Json) => Json | undefined): Json | undefined {
  if (head === undefined) return by(value)
  if (value === null || typeof value !== 'object') return value
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, Json>
  const inner = changed(copy[head] ?? null, rest, by)
  if (inner === undefined) delete copy[head]
  else copy[head] = inner
  return copy
}

/** Values that have broken parsers, databases and arithmetic before. */
const nasty = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    '',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '__proto__',
    'constructor',
    "'; drop table campaign; --",
    '9'.repeat(400),
    -1,
    0,
    1e308,
    -1e308,
    2 ** 53,
    1e-320,
    [],
    {},
    [[]],
    '2026-02-30T25:61:61Z',
    '+999999999999999999999',
    'x'.repeat(70_000),
  ),
)

describe('hostile requests', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let id: string
  let ids: Ids
  const headers = { authorization: `Bearer ${tokenOf('own', 'owner')}`, 'content-type': 'application/json' }
  before(async () => {
    http = await openHttp(database.pool)
    id = (await http.app.inject({ method: 'POST', url: '/api/cis/beta/tasks', headers, payload: task })).json().id
    ids = await makeResources(http.app, tokenOf('own', 'owner'), { campaign: id, call: id })
    // What the vendors' bodies name is there: as they are, they make what they ask for.
    const make = async (url: string, payload: unknown) => {
      const made = await http.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(payload) })
      assert.equal(made.statusCode, 200, made.body)
      return made.json()
    }
    await make(`${native}/provisioning/apply`, vendorSections)
    const dialog = String((await make('/api/campaigns', dialogCampaign)).campaign.id)
    ids = { ...ids, dialog, robot: (await make('/v1/task', robotTask)).data.uuid }
  })
  after(() => http.close())

  test('text that no database can hold is refused by its place, in body, query and path', async () => {
    const ask = (method: 'GET' | 'POST', url: string, payload?: object) =>
      http.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }) })
    for (const name of ['a\u0000b', '\ud800']) {
      const native422 = await ask('POST', `${native}/campaigns`, { name })
      assert.deepEqual([native422.statusCode, native422.json().errors[0].pointer], [422, '/name'])
      const twin400 = await ask('POST', '/api/cis/beta/tasks', { ...task, name })
      assert.deepEqual([twin400.statusCode, Object.keys(twin400.json().errors)], [400, ['name']])
    }
    for (const url of [`${native}/campaigns/%00`, `${native}/calls?phone=%00`, '/api/cis/beta/tasks/%00'])
      assert.ok([400, 404, 422].includes((await ask('GET', url)).statusCode), url)
  })

  test('instants that nothing can hold and bodies without a bottom are refused, never a 5xx', async () => {
    const ask = (method: 'GET' | 'POST', url: string, payload?: string) =>
      http.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    for (const at of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '2026-01-01T00:00:00.1234567890123Z']) {
      const native422 = await ask('POST', `${native}/campaigns`, JSON.stringify({ name: 'x', startAt: at }))
      assert.equal(native422.statusCode, 422, at)
      assert.ok(
        native422.json().errors.some((error: { pointer: string }) => error.pointer === '/startAt'),
        at,
      )
      const twin400 = await ask('POST', '/api/cis/beta/tasks', JSON.stringify({ ...task, scheduledAt: at }))
      assert.deepEqual([twin400.statusCode, Object.keys(twin400.json().errors)], [400, ['scheduledAt']], at)
      for (const query of [`calls?from=${at}`, `explain?campaign=${id}&phone=7&at=${at}`])
        assert.equal((await ask('GET', `${native}/${query}`)).statusCode, 422, query)
    }
    // Two instants that are compared with each other, though one of them is none.
    for (const date of ['', 'soon', 'x'.repeat(70_000)]) {
      const { analytics_filter, columns } = dialogReport
      const body = { analytics_filter: { ...analytics_filter, date_end: date }, columns }
      const dialog400 = await ask('POST', '/api/analytics/1/report', JSON.stringify(body))
      assert.deepEqual(
        [dialog400.statusCode, Object.keys(dialog400.json().errors)[0]],
        [400, 'analytics_filter.date_end'],
      )
    }
    for (const depth of [101, 5_000, 100_000]) {
      const deep = '['.repeat(depth) + ']'.repeat(depth)
      const contacts = `{"contacts":[{"phones":["+74951234567"],"variables":{"a":${deep}}}]}`
      assert.equal((await ask('POST', `${native}/campaigns/${id}/contacts`, contacts)).statusCode, 422, String(depth))
      const twin400 = await ask('POST', '/api/cis/beta/tasks', `{"name":${deep}}`)
      assert.equal(twin400.statusCode, 400, String(depth))
    }
  })

  const counts = async (): Promise<Record<string, number>> =>
    (
      await database.pool.query({
        // Named, it is planned once: that takes longer than the counting.
        name: 'counts',
        text: `select (select count(*) from campaign)::int as campaigns, (select count(*) from pace where owner_kind = 'campaign')::int as paces,
                (select count(*) from contact)::int as contacts,
                (select count(distinct contact_id) from contact_phone)::int as phoned,
                (select count(*) from trunk)::int + (select count(*) from phone_number)::int as lines,
                (select count(*) from pace where owner_kind in ('trunk', 'number'))::int as "linePaces",
                (select count(*) from scenario)::int as scenarios,
                (select count(distinct scenario_id) from scenario_version)::int as versioned,
                (select count(*) from audit_entry)::int as audited,
                ${[
                  'caller_id_group',
                  'dialplan',
                  'route',
                  'retry_rule',
                  'time_group',
                  'do_not_call',
                  'webhook_endpoint',
                  'app_user',
                  'api_token',
                  'external_id',
                  'operator_group',
                  'operator',
                  'tag_scene',
                  'project',
                  'voice',
                  'audio',
                  'campaign_time_group',
                  'idempotency_key',
                  'lane',
                ]
                  .map((table) => `(select count(*) from ${table})::int as ${table}`)
                  .join(', ')}`,
      })
    ).rows[0]

  const logins = {
    [`POST ${native}/session`]: login,
    [`POST ${native}/session/password`]: { ...login, newPassword: login.password },
    'POST /login': login,
    'POST /api/v1/auth/login': { email: login.login, password: login.password },
  }
  const bodies = Object.entries(surface).flatMap(([route, { body, type }]) => {
    // Lists of people are bytes, not JSON: test/imports has hostile ones.
    if (type !== undefined) return []
    const valid = body === undefined ? (logins as Record<string, unknown>)[route] : body
    return valid === undefined ? [] : [{ route, valid }]
  })
  const rightBody = (valid: unknown): Json =>
    JSON.parse(JSON.stringify(typeof valid === 'function' ? valid(ids) : valid)) as Json

  test("every vendor's body, as it is, is accepted: what is changed in it is all that can be wrong", async () => {
    for (const { route, valid } of bodies) {
      const [method = '', path = ''] = route.split(' ')
      if (path.startsWith(native)) continue
      const { statusCode, body } = await http.app.inject({
        ...{ method: method as 'POST' | 'PUT' | 'PATCH', url: addressOf(path, ids), headers },
        payload: JSON.stringify(rightBody(valid)),
      })
      const isUnheard = path.endsWith('/cancel') && statusCode === 404
      assert.ok(isUnheard || !isRefused(statusCode, JSON.parse(body || '{}')), `${route}: ${statusCode} ${body}`)
    }
  })

  for (const { route, valid } of bodies) {
    test(`${route}: ${runs} bodies`, async () => {
      const right = rightBody(valid)
      const [method = '', path = ''] = route.split(' ')
      const url = addressOf(path, ids)
      // A right password costs 64 MiB of argon2id each: fewer of those.
      const numRuns = /\/(session|password|login|users)$/.test(path) ? Math.ceil(runs / 10) : runs
      const change = fc.record({
        path: fc.constantFrom(...pathsOf(right)),
        by: fc.oneof(fc.constant(undefined), nasty),
      })
      let earlier = await counts()
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
          const payload = changes.reduce<Json | undefined>(
            (body, one) => (body === undefined ? undefined : changed(body, one.path, () => one.by as Json | undefined)),
            right,
          )
          const { statusCode, body } = await http.app.inject({
            method: method as 'POST' | 'PATCH',
            url,
            headers,
            payload: JSON.stringify(payload) ?? '',
          })
          assert.ok(statusCode < 500, `${statusCode} ${body}`)
          const [before, later] = [earlier, await counts()]
          earlier = later
          assert.equal(later.campaigns, later.paces, 'a campaign without its pace row')
          assert.equal(later.contacts, later.phoned, 'a contact without a phone')
          assert.equal(later.lines, later.linePaces, 'a trunk or a number without its pace row')
          assert.equal(later.scenarios, later.versioned, 'a scenario without a version')
          if (isRefused(statusCode, JSON.parse(body || '{}')))
            assert.deepEqual({ ...later }, { ...before }, 'a refused request has left something')
        }),
        { seed, numRuns },
      )
    })
  }
})
