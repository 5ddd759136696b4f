/** What OMICall's API refuses: every mistake behind its field, in the vendor's envelope, and nothing half made. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { useTestDatabase } from '../fixtures/database.ts'
import { executePath, OmicallGround, scripts, session } from './omicall-ground.ts'

const [recording, text, menu] = scripts
const history = '/api/v3/call-transaction/search'
const step = (changes: object) => ({ scripts: [text, { ...text, ...changes }] })

/** What is changed in a good request, and what the refusal says, whole. */
const wrong: readonly (readonly [changes: object, message: string])[] = [
  [{ scripts: undefined }, 'scripts: expected the steps of the script, in their order'],
  [{ scripts: null }, 'scripts: expected the steps of the script, in their order'],
  [{ scripts: 'x' }, 'scripts: expected the steps of the script, in their order'],
  [{ scripts: [] }, 'scripts: expected at least one step'],
  [{ scripts: Array(21).fill(text) }, 'scripts: expected at most 20 steps'],
  [{ scripts: [null] }, 'scripts.0: expected a step with its targetType'],
  [{ scripts: [{}] }, 'scripts.0.targetType: expected recording, callBotTextVariable, ivrMenu or ringGroup'],
  [step({ targetType: 'sing' }), 'scripts.1.targetType: expected recording, callBotTextVariable, ivrMenu or ringGroup'],
  [step({ targetValue: ' ' }), 'scripts.1.targetValue: expected the text that is to be spoken'],
  [step({ targetValue: {} }), 'scripts.1.targetValue: expected text'],
  [step({ targetValue: 'x'.repeat(2_001) }), 'scripts.1.targetValue: expected at most 2000 characters'],
  [step({ targetValue: '{{' }), 'scripts.1.targetValue: output "{{" not closed, line:1, col:1'],
  [step({ speed: 3.01 }), 'scripts.1.speed: expected at most 3'],
  [step({ speed: -3.01 }), 'scripts.1.speed: expected at least -3'],
  [step({ speed: '1' }), 'scripts.1.speed: expected a number from -3, slow, to 3, fast'],
  [step({ voice: 1 }), 'scripts.1.voice: expected the name of a voice'],
  [step({ voice: 'x'.repeat(65) }), 'scripts.1.voice: expected at most 64 characters'],
  [step({ targetType: 'recording', targetId: {} }), 'scripts.1.targetId: expected an id'],
  [{ scripts: [{ targetType: 'recording' }] }, 'scripts.0.targetId: expected an id, or a targetValue'],
  [
    { scripts: [{ targetType: 'recording', targetId: '', targetValue: '' }] },
    'scripts.0.targetId: expected an id, or a targetValue',
  ],
  [
    { scripts: [{ targetType: 'recording', targetId: menu.targetId }] },
    `scripts.0.targetId: there is nothing behind ${menu.targetId}`,
  ],
  [{ scripts: [{ targetType: 'ivrMenu', targetValue: '0' }] }, 'scripts.0.targetId: there is nothing behind 0'],
  [{ scripts: [{ targetType: 'ringGroup', targetId: 'x' }] }, 'scripts.0.targetId: there is nothing behind x'],
  [
    { scripts: [menu, ...Array(2).fill({ targetType: 'ivrMenu', targetValue: 'long' })] },
    'scripts: Too big: expected array to have <=500 items',
  ],
  [{ name: 1 }, 'name: expected a name'],
  [{ name: 'x'.repeat(501) }, 'name: expected at most 500 characters'],
  [{ name: '\u0000' }, 'name: expected text without the character U+0000 and without half a surrogate pair'],
  [{ sendTime: 'now' }, 'sendTime: expected an instant in milliseconds'],
  [{ sendTime: -1 }, 'sendTime: expected an instant in milliseconds'],
  [{ sendTime: 4_102_444_800_001 }, 'sendTime: expected milliseconds, an instant before the year 2100'],
  [{ numberCallOuts: 'x' }, 'numberCallOuts: expected a list of numbers of the company'],
  [{ numberCallOuts: [] }, 'numberCallOuts: expected at least one number'],
  [{ numberCallOuts: [null] }, 'numberCallOuts.0: expected a number of the company'],
  [{ numberCallOuts: ['h1', '1'] }, 'numberCallOuts.1: the company has no number 1'],
  [{ numberCallPerTime: 0 }, 'numberCallPerTime: expected at least 1'],
  [{ numberCallPerTime: '2' }, 'numberCallPerTime: expected a whole number from 1 to 10000'],
  [{ numberCallPerTime: 21 }, 'numberCallPerTime: at most 20 calls at once are allowed'],
  [{ durationOfEachCall: -1 }, 'durationOfEachCall: expected at least 0'],
  [{ durationOfEachCall: 86_401 }, 'durationOfEachCall: expected at most 86400'],
  [{ maxRetryOfDetail: 11 }, 'maxRetryOfDetail: expected at most 10'],
  [{ maxRetryOfDetail: 'x' }, 'maxRetryOfDetail: expected a whole number from 0 to 10'],
  [{ retryAfterSeconds: 1.5 }, 'retryAfterSeconds: expected a whole number from 0 to 2592000'],
  [{ retryAfterSeconds: 2_592_001 }, 'retryAfterSeconds: expected at most 2592000'],
  [{ phoneNumberList: 'x' }, 'phoneNumberList: expected a list of phone numbers'],
  [{ phoneNumberList: [''] }, 'phoneNumberList.0: expected a phone number'],
  [{ phoneNumberList: ['0395187319', 'x'] }, 'phoneNumberList.1: "x" cannot be read as a phone number'],
  [{ phoneNumberList: null, phones: ['x'] }, 'phones.0: "x" cannot be read as a phone number'],
  [{ phones: ['0395187319'] }, 'phones: the numbers stand in phoneNumberList already'],
  [
    {
      scripts: [{ ...recording, targetId: 'a', targetValue: 'b' }, { ...text, targetValue: '{{ who }}' }, menu],
      ...{ numberCallOuts: ['1'], numberCallPerTime: 21, phoneNumberList: ['x'] },
    },
    'scripts.0.targetId: there is nothing behind a; ' +
      'scripts.1.targetValue: the variable "who" is neither a parameter, nor set, nor one of phone, campaignName, attempt, called, callerName, callerNumber; ' +
      'numberCallOuts.0: the company has no number 1; numberCallPerTime: at most 20 calls at once are allowed; ' +
      'phoneNumberList.0: "x" cannot be read as a phone number',
  ],
  [
    {
      scripts: [
        { ...text, speed: 4, targetValue: ' ' },
        { ...recording, targetId: 'a', targetValue: 'b' },
        { targetType: 'sing' },
      ],
      ...{ name: 1, durationOfEachCall: -1, numberCallOuts: ['1'], phones: ['0395187319'], sendTime: 'x' },
    },
    'name: expected a name; sendTime: expected an instant in milliseconds; scripts.0.speed: expected at most 3; ' +
      'scripts.0.targetValue: expected the text that is to be spoken; ' +
      'scripts.2.targetType: expected recording, callBotTextVariable, ivrMenu or ringGroup; ' +
      'durationOfEachCall: expected at least 0; phones: the numbers stand in phoneNumberList already; ' +
      'scripts.1.targetId: there is nothing behind a; numberCallOuts.0: the company has no number 1',
  ],
]

