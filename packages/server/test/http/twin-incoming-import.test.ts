/** Batches that a client has sent, and lists of numbers, become a provisioning document: applied elsewhere, the same numbers are there. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

type Json = Record<string, unknown>
type Draft = { readonly section: string; readonly item: Json; readonly needs: readonly string[] }
type Brought = { readonly document: Json; readonly drafts: readonly Draft[]; readonly notes: readonly string[] }
type Rule = Json & { readonly id: string; readonly name: string; readonly number: string }

const shared = 'bce7d22e-dde6-4427-b391-ebbdfda44de6'
const other = '5f6d1c0e-4a4b-4a52-9d2c-0c8f2f0e6a11'
const rules = '/cis/api/v1/telephony/incomingRules'
const talk = {
  language: 'ru',
  startBlocks: [{ id: 'start', name: 'Start', next: 'end' }],
  blocks: [{ id: 'end', type: 'hangup' }],
}
const quiet = { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] }
const robot = {
  ...{ action: 'robot', botId: shared, cidAsName: 'num_name', cidAsNumber: 'called', reserveAction: 'default' },
  ...{ reserveActionData: null, reserveCidAsName: 'original', reserveCidAsNumber: 'original' },
}
/** Two providers, one of them with the id of the bot; a line with its credentials. */
const batch = () => ({
  additionalOptions: { callRecord: 'off', comment: 'Комментарий' },
  incomingCallsOptions: { ...robot } as Json,
  notificationOptions: quiet,
  webhookUrls: ['https://sample.com'],
  names: ['Название номера 1', 'Название номера 2'],
  numbers: ['71234567001', '71234567002'],
  connectionOptionsList: [
    {
      ...{ login: 'line', authUser: 'auth', password: 'hush hush', fromDomain: 'sip.example.test' },
      ...{ forceOutOverChannel: true, providerId: shared, did: '123', numberAsDid: false },
    },
    {
      ...{ login: '', authUser: '', password: '', fromDomain: '', forceOutOverChannel: false },
      ...{ providerId: other, did: '456', numberAsDid: true },
    },
  ] as Json[],
})
const ended = () => ({
  incomingCallsOptions: { action: 'end' },
  notificationOptions: quiet,
  names: ['Закрыт'],
  numbers: ['71234567003'],
  connectionOptionsList: [{ providerId: shared, numberAsDid: true }],
})
const file = (name: string, content: unknown) => ({ name, text: JSON.stringify(content) })

