/** What clients of the native API and the engine do to one campaign at the same moment: nobody lost, nobody doubled, all counts true. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type ClaimedLeg, type NodeLease, planAttempts } from '@dialwright/dialer'
import { SeededRandom } from '@dialwright/testkit'
import { PostgresCampaignStore } from '../../src/adapters/postgres/campaign-store/campaign-store.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { JobsProcess } from '../../src/jobs/jobs-process.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

/** More of them: DIALWRIGHT_RACE_SEEDS=200. Those that have found something are tests of their own, below. */
const seeds = Number(process.env.DIALWRIGHT_RACE_SEEDS ?? 10)
const horizonMs = 1_000

type Answer = { readonly asked: string; readonly status: number; readonly body: Record<string, unknown> }

describe('what is asked of a campaign at once', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let jobs: JobsProcess
  let address: string
  before(async () => {
    http = await openHttp(database.pool)
    address = await http.app.listen({ host: '127.0.0.1', port: 0 })
    jobs = new JobsProcess({
      start: { databaseUrl: database.connectionString, nodeName: 'races', logLevel: 'silent', batchRows: 3 },
      ...{ database: database.pool, clock: systemClock, onContacts: () => {}, log: { error: () => {} } },
    })
    const numbers = [1, 2].map((n) => ({ name: `shown ${n}`, phone: `7999666240${n}`, trunk: 'Carrier in the box' }))
    for (const number of numbers) await made('numbers', number)
    // Nothing but the campaigns' own limits keeps anybody waiting.
    await database.pool.query('update pace set calls_per_second = null, max_calls = null')
    await made('callerIdGroups', { name: 'capped', numbers: numbers.map(({ name }) => name), dailyCap: 10_000 })
  })
  after(async () => {
    await jobs.stop()
    await http.close()
  })

  async function ask(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await http.app.inject({
      method,
      url: `${native}/${path}`,
      headers: {
        authorization: `Bearer ${tokenOf('own', 'owner')}`,
        ...(typeof payload === 'string' ? { 'content-type': 'text/csv' } : {}),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    })
    return { asked: `${method} ${path}`, status: answer.statusCode, body: answer.body === '' ? {} : answer.json() }
  }
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await ask('POST', path, body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return String(answer.body.id)
  }

  test('twenty requests at once over HTTP, under one key, make one campaign; the key of another request is refused', async () => {
    const post = (name: string) =>
      fetch(`${address}${native}/campaigns`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokenOf('own', 'owner')}`,
          'content-type': 'application/json',
          'idempotency-key': 'twenty',
        },
        body: JSON.stringify({ ...campaign, name }),
      })
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('twenty at once')))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
    const ids = new Set(await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id)))
    const { body } = await ask('GET', 'campaigns?name=twenty')
    assert.deepEqual([ids.size, (body.items as { id: string }[]).map(({ id }) => id)], [1, [...ids]])
    // Ten repeat, ten ask for something else: whoever they are, the first campaign alone is there.
    const mixed = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(n % 2 === 0 ? 'twenty at once' : 'another')),
    )
    assert.deepEqual(
      mixed.map(({ status }) => status),
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 201 : 409)),
    )
    assert.equal(((await ask('GET', 'campaigns?name=another')).body.items as object[]).length, 0)
  })

  test('of two requests that begin under one key at once one is made, the other refused', async () => {
    const headers = { 'idempotency-key': 'two' }
    const ask2 = (name: string) => ask('POST', 'campaigns', { ...campaign, name }, headers)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask2(`begun ${n % 2}`)))
    const [winner, loser] = answers[0]?.status === 201 ? [201, 409] : [409, 201]
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map((_, n) => (n % 2 === 0 ? winner : loser)),
    )
    assert.equal(((await ask('GET', 'campaigns?name=begun')).body.items as object[]).length, 1)
  })

  test('a list, people and changes that come while their campaign is taken away find none (seed 4)', async () => {
    const asked: readonly ((id: string) => Promise<Answer>)[] = [
      (id) => ask('POST', `campaigns/${id}/imports`, 'phone\n+74950000001\n'),
      (id) => ask('POST', `campaigns/${id}/contacts`, { contacts: [{ phones: ['+74950000001'] }] }),
      (id) => ask('PATCH', `campaigns/${id}`, { name: 'renamed' }),
      (id) => ask('POST', `campaigns/${id}/start`),
    ]
    for (const step of asked) {
      const id = await made('campaigns', { ...campaign, name: 'taken away' })
      const away = await database.pool.connect()
      await away.query('begin')
      await away.query('delete from campaign where id = $1', [id])
      const answer = step(id)
      // It waits for the removal, or finds nothing at once.
      await Promise.race([answer, setTimeout(300)])
      await away.query('commit')
      away.release()
      const { asked: path, status } = await answer
      assert.equal(status, 404, path)
    }
  })

  test('people who come at once to a campaign that was done open it once', async () => {
    const id = await made('campaigns', { ...campaign, name: 'done' })
    for (let round = 0; round < 3; round++) {
      await database.pool.query("update campaign set state = 'done' where id = $1", [id])
      const put = (n: number) => ({ contacts: [{ phones: [`+7495${1_000_000 + 10 * round + n}`] }] })
      await Promise.all(Array.from({ length: 8 }, (_, n) => ask('POST', `campaigns/${id}/contacts`, put(n))))
      const { rows } = await database.pool.query(
        "select payload ->> 'state' as state from outbox where topic = 'campaign.changed' and key = $1",
        [id],
      )
      assert.deepEqual(
        rows,
        Array.from({ length: round + 1 }, () => ({ state: 'running' })),
      )
    }
  })

  for (let seed = 1; seed <= seeds; seed++)
    test(`starts, stops, lists, pauses, calls and a removal at once leave all of it true (seed ${seed})`, () =>
      race(seed))

  /** One campaign; requests and the engine's steps at once, as the seed wills; then what is there is compared with itself. */
  async function race(seed: number): Promise<void> {
    const random = new SeededRandom(seed)
    const below = (count: number): number => Math.floor(random.next() * count)
    const rules = { busy: { tries: 1, intervals: [0] }, unknown: { tries: 1, intervals: [0] } }
    const id = await made('campaigns', {
      ...{ ...campaign, name: `race ${seed}`, retry: { rules }, pacing: { callsPerSecond: 500, maxCalls: 20 } },
      route: { ...campaign.route, callerId: { mode: 'group', group: 'capped' } },
    })
    const crowd = Array.from({ length: 24 }, (_, n) => `+7495${String(10_000 * seed + n).padStart(7, '0')}`)
    const some = (): readonly string[] => {
      const from = below(crowd.length - 6)
      return random.next() < 0.5 ? crowd.slice(from, from + 6) : crowd.slice(from, from + 6).toReversed()
    }
    const uploaded = new Set<string>()
    const put = (phones: readonly string[]): readonly string[] => {
      for (const phone of phones) uploaded.add(phone)
      return phones
    }
    const people = (phones: readonly string[]) => ({ contacts: put(phones).map((phone) => ({ phones: [phone] })) })
    assert.equal((await ask('POST', `campaigns/${id}/contacts`, people(some()))).status, 200)
    if (random.next() < 0.7) await ask('POST', `campaigns/${id}/start`)
    const imports: Promise<Answer>[] = []
    const steps: readonly (() => Promise<Answer>)[] = [
      ...(['start', 'start', 'resume', 'resume', 'pause', 'stop'] as const).map(
        (action) => () => ask('POST', `campaigns/${id}/${action}`),
      ),
      () => ask('POST', `campaigns/${id}/contacts`, people(some())),
      () => ask('POST', `campaigns/${id}/contacts`, people(some())),
      () => {
        const sent = ask('POST', `campaigns/${id}/imports`, `phone\n${put(some()).join('\n')}\n`)
        imports.push(sent)
        return sent
      },
      () => ask('PATCH', `campaigns/${id}`, { pacing: { maxCalls: 1 + below(20) } }),
      () => ask('PATCH', `campaigns/${id}`, { isTest: random.next() < 0.5, policies: ['ru-230fz'] }),
      () => ask('GET', `campaigns/${id}/progress`),
      () => ask('DELETE', `campaigns/${id}`),
    ]
    const engine = new Engine(random, below)
    const asked = Array.from({ length: 14 }, () => steps[below(steps.length - (random.next() < 0.9 ? 1 : 0))])
    const answers = await Promise.all([
      ...asked.map(async (step, at) => {
        // Half of them at the same instant, the others beside the engine's rounds.
        if (at % 2 === 1) await setTimeout(below(60))
        return step?.() ?? Promise.reject(new Error('no step'))
      }),
      engine.run(id, 6).then((): Answer => ({ asked: 'engine', status: 200, body: {} })),
    ])
    for (const answer of answers) assert.ok(answer.status < 500, JSON.stringify(answer))
    jobs.wake()
    for (const sent of imports) await ended(String((await sent).body.id))
    await engine.end()
    const isGone = answers.some(({ status }) => status === 204)
    assert.equal((await ask('GET', `campaigns/${id}`)).status, isGone ? 404 : 200)
    await assertTrue(id, isGone ? new Set() : uploaded, isGone)
    if (isGone) return
    const again = await ask('POST', `campaigns/${id}/contacts`, people([...uploaded]))
    assert.deepEqual(
      [again.body.accepted, again.body.duplicates],
      [0, uploaded.size],
      'a repeated upload doubles nobody',
    )
    await assertTrue(id, uploaded, false)
  }

  async function ended(importId: string): Promise<void> {
    for (let tries = 0; tries < 1_500; tries++) {
      const { status, body } = await ask('GET', `imports/${importId}`)
      if (status !== 200 || !/^(waiting|running|receiving|undoing)$/.test(String(body.state))) return
      await setTimeout(20)
    }
    assert.fail(`the import ${importId} does not end`)
  }

  /** Whatever was asked for: rows, counts and what was told agree. */
  async function assertTrue(id: string, phones: ReadonlySet<string>, isGone: boolean): Promise<void> {
    const one = async (text: string): Promise<Record<string, unknown>> =>
      (await database.pool.query(text, text.includes('$1') ? [id] : [])).rows[0] ?? {}
    const contacts = await database.pool.query<{ phone: string }>(
      'select phone from contact_phone where campaign_id = $1 order by phone',
      [id],
    )
    assert.deepEqual(
      contacts.rows.map(({ phone }) => phone),
      [...phones].sort(),
      'everybody once',
    )
    assert.deepEqual(
      await one(`select
        (select count(*)::int from contact k where k.campaign_id = $1 and k.state = 'dialing') as dialing,
        (select count(*)::int from live_leg l where l.campaign_id = $1) as live,
        (select count(*)::int from contact k where k.campaign_id = $1 and k.state = 'ready' and k.finished_at is not null) as "readyAndOver",
        (select count(*)::int from contact k where k.campaign_id = $1 and k.state in ('done', 'unknown') and k.attempts = 0) as "doneUncalled",
        (select count(*)::int from contact k where k.campaign_id = $1 and k.attempts <>
           (select count(*) from attempt a where a.contact_id = k.id)) as miscounted,
        (select count(*)::int from (select from attempt where campaign_id = $1 group by contact_id, attempt_number having count(*) > 1) t) as twice,
        (select count(*)::int from (select from attempt where campaign_id = $1 group by contact_id having count(*) > 2) t) as "tooOften",
        (select count(*)::int from attempt where campaign_id = $1) - (select count(*)::int from call where campaign_id = $1) as "withoutCall",
        (select count(*)::int from attempt a where a.campaign_id = $1) -
          (select count(*)::int from phone_history h where h.campaign_id = $1 and h.is_dialled) as "withoutHistory",
        (select count(*)::int from pace where owner_id = $1) as paces`),
      {
        ...{ dialing: 0, live: 0, readyAndOver: 0, doneUncalled: 0, miscounted: 0, twice: 0, tooOften: 0 },
        ...{ withoutCall: 0, withoutHistory: 0, paces: isGone ? 0 : 1 },
      },
    )
    // Of every number: what it was shown for on the day of its count are the calls that left, no slot that came back.
    const miscounted = await database.pool.query(
      `select n.name, p.shown_count, c.left from phone_number n join pace p on p.owner_id = n.id join workspace w on w.id = n.workspace_id
         cross join lateral (select count(*)::int as left from call c where c.number_id = n.id
                              and (c.created_at at time zone w.time_zone)::date = p.shown_on) c
        where p.shown_on is not null and p.shown_count <> c.left`,
    )
    assert.deepEqual(miscounted.rows, [], 'numbers shown')
    const { rows: told } = await database.pool.query<{ state: string }>(
      `select payload ->> 'state' as state from outbox where topic = 'campaign.changed' and key = $1 order by id`,
      [id],
    )
    const states = told.map(({ state }) => state)
    for (const [at, state] of states.entries())
      assert.notEqual(state, states[at - 1] ?? 'draft', `${states}: told twice`)
    if (isGone) return
    const { state } = await one('select state from campaign where id = $1')
    assert.equal(state, states.at(-1) ?? 'draft', `${states}`)
    const progress = (await ask('GET', `campaigns/${id}/progress`)).body as Record<string, number>
    const { total = 0, done = 0, waiting = 0, dialing = 0, excluded = 0 } = progress
    assert.deepEqual([total, done + waiting + dialing + excluded], [phones.size, phones.size])
    const attempts = await one('select count(*)::int as count from attempt where campaign_id = $1')
    assert.equal(progress.attempts, attempts.count)
  }

  /** A node that plans, claims, dials, gives back and ends, beside everything that is asked. */
  class Engine {
    readonly #store = new PostgresCampaignStore({
      pool: database.pool,
      clock: systemClock,
      random: new SeededRandom(1),
    })
    readonly #random: SeededRandom
    readonly #below: (count: number) => number
    readonly #live: ClaimedLeg[] = []
    #lease: NodeLease | null = null

    constructor(random: SeededRandom, below: (count: number) => number) {
      this.#random = random
      this.#below = below
    }

    async run(campaignId: string, rounds: number): Promise<void> {
      this.#lease = await this.#store.join('races-engine', 60_000)
      for (let round = 0; round < rounds; round++) {
        const view = (await this.#store.runningCampaigns()).find((one) => one.campaignId === campaignId)
        const { start } =
          view === undefined ? { start: [] } : planAttempts(view, await this.#store.now(), { horizonMs })
        const legs = await this.#store
          .claim(this.#lease, campaignId, start, horizonMs)
          .catch((error: { code?: string }) => {
            if (error.code === 'STORE_UNKNOWN_CAMPAIGN') return []
            throw error
          })
        await Promise.all(legs.map((leg) => this.#dial(leg)))
        await this.#store.settleCampaigns()
        await setTimeout(this.#below(10))
      }
    }

    async #dial(leg: ClaimedLeg): Promise<void> {
      const lease = this.#held()
      const what = this.#random.next()
      if (what < 0.25) await this.#store.release(lease, leg.legId, 'late')
      else if (!(await this.#store.beginDialing(lease, leg.legId))) return
      else if (what < 0.4) this.#live.push(leg)
      else await this.#end(leg, what < 0.7 ? 'busy' : 'answered')
    }

    async #end({ legId }: ClaimedLeg, disposition: 'busy' | 'answered'): Promise<void> {
      const endedAt = await this.#store.now()
      const answeredAt = disposition === 'answered' ? endedAt : null
      const finished = await this.#store.finish(this.#held(), {
        ...{ legId, disposition, detail: null, sip: { code: 486, reason: 'Busy Here', q850: 17 } },
        ...{ ringingAt: null, answeredAt, endedAt, talkMs: answeredAt === null ? 0 : 700, endedBy: 'callee' },
        ...{ keys: '', path: [], variables: {}, tags: [], goal: null, level: null, recording: null, timeline: [] },
      })
      assert.equal(finished, 'stored')
    }

    #held(): NodeLease {
      if (this.#lease === null) throw new Error('The node has not joined.')
      return this.#lease
    }

    /** Ends what is still on the line, and settles. */
    async end(): Promise<void> {
      for (const leg of this.#live.splice(0)) await this.#end(leg, 'busy')
      for (let changed = 1; changed > 0; ) changed = (await this.#store.settleCampaigns()).length
    }
  }
})
