/** Invariant 8 as tests: `explain` says eligible of exactly those whom planner and claim take, on every store. */
import assert from 'node:assert/strict'
import type { Disposition } from '../attempts/disposition.ts'
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import { type Explanation, explain } from '../explain/explain.ts'
import { planAttempts } from '../planning/plan-attempts.ts'
import type { Random } from './random.ts'
import type { CampaignState, StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  claimAll,
  contactId,
  horizonMs,
  only,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  uuid,
  type World,
  workspaceId,
} from './store-world.conformance.ts'

async function ask(ground: StoreGround, campaignId: string, phone: string): Promise<Explanation> {
  const facts = await ground.explainFacts({ workspaceId, campaignId, phone })
  assert.ok(facts !== null, `${phone} is in no contact of ${campaignId}`)
  return explain(facts)
}

/** Plans and claims as the engine does; the phones that were taken. */
async function call(
  { ground, lease }: Pick<World, 'ground' | 'lease'>,
  campaignId: string,
): Promise<readonly string[]> {
  const view = (await ground.store.runningCampaigns()).find((one) => one.campaignId === campaignId)
  if (view === undefined) return []
  const { start } = planAttempts(view, ground.now(), { horizonMs })
  return (await ground.store.claim(lease, campaignId, start, horizonMs)).map((leg) => leg.phone)
}

/** Windows around noon in Moscow, where the virtual clock begins: a second's worth of them on both sides. */
function hours(ground: StoreGround, fromSeconds: number, toSeconds: number) {
  const local = ground.now().toZonedDateTimeISO('Europe/Moscow')
  const second = local.hour * 3_600 + local.minute * 60 + local.second
  return { fromSecond: second + fromSeconds, toSecond: second + toSeconds }
}

export function explains(promise: Promised): void {
  promise('explain names the gate that is shut, when it opens, and the claim obeys each of them', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    const soon = ground.now().add({ seconds: 60 })
    const span = (from: number, to: number) => ({ zone: 'callee', ...hours(ground, from, to) }) as const
    const group = (from: number, to: number) =>
      ({ name: 'quiet', zone: 'callee', forbid: [hours(ground, from, to)] }) as const
    type Case = readonly [
      name: string,
      campaign: Partial<Parameters<StoreGround['addCampaign']>[0]>,
      told: readonly (string | null)[],
    ]
    const cases: readonly Case[] = [
      ['running', {}, ['eligible', ground.now().toString()]],
      ['draft', { state: 'draft' }, ['waiting', 'campaign', null]],
      ['scheduled', { state: 'scheduled', startAt: soon }, ['waiting', 'campaign', soon.toString()]],
      ['started early', { startAt: soon }, ['waiting', 'campaign', soon.toString()]],
      ['paused', { state: 'paused' }, ['waiting', 'campaign', null]],
      ['done', { state: 'done' }, ['never', 'campaign', null]],
      ['stopped', { state: 'stopped' }, ['never', 'campaign', null]],
      ['expired now', { expiresAt: ground.now() }, ['never', 'expiry', null]],
      ['expires soon', { expiresAt: soon }, ['eligible', ground.now().toString()]],
      ['in the window', { settings: settings({ windows: [span(-1, 0)] }) }, ['eligible', ground.now().toString()]],
      [
        'before the window',
        { settings: settings({ windows: [span(60, 90)] }) },
        ['waiting', 'window', soon.toString()],
      ],
      [
        'window after the end',
        { settings: settings({ windows: [span(60, 90)] }), expiresAt: soon },
        ['never', 'window', null],
      ],
      [
        'quiet time',
        { settings: settings({ timeGroups: [group(-9, 60)] }) },
        ['waiting', 'time-group', soon.toString()],
      ],
      [
        'quiet time is over',
        { settings: settings({ timeGroups: [group(-9, 0)] }) },
        ['eligible', ground.now().toString()],
      ],
    ]
    for (const [n, [name, campaign, told]] of cases.entries()) {
      const campaignId = uuid(500 + n)
      await ground.addCampaign({ id: campaignId, workspaceId, settings: settings(), ...campaign })
      await addPlainContact(ground, world.routeId, n, { campaignId })
      const { verdict, gates, nextAt } = await ask(ground, campaignId, phoneOf(n))
      const shut = gates.filter((gate) => !gate.open).map((gate) => gate.gate)
      assert.deepEqual([verdict, ...shut, nextAt?.toString() ?? null], told, name)
      assert.deepEqual(await call(world, campaignId), verdict === 'eligible' ? [phoneOf(n)] : [], name)
    }
  })

  promise('a phone in a call of another campaign waits for it; whoever is in a call is live', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const other = uuid(500)
    await ground.addCampaign({ id: other, workspaceId, settings: settings() })
    await addPlainContact(ground, world.routeId, 9, { campaignId: other, phones: [phoneOf(0)] })
    assert.equal((await ask(ground, other, phoneOf(0))).verdict, 'eligible')
    const leg = only(await claimAll(world))
    assert.equal((await ask(ground, leg.campaignId, phoneOf(0))).verdict, 'live')
    const { verdict, gates, nextAt } = await ask(ground, other, phoneOf(0))
    assert.deepEqual([verdict, gates.find((gate) => !gate.open)?.gate, nextAt], ['waiting', 'phone-free', null])
    assert.deepEqual(await call(world, other), [])
    await ground.store.finish(world.lease, outcome(leg, ground))
    assert.equal((await ask(ground, other, phoneOf(0))).verdict, 'eligible')
    assert.deepEqual(await call(world, other), [phoneOf(0)])
  })
}