const url = 'http://127.0.0.1:9/hook'
const wrongHooks: readonly (readonly [webhook: unknown, message: string])[] = [
  [undefined, 'webhook: expected a webhook with type, url and events'],
  [
    {},
    'webhook.type: expected call; hooks of contacts are not yet in effect; webhook.url: expected an http or https address',
  ],
  [{ type: 'contact', url }, 'webhook.type: expected call; hooks of contacts are not yet in effect'],
  [{ type: 'call', url: 'ftp://127.0.0.1/x' }, 'webhook.url: expected an http or https address'],
  [{ type: 'call', url: `${url}${'x'.repeat(2_000)}` }, 'webhook.url: expected at most 2000 characters'],
  [{ type: 'call', url, events: 'ringing' }, 'webhook.events: expected a list of events'],
  [{ type: 'call', url, events: ['hangup', 'create'] }, 'webhook.events.1: expected ringing, answered or hangup'],
]

const wrongSearches: readonly (readonly [query: unknown, message: string])[] = [
  [[], 'body: expected a JSON object'],
  [{ page: 0 }, 'page: expected at least 1'],
  [{ page: 'x' }, 'page: expected a whole number from 1 to 100000'],
  [{ size: 201 }, 'size: expected at most 200'],
  [{ from_date: 'x' }, 'from_date: expected a whole number from 0 to 4102444800000'],
  [{ keyword: {} }, 'keyword: expected a part of a number'],
  [{ autocall_id: [] }, 'autocall_id: expected an id'],
  [
    { disposition: 'busy', direction: 'in' },
    'disposition: expected answered or cancelled; direction: expected outbound or inbound',
  ],
]

