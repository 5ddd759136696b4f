/** Documents with many numbers: what they ask of the database, numbers that exchange what calls them, numbers that one DID would call. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { untilWaiting } from '../fixtures/until-waiting.ts'
import { watch } from '../http/surface.ts'
import { type Json, useInstallation } from './ground.ts'

describe('a document with many numbers', () => {
  const installation = useInstallation()
  const phonesFrom = (first: number, count: number): string[] =>
    Array.from({ length: count }, (_, at) => String(7_495_000_0000 + first + at))
  const documentOf = (numbers: readonly Json[]): Json => ({
    workspace: { name: 'Whole', timeZone: 'Europe/Moscow', country: 'RU' },
    trunks: [{ name: 'carrier', host: '127.0.0.1' }],
    numbers: numbers.map((number) => ({ trunk: 'carrier', ...number })),
  })
  const end = (more: Json = {}): Json => ({ action: 'end', ...more })
  const applied = async (...numbers: readonly Json[]): Promise<void> => {
    const { created } = await installation.apply(documentOf(numbers))
    assert.ok(created >= 0)
  }
  const rules = async (): Promise<Record<string, string | null>> => {
    const { rows } = await installation.pool.query<{ name: string; called: string | null }>(
      "select name, phone || coalesce(' ' || (inbound ->> 'did'), '') as called from phone_number where name like 'own %' order by name",
    )
    return Object.fromEntries(rows.map(({ name, called }) => [name, called]))
  }

  test('two hundred new numbers take as many statements as ten, each with all that is its own', async () => {
    await installation.apply(documentOf([]))
    const counts: number[] = []
    for (const [round, size] of [10, 200].entries()) {
      let statements = 0
      const pool = watch(installation.pool, () => {
        statements += 1
      })
      const numbers = phonesFrom(1_000 * round, size).map((phone, at) => ({
        ...{ name: `many ${phone}`, phone, login: `line ${at}`, password: `hush ${at}`, maxCalls: 3, reservedCalls: 1 },
        ...{
          externalIds: { twin: `twin ${phone}`, is74: 100_000 * (round + 1) + at },
          validUntil: '2030-01-01T00:00:00Z',
        },
        inbound: end({ did: `9${phone}`, webhooks: [{ url: 'https://a.test/', events: ['call.finished'] }] }),
      }))
      const { created } = await applyProvisioning({ ...installation.deps, pool }, documentOf(numbers))
      assert.equal(created, size)
      counts.push(statements)
    }
    assert.equal(counts[1], counts[0], `statements of 10 and 200 numbers: ${counts}`)
    const { rows } = await installation.pool.query(
      `select count(*)::int as numbers, count(distinct n.password_box)::int as passwords,
              count(*) filter (where p.max_calls = 3 and p.reserved_calls = 1)::int as paces,
              count(*) filter (where n.inbound ->> 'did' = '9' || n.phone and n.valid_until = '2030-01-01')::int as rules,
              sum((select count(*) from webhook_endpoint e where e.number_id = n.id and e.events = '{call.finished}'))::int as hooks,
              sum((select count(*) from external_id x where x.resource_id = n.id and x.kind = 'number'))::int as ids,
              sum((select count(*) from audit_entry a where a.resource_id = n.id and a.after ->> 'phone' = n.phone and a.secrets = '{password}'))::int as audited
         from phone_number n left join pace p on p.owner_id = n.id where n.name like 'many %'`,
    )
    assert.deepEqual(
      { ...rows[0] },
      { numbers: 210, passwords: 210, paces: 210, rules: 210, hooks: 210, ids: 420, audited: 210 },
    )
  })

  test('numbers exchange their phones and their DIDs, and a new one takes what another had', async () => {
    await applied(
      { name: 'own a', phone: '74951110001', inbound: end({ did: '100' }) },
      { name: 'own b', phone: '74951110002', inbound: end({ did: '101' }) },
    )
    await applied(
      { name: 'own a', phone: '74951110002', inbound: end({ did: '101' }) },
      { name: 'own b', phone: '74951110001', inbound: end({ did: '100' }) },
    )
    assert.deepEqual(await rules(), { 'own a': '74951110002 101', 'own b': '74951110001 100' })
    await applied(
      { name: 'own c', phone: '74951110001', inbound: end({ did: '101' }) },
      { name: 'own a', phone: '74951110003', inbound: end() },
      { name: 'own b', phone: '74951110002', inbound: end({ did: '74951110004' }) },
    )
    assert.deepEqual(await rules(), {
      'own a': '74951110003',
      'own b': '74951110002 74951110004',
      'own c': '74951110001 101',
    })
  })

  test('numbers that one DID would call are told by their places; lines of their own may share one', async () => {
    await applied({ name: 'taken', phone: '74952220001', inbound: end({ did: '200' }) })
    const problems = await installation.problems(
      documentOf([
        { name: 'first', phone: '74952220002', inbound: end({ did: '201' }) },
        { name: 'same', phone: '74952220003', inbound: end({ did: '+201' }) },
        { name: 'there', phone: '74952220004', inbound: end({ did: '200' }) },
        { name: 'itself', phone: '74952220005', inbound: end() },
        { name: 'other', phone: '74952220006', inbound: end({ did: '74952220005' }) },
        { name: 'no rule', phone: '201' },
        { name: 'line', phone: '74952220007', login: 'a', password: 'b', inbound: end({ did: '200' }) },
        { name: 'wrong otherwise', phone: '74952220009', forceOut: 7, inbound: end({ did: '201' }) },
        { name: 'line too', phone: '74952220008', login: 'c', password: 'd', inbound: end({ did: '200' }) },
      ]),
    )
    assert.deepEqual(problems.map(({ path, code }) => [path, code]).toSorted(), [
      ['/numbers/1/inbound/did', 'duplicate'],
      ['/numbers/2/inbound/did', 'taken'],
      ['/numbers/4/inbound/did', 'duplicate'],
      ['/numbers/7/forceOut', 'invalid'],
      ['/numbers/7/inbound/did', 'duplicate'],
    ])
    assert.match(problems.find(({ code }) => code === 'taken')?.message ?? '', /another did/)
  })

  test('of many new numbers the one that somebody was quicker with is named', async () => {
    await installation.apply(documentOf([]))
    const quicker = await installation.pool.connect()
    await quicker.query('begin')
    await quicker.query(
      `insert into phone_number (id, workspace_id, name, phone, trunk_id)
       select gen_random_uuid(), t.workspace_id, 'quicker', '74953330002', t.id from trunk t where t.name = 'carrier'`,
    )
    const numbers = phonesFrom(0, 4).map((_, at) => ({ name: `late ${at}`, phone: `7495333000${at}` }))
    const late = installation.apply(documentOf(numbers)).then(
      () => [],
      (error: { problems: readonly { path: string; code: string }[] }) => error.problems,
    )
    await untilWaiting(installation.pool, late)
    await quicker.query('commit')
    quicker.release()
    assert.deepEqual(
      (await late).map(({ path, code }) => [path, code]),
      [['/numbers/2', 'taken']],
    )
    const { rows } = await installation.pool.query("select name from phone_number where name like 'late %'")
    assert.deepEqual(rows, [])
  })
})
