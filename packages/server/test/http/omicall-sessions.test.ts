/** OMICall's sessions: what a request becomes, and what is answered. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { speedOf } from '../../src/compat/omicall/script.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { executePath, greetingPath, OmicallGround, scripts, session } from './omicall-ground.ts'
import { native } from './surface.ts'

type Block = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string }

describe("OMICall's sessions", () => {
  const database = useTestDatabase()
  let omicall: OmicallGround
  before(async () => {
    omicall = await OmicallGround.open(database.pool)
  })
  after(() => omicall.close())

  const campaignOf = async (id: string) => {
    const { rows } = await database.pool.query(
      `select c.name, c.state, c.start_at as "startAt", c.settings, c.original, v.definition, v.scenario_id as "scenarioId"
         from campaign c join scenario_version v on v.id = c.scenario_version_id where c.id = $1`,
      [id],
    )
    return rows[0]
  }
  const execute = async (changes: object, headers?: Readonly<Record<string, string>>) =>
    omicall.done('POST', executePath, { ...session, ...changes }, headers)
  const blocksOf = async (steps: readonly object[]): Promise<readonly Block[]> =>
    (await campaignOf((await execute({ scripts: steps })).autocall_id)).definition.blocks
  const scenarioCount = async (): Promise<number> =>
    ((await omicall.made()) as { readonly scenarios: number }).scenarios

  // First of all: the others leave a scenario that this session could use.
  test('a key that was used for another request leaves nothing behind, also while both are made at once', async () => {
    const key = { 'idempotency-key': 'first' }
    const spoken = (at: number) => ({ ...session, scripts: [{ ...scripts[1], targetValue: `Tin nhắn ${at}` }] })
    const before = await scenarioCount()
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => omicall.ask('POST', executePath, spoken(at % 4), key)),
    )
    const made = answers.filter(({ body }) => body.status_code === 9999)
    assert.equal(made.length, 2, 'one request and its repetition')
    assert.equal(new Set(made.map(({ body }) => body.payload.autocall_id)).size, 1)
    for (const { status, body } of answers.filter((answer) => !made.includes(answer)))
      assert.deepEqual([status, body.status_code, body.payload.error], [200, -9999, 'conflict'])
    assert.equal(await scenarioCount(), before + 1)
    await omicall.refused('POST', executePath, spoken(9), key)
  })

  test('sessions of the same new steps at once share one scenario', async () => {
    const before = await scenarioCount()
    const steps = { scripts: [{ ...scripts[1], targetValue: 'Cùng một lúc' }] }
    const made = await Promise.all(Array.from({ length: 8 }, () => execute(steps)))
    const ids = new Set(
      (await Promise.all(made.map((one) => campaignOf(one.autocall_id)))).map((one) => one.scenarioId),
    )
    assert.deepEqual([ids.size, await scenarioCount()], [1, before + 1])
  })

  test("the vendor's own steps make a session of one scenario, with its phones, pace and redials", async () => {
    const { status, body } = await omicall.ask('POST', executePath, session)
    assert.equal(status, 200)
    const { payload, ...envelope } = body
    const instance = { instance_id: 'stg', instance_name: 'dialwright' }
    assert.deepEqual(envelope, { status_code: 9999, ...instance, key_enabled: false })
    const { autocall_id, items, ...rest } = payload
    assert.deepEqual(rest, {
      ...{ name: 'Phiên 1', page_number: 1, page_size: 50, total_items: 2, total_pages: 1 },
      ...{ has_next: false, has_previous: false, next_page: 1, previous_page: 1 },
    })
    const [{ public_id, created_date, last_updated_date, ...contact }] = items
    assert.match(public_id, /^[0-9a-f-]{36}$/)
    assert.ok(Number.isSafeInteger(created_date) && created_date === last_updated_date && created_date > 1.7e12)
    assert.deepEqual(contact, {
      ...{ create_by: { name: 'owner' }, last_update_by: { name: 'owner' }, contact_type: 'contact' },
      ...{ tags_view: null, is_deleted: false, tags: [] },
      attribute_structure: [
        {
          ...{ identify: false, field_code: 'phone_number', field_type: 'phone' },
          value: [{ display_value: '0395187319', data_type: 'personal', value_type: 'Cá nhân' }],
        },
      ],
    })
    const { name, state, settings, definition, original } = await campaignOf(autocall_id)
    assert.deepEqual([name, state], ['Phiên 1', 'running'])
    assert.deepEqual([settings.pacing.wave, settings.pacing.maxCalls], [{ size: 2, gapSeconds: 5 }, 2])
    assert.deepEqual([settings.retry.rules[0].tries, settings.retry.rules[0].intervalsSeconds], [2, [60]])
    assert.ok(!JSON.stringify(original).includes('0395187319'), 'people are kept once, as contacts')
    assert.deepEqual(
      definition.blocks.map(({ type }: Block) => type),
      ['say', 'say', 'menu', 'mark', 'transfer', 'hangup'],
    )
    const [greeting, text, menu, mark, transfer] = definition.blocks
    assert.equal(greeting.audio, greetingPath)
    assert.deepEqual([text.text, text.voice, text.speed], [scripts[1].targetValue, 'northern_female_ngocanh', 1.26])
    assert.deepEqual([menu.keys['1'], menu.noInput, mark.next], [mark.id, transfer.id, transfer.id])
    const phones = await database.pool.query('select phone from contact_phone where campaign_id = $1 order by phone', [
      autocall_id,
    ])
    assert.deepEqual(
      phones.rows.map(({ phone }) => phone),
      ['+84395187319', '+84901234567'],
    )
  })

  test('the same steps are the same scenario; a menu that was changed is another', async () => {
    const [, , menu] = scripts
    const first = await campaignOf((await execute({ scripts: [menu] })).autocall_id)
    assert.equal((await campaignOf((await execute({ scripts: [menu] })).autocall_id)).scenarioId, first.scenarioId)
    const { rows } = await database.pool.query(`select id from scenario where code = '728341'`)
    const changed = { startBlocks: [{ id: 'start', name: 'start', next: 'bye', parameters: [] }] }
    const blocks = { blocks: [{ id: 'bye', type: 'hangup' }] }
    const scenario = `${native}/scenarios/${rows[0].id}`
    const { startBlocks, blocks: earlier } = (await omicall.ask('GET', scenario)).body
    assert.equal((await omicall.ask('PATCH', scenario, { ...changed, ...blocks })).status, 200)
    assert.notEqual((await campaignOf((await execute({ scripts: [menu] })).autocall_id)).scenarioId, first.scenarioId)
    assert.equal((await omicall.ask('PATCH', scenario, { startBlocks, blocks: earlier })).status, 200)
  })

  test('steps come in every order, and twice; each leads to the next', async () => {
    for (const a of scripts)
      for (const b of scripts)
        for (const c of scripts) {
          const blocks = await blocksOf([a, b, c])
          const firsts = [0, 1, 2].map((at) => blocks.findIndex(({ id }) => id.split('_')[0] === `s${at}`))
          assert.deepEqual(
            firsts.toSorted((x, y) => x - y),
            firsts,
          )
          const typeOf = {
            recording: 'say',
            callBotTextVariable: 'say',
            ivrMenu: 'menu',
            ringGroup: 'transfer',
          } as const
          assert.deepEqual(
            firsts.map((at) => blocks[at]?.type),
            [a, b, c].map(({ targetType }) => typeOf[targetType]),
          )
        }
  })

  test('an id decides before the value beside it; where it is none of anything, the value does', async () => {
    const file = '1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3'
    const sound = async (step: object) => (await blocksOf([{ targetType: 'Recording', ...step }]))[0]?.audio
    assert.equal(await sound({ targetId: 'other', targetValue: file }), '/greetings/other.wav')
    assert.equal(await sound({ targetId: scripts[0].targetId, targetValue: 'Khác' }), greetingPath)
    assert.equal(await sound({ targetId: 'none', targetValue: file }), greetingPath)
    assert.equal(await sound({ targetId: '', targetValue: file }), greetingPath)
    assert.equal(await sound({ targetValue: 'Khác' }), '/greetings/other.wav')
    const [menu] = await blocksOf([{ targetType: 'Ivr_menu', targetValue: 728341 }])
    assert.equal(menu?.type, 'menu')
    const [said] = await blocksOf([{ targetType: 'Text_variable', targetValue: 'Chào' }])
    assert.deepEqual([said?.text, said?.speed, said?.voice], ['Chào', 1, undefined])
  })

  test('a menu speaks its own language where no text is spoken beside it', async () => {
    const languageOf = async (...steps: object[]) =>
      (await campaignOf((await execute({ scripts: steps })).autocall_id)).definition.language
    const english = { targetType: 'ivrMenu', targetValue: 'en' }
    assert.deepEqual(
      [await languageOf(english), await languageOf(scripts[0], english), await languageOf(scripts[1], english)],
      ['en', 'en', 'vi'],
    )
  })

  test('a menu that has lost what it needs is named by its step', async () => {
    const desk = { name: 'Short-lived', operators: [{ name: 'Lan', phone: '84901111112' }] }
    const group = await omicall.ask('POST', `${native}/operatorGroups`, desk)
    const made = await omicall.ask('POST', `${native}/scenarios`, {
      ...{ name: 'To the desk', code: 'desk', language: 'vi' },
      startBlocks: [{ id: 'start', name: 'start', next: 'hand', parameters: [] }],
      blocks: [
        { id: 'hand', type: 'transfer', to: { operatorGroup: group.body.id }, noAnswer: 'bye' },
        { id: 'bye', type: 'hangup' },
      ],
    })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    await database.pool.query('delete from operator_group where id = $1', [group.body.id])
    const steps = [scripts[1], { targetType: 'ivrMenu', targetValue: 'desk' }]
    assert.match(
      await omicall.refused('POST', executePath, { ...session, scripts: steps }),
      /^scripts\.1\.targetId: there is no operator-group/,
    )
  })

  test('without phones, under whatever name, it is an empty session', async () => {
    const { phoneNumberList: _, ...without } = session
    const empty = await omicall.done('POST', executePath, without)
    assert.deepEqual([empty.total_items, empty.items], [0, []])
    for (const name of ['phone_number_list', 'phoneNumbers', 'phones', 'phone_number']) {
      const named = await omicall.done('POST', executePath, { ...without, [name]: ['0395187319'] })
      assert.equal(named.total_items, 1, name)
    }
    const older = await omicall.done('POST', `${executePath}?phone_number=0395187319,0901234567`, without)
    assert.equal(older.total_items, 2)
    const twice = await omicall.done('POST', executePath, {
      ...without,
      phones: ['0395187319', '+84 395 187 319', 395187319],
    })
    assert.equal(twice.total_items, 1, 'nobody is rung twice')
  })

  test('an instant to come is waited for; one that is over is now; the farthest is held', async () => {
    const state = async (sendTime: number | null) => {
      const { state, startAt } = await campaignOf((await execute({ sendTime })).autocall_id)
      return [state, startAt.epochMilliseconds]
    }
    const soon = Date.now() + 3_600_000
    assert.deepEqual(await state(soon), ['scheduled', soon])
    assert.deepEqual(await state(4_102_444_800_000), ['scheduled', 4_102_444_800_000])
    assert.equal((await state(Date.now() - 86_400_000))[0], 'running')
    assert.equal((await state(0))[0], 'running')
    assert.equal((await state(null))[0], 'running')
  })

  test('what is absent, or null, is as the vendor has it by default', async () => {
    const { autocall_id, name } = await omicall.done('POST', executePath, {
      ...{ scripts, name: null, numberCallPerTime: null, durationOfEachCall: null },
      ...{ maxRetryOfDetail: null, retryAfterSeconds: null, numberCallOuts: null },
    })
    assert.match(name, /^AutoCall \d{4}-\d\d-\d\dT/)
    const made = await campaignOf(autocall_id)
    assert.equal(made.name, name)
    assert.deepEqual([made.settings.pacing.wave, made.settings.retry.rules], [{ size: 15, gapSeconds: 30 }, []])
  })

  test('a workspace that lets no call out takes a session, and a wave above its limit is refused', async () => {
    const limit = (maxCalls: number) => omicall.ask('PATCH', `${native}/workspace`, { maxCalls })
    for (const [maxCalls, size] of [
      [0, 1],
      [7, 7],
      [20, 15],
    ] as const) {
      assert.equal((await limit(maxCalls)).status, 200)
      const { settings } = await campaignOf((await execute({ numberCallPerTime: null })).autocall_id)
      assert.equal(settings.pacing.wave.size, size)
      const above = { ...session, numberCallPerTime: maxCalls + 1 }
      assert.equal(
        await omicall.refused('POST', executePath, above),
        `numberCallPerTime: at most ${maxCalls} calls at once are allowed`,
      )
    }
  })

  test('speeds run from half to twice', () => {
    assert.deepEqual([-3, 0, 3].map(speedOf), [0.5, 1, 2])
  })
})
