/** Every field of the TWIN task API that is in effect, by its effect on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Answer, CalledServer, lineLogin } from '../fixtures/called-server.ts'

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../docs/examples/${name}.json`, import.meta.url), 'utf8'))
const botId = '44e62ac6-6c08-4ad1-923d-5ee3299dd737'
const dialplanId = 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75'
const otherBotId = '228cc4fa-92f2-4709-94e3-7344a96a5903'
const numberId = '9a67dee5-398e-4570-9426-fbb3f067b270'
const groupId = '5d1f0c1e-9d5b-4d0c-8f4e-0d5f6b7c8d9e'
const transferBotId = '2ecf569d-cb72-40a3-afc6-6f0544f4a4fc'
/** Answers and hangs up at once. */
const operatorPhone = '74959990018'
const shown = ['79996662211', '79996662212', '79996662213']

const sections = {
  numbers: shown.map((phone, index) => ({
    ...{ name: `Shown ${index}`, phone, trunk: 'Box' },
    ...(index === 0 ? { externalIds: { twin: numberId } } : {}),
  })),
  callerIdGroups: [
    { name: 'Rotation', mode: 'round-robin', numbers: ['Shown 1', 'Shown 2'], externalIds: { twin: groupId } },
  ],
  dialplans: [{ name: 'All', externalIds: { twin: dialplanId }, routes: [{ prefix: '', trunks: ['Box'] }] }],
  scenarios: [
    scenario('Goal', botId, [
      { id: 'mark', type: 'mark', goal: 'agreed', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
    scenario('Long', otherBotId, [
      { id: 'mark', type: 'say', audio: '/prompts/en/greeting.wav', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
    scenario('Transfer', transferBotId, [
      { id: 'mark', type: 'transfer', to: 'campaign', noAnswer: 'nobody' },
      { id: 'nobody', type: 'mark', tags: ['nobody-took-it'], next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
  ],
  operatorGroups: [
    { name: 'Sales', externalIds: { twin: '10103' }, operators: [{ name: 'Ira', phone: operatorPhone }] },
  ],
}

function scenario(name: string, twin: string, blocks: readonly object[]): object {
  const startBlocks = [{ id: 'start', name: 'Start', next: 'mark', parameters: [] }]
  return { name, code: name.toLowerCase(), language: 'en', externalIds: { twin }, startBlocks, blocks }
}

/** Seconds east of UTC of a place where it is between noon and one now, or `hours` later. */
function placeAt(hours = 12): number {
  const { hour } = Temporal.Now.zonedDateTimeISO('UTC')
  const east = (hours - hour + 24) % 24
  return (east > 12 ? east - 24 : east) * 3_600
}

const openTask = {
  ...{ name: 'effects', botId, dialplanId, isTest: true, intensity: 5 },
  allowedTimeRange: { from: 0, to: 86_399 },
}
let nextPhone = 1_000
/** A number that nobody else in this file has, in the plan of Moscow, that behaves as `persona` says. */
const phoneOf = (persona: string): string => `7495${String(nextPhone++).padStart(5, '0')}${persona}`

describe('TWIN24 tasks on real calls', { timeout: 240_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  const makeTask = async (changes: object): Promise<string> =>
    String((await server.done('POST', '/api/cis/beta/tasks', { ...openTask, ...changes })).id)
  const upload = (autoCallId: unknown, phones: readonly string[], more: object = {}): Promise<Answer['body']> =>
    server.done('POST', '/api/v1/telephony/autoCallCandidate/batch', {
      batch: phones.map((phone) => ({ phone: [phone], autoCallId, timezone: placeAt(), ...more })),
    })
  const statusOf = async (id: unknown): Promise<unknown> =>
    (await server.done('GET', `/api/cis/beta/tasks/${id}`)).status
  /** Until nobody waits and nobody is on the line. */
  const finished = (id: unknown): Promise<void> =>
    server.until(`task ${id} is finished`, async () => (await statusOf(id)) === 'FINISHED')
  const rings = (phone: string): number => server.seen(phone).length

  test("the vendor's example of a task, word by word, ends in a call that shows its number", async () => {
    const answer = await server.ask('POST', '/api/cis/beta/tasks', example('twin-task'))
    assert.equal(answer.status, 200)
    assert.deepEqual(Object.keys(answer.body), ['id'])
    const phone = phoneOf('02')
    await upload(answer.body.id, [phone])
    const [ring] = await server.rung(phone)
    assert.equal(ring?.from.replace(/\D/g, ''), '79996662211')
    await finished(answer.body.id)
    assert.equal(rings(phone), 1)
  })

  test("the vendor's example of the newer form, with its bot and number, ends in a call over that number's line", async () => {
    const body = { ...example('twin-auto-call'), secondExec: 'end', webhookUrls: [server.receiver.url] }
    const made = await server.ask('POST', '/cis/api/v1/telephony/autoCall', body)
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const { identity } = made.body.id as { identity: string }
    assert.deepEqual(made.body, { id: { identity } })
    const phone = phoneOf('10')
    await upload(identity, [phone])
    const two = await server.rung(phone, 2)
    assert.deepEqual(
      two.map(({ from }) => from.replace(/\D/g, '')),
      [shown[0], shown[0]],
    )
    await finished(identity)
    assert.equal(rings(phone), 2, 'busy is redialled once')
    await server.until('both ends are told', () => server.told(identity, 'CALL_ENDED').length === 2)
    assert.deepEqual(server.told(identity, 'RECALL_SCHEDULED'), [], 'an address alone hears of the three older events')
  })

  test('intensity: calls a second, never closer', async () => {
    const slow = await makeTask({ intensity: 1 })
    const fast = await makeTask({ intensity: 5 })
    const [few, many] = [['02', '02', '02'].map(phoneOf), Array.from({ length: 8 }, () => phoneOf('02'))]
    await Promise.all([upload(slow, few), upload(fast, many)])
    for (const [phones, leastMs] of [
      [few, 1_000],
      [many, 200],
    ] as const) {
      const all = await Promise.all(phones.map(async (phone) => (await server.rung(phone))[0]?.monotonicMs ?? 0))
      // The instants are exact (store conformance); the carrier, on a busy machine, writes each down a little later.
      const spanMs = Math.max(...all) - Math.min(...all)
      const expectedMs = (phones.length - 1) * leastMs
      assert.ok(spanMs > expectedMs - 150, `${phones.length} calls within ${spanMs} ms, ${expectedMs} expected`)
    }
  })

  test('allowedTimeRange: in the zone of the person, not of the server', async () => {
    const id = await makeTask({ allowedTimeRange: { from: 10 * 3_600, to: 15 * 3_600 } })
    const [noon, evening] = [phoneOf('02'), phoneOf('02')]
    await upload(id, [evening], { timezone: placeAt(20) })
    await upload(id, [noon], { timezone: placeAt(12) })
    await server.rung(noon)
    await server.until('the one at noon has been called', async () => {
      const { candidates } = await server.done('GET', `/api/cis/beta/tasks/${id}/statistics`)
      return (candidates as { finished: number }).finished === 1
    })
    assert.equal(rings(evening), 0)
    assert.equal(await statusOf(id), 'PROCESS')
  })

  test('phoneNormalization: ru brings numbers to the Russian form, null dials them as they are', async () => {
    const [ru, as] = [await makeTask({ phoneNormalization: 'ru' }), await makeTask({ phoneNormalization: null })]
    const [first, second] = [phoneOf('02'), phoneOf('02')]
    const local = (phone: string): string => `8 (${phone.slice(1, 4)}) ${phone.slice(4)}`
    await upload(ru, [local(first)])
    await upload(as, [`8${second.slice(1)}`])
    assert.equal((await server.rung(first)).length, 1)
    assert.equal((await server.rung(`8${second.slice(1)}`)).length, 1)
    assert.equal(rings(second), 0)
  })

  test('defaultCallerId: the line of the trunk, a number of its own, a group in turn', async () => {
    const phones = (count: number): string[] => Array.from({ length: count }, () => phoneOf('02'))
    const shownTo = async (defaultCallerId: object, count: number): Promise<string[]> => {
      const id = await makeTask({ defaultCallerId })
      const all = phones(count)
      await upload(id, all)
      return (await Promise.all(all.map((phone) => server.rung(phone)))).map(([ring]) => ring?.from ?? '')
    }
    const [byDefault, custom, group] = await Promise.all([
      shownTo({ type: 'Default', data: null }, 1),
      shownTo({ type: 'Custom ', data: '79161234567' }, 1),
      shownTo({ type: 'groupAON', data: groupId }, 4),
    ])
    assert.match(byDefault[0] ?? '', /dialwright/)
    assert.match(custom[0] ?? '', /79161234567/)
    const counts = Object.groupBy(group, (from) => from.replace(/\D/g, ''))
    assert.deepEqual(
      Object.entries(counts)
        .map(([from, all]) => [from, all?.length])
        .sort(),
      [
        [shown[1], 2],
        [shown[2], 2],
      ],
    )
  })

  const once = { enabled: true, tries: 1, interval: 1 }
  const rules = {
    BUSY: ['10', { BUSY: { enabled: true, tries: 2, interval: 1 } }, 3],
    NO_ANSWER: ['11', { NO_ANSWER: once }, 2],
    CONGESTION: ['17', { CONGESTION: once }, 2],
    NOT_SUCCESSFUL: ['18', { NOT_SUCCESSFUL: { ...once, duration: 3 } }, 2],
    'no rule': ['10', {}, 1],
    'a rule that is off': ['10', { BUSY: { ...once, enabled: 0 } }, 1],
    'a rule without its numbers': ['10', { BUSY: { enabled: true, tries: null, interval: 1 } }, 2],
  } as const
  for (const [what, [persona, recallRules, times]] of Object.entries(rules))
    test(`recallRules: ${what} rings ${times} times`, async () => {
      const id = await makeTask({ recallRules })
      const phone = phoneOf(persona)
      await upload(id, [phone])
      const all = await server.rung(phone, times)
      await finished(id)
      assert.equal(rings(phone), times)
      for (const [index, ring] of all.entries())
        if (index > 0) assert.ok(ring.monotonicMs - (all[index - 1]?.monotonicMs ?? 0) > 900, 'the interval is kept')
    })

  test('isTest: without it FZ-230 allows one talk a day and nobody at night, with it the task alone decides', async () => {
    const recallRules = { NOT_SUCCESSFUL: { ...once, duration: 3 } }
    const [real, free] = [await makeTask({ isTest: false, recallRules }), await makeTask({ isTest: true, recallRules })]
    const [talked, talkedFreely] = [phoneOf('18'), phoneOf('18')]
    const [night, nightFreely] = [phoneOf('02'), phoneOf('02')]
    await upload(real, [night], { timezone: placeAt(3) })
    await upload(free, [nightFreely], { timezone: placeAt(3) })
    await upload(real, [talked])
    await upload(free, [talkedFreely])
    await server.rung(nightFreely)
    await server.rung(talkedFreely, 2)
    await finished(free)
    await server.rung(talked)
    assert.deepEqual([rings(talked), rings(night)], [1, 0])
    assert.equal(await statusOf(real), 'PROCESS')
  })

  test('scheduledAt: nobody is rung before it, whoever uploads', async () => {
    const at = Temporal.Now.instant().add({ seconds: 4 })
    const id = await makeTask({ scheduledAt: at.toString({ smallestUnit: 'second' }) })
    assert.equal(await statusOf(id), 'READY')
    const phone = phoneOf('02')
    await upload(id, [phone])
    const [ring] = await server.rung(phone)
    assert.ok(Temporal.Instant.compare(Temporal.Instant.from(ring?.at ?? ''), at.subtract({ seconds: 1 })) > 0)
  })

  test('webhookUrl: every end of a call and of a person, in order; a newer setting adds its own events', async () => {
    const id = await makeTask({ webhookUrl: server.receiver.url, recallRules: { BUSY: once } })
    const { body } = await server.ask('POST', '/api/v1/telephony/autoCall', {
      ...example('twin-auto-call'),
      ...{ name: 'six', defaultExecData: botId, secondExec: 'end', cidType: 'default', cidData: null },
      webhookUrls: [
        {
          url: server.receiver.url,
          delay: 0,
          events: Object.fromEntries(
            [
              'CALL_ENDED',
              'RECALL_SCHEDULED',
              'EFFICIENCY_REACHED',
              'AUTOCALL_STATUS_CHANGED',
              'CANDIDATE_CHANGED',
            ].map((name) => [name, { name, value: name !== 'CANDIDATE_CHANGED' }]),
          ),
        },
      ],
    })
    const { identity } = body.id as { identity: string }
    const [busy, twice] = [phoneOf('10'), phoneOf('19')]
    await upload(id, [busy], { callbackData: { crm: 7 }, clientExternalId: 'c-7', variables: { name: 'Анна' } })
    await upload(identity, [twice])
    await finished(id)
    await finished(identity)
    const count = (task: unknown, event: string): number => server.told(task, event).length
    await server.until('all is told', () => {
      const counts = [count(id, 'CANDIDATE_CHANGED'), count(identity, 'AUTOCALL_STATUS_CHANGED')]
      const calls = [count(identity, 'CALL_ENDED'), count(identity, 'EFFICIENCY_REACHED')]
      return counts.join() === '1,2' && calls.join() === '2,1'
    })
    const ended = server.told(id, 'CALL_ENDED')
    assert.deepEqual(
      ended.map(({ status, attempt, clientExternalId, callbackData }) => [
        status,
        attempt,
        clientExternalId,
        callbackData,
      ]),
      [
        ['BUSY', 1, 'c-7', { crm: 7 }],
        ['BUSY', 2, 'c-7', { crm: 7 }],
      ],
    )
    const [person] = server.told(id, 'CANDIDATE_CHANGED')
    assert.deepEqual([person?.lastCallStatus, person?.attempts, person?.variables], ['BUSY', 2, { name: 'Анна' }])
    const words = (event: string): unknown[] => server.told(identity, event)
    assert.equal(words('CALL_ENDED').length, 2)
    assert.equal(words('RECALL_SCHEDULED').length, 1)
    assert.deepEqual(
      server.told(identity, 'EFFICIENCY_REACHED').map(({ efficiency }) => efficiency),
      ['agreed'],
    )
    assert.deepEqual(
      server.told(identity, 'AUTOCALL_STATUS_CHANGED').map(({ status }) => status),
      ['PROCESS', 'FINISHED'],
    )
    assert.deepEqual(words('CANDIDATE_CHANGED'), [], 'switched off')
  })

  test('candidateLimit caps what the rules would allow; lifetime ends a task with whoever still waits', async () => {
    const newer = async (changes: object): Promise<string> => {
      const body = { ...example('twin-auto-call'), secondExec: 'end', cidType: 'default', webhookUrls: [], ...changes }
      const made = await server.done('POST', '/api/v1/telephony/autoCall', body)
      return (made.id as { identity: string }).identity
    }
    const busy = { redial: true, time: 1, count: 5 }
    const capped = await newer({
      redialStrategyOptions: { redialStrategyEn: true, busy, candidateLimit: { redial: true, count: 2 } },
    })
    const { additionalOptions } = example('twin-auto-call')
    const hours = { useTr: true, allowCallTimeFrom: 10 * 3_600, allowCallTimeTo: 15 * 3_600 }
    const short = await newer({ lifetime: 3, additionalOptions: { ...additionalOptions, ...hours } })
    const [first, second] = [phoneOf('10'), phoneOf('10')]
    await upload(capped, [first])
    await upload(short, [second], { timezone: placeAt(20) })
    await finished(capped)
    assert.equal(rings(first), 2)
    await server.until('the task has lived', async () => (await statusOf(short)) === 'HALTED')
    assert.equal(rings(second), 0)
  })

  test('cancel: nobody rings whoever has been taken out; the others are rung', async () => {
    const id = await makeTask({ webhookUrl: server.receiver.url })
    const [out, stays] = [phoneOf('02'), phoneOf('02')]
    await server.done('POST', '/api/v1/telephony/autoCallCandidate/batch', {
      batch: [out, stays].map((phone) => ({ phone: [phone], autoCallId: id, timezone: placeAt() })),
      forceStart: false,
    })
    await server.done('POST', `/cis/api/v1/telephony/autoCallCandidate/cancel?autoCallId=${id}&phone=${out}`)
    await server.done('POST', `/api/v1/telephony/autoCall/${id}/play`)
    await server.rung(stays)
    await finished(id)
    assert.equal(rings(out), 0)
    await server.until('both are told', () => server.told(id, 'CANDIDATE_CHANGED').length === 2)
    assert.deepEqual(
      server
        .told(id, 'CANDIDATE_CHANGED')
        .map(({ status }) => status)
        .sort(),
      ['CANCEL', 'FINISHED'],
    )
  })

  test('cancel while it rings: the call goes on, and no redial follows', async () => {
    const id = await makeTask({ recallRules: { NO_ANSWER: { enabled: true, tries: 3, interval: 1 } } })
    const phone = phoneOf('11')
    await upload(id, [phone])
    await server.rung(phone)
    await server.done('POST', `/api/v1/telephony/autoCallCandidate/cancel?autoCallId=${id}&phone=${phone}`)
    await finished(id)
    assert.equal(rings(phone), 1)
    const { candidates } = await server.done('GET', `/api/cis/beta/tasks/${id}/statistics`)
    assert.equal((candidates as { canceled: number }).canceled, 1)
  })

  test('single: one task a day for a bot, made from a template and used again', async () => {
    const template = await makeTask({
      name: 'template',
      recallRules: {},
      defaultCallerId: { type: 'Custom', data: '79161112233' },
    })
    const [first, second, third] = [phoneOf('02'), phoneOf('02'), phoneOf('02')]
    const person = (phone: string, more: object = {}) => ({
      phone: [phone],
      autoCallTemplateId: template,
      timezone: placeAt(),
      checkPhone: true,
      ...more,
    })
    await server.done('POST', '/api/v1/telephony/autoCallCandidate/single', person(first))
    const { items } = (await server.done('POST', '/cis/api/v1/telephony/autoCallCandidate/single/batch', {
      batch: [person(second), person(third, { botSettingsId: otherBotId })],
    })) as { items: { autoCallId: string }[] }
    for (const phone of [first, second, third]) assert.match((await server.rung(phone))[0]?.from ?? '', /79161112233/)
    assert.equal(await statusOf(template), 'BLANK')
    const list = (await server.done('GET', '/api/v1/telephony/autoCall?keyword=template%2020')) as {
      count: number
      items: { id: string; candidates: number; defaultExecData: string }[]
    }
    assert.deepEqual(list.items.map(({ candidates, defaultExecData }) => [candidates, defaultExecData]).sort(), [
      [1, otherBotId],
      [2, botId],
    ])
    assert.deepEqual(new Set(list.items.map(({ id }) => id)), new Set(items.map(({ autoCallId }) => autoCallId)))
  })

  test('PATCH: whoever is rung after it is rung by what it says; statistics and sessions tell of both', async () => {
    const id = await makeTask({ defaultCallerId: { type: 'Custom', data: '79160000001' } })
    const [early, late] = [phoneOf('02'), phoneOf('02')]
    await upload(id, [early])
    await server.rung(early)
    const changed = await server.done('PATCH', `/api/cis/beta/tasks/${id}`, {
      'defaultCallerId.data': '79160000002',
      name: 'changed',
    })
    assert.deepEqual(changed.defaultCallerId, { type: 'Custom', data: '79160000002' })
    await upload(id, [late])
    assert.match((await server.rung(early))[0]?.from ?? '', /79160000001/)
    assert.match((await server.rung(late))[0]?.from ?? '', /79160000002/)
    await finished(id)
    const { calls, candidates } = await server.done('GET', `/api/cis/beta/tasks/${id}/statistics`)
    assert.deepEqual(calls, { total: 2, answered: 2, byStatus: { ANSWERED: 2 } })
    assert.equal((candidates as { finished: number }).finished, 2)
    const sessions = (await server.done(
      'GET',
      `/api/v1/search/cis/sessions?taskId=${id}&fields=phone,status&limit=1`,
    )) as { count: number; items: object[] }
    assert.equal(sessions.count, 2)
    assert.deepEqual(sessions.items, [{ phone: late, status: 'ANSWERED' }])
  })

  describe('defaultRedirect, where the scenario hands over by the settings of the task', () => {
    /** Who was rung for the person, the event, and what became of the person's call. */
    const handOver = async (defaultRedirect: object, rung: string, before = 0) => {
      const id = await makeTask({ botId: transferBotId, webhookUrl: server.receiver.url, defaultRedirect })
      const phone = phoneOf('02')
      await upload(id, [phone], { callbackData: { crm: 1 } })
      await server.rung(phone)
      const second = (await server.rung(rung, before + 1)).at(-1)
      await server.until('the other side has answered', () => server.seen(rung, 'answered').length > before)
      await server.until('the call has ended and is told', () => server.told(id, 'CALL_ENDED').length === 1)
      const events = server.receiver.received.filter((one) => one.taskId === id).map(({ event }) => event)
      assert.deepEqual(events.slice(0, 2), ['CALL_REDIRECTED', 'CALL_ENDED'], 'told first')
      const [redirected] = server.told(id, 'CALL_REDIRECTED')
      assert.deepEqual([redirected?.phone, redirected?.callbackData], [phone, { crm: 1 }])
      return { second, redirected }
    }

    test('Transfer rings an operator of the group', async () => {
      const { redirected } = await handOver({ type: 'Transfer', data: '10103' }, operatorPhone)
      assert.deepEqual([redirected?.redirectDestination, redirected?.redirectDestinationId], ['ch', '10103'])
    })

    test('Custom rings the number, and shows the second parameter', async () => {
      const target = phoneOf('18')
      const { second, redirected } = await handOver({ type: 'Custom', data: target, additional: '79160000077' }, target)
      assert.match(second?.from ?? '', /79160000077/)
      assert.equal(redirected?.redirectDestination, 'custom')
    })

    test('Dialplan dials the second parameter by the dialplan', async () => {
      const target = phoneOf('18')
      const { redirected } = await handOver({ type: 'Dialplan', data: dialplanId, additional: target }, target)
      assert.equal(redirected?.redirectDestinationId, dialplanId)
    })

    test('Twin goes on with the other scenario', async () => {
      const id = await makeTask({
        botId: transferBotId,
        webhookUrl: server.receiver.url,
        defaultRedirect: { type: 'Twin', data: botId },
      })
      await upload(id, [phoneOf('02')])
      await server.until('the call is told', () => server.told(id, 'CALL_ENDED').length === 1)
      assert.equal(server.told(id, 'CALL_ENDED')[0]?.dialogResult, 'agreed')
    })

    test('Hangup, and a target that nobody answers at, go the way of the scenario', async () => {
      const id = await makeTask({ botId: transferBotId, defaultRedirect: { type: 'hangup', data: null } })
      const busy = await makeTask({ botId: transferBotId, defaultRedirect: { type: 'Custom', data: phoneOf('10') } })
      const phones = [phoneOf('02'), phoneOf('02')] as const
      await upload(id, [phones[0]])
      await upload(busy, [phones[1]])
      await finished(id)
      await finished(busy)
      const { items } = (await server.done('GET', `/dialwright/v1/calls?campaign=${busy}`)) as {
        items: { id: string }[]
      }
      const call = await server.done('GET', `/dialwright/v1/calls/${items[0]?.id}`)
      assert.deepEqual(call.tags, ['nobody-took-it'])
      assert.deepEqual(
        phones.map((phone) => server.seen(phone, 'ended').map(({ by }) => by)),
        [['caller'], ['caller']],
      )
    })
  })

  test('login, then everything with the token that it gave', async () => {
    const { login: email, password } = lineLogin
    const { token } = (await server.done('POST', '/api/v1/auth/login', { email, password, ttl: 60 })) as {
      token: string
    }
    const answer = await server.ask('GET', '/api/cis/beta/bots', undefined, token)
    assert.deepEqual(
      (answer.body.items as { id: string; name: string }[]).map(({ id, name }) => [id, name]),
      [
        [botId, 'Goal'],
        [otherBotId, 'Long'],
        [transferBotId, 'Transfer'],
      ],
    )
  })
})
