/** What a campaign of the assistant does: on a real store whose clock the test advances, call by call, up to its report. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type AttemptOutcome, type ClaimedLeg, type NodeLease, planAttempts } from '@dialwright/dialer'
import { compileScenario, type ScenarioDefinition, startRun, step } from '@dialwright/scenario'
import { VirtualClock } from '@dialwright/testkit'
import { PostgresCampaignStore } from '../../src/adapters/postgres/campaign-store/campaign-store.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type Is74Ground, openIs74, printedCampaign } from './is74-ground.ts'

type Json = Readonly<Record<string, unknown>>
type End = { readonly disposition: AttemptOutcome['disposition']; readonly key?: string }

/** Monday, three in the night in Moscow: before the hours. */
const night = '2026-03-02T00:00:00Z'
const minute = 60_000

describe("the schedule, the attempts and the data of the assistant's campaigns", () => {
  const database = useTestDatabase()
  let clock: VirtualClock
  let is74: Is74Ground
  let store: PostgresCampaignStore
  let lease: NodeLease

  before(async () => {
    const { pool } = database
    clock = new VirtualClock(night)
    await pool.query('create table test_clock (at timestamptz not null)')
    await pool.query('insert into test_clock values ($1)', [clock.now()])
    await pool.query('grant select on test_clock to dialwright_http')
    await pool.query(
      "create or replace function dw_clock() returns timestamptz language sql volatile as 'select at from test_clock'",
    )
    is74 = await openIs74(pool, clock)
    store = new PostgresCampaignStore({ pool, clock, random: is74.deps.random })
    lease = await store.join('effects', 365 * 86_400_000)
  })
  after(() => is74.close())

  const advanceTo = async (instant: string): Promise<void> => {
    clock.advance(Temporal.Instant.from(instant).epochMilliseconds - clock.now().epochMilliseconds)
    await database.pool.query('update test_clock set at = $1', [clock.now()])
  }
  const wait = (ms: number): Promise<void> => advanceTo(clock.now().add({ milliseconds: ms }).toString())
  const make = async (schedule: Json, phones: readonly Json[] = [{ phone: '+74951234567' }]): Promise<number> => {
    const { campaign } = printedCampaign()
    const body = { campaign: { ...campaign, schedule: { ...campaign.schedule, ...schedule } }, phones }
    const { status, body: answer, text } = await is74.ask('POST', '/api/campaigns', body)
    assert.equal(status, 200, text)
    return (answer.campaign as { id: number }).id
  }
  const statusOf = async (id: number) =>
    ((await is74.ask('GET', `/api/campaigns/${id}`)).body.campaign as Json & { progress: Json }).status

  /** What the engine does now: the calls that it would place, ended as told. */
  const round = async (end: End = { disposition: 'busy' }): Promise<readonly ClaimedLeg[]> => {
    await store.settleCampaigns()
    const placed: ClaimedLeg[] = []
    for (const view of await store.runningCampaigns()) {
      const { start } = planAttempts(view, clock.now(), { horizonMs: 200 })
      if (start.length === 0) continue
      for (const leg of await store.claim(lease, view.campaignId, start, 200)) {
        assert.equal(await store.beginDialing(lease, leg.legId), true)
        assert.equal(await store.finish(lease, await outcomeOf(leg, end)), 'stored')
        placed.push(leg)
      }
    }
    await store.settleCampaigns()
    // The line starts so many calls a second: the next round finds it free again.
    if (placed.length > 0) await wait(1_000)
    return placed
  }

  /** An answered call goes through its scenario: the callee hears the question to its end and presses a key. */
  const outcomeOf = async (leg: ClaimedLeg, { disposition, key }: End): Promise<AttemptOutcome> => {
    const at = clock.now()
    const answeredAt = disposition === 'answered' ? at.add({ seconds: 2 }) : null
    const told = {
      ...{
        legId: leg.legId,
        disposition,
        detail: null,
        ringingAt: at,
        answeredAt,
        endedBy: 'callee' as const,
        recording: null,
      },
      ...{ sip: { code: answeredAt === null ? 486 : 200, reason: null, q850: null }, endedAt: at.add({ seconds: 12 }) },
      talkMs: answeredAt === null ? 0 : 10_000,
    }
    if (answeredAt === null)
      return { ...told, keys: '', path: [], variables: leg.variables, tags: [], goal: null, level: null, timeline: [] }
    const { rows } = await database.pool.query<{ definition: ScenarioDefinition }>(
      'select definition from scenario_version where id = $1',
      [leg.scenarioVersionId],
    )
    const scenario = compileScenario(rows[0]?.definition as ScenarioDefinition)
    const variables = { ...leg.variables, phone: leg.phone, campaignName: leg.campaignName, attempt: leg.attemptNumber }
    let { state } = startRun({ definition: scenario, startBlockId: leg.startBlock, variables })
    state = step(scenario, state, { type: 'key', digit: key ?? '2', atMs: 3_000 }).state
    state = step(scenario, state, { type: 'ended', atMs: 10_000 }).state
    const pressed = answeredAt.add({ seconds: 3 }).toString({ fractionalSecondDigits: 3 })
    return { ...told, ...state.result, timeline: [{ at: pressed, kind: 'key', digit: key ?? '2' }] }
  }

  test('nobody is called before the first hour, the day after the last one goes on, all by itself', async () => {
    const id = await make({
      date: '2026-03-02',
      start_time: '09:00',
      end_time: '17:00',
      attempts: { id: 5, title: '5' },
      interval: '300',
    })
    assert.equal(await statusOf(id), 'scheduled')
    assert.deepEqual(await round(), [])
    await advanceTo('2026-03-02T05:59:59Z')
    assert.deepEqual(await round(), [])
    await advanceTo('2026-03-02T06:00:00Z')
    const [first] = await round()
    assert.equal(first?.phone, '+74951234567')
    assert.equal(await statusOf(id), 'running')
    // Five hours later: 14:00. Another five: 19:00, when it is closed until the morning.
    await advanceTo('2026-03-02T11:01:00Z')
    assert.equal((await round()).length, 1)
    for (const at of ['2026-03-02T14:00:00Z', '2026-03-02T16:30:00Z', '2026-03-03T05:59:59Z']) {
      await advanceTo(at)
      assert.deepEqual(await round(), [], at)
    }
    await advanceTo('2026-03-03T06:00:00Z')
    assert.equal((await round()).length, 1)
    await is74.ask('POST', `/api/campaigns/${id}/stop`)
  })

  test('who is not reached is called again after the interval and not before, so often in all as attempts say', async () => {
    await advanceTo('2026-03-04T09:00:00Z')
    const id = await make({ attempts: { id: 3, title: '3' }, interval: '5' })
    const ends = ['busy', 'no-answer', 'invalid-number'] as const
    for (const [at, disposition] of ends.entries()) {
      assert.equal((await round({ disposition })).length, 1, disposition)
      await wait(5 * minute)
      assert.deepEqual(at < 2 ? await round() : [], [], 'it is counted from the end of the call')
      await wait(15_000)
    }
    assert.deepEqual(await round(), [])
    assert.equal(await statusOf(id), 'done')
    const { progress } = (await is74.ask('GET', `/api/campaigns/${id}`)).body.campaign as { progress: Json }
    assert.deepEqual([progress.attempts, progress.done, progress.percent], [3, 1, 100])
    assert.deepEqual(progress.by_status, { busy: 1, 'no-answer': 1, 'invalid-number': 1 })
  })

  test('one attempt is one dial, and an answer is the last one', async () => {
    await make({ attempts: { id: 1, title: '1' }, interval: '0' })
    assert.equal((await round()).length, 1)
    await wait(minute)
    assert.deepEqual(await round(), [])
    await make({ attempts: { id: 5, title: '5' }, interval: '0' })
    assert.equal((await round({ disposition: 'answered' })).length, 1)
    await wait(minute)
    assert.deepEqual(await round(), [])
  })

  test('calls show the number of phone_id and leave over its trunk', async () => {
    await make({})
    const [leg] = await round()
    const { rows } = await database.pool.query('select id from trunk')
    assert.deepEqual([leg?.callerId, leg?.trunkId], ['+74951110005', rows[0].id])
  })

  test('pause keeps people from being called, start goes on, stop is for good', async () => {
    const id = await make({})
    const steer = (action: string) => is74.ask('POST', `/api/campaigns/${id}/${action}`)
    await steer('pause')
    assert.deepEqual(await round(), [])
    await steer('start')
    assert.equal((await round()).length, 1)
    await is74.ask('POST', `/api/campaigns/${id}/phones`, { phones: [{ phone: '+74951234568' }] })
    await steer('stop')
    assert.deepEqual(await round(), [])
  })

  test('phones of a later request make a campaign that was done go on', async () => {
    const id = await make({})
    await round({ disposition: 'answered' })
    assert.equal(await statusOf(id), 'done')
    await is74.ask('POST', `/api/campaigns/${id}/phones`, { phones: [{ phone: '+74951234569' }] })
    const [leg] = await round({ disposition: 'answered' })
    assert.equal(leg?.phone, '+74951234569')
  })

  test('the scenario works with add_data, and the report shows it with what came of the call', async () => {
    const addData = {
      name: 'Иванов Иван',
      time: '10:00',
      debt: '12,5',
      phone: 123456,
      more: { of: ['any', 1] },
      status: 'vip',
    }
    const id = await make({}, [{ phone: '+79161234567', add_data: addData }])
    const [leg] = await round({ disposition: 'answered', key: '1' })
    assert.deepEqual(leg?.variables, { ...addData, debt: 12.5 })
    assert.equal(leg.startBlock, 'start')
    const columns = [
      'phone_number',
      'status',
      'duration',
      'goal',
      'level',
      'tags',
      'keys',
      'dialog',
      ...Object.keys(addData).filter((name) => name !== 'status'),
      // A field has this name already: the row has both.
      'add_data.status',
      'answer',
    ]
    const { body } = await is74.ask('POST', '/api/analytics/1/report', {
      analytics_filter: {
        ...{ scenario_id: 951, start_block_id: 10, outgoing_campaign_id: id },
        ...{ date_start: '2026-03-04T00:00:00.000Z', date_end: '2026-03-04T23:59:59.999Z' },
      },
      columns: columns.map((name) => ({ name })),
    })
    assert.deepEqual(body.data, [
      {
        ...{
          phone_number: '+79161234567',
          status: 'answered',
          duration: 10,
          goal: 'agreed',
          level: 'A',
          tags: 'survey',
          keys: '1',
        },
        ...{
          ...addData,
          status: 'answered',
          'add_data.status': 'vip',
          debt: 12.5,
          answer: 'yes',
          dialog: 'menu: /prompts/ru/greeting.wav\n> 1\nagreed\nnote\nend',
        },
      },
    ])
    assert.deepEqual([body.total_duration, body.avg_duration, body.count], [10, 10, 1])
  })
})