describe("what OMICall's API refuses", () => {
  const database = useTestDatabase()
  let omicall: OmicallGround
  before(async () => {
    omicall = await OmicallGround.open(database.pool)
  })
  after(() => omicall.close())

  test('a session: every mistake is named by its field as it came, and nothing is made', async () => {
    for (const [changes, message] of wrong)
      assert.equal(await omicall.refused('POST', executePath, { ...session, ...changes }), message)
  })

  test('a body that is no JSON object, or has the faults of the printed samples', async () => {
    for (const body of ['{', '[]', 'null', '1', '"x"', '{"page_size": 50 "items": []}', "{'a': 1}", '{"scripts": [],}'])
      assert.match(
        await omicall.refused('POST', executePath, body),
        /^(body: expected a JSON object|Body is not valid)/,
      )
    assert.equal(await omicall.refused('POST', executePath, ''), 'body: expected a JSON object')
    for (const type of ['text/csv', 'text/plain', 'application/x-www-form-urlencoded'])
      assert.equal(
        await omicall.refused('POST', executePath, JSON.stringify(session), { 'content-type': type }),
        'Expected a JSON object, with Content-Type: application/json',
      )
    const large = JSON.stringify({ ...session, name: 'x'.repeat(3_000_000) })
    assert.match(await omicall.refused('POST', executePath, large), /too large/)
  })

  test('hooks, searches and pages of lists: every mistake is named', async () => {
    for (const [webhook, message] of wrongHooks)
      assert.equal(await omicall.refused('POST', '/api/webhooks/register', { webhook }), message)
    for (const [query, message] of wrongSearches) assert.equal(await omicall.refused('POST', history, query), message)
    for (const query of ['', '?hook_type=', '?hook_type=x', '?hook_type=call&hook_type=call'])
      assert.equal(
        await omicall.refused('POST', `/api/webhooks/destroy${query}`),
        'hook_type: expected call or contact',
      )
    for (const list of ['call_bot/script', 'call_center/call_script', 'call_center/greeting', 'call_center/hotline'])
      assert.equal(
        await omicall.refused('GET', `/api/${list}/list?page=0&size=x`),
        'page: expected at least 1; size: expected a whole number from 1 to 200',
      )
  })

  test('the door refuses every route with 401 and the same envelope', async () => {
    const routes = [
      ['POST', executePath],
      ['POST', history],
      ['GET', '/api/webhooks/list'],
      ['POST', '/api/webhooks/register'],
      ['POST', '/api/webhooks/destroy?hook_type=call'],
      ['GET', '/api/call_center/hotline/list'],
    ] as const
    for (const authorization of ['', 'Bearer', 'Bearer nobody', 'Basic bm9ib2R5', 'nobody'])
      for (const [method, path] of routes) {
        const { status, body } = await omicall.ask(method, path, undefined, { authorization })
        assert.deepEqual([status, body.status_code, body.payload.status], [401, -9999, 'fail'], authorization)
        assert.equal(body.payload.error, 'unauthorized')
      }
    for (const query of ['', '?apiKey=', '?apiKey=nobody', '?apiKey=a&apiKey=b'])
      assert.equal((await omicall.ask('GET', `/api/auth${query}`)).status, 401, query)
  })

  test('no body by chance brings a 5xx or half a session', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('', '0', 0, 1, null, -1, 1e21, '\u0000', scripts),
    )
    const field = fc.constantFrom(...Object.keys(session), 'sendTime', 'phones', 'phone_number')
    await fc.assert(
      fc.asyncProperty(fc.dictionary(field, value), async (changes) => {
        const before = (await omicall.made()) as { campaigns: number; contacts: number }
        const { status, body } = await omicall.ask('POST', executePath, { ...session, ...changes })
        assert.equal(status, 200, JSON.stringify(changes))
        const made = (await omicall.made()) as typeof before
        if (body.status_code === -9999) assert.deepEqual(made, before)
        else
          assert.deepEqual(
            [made.campaigns - before.campaigns, made.contacts - before.contacts],
            [1, body.payload.total_items],
          )
      }),
      { numRuns: Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 100), seed: 13 },
    )
  })
})
