/** Every route, as every role, as a stranger, and with ids of another workspace: nothing leaks, and no route is unlisted. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { tokenHash } from '../../src/access/token-value.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { examples, makeResource, makeResources } from './resource-surface.ts'
import {
  addressOf,
  campaign,
  contacts,
  type HttpGround,
  type Ids,
  login,
  makePeople,
  mayUse,
  native,
  open,
  openHttp,
  publicPaths,
  roles,
  surface,
  task,
  tokenOf,
} from './surface.ts'

describe('the HTTP surface', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let own: Ids

  before(async () => {
    http = await openHttp(database.pool)
    own = { campaign: await create('/api/cis/beta/tasks', task), call: crypto.randomUUID() }
    await create(`${native}/campaigns/${own.campaign}/contacts`, contacts)
    own = await makeResources(http.app, tokenOf('own', 'owner'), own)
    own = { ...own, ...(await makePeople(http.app, tokenOf('own', 'owner'), own.campaign)) }
  })
  after(() => http.close())

  const create = async (url: string, payload: object): Promise<string> => {
    const answer = await http.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
    })
    assert.ok(answer.statusCode < 300, answer.body)
    return answer.json().id
  }
  const ask = async (route: string, ids: Ids, authorization: string | undefined) => {
    const [method = '', path = ''] = route.split(' ')
    const { body, query, type } = surface[route] ?? open
    const payload = body?.(ids) as object | string | undefined
    const {
      statusCode,
      headers,
      body: text,
    } = await http.app.inject({
      method: method as 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: addressOf(path, ids) + (query?.(ids) ?? ''),
      ...(payload === undefined ? {} : { payload }),
      headers: {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(authorization === undefined ? {} : { authorization }),
      },
    })
    return { status: statusCode, text, challenge: headers['www-authenticate'] }
  }
  /** Whether an answer can depend on whose the ids in the request are. */
  const namesIds = (route: string): boolean => {
    const { body, query } = surface[route] ?? open
    const sent = [route, query?.(own), JSON.stringify(body?.(own))].join(' ')
    const ids: readonly unknown[] = [':id', task.botId, campaign.route.dialplan, ...Object.values(own)]
    return ids.some((id) => sent.includes(String(id)))
  }
  const guarded = Object.keys(surface).filter((route) => surface[route]?.who !== 'whoever logs in')

  test('every route that is registered is in the table, and none twice', () => {
    const listed = http.registered.filter((route) => !publicPaths.test(route))
    assert.deepEqual(listed.toSorted(), Object.keys(surface).toSorted())
    const shapes = http.registered.map((route) => route.replace(/:\w+/g, ':'))
    assert.equal(new Set(shapes).size, shapes.length)
  })

  test('the committed OpenAPI document is the one that is served: npm run make-docs', async () => {
    const committed = JSON.parse(readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'))
    assert.deepEqual(JSON.parse(JSON.stringify(http.app.swagger())), committed)
  })

  test('without a token, with a wrong one or an expired one every guarded route says 401, whatever the body', async () => {
    await database.pool.query(
      `insert into api_token (id, workspace_id, hash, name, role, expires_at)
       select $1, id, $2, 'old', 'owner', dw_clock() - interval '1 second' from workspace where name = 'Demo'`,
      [crypto.randomUUID(), tokenHash('dw_expired_0123456789')],
    )
    for (const route of guarded) {
      for (const authorization of [undefined, 'Bearer nothing', 'Basic eDp5', 'Bearer dw_expired_0123456789']) {
        const { status, challenge } = await ask(route, own, authorization)
        assert.deepEqual([status, challenge], [401, 'Bearer'], `${route} as ${authorization}`)
      }
    }
    const [method, url] = ['POST', '/dialwright/v1/campaigns'] as const
    const unread = await http.app.inject({ method, url, payload: '{', headers: { 'content-type': 'application/json' } })
    assert.equal(unread.statusCode, 401, 'who asks is looked at before what is asked')
  })

  test('each role may do what the table says, on every route', async () => {
    for (const route of guarded) {
      for (const role of roles) {
        const isAllowed = mayUse(route, role)
        // What one role takes away the next must find.
        const isDelete = route.startsWith('DELETE')
        const noun = surface[route]?.takesAway ?? (isDelete ? (/(\w+)\/:id$/.exec(route)?.[1] ?? '') : '')
        const ids =
          noun === 'campaigns'
            ? { ...own, campaign: await create(`${native}/campaigns`, campaign) }
            : noun !== ''
              ? { ...own, [noun]: await makeResource(http.app, tokenOf('own', 'owner'), noun, own) }
              : own
        const { status } = await ask(route, ids, `Bearer ${tokenOf('own', role)}`)
        if (isAllowed)
          assert.ok(
            noun === '' ? status !== 401 && status !== 403 && status < 500 : status === (isDelete ? 204 : 200),
            `${route} as ${role}: ${status}`,
          )
        else assert.equal(status, 403, `${route} as ${role}`)
      }
    }
  })

  test("another workspace's ids look exactly like ids that nobody has, on every route", async () => {
    const nobody = (): Ids =>
      Object.fromEntries(Object.keys(own).map((name) => [name, crypto.randomUUID()])) as unknown as Ids
    const authorization = `Bearer ${tokenOf('other', 'owner')}`
    const kept = async () => {
      const { rows } = await database.pool.query(
        `select state, settings, (select count(*) from contact k where k.campaign_id = c.id)::int as contacts from campaign c where id = $1`,
        [own.campaign],
      )
      return rows
    }
    const before = await kept()
    assert.equal(before.length, 1)
    for (const route of guarded) {
      if (!namesIds(route)) continue
      const unknown = nobody()
      const [foreign, never] = [await ask(route, own, authorization), await ask(route, unknown, authorization)]
      const masked = (text: string, ids: Ids): string =>
        Object.values(ids).reduce((left, id) => left.replaceAll(id, 'ID'), text)
      assert.deepEqual([foreign.status, masked(foreign.text, own)], [never.status, masked(never.text, unknown)], route)
      assert.ok(foreign.status < 500, `${route}: ${foreign.status}`)
    }
    // What its own people made before is not there either: of its owner's tokens it sees its own.
    const lists = [...Object.keys(examples), 'campaigns', 'calls', 'audit'].map((path) => `GET ${native}/${path}`)
    for (const list of lists) {
      const { text } = await ask(list, own, authorization)
      const items: { id: string }[] = JSON.parse(text).items
      if (list.endsWith('/tokens')) assert.equal(items.length, roles.length)
      else assert.deepEqual(items, [], list)
    }
    assert.deepEqual(await kept(), before)
  })

  test('nothing but the door asks the database as its owner: every other statement is held by row-level security', () => {
    const others = [...http.ownerStatements].filter((name) => !/^(access-.*|begin|commit|select 1)$/.test(name))
    assert.deepEqual(others, [])
    assert.ok(http.ownerStatements.has('access-token'))
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

  test('who is demoted is demoted at once, with the tokens already given', async () => {
    const answer = await http.app.inject({ method: 'POST', url: `${native}/session`, payload: login })
    const authorization = `Bearer ${answer.json().token}`
    const start = () => ask(`POST ${native}/campaigns`, own, authorization)
    assert.equal((await start()).status, 201)
    await database.pool.query("update app_user set role = 'analyst' where login = $1", [login.login])
    assert.equal((await start()).status, 403)
  })
})
