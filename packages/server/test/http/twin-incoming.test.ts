/** A batch of numbers by its contract: what is taken, what is refused and how, and that nothing is half made. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { native, tokenOf } from './surface.ts'
import { type Body, type Place, prefixes, printed, put, shared, useIncomingRules } from './twin-incoming-ground.ts'

/** `DIALWRIGHT_HOSTILE_RUNS=3000 node --test ...` for more of them. */
const runs = Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 150)

describe('a batch of incoming rules of TWIN24', () => {
  const { database, ask, add, listed, forget, ids, app } = useIncomingRules()
  const refused = async (payload: unknown, ...fields: string[]): Promise<Record<string, string[]>> => {
    const answer = await add(payload)
    assert.equal(answer.statusCode, 400, answer.body)
    const { message, errors } = answer.json()
    assert.equal(typeof message, 'string')
    assert.deepEqual(Object.keys(errors).toSorted(), fields.toSorted(), answer.body)
    return errors
  }
  const rows = async () =>
    (
      await database.pool.query<{ numbers: number; paces: number; hooks: number; audited: number; keys: number }>(
        `select (select count(*) from phone_number)::int as numbers, (select count(*) from pace where owner_kind = 'number')::int as paces,
                (select count(*) from webhook_endpoint)::int as hooks, (select count(*) from audit_entry)::int as audited,
                (select count(*) from idempotency_key)::int as keys`,
      )
    ).rows[0]

  test('both sides of the vendor’s page, under both prefixes: 200 and not one byte, and the numbers are there in our words', async () => {
    const older = printed()
    Object.assign(older.incomingCallsOptions, { cidAsName: 'num_name', cidAsNumber: 'caller' })
    for (const [index, body] of [printed(), older].entries()) {
      await forget()
      const answer = await ask('POST', `${prefixes[index]}/incomingRules/create/batch`, body)
      assert.deepEqual([answer.statusCode, answer.rawPayload.length], [200, 0], answer.body)
      assert.equal(answer.headers['content-type'], undefined)
      const found = (await ask('GET', `${native}/numbers?phone=7123456`)).json().items
      const shown = found.map(({ name, phone, trunk, forceOut, login, hasPassword, inbound }: Body) => ({
        ...{ name, phone, trunk, forceOut, login, hasPassword, inbound },
      }))
      const inbound = {
        ...{ action: 'robot', scenario: ids().scenarios, startBlock: null, shownNumber: 'caller', record: 'all' },
        ...{
          shownName: index === 0 ? 'caller' : 'name',
          maxDurationSeconds: 3_600,
          webhooks: [],
          comment: 'Комментарий',
        },
      }
      const common = { trunk: ids().trunks, forceOut: true, login: null, hasPassword: false }
      assert.deepEqual(
        shown.toSorted((a: Body, b: Body) => (String(a.phone) < String(b.phone) ? -1 : 1)),
        [
          { name: 'Название номера 1', phone: '71234567001', ...common, inbound: { ...inbound, did: '123' } },
          { name: 'Название номера 2', phone: '71234567002', ...common, inbound: { ...inbound, did: null } },
        ],
      )
    }
  })

  const required: readonly Place[] = [
    ['incomingCallsOptions'],
    ...['action', 'botId', 'cidAsName', 'cidAsNumber', 'reserveAction', 'reserveCidAsName', 'reserveCidAsNumber'].map(
      (field) => ['incomingCallsOptions', field],
    ),
    ['notificationOptions'],
    ...['type', 'condition', 'emailReceivers', 'smsReceivers'].map((field) => ['notificationOptions', field]),
    ...['names', 'numbers', 'connectionOptionsList'].map((field) => [field]),
    ['connectionOptionsList', 1, 'providerId'],
    ['connectionOptionsList', 1, 'numberAsDid'],
    ['connectionOptionsList', 0, 'did'],
  ]
  for (const place of required)
    test(`without ${place.join('.')} it is refused by that name, and nothing is made`, async () => {
      const earlier = await rows()
      await refused(put(printed(), place, undefined), place.join('.'))
      assert.deepEqual(await rows(), earlier)
    })

  test('what may be left out may be left out', async () => {
    for (const place of [
      ...[['additionalOptions'], ['webhookUrls'], ['incomingCallsOptions', 'reserveActionData']],
      ...['authUser', 'forceOutOverChannel', 'fromDomain', 'login', 'password'].map((field) => [
        ...['connectionOptionsList', 0, field],
      ]),
      ['connectionOptionsList', 1, 'did'],
    ] as Place[]) {
      await forget()
      const answer = await add(put(printed(), place, undefined))
      assert.deepEqual([answer.statusCode, answer.rawPayload.length], [200, 0], `${place}: ${answer.body}`)
    }
    await forget()
    const unneeded = { cidAsName: '', cidAsNumber: '', reserveAction: '', reserveCidAsName: '', reserveCidAsNumber: '' }
    const end = {
      ...{ ...printed(), incomingCallsOptions: { action: 'end', botId: '', reserveActionData: '', ...unneeded } },
      additionalOptions: { callRecord: '', comment: '' },
    }
    assert.equal((await add(end)).statusCode, 200)
    assert.deepEqual((await listed('71234567')).items[0]?.incomingCallsOptions, { action: 'end' })
  })

  const wrong: readonly (readonly [Place, readonly unknown[]])[] = [
    [['additionalOptions'], ['all', 1, []]],
    [
      ['additionalOptions', 'callRecord'],
      ['on', true, 1, 'ALL'],
    ],
    [
      ['additionalOptions', 'comment'],
      [1, {}, 'x'.repeat(2_001)],
    ],
    [['incomingCallsOptions'], ['robot', 1, [], null]],
    [
      ['incomingCallsOptions', 'action'],
      ['bot', 1, null, '', 'Robot'],
    ],
    [
      ['incomingCallsOptions', 'botId'],
      [1, {}, '', 'nobody', crypto.randomUUID()],
    ],
    [
      ['incomingCallsOptions', 'cidAsName'],
      ['caller', 1, 'called', ''],
    ],
    [
      ['incomingCallsOptions', 'cidAsNumber'],
      ['num_name', 1, 'num_caller'],
    ],
    [
      ['incomingCallsOptions', 'reserveAction'],
      ['end', 1],
    ],
    [
      ['incomingCallsOptions', 'reserveActionData'],
      ['x', 1, {}],
    ],
    [
      ['incomingCallsOptions', 'reserveCidAsName'],
      ['default', 1],
    ],
    [
      ['incomingCallsOptions', 'reserveCidAsNumber'],
      ['default', 1],
    ],
    [['notificationOptions'], ['off', null, []]],
    [
      ['notificationOptions', 'type'],
      ['on', 1, null],
    ],
    [
      ['notificationOptions', 'condition'],
      ['answer', 1],
    ],
    [
      ['notificationOptions', 'emailReceivers'],
      ['', null, ['a@example.test']],
    ],
    [
      ['notificationOptions', 'smsReceivers'],
      ['', null, ['79990000000']],
    ],
    [['webhookUrls'], ['https://sample.com', 1, {}]],
    [
      ['webhookUrls', 0],
      ['nowhere', 1, '', 'ftp://sample.com', null],
    ],
    [
      ['names', 1],
      [1, '', '  ', null, 'x'.repeat(201)],
    ],
    [
      ['numbers', 1],
      [71234567002, '', 'abc', null, '7', '1'.repeat(21)],
    ],
    [
      ['connectionOptionsList', 1],
      ['x', 1, null, []],
    ],
    [
      ['connectionOptionsList', 1, 'providerId'],
      [1, '', null, 'nobody', crypto.randomUUID()],
    ],
    [
      ['connectionOptionsList', 1, 'numberAsDid'],
      ['true', 1, null, {}],
    ],
    [
      ['connectionOptionsList', 0, 'did'],
      [1, '', null, 'a b', 'x'.repeat(65)],
    ],
    [
      ['connectionOptionsList', 0, 'authUser'],
      [1, {}, 'a\nb'],
    ],
    [
      ['connectionOptionsList', 0, 'fromDomain'],
      [1, 'not a host', 'a_b'],
    ],
    [
      ['connectionOptionsList', 0, 'login'],
      [1, {}, 'a\r\nb'],
    ],
    [
      ['connectionOptionsList', 0, 'password'],
      [1, {}, 'x'.repeat(1_025)],
    ],
    [
      ['connectionOptionsList', 0, 'forceOutOverChannel'],
      ['true', 1, {}],
    ],
  ]
  for (const [place, values] of wrong)
    test(`a wrong ${place.join('.')} is refused by that name, and nothing is made`, async () => {
      const earlier = await rows()
      for (const value of values) {
        const answer = await add(put(printed(), place, value))
        assert.equal(answer.statusCode, 400, `${JSON.stringify(value)}: ${answer.body}`)
        const named = Object.keys(answer.json().errors)
        const [parent] = [place.join('.')]
        assert.ok(
          named.every((field) => field === parent || field.startsWith(`${parent}.`)) ||
            // A password or another name without a login is told at the login.
            /authUser|password/.test(parent),
          `${JSON.stringify(value)}: ${named}`,
        )
        assert.ok(named.includes(parent), `${JSON.stringify(value)}: ${named}`)
      }
      assert.deepEqual(await rows(), earlier)
    })

  test('all mistakes are told at once, unknown ids among them', async () => {
    const body = printed()
    Object.assign(body.incomingCallsOptions, { botId: 'nobody', cidAsName: 'caller' })
    Object.assign(body.notificationOptions, { type: 'on' })
    Object.assign(body.connectionOptionsList[0] ?? {}, { providerId: 'nobody', did: '' })
    Object.assign(body.connectionOptionsList[1] ?? {}, { providerId: 'nobody', password: 'alone' })
    body.numbers[1] = 'x'
    await refused(
      body,
      ...['incomingCallsOptions.botId', 'incomingCallsOptions.cidAsName', 'notificationOptions.type', 'numbers.1'],
      ...['connectionOptionsList.0.providerId', 'connectionOptionsList.0.did', 'connectionOptionsList.1.providerId'],
      'connectionOptionsList.1.login',
    )
  })

  test('lists of unequal length are refused by the one that differs', async () => {
    const earlier = await rows()
    await refused({ ...printed(), names: ['one'] }, 'names')
    await refused(
      { ...printed(), connectionOptionsList: printed().connectionOptionsList.slice(1) },
      'connectionOptionsList',
    )
    await refused({ ...printed(), numbers: ['71234567001'] }, 'names', 'connectionOptionsList')
    await refused(
      { ...printed(), names: [], numbers: [], connectionOptionsList: [] },
      'names',
      'numbers',
      'connectionOptionsList',
    )
    assert.deepEqual(await rows(), earlier)
  })

  test('a repeated number at one provider is refused by name, in a batch and afterwards; at another provider it is another', async () => {
    const twice = { ...printed(), numbers: ['71234567001', '+71234567001'] }
    assert.match((await refused(twice, 'numbers.1'))['numbers.1']?.[0] ?? '', /same number as numbers\.0/)
    // One provider by two of its ids().
    const byBoth = put(twice, ['connectionOptionsList', 1, 'providerId'], ids().trunks)
    await refused(byBoth, 'numbers.1')
    assert.equal((await add(printed())).statusCode, 200)
    const earlier = await rows()
    await refused(printed(), 'numbers.0', 'numbers.1')
    // The page's first number is called by the DID 123, and so is the one that is there.
    await refused(
      { ...printed(), numbers: ['71234567009', '71234567002'] },
      ...['connectionOptionsList.0.did', 'numbers.1'],
    )
    assert.deepEqual(await rows(), earlier, 'the one that was free is not made either')
    const other = (await ask('POST', `${native}/trunks`, { name: 'other', host: '127.0.0.1' })).json().id
    const connections = printed().connectionOptionsList.map((one) => ({ ...one, providerId: other }))
    assert.equal((await add({ ...printed(), connectionOptionsList: connections })).statusCode, 200)
  })

  test('two of the same at once: one is made, the other is refused by name', async () => {
    const batch = Array.from({ length: 20 }, (_, at) => String(71_234_568_000 + at))
    const many = (numbers: string[]) => ({
      ...printed(),
      numbers,
      names: numbers,
      connectionOptionsList: numbers.map(() => printed().connectionOptionsList[1]),
    })
    const answers = await Promise.all([many(batch), many(batch.toReversed()), many(batch)].map((body) => add(body)))
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 400, 400])
    for (const { statusCode, body } of answers)
      if (statusCode === 400)
        assert.ok(Object.keys(JSON.parse(body).errors).every((field) => field.startsWith('numbers.')))
    assert.equal((await listed('7123456')).count, 20)
  })

  test('an Idempotency-Key makes one batch of repeated requests', async () => {
    const key = { 'idempotency-key': 'the-same' }
    const answers = [await add(printed(), key), await add(printed(), key)]
    assert.deepEqual(
      answers.map(({ statusCode, rawPayload }) => [statusCode, rawPayload.length]),
      [
        [200, 0],
        [200, 0],
      ],
    )
    assert.equal((await listed('71234567')).count, 2)
    assert.equal((await add({ ...printed(), names: ['a', 'b'] }, key)).statusCode, 400)
  })

  test('a bad token is 401 and bad JSON is 400, in the vendor’s form; strangers’ ids are nobody’s', async () => {
    const url = `${prefixes[0]}/incomingRules/create/batch`
    const unknown = await app().inject({
      method: 'POST',
      url,
      headers: { authorization: 'Bearer x' },
      payload: printed(),
    })
    assert.deepEqual([unknown.statusCode, Object.keys(unknown.json())], [401, ['message', 'errors']])
    for (const payload of ['{', '{"names": [],}', "{'names': []}", '', '[]', 'null', '1']) {
      const answer = await ask('POST', url, payload, { 'content-type': 'application/json' })
      assert.equal(answer.statusCode, 400, `${payload}: ${answer.body}`)
      assert.equal(typeof answer.json().message, 'string')
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await ask('POST', url, JSON.stringify(printed()), { 'content-type': type })
      assert.equal(answer.statusCode, 400, `${type}: ${answer.body}`)
      assert.match(answer.json().message, /Expected a JSON object/)
    }
    const stranger = { authorization: `Bearer ${tokenOf('other', 'owner')}` }
    const foreign = await ask('POST', url, { ...printed() }, stranger)
    assert.deepEqual(Object.keys(foreign.json().errors).toSorted(), [
      ...['connectionOptionsList.0.providerId', 'connectionOptionsList.1.providerId', 'incomingCallsOptions.botId'],
    ])
    const author = await ask('POST', url, printed(), { authorization: `Bearer ${tokenOf('own', 'author')}` })
    assert.equal(author.statusCode, 403)
  })

  test('generated bodies are taken whole or refused whole, never a 5xx', async () => {
    const words = ['', 'robot', 'end', 'default', 'off', 'unanswer', 'original', shared, '71234567005', '71234567001']
    const value = fc.oneof(
      fc.constantFrom<unknown>(...words, null, true, false, 0, [], {}, '\u0000', undefined),
      fc.jsonValue(),
    )
    const places: Place[] = [
      ...['names', 'numbers', 'connectionOptionsList', 'webhookUrls', 'additionalOptions'].map((field) => [field]),
      ...wrong.map(([place]) => place),
      ...[0, 1].flatMap((at) => [
        ['names', at],
        ['numbers', at],
        ...['did', 'login', 'password', 'authUser', 'numberAsDid'].map((field) => ['connectionOptionsList', at, field]),
      ]),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...places), value), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          await forget()
          const body = changes.reduce<unknown>((left, [place, by]) => {
            const parent = place.slice(0, -1).reduce<unknown>((at, key) => (at as Body | null)?.[key], left)
            return typeof parent === 'object' && parent !== null ? put(left, place, by) : left
          }, printed())
          const earlier = await rows()
          const answer = await add(body)
          const later = await rows()
          assert.ok(answer.statusCode === 200 || answer.statusCode === 400, `${answer.statusCode} ${answer.body}`)
          if (answer.statusCode === 400) return assert.deepEqual(later, earlier)
          assert.equal(answer.rawPayload.length, 0)
          const made = (body as { numbers: unknown[] }).numbers.length
          assert.deepEqual(
            [later?.numbers, later?.paces],
            [(earlier?.numbers ?? 0) + made, (earlier?.paces ?? 0) + made],
          )
        },
      ),
      { seed: 20_261_121, numRuns: runs },
    )
  })
})