describe("batches of TWIN's incoming rules as a provisioning document", () => {
  const databases = [useTestDatabase(), useTestDatabase()]
  const grounds: HttpGround[] = []
  const ask = async (at: 0 | 1, method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) => {
    const answer = await grounds[at]?.app.inject({
      ...{ method, url, headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` } },
      ...(payload === undefined ? {} : { payload }),
    })
    assert.ok(answer !== undefined)
    return { status: answer.statusCode, text: answer.body }
  }
  const done = async <Answer>(...args: Parameters<typeof ask>): Promise<Answer> => {
    const { status, text } = await ask(...args)
    assert.equal(status, 200, text)
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }
  const bring = (...files: { name: string; text: string }[]) =>
    done<Brought>(1, 'POST', `${native}/provisioning/import`, { from: 'twin', files })
  const rulesAt = async (at: 0 | 1, keyword = '712345670'): Promise<Rule[]> =>
    (await done<{ items: Rule[] }>(at, 'GET', `${rules}?keyword=${keyword}`)).items
  /** What nobody could know: the address of a provider, what a bot says. */
  const completed = (drafts: readonly Draft[]): Record<string, Json[]> => {
    const whole: Record<string, Json[]> = {}
    for (const { section, item } of drafts) {
      const own = section === 'scenarios' ? talk : { host: '127.0.0.1', port: 5070 }
      whole[section] = [...(whole[section] ?? []), { ...item, ...own }]
    }
    return whole
  }

  before(async () => {
    for (const { pool } of databases) grounds.push(await openHttp(pool))
    const document = {
      workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
      trunks: [
        { name: 'first', host: '127.0.0.1', externalIds: { twin: shared } },
        { name: 'second', host: '127.0.0.1', port: 5080, externalIds: { twin: other } },
      ],
      scenarios: [{ name: 'Бот', ...talk, externalIds: { twin: shared } }],
    }
    await done(0, 'POST', `${native}/provisioning/apply`, document)
    for (const body of [batch(), ended()]) await done(0, 'POST', `${rules}/create/batch`, body)
  })
  after(async () => {
    for (const ground of grounds) await ground.close()
  })

  test('two bodies, applied elsewhere: the same numbers with the same rules, credentials and ids; applied again nothing changes', async () => {
    const { document, drafts, notes } = await bring(file('one.json', batch()), file('two.json', ended()))
    assert.deepEqual(
      drafts.map(({ section, item }) => [section, item]),
      [
        ['trunks', { name: 'carrier', externalIds: { twin: shared } }],
        ['scenarios', { name: shared, externalIds: { twin: shared } }],
        ['trunks', { name: `carrier (${other})`, externalIds: { twin: other } }],
      ],
    )
    assert.match(notes.join('\n'), /71234567001, 71234567002 .*https:\/\/sample\.com/)
    assert.match(notes.join('\n'), /Passwords of numbers stand in this file/)
    const bare = await ask(1, 'POST', `${native}/provisioning/check`, document)
    assert.equal(bare.status, 422, 'what is left out is missed')
    const whole = { ...document, ...completed(drafts) }
    const checked = await done<{ created: number }>(1, 'POST', `${native}/provisioning/check`, whole)
    assert.deepEqual(
      [checked.created, await rulesAt(1)],
      [6, []],
      'three numbers, two trunks, a scenario; a check writes none',
    )
    const applied = await done<{ needs: unknown[] }>(1, 'POST', `${native}/provisioning/apply`, whole)
    assert.deepEqual(applied.needs, [], 'the password came along')
    const known = ({ id, webhookUrls, ...rest }: Rule): Json => rest
    const [left, arrived] = [await rulesAt(0), await rulesAt(1)]
    assert.equal(left.length, 3)
    assert.deepEqual(arrived.map(known), left.map(known))
    // The note says how.
    for (const { id, number } of arrived.slice(1)) {
      await done(1, 'PATCH', `${rules}/${id}`, { webhookUrls: ['https://sample.com'] })
      assert.deepEqual((await rulesAt(1, number))[0]?.webhookUrls, ['https://sample.com'])
    }
    const again = await done<{ changed: number; created: number }>(1, 'POST', `${native}/provisioning/apply`, whole)
    assert.deepEqual([again.created, again.changed], [0, 0])
  })

  test('our own list keeps the ids of numbers and tells no password; a body beside it brings the password', async () => {
    const listed = await done<{ items: Rule[] }>(0, 'GET', `${rules}?keyword=712345670`)
    const first = listed.items.find(({ number }) => number === '71234567001')
    const numbersOf = ({ document }: Brought) =>
      new Map((document.numbers as Json[]).map((number) => [number.phone, number]))
    const alone = numbersOf(await bring(file('saved.json', listed)))
    assert.equal(alone.size, 3)
    const number = alone.get('71234567001')
    assert.deepEqual(
      [number?.externalIds, number?.login, number?.password, alone.get('71234567002')?.password],
      [{ twin: first?.id }, 'line', null, undefined],
    )
    // Whatever order the files come in.
    const both = numbersOf(await bring(file('body.json', batch()), file('saved.json', listed)))
    assert.equal(both.size, 3)
    assert.deepEqual(both.get('71234567001'), { ...number, password: 'hush hush' })
    const one = numbersOf(await bring(file('one.json', first)))
    assert.deepEqual([...one.values()], [number])
  })

  test('a number of the list of caller IDs that is called too is one number, and its group still finds it', async () => {
    const csv = 'id,name,phone,group\nn-1,Показываемый,+7 123 456-70-01,Север\nn-2,Другой,74951110002,Север\n'
    const { document, drafts } = await bring(
      ...[file('body.json', batch()), { name: 'aonNumbers.csv', text: csv }],
      file('bots.json', [{ id: shared, name: 'Бот' }]),
      file('providers.json', { items: [{ id: other, name: 'second', host: '127.0.0.1', port: 5080 }] }),
    )
    const found = document.numbers as Json[]
    assert.deepEqual(
      found.map(({ phone, externalIds, trunk }) => [phone, externalIds, trunk]),
      [
        ['+71234567001', { twin: 'n-1' }, { twin: shared }],
        ['74951110002', { twin: 'n-2' }, 'carrier'],
        ['71234567002', undefined, { twin: other }],
      ],
    )
    assert.deepEqual([found[0]?.name, found[0]?.login], ['Название номера 1', 'line'])
    assert.deepEqual(document.callerIdGroups, [{ name: 'Север', numbers: [{ twin: 'n-1' }, { twin: 'n-2' }] }])
    assert.deepEqual(
      drafts.map(({ section, item }) => [section, item]),
      [
        ['scenarios', { name: 'Бот', externalIds: { twin: shared } }],
        ['trunks', { name: 'second', externalIds: { twin: other }, host: '127.0.0.1', port: 5080 }],
        ['trunks', { name: 'carrier', externalIds: { twin: shared } }],
      ],
    )
    await done(1, 'POST', `${native}/provisioning/check`, { ...document, ...completed(drafts) })
  })

  test('mistakes of several files are told together', async () => {
    const files = [
      file('half.json', { connectionOptionsList: [] }),
      file('saved.json', { items: [{ connectionOptions: {} }] }),
    ]
    const { status, text } = await ask(1, 'POST', `${native}/provisioning/import`, { from: 'twin', files })
    const { errors } = JSON.parse(text) as { errors: { pointer: string }[] }
    assert.equal(status, 422)
    assert.deepEqual(new Set(errors.map(({ pointer }) => pointer)), new Set(['/files/0', '/files/1']))
  })

  test('every mistake is named by its file and its place there, and nothing else is read out of them', async () => {
    const wrong = batch()
    wrong.numbers[1] = 'abc'
    Object.assign(wrong.incomingCallsOptions, { botId: undefined, cidAsName: 'caller' })
    Object.assign(wrong.connectionOptionsList[0] ?? {}, { did: '' })
    const items = [{ name: 'x', number: '71234567001', connectionOptions: { providerId: 5, numberAsDid: true } }]
    for (const [files, at, places] of [
      [
        [file('good.json', batch()), file('wrong.json', wrong)],
        '/files/1',
        ['numbers.1', 'incomingCallsOptions.botId', 'incomingCallsOptions.cidAsName', 'connectionOptionsList.0.did'],
      ],
      [[file('saved.json', { count: 1, items })], '/files/0', ['0.connectionOptions.providerId']],
      [[file('short.json', { ...batch(), names: ['one'] })], '/files/0', ['names']],
      [[file('half.json', { connectionOptionsList: [] })], '/files/0', ['numbers', 'names', 'connectionOptionsList']],
      [[file('incomingRules.json', { items: 7 })], '/files/0', ['numbers']],
    ] as const) {
      const { status, text } = await ask(1, 'POST', `${native}/provisioning/import`, { from: 'twin', files })
      assert.equal(status, 422, text)
      const { errors } = JSON.parse(text) as { errors: { pointer: string; message: string }[] }
      assert.ok(
        errors.every(({ pointer }) => pointer === at),
        text,
      )
      for (const place of places)
        assert.ok(
          errors.some(({ message }) => message.startsWith(`${place}: `)),
          `${place}: ${text}`,
        )
    }
  })
})
