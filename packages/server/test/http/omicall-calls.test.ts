/** Every field of OMICall's AutoCall that is in effect, by its effect on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { missingPeer } from '@dialwright/testkit'
import { CalledServer } from '../fixtures/called-server.ts'
import { silentWav } from '../fixtures/silent-wav.ts'

const shown = ['74951110001', '74951110002']
/** Answers and hangs up at once. */
const operator = '74952220018'
const greeting = '/prompts/en/greeting.wav'
const sections = {
  audio: [
    {
      ...{ path: '/greetings/1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3', file: silentWav() },
      externalIds: { omicall: '60e79bf81b20043c4e7a68d0' },
    },
  ],
  voices: [{ name: 'northern_female_ngocanh', provider: 'espeak', voice: 'vi', language: 'vi' }],
  numbers: shown.map((phone, at) => ({ name: `Hotline ${at}`, phone, trunk: 'Box', maxCalls: 10 })),
  operatorGroups: [
    {
      ...{ name: 'Desk', code: '79149', mode: 'in-turn', externalIds: { omicall: '65af2e9cc567a1128d92ffcc' } },
      operators: [{ name: 'Lan', phone: operator }],
    },
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

  test('the printed steps in their order: a sound, a text is spoken, a key is taken, then the group is rung; the history tells all', {
    skip: missingPeer('espeak-ng') ?? false,
  }, async () => {
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
    const [ended] = server.seen(phone, 'ended')
    assert.ok((ended?.heardMs ?? 0) > 3_000, `the text was heard: ${ended?.heardMs} ms`)
    const [item] = await history(id)
    assert.deepEqual(
      [item?.disposition, item?.direction, item?.is_auto_call, item?.hotline, item?.autocall_id],
      ['answered', 'outbound', true, shown[1], id],
    )
  })

  test('numberCallOuts absent: all numbers of the company in turn', async () => {
    const phones = [phoneOf('10'), phoneOf('10'), phoneOf('10'), phoneOf('10')]
    await finished(await run({ phoneNumberList: phones, durationOfEachCall: 0 }))
    const froms = new Set(phones.flatMap((phone) => server.seen(phone).map(({ from }) => from.replace(/\D/g, ''))))
    assert.deepEqual([...froms].toSorted(), shown)
  })

  test('numberCallPerTime and durationOfEachCall: waves, each a pause behind the last end of the one before', async () => {
    const phones = [phoneOf('10'), phoneOf('18'), phoneOf('10'), phoneOf('18')]
    await finished(await run({ phoneNumberList: phones, numberCallPerTime: 2, durationOfEachCall: 2 }))
    const rings = phones.flatMap((phone) => server.seen(phone)).toSorted((a, b) => a.monotonicMs - b.monotonicMs)
    const ends = phones
      .flatMap((phone) => server.seen(phone, 'ended'))
      .toSorted((a, b) => a.monotonicMs - b.monotonicMs)
    assert.equal(rings.length, 4)
    const gapMs = (rings[2]?.monotonicMs ?? 0) - (ends[1]?.monotonicMs ?? 0)
    assert.ok(gapMs >= 1_900, `${gapMs}`)
    assert.ok((rings[1]?.monotonicMs ?? 0) < (ends[1]?.monotonicMs ?? 0), 'two at once')
  })

  test('maxRetryOfDetail and retryAfterSeconds: whoever does not answer is rung again, so often, so late', async () => {
    const [busy, nobody, gone] = [phoneOf('10'), phoneOf('12'), phoneOf('13')]
    const retries = { maxRetryOfDetail: 2, retryAfterSeconds: 1, durationOfEachCall: 0 }
    await finished(await run({ phoneNumberList: [busy, nobody, gone], ...retries }))
    assert.deepEqual(
      [busy, nobody, gone].map((phone) => server.seen(phone).length),
      [3, 3, 1],
      'a number that does not exist is not rung again',
    )
    const [first, second] = server.seen(busy)
    assert.ok((second?.monotonicMs ?? 0) - (first?.monotonicMs ?? 0) >= 1_000)
  })

  test('sendTime: nobody is rung before', async () => {
    const phone = phoneOf('10')
    const sendTime = Date.now() + 2_000
    await finished(await run({ phoneNumberList: [phone], sendTime }))
    const [ring] = server.seen(phone)
    assert.ok(Date.parse(ring?.at ?? '') >= sendTime - 5, `${ring?.at}`)
  })

  test('hooks: it rings, somebody answers, it is over; a busy number is only over', async () => {
    await payload('POST', '/api/webhooks/register', { webhook: { type: 'call', url: server.receiver.url, events: [] } })
    const [answers, busy] = [phoneOf('18'), phoneOf('10')]
    const id = await run({ phoneNumberList: [answers, busy] })
    await finished(id)
    const told = (phone: string): unknown[] =>
      server.receiver.received
        .filter((one) => one.autocall_id === id && String(one.phone_number).endsWith(phone))
        .map((one) => one.event)
    await server.until('both are over', () => told(answers).includes('hangup') && told(busy).includes('hangup'))
    assert.deepEqual(
      told(busy).filter((event) => event !== 'ringing'),
      ['hangup'],
    )
    assert.deepEqual(
      told(answers).filter((event) => event !== 'ringing'),
      ['answered', 'hangup'],
    )
    const over = server.receiver.received.find(
      (one) => one.event === 'hangup' && String(one.phone_number).endsWith(busy),
    )
    assert.deepEqual([over?.disposition, over?.is_auto_call], ['cancelled', true])
  })
})
