/** Policies, hours and caps that change while people wait by them: on a real store whose clock the test advances. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type AttemptOutcome,
  type CampaignView,
  type ClaimedLeg,
  type LaneOrder,
  type NodeLease,
  planAttempts,
} from '@dialwright/dialer'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { PostgresCampaignStore } from '../../src/adapters/postgres/campaign-store/campaign-store.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'
import { campaign, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

type End = 'busy' | 'answered'
type Gate = { readonly gate: string; readonly open: boolean; readonly reason: string; readonly until?: string }

const busy = { busy: { tries: 9, intervals: [600] } }
const shortTalk = { 'short-talk': { tries: 9, intervals: [60], talkSecondsAtMost: 5 } }

describe('rules that change while people wait by them', () => {
  const database = useTestDatabase()
  let clock: VirtualClock
  let http: HttpGround
  let store: PostgresCampaignStore
  let lease: NodeLease
  let people = 0

  before(async () => {
    const { pool } = database
    clock = new VirtualClock('2026-03-02T09:00:00Z')
    await pool.query('create table test_clock (at timestamptz not null)')
    await pool.query('insert into test_clock values ($1)', [clock.now()])
    await pool.query('grant select on test_clock to dialwright_http')
    await pool.query(
      "create or replace function dw_clock() returns timestamptz language sql volatile as 'select at from test_clock'",
    )
    http = await openHttp(pool)
    store = new PostgresCampaignStore({ pool, clock, random: new SeededRandom(7) })
    lease = await store.join('node-a', 365 * 86_400_000)
  })
  after(() => http.close())

  const ask = (method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object) =>
    http.app.inject({
      method,
      url: `${native}/${path}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
      ...(payload === undefined ? {} : { payload }),
    })
  const done = async (method: 'POST' | 'PATCH', path: string, payload?: object) => {
    const answer = await ask(method, path, payload)
    assert.ok(answer.statusCode < 300, `${method} ${path}: ${answer.body}`)
    return answer.json()
  }
  const moveClock = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await database.pool.query('update test_clock set at = $1', [clock.now()])
  }
  /** A wall clock of Moscow, on a day of March 2026. */
  const advanceTo = (day: number, time: string): Promise<void> => {
    const at = Temporal.Instant.from(`2026-03-${String(day).padStart(2, '0')}T${time}+03:00`)
    return moveClock(at.epochMilliseconds - clock.now().epochMilliseconds)
  }
  const newPhone = (): string => `+7495${String(7_000_000 + people++)}`
  const make = async (body: object, ...phones: string[]): Promise<string> => {
    const { id } = await done('POST', 'campaigns', { ...campaign, pacing: { callsPerSecond: 50 }, ...body })
    await done('POST', `campaigns/${id}/contacts`, { contacts: phones.map((phone) => ({ phones: [phone] })) })
    await done('POST', `campaigns/${id}/start`)
    return id
  }
  const viewOf = async (id: string): Promise<CampaignView> => {
    const view = (await store.runningCampaigns()).find((one) => one.campaignId === id)
    assert.ok(view !== undefined, `${id} does not run`)
    return view
  }
  const plan = async (id: string): Promise<readonly LaneOrder[]> =>
    planAttempts(await viewOf(id), clock.now(), { horizonMs: 200 }).start
  const outcomeOf = (leg: ClaimedLeg, disposition: End): AttemptOutcome => ({
    ...{ legId: leg.legId, disposition, detail: null, sip: { code: 200, reason: null, q850: null } },
    ...{ ringingAt: null, answeredAt: disposition === 'busy' ? null : clock.now(), endedAt: clock.now(), talkMs: 900 },
    ...{ endedBy: 'callee', keys: '', path: [], variables: {}, tags: [], goal: null, level: null, recording: null },
    timeline: [],
  })
  /** What the engine does now, for one campaign: the numbers that it would ring, whose calls end as told. */
  const rung = async (id: string, disposition: End = 'busy', lanes?: readonly LaneOrder[]): Promise<string[]> => {
    const legs = await store.claim(lease, id, lanes ?? (await plan(id)), 200)
    for (const leg of legs) {
      assert.equal(await store.beginDialing(lease, leg.legId), true)
      assert.equal(await store.finish(lease, outcomeOf(leg, disposition)), 'stored')
    }
    // The line starts so many calls a second: the next claim finds it free again.
    if (legs.length > 0) await moveClock(1_000)
    return legs.map((leg) => leg.phone)
  }
  /** Every gate that explain says is shut, with the wall clock of Moscow when it opens, and when nothing will be shut. */
  const shut = async (id: string, phone: string): Promise<string[]> => {
    const wall = (at?: string | null) =>
      at == null ? '-' : Temporal.Instant.from(at).toString({ timeZone: 'Europe/Moscow' }).slice(8, 16)
    const { gates, nextAt } = (await ask('GET', `explain?campaign=${id}&phone=${phone.slice(1)}`)).json()
    const closed = gates.filter((gate: Gate) => !gate.open)
    return [...closed.map((gate: Gate) => `${gate.gate} ${gate.reason} ${wall(gate.until)}`), `next ${wall(nextAt)}`]
  }
  const daytime = [{ from: '09:00', to: '18:00' }]
  const always = [{ from: '00:00', to: '24:00' }]

  test('hours that are widened let a redial go that they had put off, at once, and never before its interval', async () => {
    const [early, late] = [newPhone(), newPhone()]
    const [one, two] = [
      await make({ windows: daytime, retry: { rules: busy } }, early),
      await make({ windows: daytime, retry: { rules: busy } }, late),
    ]
    await advanceTo(2, '17:55')
    assert.deepEqual([await rung(one), await rung(two)], [[early], [late]])
    const { rows } = await database.pool.query<{ redialAt: string }>(
      `select payload ->> 'redialAt' as "redialAt" from outbox where topic = 'attempt.finished' and payload ->> 'campaignId' = $1`,
      [one],
    )
    assert.equal(Temporal.Instant.from(rows[0]?.redialAt ?? '').toString(), '2026-03-03T06:00:00Z', 'as things stand')
    await done('PATCH', `campaigns/${two}`, { windows: always })
    await advanceTo(2, '18:04:59')
    assert.deepEqual(await shut(two, late), ['due retry-interval 02T18:05', 'next 02T18:05'])
    assert.deepEqual(await rung(two), [])
    await advanceTo(2, '18:10')
    assert.deepEqual(await rung(two), [late])
    assert.deepEqual(await shut(one, early), ['window outside-calling-window 03T09:00', 'next 03T09:00'])
    assert.deepEqual(await rung(one), [])
    await done('PATCH', `campaigns/${one}`, { windows: always })
    assert.deepEqual(await shut(one, early), ['next 02T18:10'])
    assert.deepEqual(await rung(one), [early])
  })

  test('a shared time group that forbids less lets them go, too', async () => {
    const phone = newPhone()
    const { id: group } = await done('POST', 'timeGroups', {
      ...{ name: 'evening', zone: 'callee', forbid: [{ from: '19:00', to: '24:00' }] },
    })
    const id = await make({ timeGroups: ['evening'], retry: { rules: busy } }, phone)
    await advanceTo(2, '18:55')
    assert.deepEqual(await rung(id), [phone])
    await advanceTo(2, '19:10')
    assert.deepEqual(await rung(id), [])
    await done('PATCH', `timeGroups/${group}`, { forbid: [{ from: '20:00', to: '24:00' }] })
    assert.deepEqual(await rung(id), [phone])
  })

  test('legal hours that no longer hold let a redial go', async () => {
    const phone = newPhone()
    const id = await make({ policies: ['ru-230fz'], retry: { rules: busy } }, phone)
    await advanceTo(2, '21:55')
    assert.deepEqual(await rung(id), [phone])
    await advanceTo(2, '22:10')
    assert.deepEqual(await rung(id), [])
    assert.deepEqual(await shut(id, phone), ['policy-hours ru-230fz: outside-legal-hours 03T08:00', 'next 03T08:00'])
    await done('PATCH', `campaigns/${id}`, { policies: [] })
    assert.deepEqual(await rung(id), [phone])
  })

  test('a redial and a first call that the caps of a policy have put off go when it no longer holds, and wait when it does again', async () => {
    const [talked, other] = [newPhone(), newPhone()]
    const held = { policies: ['ru-230fz'], retry: { rules: shortTalk } }
    await advanceTo(3, '12:00')
    const id = await make(held, talked)
    assert.deepEqual(await rung(id, 'answered'), [talked])
    const first = await make(held, talked, other)
    await advanceTo(3, '12:05')
    const capped = 'policy-cap ru-230fz: talks-of-the-day-used-up 04T00:00'
    assert.deepEqual(await shut(id, talked), [capped, 'next 04T08:00'])
    assert.deepEqual([await rung(id), await rung(first)], [[], [other]])
    assert.deepEqual(await shut(id, talked), ['due put-off-by-cap 04T00:00', capped, 'next 04T08:00'])
    assert.equal((await ask('GET', `campaigns/${id}/waiting`)).json().items[0].reason, 'put-off-by-cap')
    await done('PATCH', `campaigns/${first}`, { isTest: true })
    assert.deepEqual(await shut(first, talked), ['next 03T12:05'])
    await done('PATCH', `campaigns/${first}`, { isTest: false })
    assert.deepEqual(await rung(first), [])
    await done('PATCH', `campaigns/${first}`, { policies: [] })
    assert.deepEqual([await rung(id), await rung(first)], [[], [talked]])
    await done('PATCH', `campaigns/${id}`, { isTest: true })
    assert.deepEqual(await rung(id), [talked])
  })

  test('a redial that waits for its own interval is moved by no change', async () => {
    const phone = newPhone()
    await advanceTo(3, '13:00')
    const id = await make({ windows: daytime, policies: ['ru-230fz'], retry: { rules: busy } }, phone)
    assert.deepEqual(await rung(id), [phone])
    const changes = [{ windows: always }, { policies: [] }, { isTest: true }, { retry: { rules: busy, caps: {} } }]
    for (const change of changes) {
      await done('PATCH', `campaigns/${id}`, change)
      assert.deepEqual(await rung(id), [], JSON.stringify(change))
    }
    await advanceTo(3, '13:10')
    assert.deepEqual(await rung(id), [phone])
  })

  test('a cap of the day that is raised, of a shared rule or of its own, lets those go that it had put off', async () => {
    const [shared, own] = [newPhone(), newPhone()]
    await advanceTo(4, '12:00')
    const before = await make({}, shared, own)
    assert.deepEqual((await rung(before)).toSorted(), [shared, own].toSorted())
    const { id: rule } = await done('POST', 'retryRules', { name: 'gentle', rules: busy, caps: { perPhonePerDay: 1 } })
    const one = await make({ retry: { rule: 'gentle' } }, shared)
    const two = await make({ retry: { rules: busy, caps: { perPhonePerDay: 1 } } }, own)
    assert.deepEqual([await rung(one), await rung(two)], [[], []])
    assert.equal((await shut(one, shared))[0], 'due put-off-by-cap 05T00:00')
    await done('PATCH', `retryRules/${rule}`, { remark: 'says nothing of caps' })
    assert.deepEqual(await rung(one), [])
    await done('PATCH', `retryRules/${rule}`, { caps: { perPhonePerDay: 2 } })
    await done('PATCH', `campaigns/${two}`, { retry: { rules: busy, caps: { perPhonePerDay: 2 } } })
    assert.deepEqual([await rung(one), await rung(two)], [[shared], [own]])
    // Two are what it may have: the redial of the second waits for tomorrow again.
    await advanceTo(4, '12:30')
    assert.deepEqual([await rung(one), await rung(two)], [[], []])
  })

  test('a person whose priority is changed meanwhile and the campaign that lets people go wait for each other in one order', async () => {
    const phone = newPhone()
    await advanceTo(4, '14:00')
    const before = await make({}, phone)
    assert.deepEqual(await rung(before), [phone])
    const id = await make({ retry: { rules: {}, caps: { perPhonePerDay: 1 } } }, phone)
    assert.deepEqual(await rung(id), [])
    const { items } = (await ask('GET', `campaigns/${id}/contacts`)).json()
    const [{ id: contact }] = items
    const waiting = async (count: number): Promise<void> =>
      until(`${count} wait`, async () => {
        const { rows } = await database.pool.query(
          "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        return rows[0].n === count
      })
    const holder = await database.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('select from contact where id = $1 for update', [contact])
      const statusOf = async (path: string, change: object) => (await ask('PATCH', path, change)).statusCode
      const person = statusOf(`campaigns/${id}/contacts/${contact}`, { priority: 3 })
      await waiting(1)
      const caps = statusOf(`campaigns/${id}`, { retry: { rules: {}, caps: {} } })
      await waiting(2)
      await holder.query('commit')
      assert.deepEqual(await Promise.all([person, caps]), [200, 200])
    } finally {
      holder.release()
    }
    assert.deepEqual(await rung(id), [phone])
  })

  test('hours and policies that are tightened hold for whoever was planned before', async () => {
    const phone = newPhone()
    await advanceTo(4, '21:00')
    const id = await make({ retry: { rules: busy } }, phone)
    const planned = await plan(id)
    assert.equal(planned.length, 1)
    await done('PATCH', `campaigns/${id}`, { windows: daytime })
    assert.deepEqual(await rung(id, 'busy', planned), [])
    await done('PATCH', `campaigns/${id}`, { windows: [] })
    await advanceTo(4, '23:00')
    await done('PATCH', `campaigns/${id}`, { policies: ['ru-230fz'] })
    assert.deepEqual(await rung(id, 'busy', planned), [])
    assert.deepEqual(await rung(id), [])
    await done('PATCH', `campaigns/${id}`, { policies: [] })
    assert.deepEqual(await rung(id, 'busy', planned), [phone])
  })
})
