/** What a campaign of the assistant says, by its effect on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CalledServer } from '../fixtures/called-server.ts'
import { is74Provisioning, printedCampaign, zoneOfNoon } from './is74-ground.ts'

type Json = Readonly<Record<string, unknown>>

const debtor = { name: 'debt', type: 'number' }
const debts = {
  ...{ name: 'Debts', language: 'ru', externalIds: { is74: 953 } },
  startBlocks: [
    { id: 'start', name: 'Долг', next: 'ask', parameters: [debtor], externalIds: { is74: 30 } },
    { id: 'other', name: 'Без вопросов', next: 'bye', parameters: [], externalIds: { is74: 31 } },
  ],
  blocks: [
    { id: 'ask', type: 'condition', branches: [{ when: 'debt > 100.0', next: 'much' }], otherwise: 'little' },
    { id: 'much', type: 'mark', goal: 'much', next: 'bye' },
    { id: 'little', type: 'mark', goal: 'little', next: 'bye' },
    { id: 'bye', type: 'hangup' },
  ],
}

function sections(): Json {
  const { workspace, numbers, scenarios, projects } = is74Provisioning(0, zoneOfNoon()) as Record<string, Json[]>
  const line = { name: 'Line', breaker: 'off', maxCalls: 20, callsPerSecond: 20, ringTimeoutMs: 2_500 }
  return { workspace, numbers, projects, scenarios: [...(scenarios ?? []), debts], trunks: [line] }
}

let nextPhone = 1_000
/** A number that nobody else in this file has, that behaves as `persona` says. */
const phoneOf = (persona: string): string => `+7495${String(nextPhone++).padStart(5, '0')}${persona}`

describe('campaigns of the assistant on real calls', { timeout: 120_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections())
  })
  after(() => server.stop())

  const always = { date: '2000-01-01', start_time: '00:00', end_time: '23:59' }
  const make = async (phones: readonly (string | Json)[], schedule: Json = {}, more: Json = {}): Promise<number> => {
    const { campaign } = printedCampaign()
    const answer = await server.done('POST', '/api/campaigns', {
      campaign: { ...campaign, ...more, schedule: { ...campaign.schedule, ...always, interval: '0', ...schedule } },
      phones: phones.map((one) => (typeof one === 'string' ? { phone: one } : one)),
    })
    return (answer.campaign as { id: number }).id
  }
  const statusOf = async (id: number): Promise<unknown> =>
    ((await server.done('GET', `/api/campaigns/${id}`)).campaign as Json).status
  const done = (id: number): Promise<void> =>
    server.until(`campaign ${id} is done`, async () => (await statusOf(id)) === 'done')
  const rings = (phone: string): number => server.seen(phone).length
  const attempts = (id: number): Json => ({ attempts: { id, title: String(id) } })
  const goals = async (id: number, scenario: number, start: number): Promise<unknown> => {
    const { data } = await server.done('POST', '/api/analytics/2/report', {
      analytics_filter: {
        ...{ scenario_id: scenario, start_block_id: start, outgoing_campaign_id: id },
        ...{ date_start: '2000-01-01T00:00:00.000Z', date_end: '2090-01-01T00:00:00.000Z' },
      },
      columns: [{ name: 'phone_number', sorting: 'asc' }, { name: 'goal' }],
    })
    return data
  }

  test('start_time, end_time, date: nobody is rung before the first hour or the first day', async () => {
    const [now, later, tomorrow] = [phoneOf('18'), phoneOf('18'), phoneOf('18')]
    const day = Temporal.Now.zonedDateTimeISO(zoneOfNoon()).toPlainDate().add({ days: 1 }).toString()
    await make([later], { start_time: '14:00', end_time: '17:00' })
    const waits = await make([tomorrow], { date: day })
    await done(await make([now], { start_time: '09:00', end_time: '17:00' }))
    assert.deepEqual([now, later, tomorrow].map(rings), [1, 0, 0])
    assert.equal(await statusOf(waits), 'scheduled')
  })

  test('attempts are dials in all, an answer is the last one, and the interval is kept', async () => {
    const [busy, once, answers, patient] = [phoneOf('10'), phoneOf('10'), phoneOf('18'), phoneOf('10')]
    await make([patient], { ...attempts(3), interval: '1' })
    await server.rung(patient)
    const all = [await make([busy], attempts(3)), await make([once], attempts(1)), await make([answers], attempts(5))]
    for (const id of all) await done(id)
    assert.deepEqual([busy, once, answers, patient].map(rings), [3, 1, 1, 1])
  })

  test('phone_id: the number that calls show', async () => {
    const [survey, other] = [phoneOf('18'), phoneOf('18')]
    await make([survey])
    await make([other], {}, { project_id: 2, phone_id: 6, start_block_id: 30 })
    const from = async (phone: string) => (await server.rung(phone))[0]?.from.replace(/\D/g, '')
    assert.deepEqual([await from(survey), await from(other)], ['74951110005', '74951110006'])
  })

  test('start_block_id and add_data: where the call begins, and what the scenario knows', async () => {
    const [much, little, unasked] = [phoneOf('02'), phoneOf('02'), phoneOf('02')]
    const people = [
      { phone: much, add_data: { debt: '250,5' } },
      { phone: little, add_data: { debt: 3 } },
    ]
    const asked = await make(people, {}, { project_id: 2, start_block_id: 30 })
    const left = await make([unasked], {}, { project_id: 2, start_block_id: 31 })
    await done(asked)
    await done(left)
    assert.deepEqual(await goals(asked, 953, 30), [
      { phone_number: much, goal: 'much' },
      { phone_number: little, goal: 'little' },
    ])
    assert.deepEqual(await goals(left, 953, 31), [{ phone_number: unasked, goal: null }])
  })

  test('pause, start, stop, and phones of a later request', async () => {
    const [first, second, third] = [phoneOf('18'), phoneOf('18'), phoneOf('18')]
    const id = await make([first])
    const steer = (action: string) => server.done('POST', `/api/campaigns/${id}/${action}`)
    const add = (phone: string) => server.ask('POST', `/api/campaigns/${id}/phones`, { phones: [{ phone }] })
    await done(id)
    assert.equal((await add(second)).status, 200)
    await server.rung(second)
    await done(id)
    await steer('pause')
    assert.equal((await add(third)).status, 200)
    await done(await make([phoneOf('18')]))
    assert.equal(rings(third), 0)
    await steer('start')
    await server.rung(third)
    await steer('stop')
    assert.equal((await add(phoneOf('18'))).status, 400)
    assert.deepEqual([first, second, third].map(rings), [1, 1, 1])
  })
})
