/** Every field of the TWIN task API that is in effect, by its effect on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Answer, CalledServer, lineLogin } from '../fixtures/called-server.ts'
import {
  botId,
  dialplanId,
  example,
  groupId,
  operatorPhone,
  otherBotId,
  placeAt,
  secondDialplanId,
  secondLine,
  sections,
  shown,
  transferBotId,
} from './twin-line.ts'

const openTask = {
  ...{ name: 'effects', botId, dialplanId, isTest: true, intensity: 5 },
  allowedTimeRange: { from: 0, to: 86_399 },
}
let nextPhone = 1_000
/** A number that nobody else in this file has, in the plan of Moscow, that behaves as `persona` says. */
const phoneOf = (persona: string): string => `7495${String(nextPhone++).padStart(5, '0')}${persona}`
/** Of people who answer and are silent. */
const phonesOf = (count: number): string[] => Array.from({ length: count }, () => phoneOf('02'))

describe('TWIN24 tasks on real calls', { timeout: 240_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  const makeTask = async (changes: object): Promise<string> =>
    String((await server.done('POST', '/api/cis/beta/tasks', { ...openTask, ...changes })).id)
  /** The vendor's example of the newer form without its number, its channel and FZ-230; `options` go into its additional ones. */
  const makeAutoCall = async (changes: object, options: object = {}): Promise<string> => {
    const { additionalOptions, ...printed } = example('twin-auto-call')
    const own = { defaultExecData: botId, secondExec: 'end', cidType: 'default', cidData: null, webhookUrls: [] }
    const made = await server.done('POST', '/api/v1/telephony/autoCall', {
      ...{ ...printed, lifetime: null, ...own, ...changes },
      additionalOptions: { ...additionalOptions, ...options },
    })
    return (made.id as { identity: string }).identity
  }
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

  test('intensity and cps: calls a second, never closer', async () => {
    const paced = [
      [await makeTask({ intensity: 1 }), phonesOf(3), 1_000],
      [await makeTask({ intensity: 5 }), phonesOf(8), 200],
      [await makeAutoCall({ cps: 1.04 }), phonesOf(6), 250],
    ] as const
    await Promise.all(paced.map(([id, phones]) => upload(id, phones)))
    for (const [, phones, leastMs] of paced) {
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

  test("useTr: hours of the person's own day with it, of the workspace's without it", async () => {
    const { hour } = Temporal.Now.zonedDateTimeISO('Europe/Moscow')
    const [from, to] = [Math.max(0, hour - 5) * 3_600, Math.min(24, hour + 6) * 3_600 - 1]
    const hours = { allowCallTimeFrom: from, allowCallTimeTo: to }
    const own = await makeAutoCall({}, { ...hours, useTr: true })
    const workspace = await makeAutoCall({}, { ...hours, useTr: 0 })
    // At the workspace's time of day, and half a day away from it.
    const places = [3 * 3_600, -9 * 3_600]
    const calling = async (id: string): Promise<string[]> => {
      const phones = phonesOf(places.length)
      for (const [at, phone] of phones.entries()) await upload(id, [phone], { timezone: places[at] })
      return phones
    }
    const [here = '', there = ''] = await calling(own)
    for (const phone of await calling(workspace)) await server.rung(phone)
    await server.rung(here)
    await finished(workspace)
    assert.equal(rings(there), 0)
    assert.equal(await statusOf(own), 'PROCESS')
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

  test('defaultCallerId: the line of the trunk, a number of its own, a group in turn; pool: the same group', async () => {
    const shownTo = async (id: string, count: number): Promise<string[]> => {
      const all = phonesOf(count)
      await upload(id, all)
      return (await Promise.all(all.map((phone) => server.rung(phone)))).map(([ring]) => ring?.from ?? '')
    }
    const [byDefault, custom, ...groups] = await Promise.all([
      shownTo(await makeTask({ defaultCallerId: { type: 'Default', data: null } }), 1),
      shownTo(await makeTask({ defaultCallerId: { type: 'Custom ', data: '79161234567' } }), 1),
      shownTo(await makeTask({ defaultCallerId: { type: 'groupAON', data: groupId } }), 4),
      shownTo(await makeAutoCall({ cidType: 'pool', cidData: groupId }), 4),
    ])
    assert.match(byDefault?.[0] ?? '', /dialwright/)
    assert.match(custom?.[0] ?? '', /79161234567/)
    const counts = Map.groupBy(groups.flat(), (from) => from.replace(/\D/g, ''))
    assert.deepEqual([...counts].map(([from, all]) => [from, all.length]).sort(), [
      [shown[1], 4],
      [shown[2], 4],
    ])
  })

  test('dialplanId and providerId: calls leave over the trunk of the dialplan that is named', async () => {
    const tasks = [
      await makeTask({ dialplanId: secondDialplanId }),
      await makeAutoCall({}, { providerId: secondDialplanId }),
    ]
    for (const id of tasks) {
      const phone = phoneOf('02')
      await upload(id, [phone])
      const [ring] = await server.rung(phone)
      assert.match(ring?.from ?? '', new RegExp(secondLine))
    }
  })

  const once = { enabled: true, tries: 1, interval: 1 }
  /** Persona, rules, how often it rings, and the bot. */
  const rules = {
    BUSY: ['10', { BUSY: { enabled: true, tries: 2, interval: 1 } }, 3, botId],
    NO_ANSWER: ['11', { NO_ANSWER: once }, 2, botId],
    CONGESTION: ['17', { CONGESTION: once }, 2, botId],
    NOT_SUCCESSFUL: ['18', { NOT_SUCCESSFUL: { ...once, duration: 3 } }, 2, botId],
    'a longer talk than NOT_SUCCESSFUL means': ['02', { NOT_SUCCESSFUL: { ...once, duration: 1 } }, 1, otherBotId],
    'another result than that of the rules': ['10', { NO_ANSWER: once, CONGESTION: once }, 1, botId],
    'no rule': ['10', {}, 1, botId],
    'a rule that is off': ['10', { BUSY: { ...once, enabled: 0 } }, 1, botId],
    'a rule without its numbers': ['10', { BUSY: { enabled: true, tries: null, interval: 1 } }, 2, botId],
  } as const
  type Rule = { enabled: unknown; tries: unknown; interval: unknown; duration?: number }
  const newerWords = { BUSY: 'busy', NO_ANSWER: 'noAnswer', CONGESTION: 'congestion', NOT_SUCCESSFUL: 'answerNoList' }
  const makeNewerWithRules = (defaultExecData: string, older: Partial<Record<keyof typeof newerWords, Rule>>) => {
    const redial = Object.entries(older).map(([result, { enabled, tries, interval }]) => [
      newerWords[result as keyof typeof newerWords],
      { redial: enabled, count: tries, time: interval },
    ])
    const redialStrategyOptions = { redialStrategyEn: true, ...Object.fromEntries(redial) }
    return makeAutoCall(
      { defaultExecData, redialStrategyOptions },
      { fullListTime: older.NOT_SUCCESSFUL?.duration ?? 0 },
    )
  }
  for (const [what, [persona, recallRules, times, bot]] of Object.entries(rules))
    test(`recallRules: ${what} rings ${times} times, in both forms`, async () => {
      const tasks = [await makeTask({ botId: bot, recallRules }), await makeNewerWithRules(bot, recallRules)]
      const phones = tasks.map(() => phoneOf(persona))
      await Promise.all(tasks.map((id, at) => upload(id, phones.slice(at, at + 1))))
      for (const id of tasks) await finished(id)
      for (const phone of phones) {
        const all = server.seen(phone)
        assert.equal(all.length, times)
        for (const [index, ring] of all.entries())
          if (index > 0) assert.ok(ring.monotonicMs - (all[index - 1]?.monotonicMs ?? 0) > 900, 'the interval is kept')
      }
    })

  test('phones of a person: the next one is rung when no redial of the last is left, and none after an answer', async () => {
    const id = await makeTask({ recallRules: { BUSY: once } })
    const [busy, answers, left] = [phoneOf('10'), phoneOf('02'), phoneOf('02')]
    await upload(id, [busy], { phone: [busy, answers, left] })
    await finished(id)
    assert.deepEqual([busy, answers, left].map(rings), [2, 1, 0])
  })

  test('isTest: without it, as with fz230, one talk a day and nobody at night; with it the task alone decides', async () => {
    const recallRules = { NOT_SUCCESSFUL: { ...once, duration: 3 } }
    const real = await makeTask({ isTest: false, recallRules })
    const free = await makeTask({ isTest: true, recallRules })
    const answerNoList = { redial: true, count: 1, time: 1 }
    const newer = await makeAutoCall(
      { redialStrategyOptions: { redialStrategyEn: true, answerNoList } },
      { fz230: true, fullListTime: 3 },
    )
    const [talkedFreely, nightFreely] = [phoneOf('18'), phoneOf('02')]
    const limited = [real, newer].map((id) => ({ id, talked: phoneOf('18'), night: phoneOf('02') }))
    for (const { id, talked, night } of limited) {
      await upload(id, [night], { timezone: placeAt(3) })
      await upload(id, [talked])
    }
    await upload(free, [nightFreely], { timezone: placeAt(3) })
    await upload(free, [talkedFreely])
    await server.rung(nightFreely)
    await server.rung(talkedFreely, 2)
    await finished(free)
    for (const { id, talked, night } of limited) {
      await server.rung(talked)
      assert.deepEqual([rings(talked), rings(night)], [1, 0])
      assert.equal(await statusOf(id), 'PROCESS')
    }
  })

  test('scheduledAt, and startMoment by the clock on the wall of the workspace: nobody is rung before it', async () => {
    const at = Temporal.Now.instant().add({ seconds: 5 })
    const startMoment = at.toZonedDateTimeISO('Europe/Moscow').toPlainDateTime().toString({ smallestUnit: 'second' })
    const waiting = [
      { phone: phoneOf('02'), id: await makeTask({ scheduledAt: at.toString({ smallestUnit: 'second' }) }) },
      {
        phone: phoneOf('02'),
        id: await makeAutoCall({ startType: 'time', startMoment: startMoment.replace('T', ' ') }),
      },
    ]
    for (const { id, phone } of waiting) {
      assert.equal(await statusOf(id), 'READY')
      await upload(id, [phone])
    }
    for (const { phone } of waiting) {
      const [ring] = await server.rung(phone)
      assert.ok(Temporal.Instant.compare(Temporal.Instant.from(ring?.at ?? ''), at.subtract({ seconds: 1 })) > 0)
    }
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

  test('candidateLimit caps what the rules would allow, redialStrategyEn what they say; lifetime ends a task with whoever still waits', async () => {
    const busy = { redial: true, time: 1, count: 5 }
    const limited = (redialStrategyEn: boolean, candidateLimit: object) =>
      makeAutoCall({ redialStrategyOptions: { redialStrategyEn, busy, candidateLimit } })
    const capped = await limited(true, { redial: true, count: 2 })
    const off = await limited(false, { redial: true, count: 3 })
    const hours = { useTr: true, allowCallTimeFrom: 10 * 3_600, allowCallTimeTo: 15 * 3_600 }
    const short = await makeAutoCall({ lifetime: 3 }, hours)
    const [twice, once, never] = [phoneOf('10'), phoneOf('10'), phoneOf('10')]
    await upload(capped, [twice])
    await upload(off, [once])
    await upload(short, [never], { timezone: placeAt(20) })
    await finished(capped)
    await finished(off)
    assert.deepEqual([rings(twice), rings(once)], [2, 1])
    await server.until('the task has lived', async () => (await statusOf(short)) === 'HALTED')
    assert.equal(rings(never), 0)
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
    const spelled = encodeURIComponent(`8 (495) ${early.slice(4)}`)
    const found = await server.done('GET', `/api/v1/search/cis/sessions?phone=${spelled}&fields=phone`)
    assert.deepEqual(found, { count: 1, items: [{ phone: early }] })
  })

  describe('defaultRedirect, where the scenario hands over by the settings of the task', () => {
    const redirecting = (defaultRedirect: object): Promise<string> =>
      makeTask({ botId: transferBotId, webhookUrl: server.receiver.url, defaultRedirect })
    const newer = (changes: object): Promise<string> =>
      makeAutoCall({ defaultExecData: transferBotId, webhookUrls: [server.receiver.url], ...changes })
    /** Who was rung for the person, the event, and what became of the person's call. */
    const handOver = async (making: Promise<string>, rung: string) => {
      const before = rings(rung)
      const id = await making
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

    const group = '10103'
    for (const [what, making] of [
      ['Transfer rings', () => redirecting({ type: 'Transfer', data: group })],
      ['secondExec ch: rings', () => newer({ secondExec: 'ch', secondExecData: group })],
    ] as const)
      test(`${what} an operator of the group`, async () => {
        const { redirected } = await handOver(making(), operatorPhone)
        assert.deepEqual([redirected?.redirectDestination, redirected?.redirectDestinationId], ['ch', group])
      })

    test('Custom rings the number, and shows the second parameter', async () => {
      const target = phoneOf('18')
      const { second, redirected } = await handOver(
        redirecting({ type: 'Custom', data: target, additional: '79160000077' }),
        target,
      )
      assert.match(second?.from ?? '', /79160000077/)
      assert.equal(redirected?.redirectDestination, 'custom')
    })

    test('Dialplan dials the second parameter by the dialplan', async () => {
      const target = phoneOf('18')
      const { redirected } = await handOver(
        redirecting({ type: 'Dialplan', data: dialplanId, additional: target }),
        target,
      )
      assert.equal(redirected?.redirectDestinationId, dialplanId)
    })

    test('Twin goes on with the other scenario', async () => {
      const id = await redirecting({ type: 'Twin', data: botId })
      await upload(id, [phoneOf('02')])
      await server.until('the call is told', () => server.told(id, 'CALL_ENDED').length === 1)
      assert.equal(server.told(id, 'CALL_ENDED')[0]?.dialogResult, 'agreed')
    })

    test('Hangup, secondExec end and ignore hang up; where nobody answers it goes the way of the scenario', async () => {
      const before = rings(operatorPhone)
      const tasks = [
        [redirecting({ type: 'hangup', data: null }), []],
        [newer({ secondExec: 'end', secondExecData: group }), []],
        [newer({ secondExec: 'ignore', secondExecData: group }), []],
        [redirecting({ type: 'Custom', data: phoneOf('10') }), ['nobody-took-it']],
      ] as const
      for (const [making, tags] of tasks) {
        const [id, phone] = [await making, phoneOf('02')]
        await upload(id, [phone])
        await finished(id)
        const { items } = await server.done('GET', `/dialwright/v1/calls?campaign=${id}`)
        const [{ id: call } = {}] = items as { id: string }[]
        assert.deepEqual((await server.done('GET', `/dialwright/v1/calls/${call}`)).tags, tags)
        assert.deepEqual(
          server.seen(phone, 'ended').map(({ by }) => by),
          ['caller'],
        )
      }
      assert.equal(rings(operatorPhone), before)
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
