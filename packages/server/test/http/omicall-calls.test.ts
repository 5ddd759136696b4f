/** Every field of OMICall's AutoCall that is in effect, by its effect on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { missingPeer } from '@dialwright/testkit'
import { CalledServer, lineLogin } from '../fixtures/called-server.ts'
import { silentWav } from '../fixtures/silent-wav.ts'

const shown = ['74951110001', '74951110002']
/** Answers and hangs up at once. */
const operator = '74952220018'
const busyOperator = '74952220010'
const greeting = '/prompts/en/greeting.wav'
const [first, second] = ['/greetings/1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3', '/greetings/heard.wav']
/** Three seconds of words. */
const heard = readFileSync(new URL('../../assets/audio/prompts/vi/greeting.wav', import.meta.url))
const sections = {
  audio: [
    {
      ...{ path: first, file: silentWav() },
      externalIds: { omicall: '60e79bf81b20043c4e7a68d0' },
    },
    { path: second, file: `data:audio/wav;base64,${heard.toString('base64')}`, externalIds: { omicall: 'heard' } },
  ],
  voices: [
    { name: 'northern_female_ngocanh', provider: 'espeak', voice: 'vi', language: 'vi' },
    { name: 'unhurried', provider: 'espeak', voice: 'vi', language: 'vi', speed: 0.5 },
  ],
  numbers: shown.map((phone, at) => ({ name: `Hotline ${at}`, phone, trunk: 'Box', maxCalls: 10 })),
  operatorGroups: [
    {
      ...{ name: 'Desk', code: '79149', mode: 'in-turn', externalIds: { omicall: '65af2e9cc567a1128d92ffcc' } },
      operators: [{ name: 'Lan', phone: operator }],
    },
    { name: 'Nobody', code: 'nobody', operators: [{ name: 'Minh', phone: busyOperator }] },
  ],
  scenarios: [
    {
      ...{ name: 'Keys', code: '728341', language: 'en', externalIds: { omicall: '6491781136826a5f9ce62910' } },
      startBlocks: [{ id: 'start', name: 'Start', next: 'ask', parameters: [] }],
      blocks: [
        {
          ...{ id: 'ask', type: 'menu', audio: greeting, keys: { '1': 'yes' } },
          ...{ timeoutSeconds: 1, repeats: 0, noInput: 'bye', noMatch: 'bye' },
        },
        { id: 'yes', type: 'mark', goal: 'agreed', next: 'bye' },
        { id: 'bye', type: 'hangup' },
      ],
    },
  ],
}
const menu = { targetId: '6491781136826a5f9ce62910', targetType: 'ivrMenu', targetValue: '728341' }
const text = { targetType: 'callBotTextVariable', targetValue: 'Chào bạn, đây là cuộc gọi tự động từ tổng đài' }
const spoken = { skip: missingPeer('espeak-ng') ?? false }
/** The steps that the vendor's page prints, word by word. */
const { scripts: printed } = JSON.parse(
  readFileSync(new URL('../../../../docs/examples/omicall-session.json', import.meta.url), 'utf8'),
)
let next = 4_000
const phoneOf = (persona: string): string => `7495${String(next++).padStart(5, '0')}${persona}`
type Json = Record<string, unknown>

