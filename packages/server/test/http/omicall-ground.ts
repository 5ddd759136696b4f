/** What OMICall's tests have in common: the steps of the vendor's own page, a company that has all they name, and a way to ask. */
import assert from 'node:assert/strict'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { silentWav } from '../fixtures/silent-wav.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

export const executePath = '/api/v2/autoCall/executeByPhone'
export const greetingPath = '/greetings/1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3'

/** The steps of the vendor's own page, in their order. */
export const scripts = [
  {
    targetId: '60e79bf81b20043c4e7a68d0',
    targetType: 'recording',
    targetValue: '1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3',
  },
  {
    speed: 1,
    targetType: 'callBotTextVariable',
    targetValue: 'Chào bạn, đây là cuộc gọi tự động từ tổng đài OMICALL. Cảm ơn bạn đã sử dụng dịch vụ của chúng tôi.',
    voice: 'northern_female_ngocanh',
  },
  { targetId: '6491781136826a5f9ce62910', targetType: 'ivrMenu', targetValue: '728341' },
  { targetType: 'ringGroup', targetId: '65af2e9cc567a1128d92ffcc', targetValue: '79149' },
] as const

export const session = {
  name: 'Phiên 1',
  scripts,
  numberCallOuts: ['842471000000'],
  numberCallPerTime: 2,
  durationOfEachCall: 5,
  maxRetryOfDetail: 2,
  retryAfterSeconds: 60,
  phoneNumberList: ['0395187319', '0901234567'],
}

const talk = (blocks: readonly object[], language = 'vi') => ({
  language,
  startBlocks: [{ id: 'start', name: 'start', next: 'ask', parameters: [] }],
  blocks: [...blocks, { id: 'bye', type: 'hangup' }],
})
const asking = (more: object) => ({
  ...{ id: 'ask', type: 'menu', keys: { '1': 'yes' }, timeoutSeconds: 3, repeats: 1, noInput: 'bye', noMatch: 'bye' },
  ...more,
})
const yes = { id: 'yes', type: 'mark', goal: true, next: 'bye' }

/** One is a scenario; two in a row have more blocks than a scenario may have. */
const long = Array.from({ length: 400 }, (_, at) => ({
  ...{ id: at === 0 ? 'ask' : `b${at}`, type: 'mark', goal: true, next: at === 399 ? 'bye' : `b${at + 1}` },
}))

export const provisioning = {
  workspace: { name: 'Demo', timeZone: 'Asia/Ho_Chi_Minh', country: 'VN', maxCalls: 20, callsPerSecond: 20 },
  audio: [
    {
      ...{ path: greetingPath, name: 'Lời chào', file: silentWav() },
      externalIds: { omicall: '60e79bf81b20043c4e7a68d0' },
    },
    { path: '/greetings/other.wav', name: 'Khác', file: silentWav(), externalIds: { omicall: 'other' } },
  ],
  numbers: [{ name: 'Hotline', phone: '842471000000', trunk: 'Carrier in the box', externalIds: { omicall: 'h1' } }],
  voices: [{ name: 'northern_female_ngocanh', provider: 'espeak', voice: 'vi', language: 'vi' }],
  operatorGroups: [
    {
      ...{ name: 'Nhóm nội bộ', code: '79149', mode: 'all', operators: [{ name: 'Lan', phone: '84901111111' }] },
      externalIds: { omicall: '65af2e9cc567a1128d92ffcc' },
    },
  ],
  scenarios: [
    {
      ...{ name: 'Tương tác phím', code: '728341', externalIds: { omicall: '6491781136826a5f9ce62910' } },
      ...talk([asking({ audio: greetingPath }), yes]),
    },
    { name: 'English keys', code: 'en', ...talk([asking({ text: 'Press one' }), yes], 'en') },
    { name: 'Long', code: 'long', ...talk(long) },
  ],
}

type Answer = { readonly status: number; readonly body: OmicallBody }
// biome-ignore lint/suspicious/noExplicitAny: bodies of tests are looked into as they come
type OmicallBody = any

export class OmicallGround {
  readonly #http: HttpGround
  readonly #pool: Pool

  private constructor(http: HttpGround, pool: Pool) {
    this.#http = http
    this.#pool = pool
  }

  static async open(pool: Pool): Promise<OmicallGround> {
    const ground = new OmicallGround(await openHttp(pool), pool)
    const applied = await ground.ask('POST', `${native}/provisioning/apply`, provisioning)
    assert.equal(applied.status, 200, JSON.stringify(applied.body))
    return ground
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  /** @param payload  Text goes as it is. */
  async ask(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await this.#http.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${tokenOf('own', 'owner')}`,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    })
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
  }

  /** Asks and expects the envelope of success. @returns Its payload. */
  async done(...asked: Parameters<OmicallGround['ask']>): Promise<OmicallBody> {
    const { status, body } = await this.ask(...asked)
    assert.deepEqual([status, body.status_code], [200, 9999], JSON.stringify(body))
    return body.payload
  }

  /** Asks and expects the envelope of failure, and that nothing has been made. @returns Its message. */
  async refused(...asked: Parameters<OmicallGround['ask']>): Promise<string> {
    const before = await this.made()
    const { status, body } = await this.ask(...asked)
    const { payload, ...envelope } = body
    const instance = { instance_id: 'stg', instance_name: 'dialwright' }
    assert.equal(status, 200)
    assert.deepEqual(envelope, { status_code: -9999, ...instance, key_enabled: false }, JSON.stringify(body))
    assert.deepEqual(Object.keys(payload), ['status', 'error', 'message'])
    assert.equal(payload.status, 'fail')
    assert.deepEqual(await this.made(), before, 'nothing is made')
    return payload.message
  }

  /** How many there are of what these requests can make. */
  async made(): Promise<object> {
    const { rows } = await this.#pool.query(
      `select (select count(*)::int from campaign) as campaigns, (select count(*)::int from scenario) as scenarios,
              (select count(*)::int from contact) as contacts, (select count(*)::int from caller_id_group) as groups,
              (select count(*)::int from idempotency_key) as keys, (select count(*)::int from audit_entry) as audit,
              (select count(*)::int from webhook_endpoint) as hooks`,
    )
    return { ...rows[0] }
  }
}
