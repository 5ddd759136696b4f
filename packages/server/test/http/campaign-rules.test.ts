/** Retry rules and time groups that campaigns share: taken by name, changed for all at once, kept while somebody has them. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, contacts, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

describe('rules that campaigns share', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
    await make('retryRules', { name: 'patient', rules: { 'busy,rejected': { tries: 2, intervals: [60, 600] } } })
    await make('timeGroups', { name: 'always', zone: 'callee', forbid: [{ from: '00:00', to: '24:00' }] })
    await make('timeGroups', { name: 'lunch', zone: 'workspace', forbid: [{ from: '12:00', to: '13:00', days: [1] }] })
  })
  after(() => http.close())

  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
    http.app.inject({
      method,
      url: `${native}/${path}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
      ...(payload === undefined ? {} : { payload }),
    })
  const make = async (path: string, body: object): Promise<string> => {
    const answer = await ask('POST', path, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json().id
  }
  const idOf = async (path: string, name: string): Promise<string> =>
    (await ask('GET', `${path}?name=${name}`)).json().items[0].id
  const settingsOf = async (id: string) => (await ask('GET', `campaigns/${id}`)).json().settings

  const patient = { on: ['busy', 'rejected'], tries: 2, intervalsSeconds: [60, 600] }
  const lunch = { name: 'lunch', zone: 'workspace', forbid: [{ fromSecond: 43_200, toSecond: 46_800, days: [1] }] }
  const always = { name: 'always', zone: 'callee', forbid: [{ fromSecond: 0, toSecond: 86_400 }] }

  test('a campaign that names them has them, and shows by which ids', async () => {
    const id = await make('campaigns', { ...campaign, retry: { rule: 'patient' }, timeGroups: ['lunch', 'always'] })
    const shown = (await ask('GET', `campaigns/${id}`)).json()
    assert.equal(shown.retryRule, await idOf('retryRules', 'patient'))
    assert.deepEqual(shown.timeGroups, [await idOf('timeGroups', 'lunch'), await idOf('timeGroups', 'always')])
    assert.deepEqual(shown.settings.retry, { rules: [patient], caps: {} })
    assert.deepEqual(shown.settings.timeGroups, [lunch, always])
  })

  test('a campaign that takes a shared rule sets caps of its own: they stay when the rule changes, and go with it', async () => {
    const rule = await make('retryRules', {
      name: 'capped',
      rules: { busy: { tries: 4, intervals: [60] } },
      caps: { perContact: 5, perPhonePerDay: 3 },
    })
    const id = await make('campaigns', { ...campaign, retry: { rule: 'capped', caps: { perContact: 2 } } })
    const plain = await make('campaigns', { ...campaign, retry: { rule: 'capped' } })
    const capsOf = async (campaignId: string) => {
      const { retryRule, retryCaps, settings } = (await ask('GET', `campaigns/${campaignId}`)).json()
      return [retryRule === rule, retryCaps, settings.retry.rules.length, settings.retry.caps]
    }
    assert.deepEqual(await capsOf(id), [true, { perContact: 2 }, 1, { perContact: 2, perPhonePerDay: 3 }])
    await ask('PATCH', `retryRules/${rule}`, { caps: { perContact: 9, perPhonePerDay: 1 } })
    assert.deepEqual(await capsOf(id), [true, { perContact: 2 }, 1, { perContact: 2, perPhonePerDay: 1 }])
    assert.deepEqual(await capsOf(plain), [true, null, 1, { perContact: 9, perPhonePerDay: 1 }])
    await ask('PATCH', `retryRules/${rule}`, { enabled: false })
    assert.deepEqual(await capsOf(id), [true, { perContact: 2 }, 0, { perContact: 2, perPhonePerDay: 1 }])
    // A change that says nothing of redials leaves them; one that names the rule alone takes the rule's caps.
    await ask('PATCH', `campaigns/${id}`, { name: 'renamed' })
    assert.deepEqual((await capsOf(id))[1], { perContact: 2 })
    await ask('PATCH', `campaigns/${id}`, { retry: { rule: 'capped' } })
    assert.deepEqual(await capsOf(id), [true, null, 0, { perContact: 9, perPhonePerDay: 1 }])
    await ask('PATCH', `campaigns/${id}`, { retry: { rule: 'capped', caps: { perPhonePerDay: 7 } } })
    await ask('PATCH', `campaigns/${id}`, { retry: { rules: {}, caps: { perContact: 1 } } })
    assert.deepEqual(await capsOf(id), [false, null, 0, { perContact: 1 }])
    for (const retry of [{ rule: 'capped', rules: {} }, { caps: { perContact: 1 } }])
      assert.equal((await ask('POST', 'campaigns', { ...campaign, retry })).statusCode, 422)
  })

  test('nobody is called in hours that a time group forbids, and explain says which', async () => {
    const id = await make('campaigns', { ...campaign, timeGroups: ['always'] })
    assert.equal((await ask('POST', `campaigns/${id}/contacts`, contacts)).json().accepted, 1)
    await ask('POST', `campaigns/${id}/start`)
    const why = (await ask('GET', `explain?campaign=${id}&phone=74951234567`)).json()
    assert.equal(why.verdict, 'never', JSON.stringify(why))
    const closed = why.gates.filter(({ open }: { open: boolean }) => !open)
    assert.ok(
      closed.some(({ reason }: { reason: string }) => reason.includes('always')),
      JSON.stringify(closed),
    )
  })

  test('a changed rule is the rule of every campaign that has it, and of no other', async () => {
    const rule = await make('retryRules', { name: 'shared', rules: { busy: { tries: 1, intervals: [5] } } })
    const hours = await make('timeGroups', { name: 'nights', zone: 'callee', forbid: [{ from: '22:00', to: '08:00' }] })
    const shared = { retry: { rule: 'shared' }, timeGroups: ['nights'] }
    const [one, two] = [
      await make('campaigns', { ...campaign, ...shared }),
      await make('campaigns', { ...campaign, ...shared }),
    ]
    const own = await make('campaigns', { ...campaign, retry: { rules: { busy: { tries: 1, intervals: [5] } } } })
    const before = await settingsOf(own)
    await ask('PATCH', `retryRules/${rule}`, { rules: { busy: { tries: 7, intervals: [9] } }, caps: { perContact: 3 } })
    await ask('PATCH', `timeGroups/${hours}`, { forbid: [{ from: '21:00', to: '09:30' }] })
    for (const id of [one, two]) {
      const settings = await settingsOf(id)
      assert.deepEqual(settings.retry, {
        rules: [{ on: ['busy'], tries: 7, intervalsSeconds: [9] }],
        caps: { perContact: 3 },
      })
      assert.deepEqual(settings.timeGroups[0].forbid, [{ fromSecond: 75_600, toSecond: 34_200 }])
    }
    assert.deepEqual(await settingsOf(own), before)
    await ask('PATCH', `retryRules/${rule}`, { enabled: false })
    assert.deepEqual((await settingsOf(one)).retry, { rules: [], caps: { perContact: 3 } })
    await ask('PATCH', `retryRules/${rule}`, { enabled: true })
    assert.equal((await settingsOf(one)).retry.rules[0].tries, 7)
  })

  test('a rule that a provisioning document changes is changed for its campaigns too', async () => {
    const rule = { name: 'written down', rules: { busy: { tries: 1, intervals: [5] } } }
    await make('retryRules', rule)
    const id = await make('campaigns', { ...campaign, retry: { rule: rule.name } })
    const applied = await ask('POST', 'provisioning/apply', {
      workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
      retryRules: [{ ...rule, rules: { busy: { tries: 4, intervals: [5] } } }],
    })
    assert.equal(applied.statusCode, 200, applied.body)
    assert.equal((await settingsOf(id)).retry.rules[0].tries, 4)
  })

  test('what a campaign has is kept until the campaign lets it go', async () => {
    const rule = await make('retryRules', { name: 'kept', rules: { busy: { tries: 1, intervals: [5] } } })
    const hours = await make('timeGroups', { name: 'kept', zone: 'callee', forbid: [{ from: '22:00', to: '08:00' }] })
    const id = await make('campaigns', { ...campaign, name: 'keeper' })
    const taken = await ask('PATCH', `campaigns/${id}`, { retry: { rule }, timeGroups: [hours] })
    assert.equal(taken.statusCode, 200, taken.body)
    assert.deepEqual([taken.json().retryRule, taken.json().timeGroups], [rule, [hours]])
    for (const path of [`retryRules/${rule}`, `timeGroups/${hours}`]) {
      const refused = await ask('DELETE', path)
      assert.deepEqual([refused.statusCode, refused.json().usedBy?.[0].name], [409, 'keeper'])
    }
    const own = { rules: { busy: { tries: 2, intervals: [5] } } }
    const freed = (await ask('PATCH', `campaigns/${id}`, { retry: own, timeGroups: [] })).json()
    assert.deepEqual([freed.retryRule, freed.timeGroups, freed.settings.timeGroups], [null, [], []])
    assert.equal(freed.settings.retry.rules[0].tries, 2)
    await ask('PATCH', `retryRules/${rule}`, { rules: {} })
    assert.equal((await settingsOf(id)).retry.rules[0].tries, 2)
    for (const path of [`retryRules/${rule}`, `timeGroups/${hours}`])
      assert.equal((await ask('DELETE', path)).statusCode, 204)
  })

  test('a rule that is not there, or half a rule, is refused by its place', async () => {
    for (const [given, pointer] of [
      [{ retry: { rule: 'nobody' } }, '/retry/rule'],
      [{ timeGroups: ['lunch', 'nobody'] }, '/timeGroups/1'],
      [{ timeGroups: ['lunch', 'lunch'] }, '/timeGroups/1'],
      [{ retry: {} }, '/retry'],
      [{ retry: { rule: 'patient', rules: {} } }, '/retry'],
    ] as const) {
      const made = await ask('POST', 'campaigns', { ...campaign, ...given })
      assert.deepEqual([made.statusCode, made.json().errors[0].pointer], [422, pointer], made.body)
    }
  })
})
