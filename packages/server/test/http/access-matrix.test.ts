/** Every route, as every role, as a stranger, and with ids of another workspace: nothing leaks, and no route is unlisted. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Role } from '../../src/access/authenticate.ts'
import { tokenHash } from '../../src/access/tokens.ts'
import { openSecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { demoProvisioning } from '../../src/demo/provisioning.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { buildHttpServer } from '../../src/http/server.ts'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { useTestDatabase } from '../fixtures/database.ts'

const roles: readonly Role[] = ['owner', 'admin', 'author', 'operator', 'analyst']
const writers: readonly Role[] = ['owner', 'admin', 'author']
type Who = 'everybody who reads' | 'everybody who writes' | 'open'
type Route = {
  readonly who: Who
  readonly body?: (ids: Ids) => unknown
  readonly query?: (ids: Ids) => string
}
type Ids = { readonly campaign: string; readonly call: string }

const native = '/dialwright/v1'
const example: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../../../docs/examples/twin-task.json', import.meta.url), 'utf8'),
)
const task = {
  ...example,
  botId: '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
  dialplanId: 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75',
  defaultCallerId: { ...(example.defaultCallerId as object), data: '79996662211' },
}
const campaign = {
  name: 'matrix',
  scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
  route: { via: 'dialplan', dialplan: 'Everything to the box' },
}
const contacts = { contacts: [{ phones: ['+74951234567'] }] }
const candidate = ({ campaign: id }: Ids) => ({ phone: ['+74951234568'], autoCallId: id, forceStart: false })
const reads = (query?: Route['query']): Route => ({ who: 'everybody who reads', ...(query ? { query } : {}) })
const writes = (body?: Route['body']): Route => ({ who: 'everybody who writes', ...(body ? { body } : {}) })
const open: Route = { who: 'open' }

/** The whole HTTP surface. A route that is not here fails the first test. */
const surface: Readonly<Record<string, Route>> = {
  [`POST ${native}/session`]: open,
  [`POST ${native}/campaigns`]: writes(() => campaign),
  [`GET ${native}/campaigns`]: reads(),
  [`GET ${native}/campaigns/:id`]: reads(),
  [`POST ${native}/campaigns/:id/start`]: writes(),
  [`POST ${native}/campaigns/:id/pause`]: writes(),
  [`POST ${native}/campaigns/:id/resume`]: writes(),
  [`POST ${native}/campaigns/:id/stop`]: writes(),
  [`GET ${native}/campaigns/:id/progress`]: reads(),
  [`GET ${native}/campaigns/:id/waiting`]: reads(),
  [`POST ${native}/campaigns/:id/contacts`]: writes(() => contacts),
  [`GET ${native}/campaigns/:id/contacts`]: reads(),
  [`GET ${native}/calls`]: reads(({ campaign: id }) => `?campaign=${id}`),
  [`GET ${native}/calls/:id`]: reads(),
  [`GET ${native}/explain`]: reads(({ campaign: id }) => `?campaign=${id}&phone=74951234567`),
  'POST /api/v1/auth/login': open,
  'GET /api/v1/auth/refresh': open,
  'POST /api/cis/beta/tasks': writes(() => task),
  'GET /api/cis/beta/tasks/:id': reads(),
  ...Object.fromEntries(
    ['/api/v1/telephony', '/cis/api/v1/telephony'].flatMap((prefix) => [
      [`POST ${prefix}/autoCallCandidate`, writes(candidate)],
      [`POST ${prefix}/autoCallCandidate/batch`, writes((ids) => ({ batch: [candidate(ids)] }))],
      [`POST ${prefix}/autoCall/:id/play`, writes()],
      [`POST ${prefix}/autoCall/:id/pause`, writes()],
    ]),
  ),
}
/** Health and documentation, which tell nothing of anybody. */
const publicPaths = /^GET \/(healthz|readyz|openapi\.json|docs(\/.*)?)$/

