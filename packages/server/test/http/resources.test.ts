/** What holds for every resource of the native API, whichever it is: made, read, listed, changed, taken away, and audited. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { examples, makeResource, makeResources } from './resource-surface.ts'
import { type HttpGround, type Ids, native, openHttp, task, tokenOf } from './surface.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Json = Record<string, unknown>
type Audited = { action: string; before: Json | null; after: Json | null; secrets: string[]; actor: string }

/** Of what is shown, the fields that were given: things within a thing are shown with more, like their ids. */
function covered(shown: unknown, given: unknown): unknown {
  if (Array.isArray(shown) && Array.isArray(given)) return shown.map((one, at) => covered(one, given[at] ?? {}))
  if (typeof shown !== 'object' || shown === null || typeof given !== 'object' || given === null) return shown
  const known = shown as Json
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, covered(known[name], value)]))
}

describe('every resource', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let ids: Ids
  before(async () => {
    http = await openHttp(database.pool)
    const made = await ask('POST', '/api/cis/beta/tasks', task)
    ids = await makeResources(http.app, tokenOf('own', 'owner'), { campaign: made.json().id, call: '' })
  })
  after(() => http.close())

  const ask = (method: Method, url: string, payload?: object, headers: Record<string, string> = {}) =>
    http.app.inject({
      method,
      url: url.startsWith('/api') ? url : `${native}/${url}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}`, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
  const make = (path: string) => makeResource(http.app, tokenOf('own', 'owner'), path, ids)
  const auditOf = async (id: string): Promise<Audited[]> => (await ask('GET', `audit?resource=${id}`)).json().items

  for (const [path, { made, changed }] of Object.entries(examples)) {
    test(`${path}: what was made is read, listed under its filters, and told with its address and tag`, async () => {
      const body = made(ids)
      const answer = await ask('POST', path, body)
      assert.equal(answer.statusCode, 201, answer.body)
      const { id } = answer.json()
      assert.equal(answer.headers.location, `${native}/${path}/${id}`)
      const read = await ask('GET', `${path}/${id}`)
      assert.equal(read.headers.etag, answer.headers.etag)
      const shown: Json = read.json()
      for (const [field, value] of Object.entries(body)) {
        if (field === 'password' || field === 'secret') assert.equal(shown[field], undefined, `${field} is read back`)
        else if (field === 'phone') assert.equal(shown.phone, String(value).replace('+', ''))
        else if (field === 'rules' || field === 'routes' || field === 'externalIds')
          assert.deepEqual(shown[field], value, field)
        else if (typeof value === 'string' && value.endsWith('Z'))
          assert.ok(Temporal.Instant.from(String(shown[field])).equals(Temporal.Instant.from(value)))
        else assert.deepEqual(covered(shown[field], value), value, field)
      }
      const name = ['name', 'login', 'phone'].find((field) => body[field] !== undefined)
      const query = name === undefined ? '' : `?${name}=${encodeURIComponent(String(body[name]))}`
      const list = (await ask('GET', `${path}${query}`)).json()
      assert.ok(
        list.items.some((item: Json) => item.id === id),
        'listed',
      )
      if (name !== undefined) assert.equal(list.items.length, 1)
      assert.equal((await ask('GET', `${path}?nothing=1`)).statusCode, 422)
    })

    test(`${path}: pages have no gaps and no repeats`, async () => {
      for (let more = 0; more < 3; more += 1) await make(path)
      const all: string[] = (await ask('GET', `${path}?limit=200`)).json().items.map(({ id }: { id: string }) => id)
      const paged: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const page: { items: { id: string }[]; next: string | null } = (
          await ask('GET', `${path}?limit=2${next === '' ? '' : `&after=${next}`}`)
        ).json()
        paged.push(...page.items.map(({ id }: { id: string }) => id))
        next = page.next
      }
      assert.ok(all.length >= 4)
      assert.deepEqual(paged, all)
    })

    test(`${path}: a repeated request makes one`, async () => {
      const body = made(ids)
      const key = { 'idempotency-key': `key-of-${path}` }
      const answers = await Promise.all([1, 2, 3].map(() => ask('POST', path, body, key)))
      assert.deepEqual(
        answers.map(({ statusCode }) => statusCode),
        [201, 201, 201],
        answers.map((answer) => answer.body).join(),
      )
      assert.equal(new Set(answers.map((answer) => answer.json().id)).size, 1)
      assert.equal((await auditOf(answers[0]?.json().id)).length, 1)
      const another = await ask('POST', path, made(ids), key)
      assert.equal(path === 'webhookEndpoints' ? 201 : 409, another.statusCode, another.body)
    })

    test(`${path}: it is taken away once, and its past stays in the audit`, async () => {
      const id = await make(path)
      const shown = (await ask('GET', `${path}/${id}`)).json()
      assert.equal((await ask('DELETE', `${path}/${id}`, undefined, { 'if-match': '"old"' })).statusCode, 412)
      const gone = await ask('DELETE', `${path}/${id}`)
      assert.deepEqual([gone.statusCode, gone.body], [204, ''])
      for (const method of ['GET', 'DELETE'] as const)
        assert.equal((await ask(method, `${path}/${id}`)).statusCode, 404)
      const entries = await auditOf(id)
      assert.deepEqual(
        entries.map(({ action }) => action),
        ['delete', 'create'],
      )
      assert.deepEqual([entries[0]?.after, entries[1]?.before], [null, null])
      assert.deepEqual(entries[0]?.before, shown)
      assert.equal(entries[0]?.actor, 'owner')
    })

    if (changed === undefined) continue
    test(`${path}: what is given is changed, what is absent stays, of two that saw the same one is refused`, async () => {
      const id = await make(path)
      const read = await ask('GET', `${path}/${id}`)
      const earlier: Json = read.json()
      const change = changed(ids)
      const seen = { 'if-match': String(read.headers.etag) }
      const answer = await ask('PATCH', `${path}/${id}`, change, seen)
      assert.equal(answer.statusCode, 200, answer.body)
      const later: Json = answer.json()
      assert.deepEqual((await ask('GET', `${path}/${id}`)).json(), later)
      for (const field of Object.keys(earlier))
        if (!(field in change) && field !== 'version') assert.deepEqual(later[field], earlier[field], field)
      assert.notDeepEqual(later, earlier)
      const second = await ask('PATCH', `${path}/${id}`, change, seen)
      assert.deepEqual([second.statusCode, second.json().code], [412, 'changed-meanwhile'])
      assert.equal((await ask('PATCH', `${path}/${id}`, {})).statusCode, 422)
      const [entry] = await auditOf(id)
      assert.equal(entry?.action, 'change')
      const differing = Object.keys(later).filter(
        (field) => JSON.stringify(later[field]) !== JSON.stringify(earlier[field]),
      )
      assert.deepEqual(Object.keys(entry?.after ?? {}).toSorted(), differing.toSorted())
      assert.deepEqual(Object.keys(entry?.before ?? {}).toSorted(), differing.toSorted())
      const again = await ask('PATCH', `${path}/${id}`, change)
      assert.equal(again.statusCode, 200, again.body)
      if (entry?.secrets.length === 0) assert.equal((await auditOf(id)).length, 2, 'a change of nothing is none')
    })
  }

  test('nothing secret stands in an answer, in the audit or in what repeated requests are known by', async () => {
    const secrets = ['trunk-secret-1', 'person-secret-1', 'whsec_c2VjcmV0IG9mIHRoZSBob29rIQ']
    await ask(
      'POST',
      'trunks',
      { ...examples.trunks?.made(ids), password: secrets[0] },
      { 'idempotency-key': 'secret' },
    )
    await ask('POST', 'users', { ...examples.users?.made(ids), password: secrets[1] })
    const hook = await ask('POST', 'webhookEndpoints', { url: 'http://127.0.0.1:9/', secret: secrets[2] })
    assert.equal(hook.statusCode, 201, hook.body)
    const texts = await Promise.all(['trunks', 'users', 'webhookEndpoints', 'audit'].map((path) => ask('GET', path)))
    const { rows } = await database.pool.query('select before::text, after::text from audit_entry')
    for (const secret of secrets)
      for (const text of [...texts.map(({ body }) => body), JSON.stringify(rows)])
        assert.ok(!text.includes(secret), secret)
    assert.match(texts[3]?.body ?? '', /"secrets":\["password"\]/)
    // The same request with another password under the same key: the hash that is kept does not know the password.
    const name = { name: 'the same', host: 'h', username: 'u' }
    const key = { 'idempotency-key': 'no-oracle' }
    const first = await ask('POST', 'trunks', { ...name, password: 'one' }, key)
    const second = await ask('POST', 'trunks', { ...name, password: 'two' }, key)
    assert.equal(first.json().id, second.json().id)
  })

  test('every wrong field is named by its place, with ~ and / as RFC 6901 writes them', async () => {
    const pointers = async (path: string, body: object): Promise<string[]> => {
      const answer = await ask('POST', path, body)
      assert.equal(answer.statusCode, 422, answer.body)
      return answer.json().errors.map(({ pointer }: { pointer: string }) => pointer)
    }
    assert.deepEqual(await pointers('trunks', { name: '', host: 'a b', 'x/y~z': 1, port: 0 }), [
      '/name',
      '/host',
      '/port',
      '/x~1y~0z',
    ])
    assert.deepEqual(
      await pointers('dialplans', {
        name: 'n',
        routes: [
          { prefix: '7', trunks: ['nobody', ids.trunks, ids.trunks] },
          { prefix: '+7', trunks: [{ twin: 'none' }] },
        ],
      }),
      ['/routes/0/trunks/0', '/routes/0/trunks/2', '/routes/1/prefix', '/routes/1/trunks/0'],
    )
    const scenario = {
      ...examples.scenarios?.made(ids),
      blocks: [
        { id: 'wait', type: 'pause', seconds: 1, next: 'nowhere' },
        { id: 'end', type: 'hangup' },
        { id: 'say', type: 'say', text: 'hello', next: 'end' },
      ],
    }
    assert.deepEqual((await pointers('scenarios', scenario)).toSorted(), ['/blocks/0/next', '/blocks/1', '/blocks/2'])
  })

  test('a name, and an id at a vendor, is one thing alone', async () => {
    const { name, externalIds } = (await ask('GET', `trunks/${ids.trunks}`)).json()
    const taken = await ask('POST', 'trunks', { name, host: 'h' })
    assert.deepEqual([taken.statusCode, taken.json().code], [409, 'taken'])
    assert.equal(taken.json().errors[0].pointer, '/name')
    const foreign = await ask('POST', 'trunks', { name: 'new one', host: 'h', externalIds })
    assert.equal(foreign.statusCode, 422, foreign.body)
    assert.equal(foreign.json().errors[0].pointer, '/externalIds/twin')
    assert.deepEqual((await ask('GET', 'trunks?name=new one')).json().items, [], 'nothing is half made')
  })
})
