/** Many numbers at once: what a batch asks of the database, numbers that one DID would call, batches that race, bodies beyond all bounds. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import { untilWaiting } from '../fixtures/until-waiting.ts'
import { native } from './surface.ts'
import { type Body, many, phonesFrom, prefixes, put, shared, useIncomingRules } from './twin-incoming-ground.ts'

/** More of them: DIALWRIGHT_RACE_SEEDS=200. */
const seeds = Number(process.env.DIALWRIGHT_RACE_SEEDS ?? 10)
type Errors = Record<string, string[]>

describe('batches of incoming rules of TWIN24', () => {
  const { database, ask, add, listed, ids, statementsOf } = useIncomingRules()
  const refused = async (payload: unknown, ...fields: string[]): Promise<Errors> => {
    const answer = await add(payload)
    assert.equal(answer.statusCode, 400, answer.body.slice(0, 1_000))
    const { errors } = answer.json() as { errors: Errors }
    assert.deepEqual(Object.keys(errors).toSorted(), fields.toSorted(), answer.body.slice(0, 1_000))
    return errors
  }
  const count = async (): Promise<number> => (await listed('7123456')).count
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await ask('POST', `${native}/${path}`, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json().id
  }
  const ruleId = async (phone: string): Promise<string> => (await listed(phone)).items[0]?.id ?? ''

  describe('what a batch asks of the database', () => {
    const credentials = (at: number): Body => ({ login: `line-${at}`, password: `hush ${at}`, authUser: `auth-${at}` })

    test('two hundred numbers take as many statements as ten', async () => {
      await add(many(phonesFrom(9_000, 2)))
      const plan = [10, 200, 10].map((size, at) => many(phonesFrom(1_000 * at, size), credentials))
      const counts: number[] = []
      for (const body of plan)
        counts.push(await statementsOf(async () => assert.equal((await add(body)).statusCode, 200)))
      assert.equal(new Set(counts).size, 1, `statements of 10, 200, 10 numbers: ${counts}`)
      assert.equal(await count(), 222)
    })

    test('neither do providers of their own add to them, nor mistakes', async () => {
      const trunks: string[] = []
      for (let at = 0; at < 24; at++)
        trunks.push(await made('trunks', { name: `many ${at}`, host: '127.0.0.1', port: 6_000 + at }))
      const over = (size: number, first: number) =>
        many(phonesFrom(first, size), (at) => ({ providerId: trunks[at % trunks.length] }))
      await add(over(2, 9_000))
      const [few, more] = [over(4, 0), over(24, 1_000)]
      const taken = await statementsOf(() => add(few))
      assert.equal(await statementsOf(() => add(more)), taken, 'made')
      const again = await statementsOf(() => refused(few, ...few.numbers.map((_, at) => `numbers.${at}`)))
      const refusedMore = await statementsOf(() => refused(more, ...more.numbers.map((_, at) => `numbers.${at}`)))
      assert.equal(refusedMore, again, 'refused')
      const nobody = (size: number) =>
        many(phonesFrom(2_000, size), (at) => ({ providerId: `00000000-0000-4000-8000-0000000000${10 + at}` }))
      const places = (size: number): string[] =>
        Array.from({ length: size }, (_, at) => `connectionOptionsList.${at}.providerId`)
      const unknown = await statementsOf(() => refused(nobody(2), ...places(2)))
      assert.equal(await statementsOf(() => refused(nobody(20), ...places(20))), unknown, 'unknown')
    })

    test('whatever the size, each number has all that it had alone: limits, password, receivers, audit', async () => {
      const phones = phonesFrom(0, 30)
      const body = { ...many(phones, credentials), webhookUrls: ['https://a.test/', 'https://b.test/'] }
      assert.equal((await add(body)).statusCode, 200)
      const { rows } = await database.pool.query(
        `select n.phone, n.login, n.auth_username as auth, n.password_box is not null as sealed, n.inbound ->> 'record' as record,
                (select count(*)::int from pace p where p.owner_id = n.id and p.owner_kind = 'number' and p.max_calls is null
                    and p.reserved_calls = 0 and p.workspace_id = n.workspace_id) as paces,
                (select array_agg(e.url || ' ' || e.dialect || ' ' || array_to_string(e.events, ',') order by e.url)
                   from webhook_endpoint e where e.number_id = n.id) as hooks,
                (select json_agg(json_build_object('action', a.action, 'kind', a.kind, 'name', a.name, 'actor', a.actor, 'secrets', a.secrets,
                    'phone', a.after ->> 'phone', 'hasPassword', a.after -> 'hasPassword', 'before', a.before))
                   from audit_entry a where a.resource_id = n.id) as audit
           from phone_number n where n.phone like '7123456%' order by n.phone`,
      )
      const events = 'twin INCOMING_ROBOT_ENDED,INCOMING_CALL_ENDED'
      assert.deepEqual(
        rows,
        phones.map((phone, at) => ({
          ...{ phone, login: `line-${at}`, auth: `auth-${at}`, sealed: true, record: 'all', paces: 1 },
          hooks: [`https://a.test/ ${events}`, `https://b.test/ ${events}`],
          audit: [
            {
              ...{ action: 'create', kind: 'number', name: `Номер ${phone}`, actor: 'owner', secrets: ['password'] },
              ...{ phone, hasPassword: true, before: null },
            },
          ],
        })),
      )
    })
  })

  describe('numbers that one DID would call', () => {
    const withDid = (number: string, did: string) => many([number], () => ({ numberAsDid: false, did }))

    test('a DID that another number of the provider has is refused by its place, in the batch and afterwards', async () => {
      const dids = many(phonesFrom(0, 4), (at) => ({ numberAsDid: false, did: ['100', '+100', '101', '100'][at] }))
      const errors = await refused(dids, 'connectionOptionsList.1.did', 'connectionOptionsList.3.did')
      assert.match(errors['connectionOptionsList.1.did']?.[0] ?? '', /numbers\.0/)
      assert.equal(await count(), 0)
      assert.equal((await add(withDid('71234560001', '100'))).statusCode, 200)
      const [later] = Object.values(await refused(withDid('71234560002', '+100'), 'connectionOptionsList.0.did'))
      assert.match(later?.[0] ?? '', /71234560001.*another did/)
      const other = await made('trunks', { name: 'other did', host: '127.0.0.1', port: 6_100 })
      const elsewhere = put(withDid('71234560002', '100'), ['connectionOptionsList', 0, 'providerId'], other)
      assert.equal((await add(elsewhere)).statusCode, 200, 'at another provider it is another')
    })

    test('a number that is its own DID is one, too', async () => {
      const body = many(['71234560001', '71234560002'], (at) =>
        at === 0 ? {} : { numberAsDid: false, did: '+71234560001' },
      )
      await refused(body, 'connectionOptionsList.1.did')
      await refused(
        { ...body, connectionOptionsList: body.connectionOptionsList.toReversed(), numbers: body.numbers.toReversed() },
        'numbers.1',
      )
      assert.equal((await add(withDid('71234560002', '71234560001'))).statusCode, 200)
      const [told] = Object.values(await refused(many(['+71234560001']), 'numbers.0'))
      assert.match(told?.[0] ?? '', /71234560002/)
    })

    test('lines of their own may have one DID: their registration tells whose call it is', async () => {
      const lines = many(phonesFrom(0, 2), (at) => ({
        ...{ numberAsDid: false, did: '100', login: `line-${at}`, password: 'hush' },
      }))
      assert.equal((await add(lines)).statusCode, 200)
      // Without its login the second would be called by its DID alone; the first is a line still.
      const url = `${prefixes[0]}/incomingRules`
      const second = `${url}/${await ruleId('71234560001')}`
      assert.equal((await ask('PATCH', second, { connectionOptions: { login: '' } })).statusCode, 200)
      const first = `${url}/${await ruleId('71234560000')}`
      const both = await ask('PATCH', first, { connectionOptions: { login: '' } })
      assert.deepEqual([both.statusCode, Object.keys(both.json().errors)], [400, ['connectionOptions.did']], both.body)
    })

    test('a change to a DID that is taken is refused by its place, here and natively; a changed rule keeps its own', async () => {
      const body = many(phonesFrom(1, 2), (at) => ({ numberAsDid: false, did: `10${at}` }))
      assert.equal((await add(body)).statusCode, 200)
      const id = await ruleId('71234560002')
      const url = `${prefixes[0]}/incomingRules/${id}`
      const taken = await ask('PATCH', url, { connectionOptions: { did: '100' } })
      assert.deepEqual([taken.statusCode, Object.keys(taken.json().errors)], [400, ['connectionOptions.did']])
      assert.match(taken.json().errors['connectionOptions.did'][0], /71234560001/)
      const own = { incomingCallsOptions: { action: 'end' }, connectionOptions: { did: '101' } }
      assert.equal((await ask('PATCH', url, own)).statusCode, 200)
      const rule = { action: 'end', did: '100' }
      const changed = await ask('PATCH', `${native}/numbers/${id}`, { inbound: rule })
      const bare = { name: 'new', phone: '71234560009', trunk: ids().trunks }
      const answers = [changed, await ask('POST', `${native}/numbers`, { ...bare, inbound: rule })]
      for (const answer of answers) {
        assert.equal(answer.statusCode, 409, answer.body)
        assert.match(answer.body, /inbound.did/)
        assert.match(answer.body, /71234560001.*another did/)
      }
      assert.equal(
        (await ask('POST', `${native}/numbers`, { ...bare, inbound: { ...rule, did: '102' } })).statusCode,
        201,
      )
      assert.equal(
        (await ask('PATCH', `${native}/numbers/${id}`, { inbound: { ...rule, did: '101' } })).statusCode,
        200,
      )
    })

    test('a number without a rule is called by nobody, until it is given one', async () => {
      const id = await made('numbers', { name: 'bare', phone: '71234560001', trunk: ids().trunks })
      assert.equal((await add(withDid('71234560002', '71234560001'))).statusCode, 200)
      const given = await ask('PATCH', `${prefixes[0]}/incomingRules/${id}`, {
        incomingCallsOptions: { action: 'end' },
      })
      assert.deepEqual([given.statusCode, Object.keys(given.json().errors)], [400, ['number']], given.body)
    })
  })

  describe('batches and changes at once', () => {
    test('two batches with some numbers in common: one is made, the other refused by their places, whatever the order', async () => {
      for (const [first, second] of [
        [phonesFrom(0, 40), phonesFrom(20, 40).toReversed()],
        [phonesFrom(100, 40).toReversed(), phonesFrom(139, 40)],
      ] as const) {
        const answers = await Promise.all([first, second].map((numbers) => add(many(numbers))))
        assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 400])
        const loser = answers.findIndex(({ statusCode }) => statusCode === 400)
        const [own = [], others = []] = loser === 0 ? [first, second] : [second, first]
        const common = own.flatMap((number, at) => (others.includes(number) ? [`numbers.${at}`] : []))
        assert.deepEqual(Object.keys(answers[loser]?.json().errors), common)
      }
    })

    test('one key many times at once makes one batch', async () => {
      const body = many(phonesFrom(0, 20))
      const key = { 'idempotency-key': 'batch-at-once' }
      const answers = await Promise.all(Array.from({ length: 8 }, () => add(body, key)))
      assert.deepEqual(
        answers.map(({ statusCode, rawPayload }) => [statusCode, rawPayload.length]),
        answers.map(() => [200, 0]),
      )
      assert.equal(await count(), 20)
    })

    test('a provider that is taken away under a batch leaves no number, and no 5xx', async () => {
      const trunk = await made('trunks', { name: 'short-lived', host: '127.0.0.1', port: 6_200 })
      const away = await database.pool.connect()
      await away.query('begin')
      await away.query('delete from trunk where id = $1', [trunk])
      const late = add(many(phonesFrom(0, 3), () => ({ providerId: trunk })))
      await untilWaiting(database.pool, late)
      await away.query('commit')
      away.release()
      const { statusCode, body } = await late
      assert.deepEqual([statusCode, Object.keys(JSON.parse(body))], [409, ['message', 'errors']], body)
      assert.equal(await count(), 0)
    })

    test('limits that change while their number is taken away', async () => {
      for (let round = 0; round < 12; round++) {
        const id = await made('numbers', { name: 'limits', phone: '71234560001', trunk: ids().trunks, maxCalls: 5 })
        const path = `${native}/numbers/${id}`
        const answers = await Promise.all([
          ...[1, 2, 3].map((maxCalls) => ask('PATCH', path, { maxCalls })),
          ask('DELETE', path),
          ask('PATCH', path, { maxCalls: 4, reservedCalls: 1 }),
        ])
        for (const { statusCode, body } of answers) assert.ok(statusCode < 500, `${statusCode} ${body}`)
        assert.equal((await ask('GET', path)).statusCode, 404)
      }
    })

    for (let seed = 1; seed <= seeds; seed++)
      test(`batches, changes, removals and new numbers at once: no number and no DID twice, no half batch (seed ${seed})`, () =>
        race(new SeededRandom(seed)))

    async function race(random: SeededRandom): Promise<void> {
      const below = (most: number): number => Math.floor(random.next() * most)
      const shuffled = <Item>(all: readonly Item[]): Item[] =>
        all
          .map((item) => [random.next(), item] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, item]) => item)
      const crowd = phonesFrom(0, 12)
      const did = (): Body => (random.next() < 0.5 ? {} : { numberAsDid: false, did: String(100 + below(12)) })
      const batch = () => {
        const numbers = shuffled(crowd).slice(0, 1 + below(4))
        return many(numbers, did)
      }
      for (const number of crowd.slice(0, 4)) await add(many([number]))
      const there = (await listed('7123456')).items
      const earlier = await database.pool.query<{ id: string }>('select id from audit_entry')
      const rules = `${prefixes[0]}/incomingRules`
      const rule = (): string => `${rules}/${there[below(there.length)]?.id}`
      const batches: { numbers: readonly string[]; status: Promise<number> }[] = []
      const steps = [
        () => {
          const body = batch()
          const sent = add(body)
          batches.push({ numbers: body.numbers, status: sent.then(({ statusCode }) => statusCode) })
          return sent
        },
        () => ask('PATCH', rule(), { connectionOptions: did() }),
        () => ask('PATCH', rule(), { number: crowd[below(crowd.length)] }),
        () => ask('PATCH', rule(), { webhookUrls: ['https://hook.test/'] }),
        () => ask('DELETE', rule()),
        () =>
          ask('POST', `${native}/numbers`, {
            ...{ name: 'own', phone: crowd[below(crowd.length)], trunk: ids().trunks },
            inbound: { action: 'end', ...(random.next() < 0.5 ? { did: String(100 + below(12)) } : {}) },
          }),
        () =>
          ask('POST', `${native}/provisioning/apply`, {
            workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
            numbers: shuffled(crowd)
              .slice(0, 3)
              .map((phone) => ({
                ...{ name: `document ${phone}`, phone, trunk: { twin: shared } },
                inbound: { action: 'end', ...(random.next() < 0.5 ? { did: String(100 + below(12)) } : {}) },
              })),
          }),
      ]
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, at) => (at < 5 ? steps[0] : steps[below(steps.length)])?.()),
      )
      for (const answer of answers) assert.ok((answer?.statusCode ?? 500) < 500, answer?.body ?? '')
      const { rows } = await database.pool.query(
        `select (select count(*)::int from (select from phone_number where inbound is not null
                   group by trunk_id, coalesce(ltrim(inbound ->> 'did', '+'), phone_key) having count(*) > 1) twice) as dids,
                (select count(*)::int from (select from phone_number group by trunk_id, phone_key having count(*) > 1) twice) as phones,
                (select count(*)::int from (select from webhook_endpoint group by number_id, url, dialect having count(*) > 1) twice) as hooks,
                (select count(*)::int from phone_number n where not exists (select from pace p where p.owner_id = n.id)) as paceless,
                (select count(*)::int from pace p where p.owner_kind = 'number'
                   and not exists (select from phone_number n where n.id = p.owner_id)) as "ownerless",
                (select count(*)::int from phone_number n where n.phone like '7123456%' and not exists (
                   select from audit_entry a where a.resource_id = n.id and a.action = 'create')) as unaudited`,
      )
      assert.deepEqual({ ...rows[0] }, { dids: 0, phones: 0, hooks: 0, paceless: 0, ownerless: 0, unaudited: 0 })
      // Whoever was answered 200 has made all of its numbers, whoever was not none: told by the audit, since some are gone by now.
      const created = await database.pool.query<{ name: string; times: number }>(
        `select name, count(*)::int as times from audit_entry
          where kind = 'number' and action = 'create' and name like 'Номер %' and id <> all ($1::uuid[]) group by name`,
        [earlier.rows.map(({ id }) => id)],
      )
      const expected: Record<string, number> = {}
      for (const { numbers, status } of batches)
        if ((await status) === 200)
          for (const number of numbers) expected[`Номер ${number}`] = (expected[`Номер ${number}`] ?? 0) + 1
      assert.deepEqual(Object.fromEntries(created.rows.map(({ name, times }) => [name, times])), expected)
    }
  })
})