describe("OMICall's AutoCall on real calls", { timeout: 180_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  const payload = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const { body: envelope } = await server.ask(method, path, body)
    assert.equal(envelope.status_code, 9999, JSON.stringify(envelope))
    return envelope.payload as Json
  }
  const run = async (changes: Json): Promise<string> =>
    String((await payload('POST', '/api/v2/autoCall/executeByPhone', { scripts: [menu], ...changes })).autocall_id)
  const finished = (id: string): Promise<void> =>
    server.until(
      `session ${id} is over`,
      async () => (await server.done('GET', `/dialwright/v1/campaigns/${id}`)).state === 'done',
    )
  const history = async (autocall_id: string): Promise<Json[]> =>
    (await payload('POST', '/api/v3/call-transaction/search', { autocall_id })).items as Json[]

  /** What the call of a session said, block by block, as its path tells. */
  const pathOf = async (id: string): Promise<string[]> => {
    const { items } = await server.done('GET', `/dialwright/v1/calls?campaign=${id}`)
    const [call] = items as Json[]
    const { path } = await server.done('GET', `/dialwright/v1/calls/${call?.id}`)
    return (path as { said?: string }[]).flatMap(({ said }) => said ?? [])
  }
  /** How long whoever was called heard something. */
  const heardMs = (phone: string): number => server.seen(phone, 'ended')[0]?.heardMs ?? 0

  test(
    'the printed steps in their order: a sound, a text is spoken, a key is taken, then the group is rung; the history tells all',
    spoken,
    async () => {
      const phone = phoneOf('03')
      const id = await run({ scripts: printed, phoneNumberList: [phone], numberCallOuts: [shown[1]] })
      const [ring] = await server.rung(operator)
      assert.ok(ring !== undefined)
      await finished(id)
      const [called, ...more] = server.seen(phone)
      assert.deepEqual([called?.from.replace(/\D/g, ''), more.length], [shown[1], 0])
      const { items } = await server.done('GET', `/dialwright/v1/calls?campaign=${id}`)
      const [call] = items as Json[]
      assert.deepEqual([call?.keys, call?.goal, call?.disposition], ['1', 'agreed', 'answered'])
      assert.ok(heardMs(phone) > 3_000, `the text was heard: ${heardMs(phone)} ms`)
      assert.deepEqual(await pathOf(id), [first, printed[1].targetValue, greeting, '/tones/ringback.wav'])
      const [item] = await history(id)
      assert.ok(Number(item?.record_seconds) >= 3)
      const recording = await fetch(`${server.address}${item?.recording_file_url}`, {
        headers: { authorization: `Bearer ${lineLogin.token}` },
      })
      assert.deepEqual([recording.status, recording.headers.get('content-type')], [200, 'audio/wav'])
      assert.deepEqual(
        [item?.disposition, item?.direction, item?.is_auto_call, item?.hotline, item?.autocall_id],
        ['answered', 'outbound', true, shown[1], id],
      )
    },
  )

  test(
    'another order is heard in that order: a group that nobody takes and a menu that nobody answers lead on',
    spoken,
    async () => {
      const phone = phoneOf('02')
      const steps = [
        { targetType: 'ringGroup', targetValue: 'nobody' },
        menu,
        text,
        { targetType: 'recording', targetId: 'heard' },
      ]
      const id = await run({ scripts: steps, phoneNumberList: [phone] })
      await finished(id)
      assert.equal(server.seen(busyOperator).length, 1)
      assert.deepEqual(await pathOf(id), ['/tones/ringback.wav', greeting, text.targetValue, second])
    },
  )

  test('targetId: the sound of that id is heard, to its end', async () => {
    const phone = phoneOf('02')
    await finished(await run({ scripts: [{ targetType: 'recording', targetId: 'heard' }], phoneNumberList: [phone] }))
    // 16 bits, 8 kHz; pauses between words are silence.
    const wholeMs = (heard.length - 44) / 16
    assert.ok(heardMs(phone) > wholeMs * 0.6 && heardMs(phone) <= wholeMs + 200, `${heardMs(phone)} of ${wholeMs} ms`)
  })

  test(
    'voice and speed: the voice of the workspace is heard, slower and faster; the text has the call in it',
    spoken,
    async () => {
      const ways = [{ voice: 'unhurried' }, { voice: 'nobody' }, { speed: -3 }, {}, { speed: 3 }]
      const phones = ways.map(() => phoneOf('02'))
      const made = phones.map((phone, at) => run({ scripts: [{ ...text, ...ways[at] }], phoneNumberList: [phone] }))
      for (const id of await Promise.all(made)) await finished(id)
      const [unhurried = 0, unknown = 0, slow = 0, usual = 0, fast = 0] = phones.map(heardMs)
      const told = JSON.stringify({ unhurried, unknown, slow, usual, fast })
      assert.ok(slow > usual * 1.5 && usual > fast * 1.5, told)
      assert.ok(unhurried > usual * 1.5, `a voice that speaks half as fast: ${told}`)
      assert.ok(Math.abs(unknown - usual) < 200, `an unknown voice is the default one: ${told}`)
      const id = await run({ scripts: [{ ...text, targetValue: 'Số {{ phone }}' }], phoneNumberList: [phoneOf('02')] })
      await finished(id)
      assert.match((await pathOf(id))[0] ?? '', /^Số \+7495\d{5}02$/)
    },
  )

  test('numberCallOuts absent: all numbers of the company in turn', async () => {
    const phones = [phoneOf('10'), phoneOf('10'), phoneOf('10'), phoneOf('10')]
    await finished(await run({ phoneNumberList: phones, durationOfEachCall: 0 }))
    const froms = new Set(phones.flatMap((phone) => server.seen(phone).map(({ from }) => from.replace(/\D/g, ''))))
    assert.deepEqual([...froms].toSorted(), shown)
  })

  test('numberCallPerTime and durationOfEachCall: waves, each a pause behind the last end of the one before, beside those of another session', async () => {
    const waves = { numberCallPerTime: 2, durationOfEachCall: 2 }
    const sessions = await Promise.all(
      [1, 2].map(async () => {
        const phones = [phoneOf('02'), phoneOf('02'), phoneOf('02'), phoneOf('02')]
        return { phones, id: await run({ phoneNumberList: phones, ...waves }) }
      }),
    )
    const times = (phones: readonly string[], kind: 'ring' | 'ended'): number[] =>
      phones
        .flatMap((phone) => server.seen(phone, kind).map(({ monotonicMs }) => monotonicMs))
        .toSorted((a, b) => a - b)
    const spans = []
    for (const { phones, id } of sessions) {
      await finished(id)
      const [rings, ends] = [times(phones, 'ring'), times(phones, 'ended')]
      assert.deepEqual([rings.length, ends.length], [4, 4])
      const [, secondRing = 0, thirdRing = 0, fourthRing = 0] = rings
      const [firstEnd = 0, secondEnd = 0, thirdEnd = 0] = ends
      assert.ok(secondRing < firstEnd && fourthRing < thirdEnd, `two at once: ${rings} ${ends}`)
      assert.ok(thirdRing - secondEnd >= 1_900, `${thirdRing - secondEnd}`)
      spans.push({ from: rings[0] ?? 0, to: ends[3] ?? 0 })
    }
    const [one, other] = spans
    assert.ok((other?.from ?? 0) < (one?.to ?? 0), 'neither waits for the other')
  })

  test('maxRetryOfDetail and retryAfterSeconds: whoever does not answer is rung again, so often, so late', async () => {
    const [busy, nobody, gone, answers] = [phoneOf('10'), phoneOf('12'), phoneOf('13'), phoneOf('18')]
    const retries = { maxRetryOfDetail: 2, retryAfterSeconds: 2, durationOfEachCall: 0 }
    await finished(await run({ phoneNumberList: [busy, nobody, gone, answers], ...retries }))
    assert.deepEqual(
      [busy, nobody, gone, answers].map((phone) => server.seen(phone).length),
      [3, 3, 1, 1],
      'neither a number that does not exist nor one that answered is rung again',
    )
    const [end] = server.seen(busy, 'ended')
    const [, again] = server.seen(busy)
    assert.ok((again?.monotonicMs ?? 0) - (end?.monotonicMs ?? 0) >= 1_900)
  })

  test('sendTime: nobody is rung before', async () => {
    const phone = phoneOf('10')
    const sendTime = Date.now() + 2_000
    await finished(await run({ phoneNumberList: [phone], sendTime }))
    const [ring] = server.seen(phone)
    assert.ok(Date.parse(ring?.at ?? '') >= sendTime - 5, `${ring?.at}`)
  })

  test('hooks: it rings, somebody answers, it is over; each hears of what it asked for, and no more once it is taken away', async () => {
    const register = (...events: readonly string[]) =>
      payload('POST', '/api/webhooks/register', { webhook: { type: 'call', url: server.receiver.url, events } })
    await register()
    // As people write it at home: the client knows its numbers by that spelling alone.
    const [answers, busy] = [phoneOf('18').replace(/^7/, '8 '), phoneOf('10')]
    const id = await run({ phoneNumberList: [answers, busy] })
    await finished(id)
    const about = (phone: string): Json[] => server.receiver.received.filter((one) => one.phone_number === phone)
    const told = (phone: string): unknown[] => about(phone).map((one) => one.event)
    await server.until('both are over', () => told(answers).includes('hangup') && told(busy).includes('hangup'))
    assert.deepEqual(told(busy), ['ringing', 'hangup'])
    assert.deepEqual(told(answers), ['ringing', 'answered', 'hangup'])
    const [ringing, , over] = about(answers)
    assert.ok([ringing, over].every((one) => one?.autocall_id === id && one.is_auto_call === true))
    assert.deepEqual(
      [ringing?.disposition, ringing?.time_answered, over?.disposition, typeof over?.time_answered],
      [null, null, 'answered', 'number'],
    )
    const known = (await history(id)).find((one) => one.transaction_id === over?.transaction_id)
    assert.deepEqual([known?.phone_number, known?.destination_number], [answers, answers])
    assert.equal(about(busy)[1]?.disposition, 'cancelled')

    await register('answered')
    const [second, secondBusy] = [phoneOf('18'), phoneOf('10')]
    await finished(await run({ phoneNumberList: [second, secondBusy] }))
    await server.until('it was answered', () => told(second).length > 0)

    await payload('POST', '/api/webhooks/destroy?hook_type=call')
    // A receiver of our own: what it is told of, the vendor's would have been told of too.
    const own = { url: server.receiver.url, events: ['attempt.finished'] }
    await server.done('POST', '/dialwright/v1/webhookEndpoints', own)
    const third = phoneOf('18')
    await finished(await run({ phoneNumberList: [third] }))
    await server.until('it was told of', () => JSON.stringify(server.receiver.received).includes(third))
    assert.deepEqual([told(second), told(secondBusy), told(third)], [['answered'], [], []])
  })
})
