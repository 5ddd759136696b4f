/** A workspace with everything that the robot's printed examples name, and a client of its paths. */
import assert from 'node:assert/strict'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

export const line = '37d73edf-4628-4cf1-8beb-758433fd0aab'
export const hours = '146979fe-3864-4817-ad76-13b37f43bb1c'
/** The vendor's own example, with 0 where its text says "0 and only 0". */
export const example = {
  caller_line_id: line,
  customer_service_id: 1,
  destination_extension: 297,
  disable_dial_timegroup: hours,
  maximumcall: 1,
  name: '测试任务',
  random_assignment_number: 0,
  recycle_limit: 0,
  remark: '第一个任务',
  _originate_timeout: 60,
  call_pause_second: 10,
  auto_recycle_rule_id: 1,
}
const provisioning = {
  workspace: { name: 'Demo', timeZone: 'Asia/Shanghai', country: 'CN', maxCalls: 100, callsPerSecond: 20 },
  numbers: [
    {
      name: '尊享一',
      phone: '13530525008',
      trunk: 'Carrier in the box',
      maxCalls: 1,
      validFrom: '2019-12-17T16:00:00Z',
      externalIds: { yunfu: line },
    },
  ],
  timeGroups: [
    { name: '休息时间', zone: 'workspace', forbid: [{ from: '12:00', to: '13:00' }], externalIds: { yunfu: hours } },
  ],
  retryRules: [
    {
      name: '测试重呼规则',
      remark: 'test',
      enabled: true,
      default: true,
      rules: { busy: { tries: 2, intervals: [60] } },
      caps: {},
      externalIds: { yunfu: 1 },
    },
  ],
  operatorGroups: [
    {
      name: '组2',
      mode: 'in-turn',
      number: { yunfu: line },
      operators: [{ name: '客服', phone: '13530525009' }],
      externalIds: { yunfu: 1 },
    },
  ],
  tagScenes: [
    {
      name: '标签场景2',
      description: '我是描述2',
      externalIds: { yunfu: '0e62b98f-a5b9-46f8-ad95-dd18e0bb062e' },
      groups: [
        {
          name: '标签组1',
          externalIds: { yunfu: '1' },
          tags: [{ name: '测试标签', description: '33', externalIds: { yunfu: '12' } }],
        },
        {
          name: '标签组2',
          externalIds: { yunfu: '4' },
          tags: [{ name: '加油', description: '加油', externalIds: { yunfu: '20' } }],
        },
      ],
    },
  ],
  scenarios: [
    {
      name: '测试话术',
      language: 'zh',
      allByVoice: true,
      tagScene: '标签场景2',
      startBlocks: [{ id: 'start', name: 'start', next: 'bye', parameters: [] }],
      blocks: [{ id: 'bye', type: 'hangup' }],
      externalIds: { yunfu: 297 },
    },
  ],
}

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
export type Fields = readonly (readonly [string, string])[]
export const fieldsOf = (body: object): Fields => Object.entries(body).map(([key, value]) => [key, String(value)])

/** The same fields in each form that a client may send. */
export async function formsOf(
  fields: Fields,
): Promise<readonly (readonly [string | Buffer, Record<string, string>])[]> {
  const multipart = new FormData()
  for (const [key, value] of fields) multipart.append(key, value)
  const request = new Response(multipart)
  const type = { 'content-type': String(request.headers.get('content-type')) }
  return [
    [new URLSearchParams(fields as [string, string][]).toString(), urlencoded],
    [Buffer.from(await request.arrayBuffer()), type],
  ]
}

export class YunfuGround {
  readonly http: HttpGround
  readonly #pool: Pool

  private constructor(http: HttpGround, pool: Pool) {
    this.http = http
    this.#pool = pool
  }

  static async open(pool: Pool): Promise<YunfuGround> {
    const ground = new YunfuGround(await openHttp(pool), pool)
    const applied = await ground.ask('POST', `${native}/provisioning/apply`, provisioning)
    assert.equal(applied.status, 200, JSON.stringify(applied.body))
    return ground
  }

  /** @param payload  Text and bytes are sent as they are. */
  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'HEAD',
    url: string,
    payload?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const isWhole = typeof payload === 'string' || payload instanceof Buffer
    const answer = await this.http.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${tokenOf('own', 'owner')}`,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: isWhole ? (payload as string) : JSON.stringify(payload) }),
    })
    const isJson = String(answer.headers['content-type']).includes('json') && answer.body !== ''
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : null }
  }

  /** Makes a task of the printed example. */
  async make(changes: object = {}): Promise<string> {
    const { body } = await this.ask('POST', '/v1/task', { ...example, ...changes })
    assert.equal(body.code, 200, JSON.stringify(body))
    return body.data.uuid
  }

  /** How many tasks there are. */
  async count(): Promise<number> {
    return (await this.#pool.query(`select count(*) from campaign where dialect = 'yunfu'`)).rows[0].count
  }
}
