/** What many clients of a vendor ask for at the same moment: one campaign under one key, each person once, legal states, no 5xx. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp } from './surface.ts'
import { type Asked, ask, type Vendor, vendorSections, vendors } from './vendor-ground.ts'

const phonesFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `7495${String(first + at).padStart(7, '0')}`)
const legal: Readonly<Record<string, readonly string[]>> = {
  start: ['draft', 'scheduled', 'paused', 'done'],
  resume: ['paused', 'scheduled'],
  pause: ['draft', 'scheduled', 'running', 'done'],
  stop: ['draft', 'scheduled', 'running', 'paused', 'done'],
}

describe('what vendors ask for at once', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
    const applied = await ask(http.app, {
      ...{ method: 'POST', url: `${native}/provisioning/apply`, payload: vendorSections },
    })
    assert.equal(applied.status, 200, JSON.stringify(applied.body))
  })
  after(() => http.close())

  const all = (asked: readonly Asked[]) => Promise.all(asked.map((one) => ask(http.app, one)))
  const campaignsCalled = async (name: string): Promise<readonly { id: string; people: number; dialect: string }[]> => {
    const { rows } = await database.pool.query(
      `select c.id, c.dialect, (select count(*)::int from contact k where k.campaign_id = c.id) as people
         from campaign c where c.name = $1`,
      [name],
    )
    return rows
  }

  /** Nothing half made, in the whole database; each change of state begins where the one before has ended, and is one that there is. */
  const assertWhole = async (): Promise<void> => {
    const { rows } = await database.pool.query(`select
        (select count(*)::int from campaign c where (select count(*) from pace p where p.owner_id = c.id) <> 1) as "withoutPace",
        (select count(*)::int from campaign c where not exists (
           select from audit_entry a where a.resource_id = c.id and a.action = 'create')) as "withoutAudit",
        (select count(*)::int from contact k where not exists (select from contact_phone p where p.contact_id = k.id)) as "withoutPhone",
        (select count(*)::int from scenario s where not exists (select from scenario_version v where v.scenario_id = s.id)) as "withoutVersion",
        (select count(*)::int from (select from contact k join contact_phone p on p.contact_id = k.id
           group by k.campaign_id, p.phone_key having count(*) > 1) twice) as twice`)
    assert.deepEqual({ ...rows[0] }, { withoutPace: 0, withoutAudit: 0, withoutPhone: 0, withoutVersion: 0, twice: 0 })
    const audited = await database.pool.query(
      `select resource_id as id, action, before ->> 'state' as before, after ->> 'state' as after from audit_entry
        where kind = 'campaign' and action in ('start', 'resume', 'pause', 'stop')`,
    )
    const changes = Object.groupBy(audited.rows, ({ id }) => String(id))
    const states = await database.pool.query<{ id: string; state: string; first: string }>(
      `select c.id, c.state, a.after ->> 'state' as first from campaign c
         join audit_entry a on a.resource_id = c.id and a.action = 'create'`,
    )
    for (const { id, state, first } of states.rows) {
      // Instants of one millisecond have no order of their own: the changes are a walk from the first state to the last.
      const degrees = new Map<string, number>([[first, 1]])
      degrees.set(state, (degrees.get(state) ?? 0) - 1)
      for (const { action, before, after } of changes[id] ?? []) {
        assert.ok(legal[action]?.includes(before), `${action} of a campaign that was ${before}`)
        degrees.set(before, (degrees.get(before) ?? 0) - 1)
        degrees.set(after, (degrees.get(after) ?? 0) + 1)
      }
      assert.deepEqual(
        [...degrees].filter(([, degree]) => degree !== 0),
        [],
        `the changes of a campaign that began as ${first} do not lead to ${state}`,
      )
    }
  }

  // First of all: the others leave a scenario that a session could use.
  test('a key that is none is refused before anything is made', async () => {
    const count = async (): Promise<unknown> =>
      (
        await database.pool.query(
          'select (select count(*)::int from campaign) as campaigns, (select count(*)::int from scenario) as scenarios',
        )
      ).rows[0]
    const earlier = await count()
    for (const vendor of vendors) {
      const { isRefused, status } = await ask(http.app, { ...vendor.create('no key', ['74950000001']), key: 'a b' })
      assert.ok(isRefused && status < 500, vendor.name)
    }
    assert.deepEqual(await count(), earlier)
  })

  for (const [place, vendor] of vendors.entries()) {
    const first = 1_000_000 * (place + 1)
    const people = phonesFrom(first, 3)

    test(`${vendor.name}: the same key many times at once makes one campaign, told to all by the same id`, async () => {
      const name = `${vendor.name} one key`
      const asked = { ...vendor.create(name, people), key: `key-${place}` }
      const answers = await all(Array.from({ length: 8 }, () => asked))
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]), JSON.stringify(answers))
      assert.deepEqual(new Set(answers.map(({ body }) => vendor.idOf(body))).size, 1, JSON.stringify(answers))
      const [made, ...more] = await campaignsCalled(name)
      assert.deepEqual([made?.people, made?.dialect, more], [vendor.takesPeopleAtOnce ? 3 : 0, vendor.dialect, []])
      const again = await ask(http.app, asked)
      assert.equal(vendor.idOf(again.body), vendor.idOf(answers[0]?.body ?? {}), 'and later')
      const other = await ask(http.app, { ...vendor.create(`${name}, another`, people), key: `key-${place}` })
      assert.ok(other.isRefused && other.status < 500, 'the key of another request is refused')
      assert.equal((await campaignsCalled(`${name}, another`)).length, 0)
      await assertWhole()
    })

    test(`${vendor.name}: two creates at once without a key make two`, async () => {
      const name = `${vendor.name} no key`
      const answers = await all([vendor.create(name, people), vendor.create(name, people)])
      assert.equal(new Set(answers.map(({ body }) => vendor.idOf(body))).size, 2)
      assert.equal((await campaignsCalled(name)).length, 2)
      await assertWhole()
    })

    test(`${vendor.name}: uploads, starts, pauses and reads at once leave everybody once, and nothing half done`, async () => {
      for (const seed of [1, 2, 3]) {
        const name = `${vendor.name} race ${seed}`
        const crowd = phonesFrom(first + 1_000 * seed, 40)
        const { id, uploaded } = await race(vendor, name, crowd, new SeededRandom(seed))
        const [made, ...more] = await campaignsCalled(name)
        assert.deepEqual([made?.people, more], [uploaded.size, []])
        const { status, body } = await ask(http.app, vendor.read(id))
        assert.equal(status, 200, JSON.stringify(body))
        if (vendor.upload === undefined || made === undefined) continue
        await all([vendor.upload(id, [...uploaded]), vendor.upload(id, [...uploaded].toReversed())])
        assert.equal((await campaignsCalled(name))[0]?.people, uploaded.size, 'a repeated upload doubles nobody')
      }
      await assertWhole()
    })
  }

  test('all vendors at once, in one workspace, do not disturb each other', async () => {
    const runs = vendors.map((vendor, place) =>
      race(vendor, `together ${place}`, phonesFrom(20_000 + 1_000 * place, 30), new SeededRandom(place)),
    )
    for (const [place, { uploaded }] of (await Promise.all(runs)).entries()) {
      const [made, ...more] = await campaignsCalled(`together ${place}`)
      assert.deepEqual([made?.people, made?.dialect, more], [uploaded.size, vendors[place]?.dialect, []])
    }
    await assertWhole()
  })

  /**
   * One campaign, then two dozen requests about it at once, as the seed wills. Nothing is refused but for the campaign's state: one
   * that was stopped may take nobody in.
   */
  async function race(
    vendor: Vendor,
    name: string,
    crowd: readonly string[],
    random: SeededRandom,
  ): Promise<{ readonly id: string; readonly uploaded: ReadonlySet<string> }> {
    const below = (count: number): number => Math.floor(random.next() * count)
    const made = await ask(http.app, vendor.create(name, crowd.slice(0, 5)))
    assert.ok(!made.isRefused, JSON.stringify(made.body))
    const id = vendor.idOf(made.body)
    const uploaded = new Set(vendor.takesPeopleAtOnce ? crowd.slice(0, 5) : [])
    let isStopped = false
    const asked = Array.from(
      { length: 24 },
      (_, at): { readonly request: Asked; readonly people: readonly string[] } => {
        const { upload, stop = vendor.pause } = vendor
        if (upload !== undefined && at % 2 === 0) {
          const from = below(crowd.length - 10)
          const people = crowd.slice(from, from + 10)
          return { request: upload(id, random.next() < 0.5 ? people : people.toReversed()), people }
        }
        const step = [vendor.start, vendor.pause, vendor.read, stop][below(4)] ?? vendor.read
        isStopped ||= step === vendor.stop
        return { request: step(id), people: [] }
      },
    )
    const answers = await all(asked.map(({ request }) => request))
    for (const [at, { status, body, isRefused }] of answers.entries()) {
      const { request: { method, url } = vendor.read(id), people = [] } = asked[at] ?? {}
      const told = `${method} ${url}: ${status} ${JSON.stringify(body)}`
      assert.ok(status < 500, told)
      const isTaken = !isRefused && !(Array.isArray(body.errors) && body.errors.length > 0)
      if (people.length > 0) assert.ok(isTaken || isStopped, told)
      if (isTaken) for (const phone of people) uploaded.add(phone)
    }
    return { id, uploaded }
  }
})