const peoplePerCampaign = 10

/** Campaigns, people and what happened to them by chance; then everyone is asked about, and everyone is called who can be. */
export async function sayWhoIsCalled(ground: StoreGround, random: Random): Promise<void> {
  const below = (n: number): number => Math.floor(random.next() * n)
  const oneOf = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)]
    assert.ok(item !== undefined)
    return item
  }
  const world = await plainWorld(ground, { contacts: 0 })
  const lease = await ground.store.join('node-a', 3_600_000)
  const [closedId, narrowId] = [uuid(13), uuid(14)]
  await ground.addTrunk({ id: closedId, workspaceId, closedUntil: ground.now().add({ minutes: 5 }) })
  await ground.addTrunk({ id: narrowId, workspaceId, destinations: ['+79990000'] })
  const routes = [world.routeId, world.routeId, await ground.addRoute({ workspaceId, trunkIds: [closedId] })]
  routes.push(await ground.addRoute({ workspaceId, trunkIds: [closedId, narrowId] }))

  const [shown, over] = [uuid(61), uuid(62)]
  for (const [n, groupId] of [shown, over].entries()) {
    const validUntil = groupId === over ? ground.now() : undefined
    const numberId = uuid(21 + n)
    await ground.addNumber({ id: numberId, workspaceId, trunkId: narrowId, phone: `+7495000000${n}`, validUntil })
    await ground.addGroup({ id: groupId, workspaceId, numberIds: [numberId] })
  }
  const campaigns = Array.from({ length: 24 }, (_, n) => uuid(500 + n))
  const phonesOf = new Map<string, string[]>()
  for (const [c, campaignId] of campaigns.entries()) {
    const zone = oneOf(['callee', 'workspace'] as const)
    const [from, to] = oneOf([
      [-60, 60],
      [-60, 0],
      [-60, -1],
      [60, 120],
    ] as const)
    const span = hours(ground, from, to)
    const more: Partial<CampaignSettings> = {
      windows: random.next() < 0.3 ? [{ zone, ...span }] : [],
      timeGroups: random.next() < 0.2 ? [{ name: 'quiet', zone, forbid: [span] }] : [],
      retry: {
        rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [oneOf([0, 60])] }],
        caps: oneOf([{}, {}, { perPhonePerDay: 1 }, { perPhonePerDay: 1 }, { perPhone: 1 }]),
      },
      policies: random.next() < 0.5 ? ['ru-230fz'] : [],
      isTest: random.next() < 0.2,
      callerId: random.next() < 0.7 ? { mode: 'trunk' } : { mode: 'group', groupId: oneOf([shown, shown, over]) },
    }
    await ground.addCampaign({
      id: campaignId,
      workspaceId,
      settings: settings(more),
      expiresAt: oneOf([null, null, null, null, ground.now(), ground.now().add({ seconds: 30 })]) ?? undefined,
    })
    const phones: string[] = []
    phonesOf.set(campaignId, phones)
    for (let n = 0; n < peoplePerCampaign; n++) {
      // Each phone once in a campaign, in several campaigns; the narrow trunk serves a part of them.
      const own = Array.from({ length: 1 + below(2) }, (_, at) => phoneOf((2 * n + at) * 77 + 10 * below(6)))
      phones.push(...own)
      await ground.addContact({
        id: contactId(100 * c + n),
        campaignId,
        workspaceId,
        routeId: oneOf(routes),
        zones: oneOf([['Europe/Moscow'], ['Asia/Vladivostok'], ['Europe/Moscow', 'Europe/Samara']]),
        phones: own,
        dueAt: ground.now().add({ seconds: oneOf([-5, -1, 0, 0, 1, 60]) }),
        priority: below(2),
      })
    }
  }
  for (let n = 0; n < peoplePerCampaign; n += 3)
    await ground.forbid(workspaceId, phoneOf(2 * n * 77), ground.now().add({ seconds: oneOf([-1, 60]) }))

  // Some are called before, and end in some way or talk on.
  const results: readonly Disposition[] = ['answered', 'busy', 'invalid-number', 'unknown', 'rejected']
  for (const { campaignId, lanes } of (await ground.store.runningCampaigns()).slice(0, 8)) {
    const orders = lanes.slice(0, 4).map(({ routeId, zoneId, priority }) => ({ routeId, zoneId, priority, count: 2 }))
    for (const leg of await ground.store.claim(lease, campaignId, orders, horizonMs)) {
      if (random.next() < 0.4) continue
      await ground.store.finish(lease, outcome(leg, ground, { disposition: oneOf(results) }))
    }
  }
  const states: readonly CampaignState[] = [
    'running',
    'running',
    'running',
    'draft',
    'paused',
    'done',
    'stopped',
    'scheduled',
  ]
  for (const campaignId of campaigns) await ground.setCampaignState(campaignId, oneOf(states))

  let eligible = 0
  for (const campaignId of campaigns) {
    const said: string[] = []
    for (const phone of phonesOf.get(campaignId) ?? [])
      if ((await ask(ground, campaignId, phone)).verdict === 'eligible') said.push(phone)
    assert.deepEqual((await call({ ground, lease }, campaignId)).toSorted(), said.toSorted(), campaignId)
    eligible += said.length
  }
  assert.ok(eligible > 3, 'the world was too small to show anything')
}