describe('the HTTP surface', () => {
  const database = useTestDatabase()
  const registered: string[] = []
  let app: FastifyInstance
  let directory: string
  let own: Ids
  const tokenOf = (workspace: 'own' | 'other', role: Role): string => `dw_${workspace}_${role}_0123456789`

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'matrix-'))
    const deps: ServerDeps = {
      pool: database.pool,
      clock: systemClock,
      random: new SeededRandom(7),
      secretBox: await openSecretBox({ key: undefined, dataDirectory: directory }),
      log: pino({ level: 'silent' }),
      dataDirectory: directory,
      egress: 'loopback',
      onChange: () => {},
    }
    const document = demoProvisioning(5060, {
      login: 'o@example.test',
      password: 'a password',
      token: 'dw_first_01234567',
    })
    await applyProvisioning(deps, document)
    const other = crypto.randomUUID()
    await database.pool.query(
      "insert into workspace (id, name, time_zone, country) values ($1, 'Other', 'UTC', 'RU')",
      [other],
    )
    const { rows } = await database.pool.query<{ id: string }>("select id from workspace where name = 'Demo'")
    for (const [workspace, id] of [
      ['own', rows[0]?.id],
      ['other', other],
    ] as const) {
      for (const role of roles) {
        await database.pool.query(
          'insert into api_token (id, workspace_id, hash, name, role) values ($1, $2, $3, $4, $4)',
          [crypto.randomUUID(), id, tokenHash(tokenOf(workspace, role)), role],
        )
      }
    }
    app = await buildHttpServer(deps, ({ method, url }) => {
      for (const one of [method].flat()) if (one !== 'HEAD' && one !== 'OPTIONS') registered.push(`${one} ${url}`)
    })
    await app.ready()
    own = { campaign: await create('/api/cis/beta/tasks', task), call: crypto.randomUUID() }
    await create(`${native}/campaigns/${own.campaign}/contacts`, contacts)
  })
  after(async () => {
    await app.close()
    rmSync(directory, { recursive: true })
  })

  const create = async (url: string, payload: object): Promise<string> => {
    const answer = await app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
    })
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json().id
  }
  const ask = async (route: string, ids: Ids, authorization: string | undefined) => {
    const [method = '', path = ''] = route.split(' ')
    const { body, query } = surface[route] ?? open
    const payload = body?.(ids) as object | undefined
    const { statusCode, body: text } = await app.inject({
      method: method as 'GET' | 'POST',
      url: path.replace(':id', path.includes('/calls/') ? ids.call : ids.campaign) + (query?.(ids) ?? ''),
      ...(payload === undefined ? {} : { payload }),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    })
    return { status: statusCode, text }
  }
  const guarded = Object.keys(surface).filter((route) => surface[route]?.who !== 'open')

  test('every route that is registered is in the table, and none twice', () => {
    const listed = registered.filter((route) => !publicPaths.test(route))
    assert.deepEqual(listed.toSorted(), Object.keys(surface).toSorted())
    const shapes = registered.map((route) => route.replace(/:\w+/g, ':'))
    assert.equal(new Set(shapes).size, shapes.length)
  })

  test('without a token, with a wrong one or an expired one every guarded route says 401, whatever the body', async () => {
    await database.pool.query(
      `insert into api_token (id, workspace_id, hash, name, role, expires_at)
       select $1, id, $2, 'old', 'owner', dw_clock() - interval '1 second' from workspace where name = 'Demo'`,
      [crypto.randomUUID(), tokenHash('dw_expired_0123456789')],
    )
    for (const route of guarded) {
      for (const authorization of [undefined, 'Bearer nothing', 'Basic eDp5', 'Bearer dw_expired_0123456789'])
        assert.equal((await ask(route, own, authorization)).status, 401, `${route} as ${authorization}`)
    }
    const [method, url] = ['POST', '/dialwright/v1/campaigns'] as const
    const unread = await app.inject({ method, url, payload: '{', headers: { 'content-type': 'application/json' } })
    assert.equal(unread.statusCode, 401, 'who asks is looked at before what is asked')
  })

  test('each role may do what the table says, on every route', async () => {
    for (const route of guarded) {
      for (const role of roles) {
        const isAllowed = surface[route]?.who === 'everybody who reads' || writers.includes(role)
        const { status } = await ask(route, own, `Bearer ${tokenOf('own', role)}`)
        if (isAllowed) assert.ok(status !== 401 && status !== 403 && status < 500, `${route} as ${role}: ${status}`)
        else assert.equal(status, 403, `${route} as ${role}`)
      }
    }
  })

  test("another workspace's ids look exactly like ids that nobody has, on every route", async () => {
    const nobody = (): Ids => ({ campaign: crypto.randomUUID(), call: crypto.randomUUID() })
    const authorization = `Bearer ${tokenOf('other', 'owner')}`
    for (const route of guarded) {
      if (!route.includes(':id') && surface[route]?.query === undefined && surface[route]?.body === undefined) continue
      const unknown = nobody()
      const [foreign, never] = [await ask(route, own, authorization), await ask(route, unknown, authorization)]
      const masked = (text: string, { campaign: c, call }: Ids): string =>
        text.replaceAll(c, 'ID').replaceAll(call, 'ID')
      assert.deepEqual([foreign.status, masked(foreign.text, own)], [never.status, masked(never.text, unknown)], route)
      assert.ok(foreign.status < 500, `${route}: ${foreign.status}`)
    }
    for (const list of [`GET ${native}/campaigns`, `GET ${native}/calls`]) {
      const { text } = await ask(list, own, authorization)
      assert.deepEqual(JSON.parse(text).items, [], list)
    }
    const { rows } = await database.pool.query<{ state: string; contacts: number }>(
      `select state, (select count(*) from contact k where k.campaign_id = c.id)::int as contacts from campaign c where id = $1`,
      [own.campaign],
    )
    // What the writers of its own workspace did above, and nothing more.
    assert.ok(rows[0] !== undefined)
    assert.equal(rows[0].contacts, 2)
  })

  test('a token narrowed by scopes does what they say and no more; its use is noted', async () => {
    const token = 'dw_narrow_0123456789'
    await database.pool.query(
      `insert into api_token (id, workspace_id, hash, name, role, scopes)
       select $1, id, $2, 'narrow', 'owner', '{calls:read}' from workspace where name = 'Demo'`,
      [crypto.randomUUID(), tokenHash(token)],
    )
    assert.equal((await ask(`GET ${native}/calls`, own, `Bearer ${token}`)).status, 200)
    assert.equal((await ask(`GET ${native}/campaigns`, own, `Bearer ${token}`)).status, 403)
    const { rows } = await database.pool.query(
      "select last_used_at is not null as used from api_token where name = 'narrow'",
    )
    assert.deepEqual({ ...rows[0] }, { used: true })
  })
})
