/** What the tests of incoming rules ask with: a server over two workspaces, where a provider and a bot have one id at the vendor. */
import assert from 'node:assert/strict'
import { after, before, beforeEach } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { makeResources } from './resource-surface.ts'
import { type HttpGround, type Ids, native, openHttp, task, tokenOf } from './surface.ts'

export const shared = 'bce7d22e-dde6-4427-b391-ebbdfda44de6'
export const prefixes = ['/api/v1/telephony', '/cis/api/v1/telephony'] as const
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
export type Body = Record<string, unknown>
export type Place = readonly (string | number)[]

/** The vendor's page, its newer side; bot and provider have one id there. */
export const printed = () => ({
  additionalOptions: { callRecord: 'all', comment: 'Комментарий' } as Body,
  incomingCallsOptions: {
    action: 'robot',
    botId: shared,
    cidAsName: 'default',
    cidAsNumber: 'default',
    reserveAction: 'default',
    reserveActionData: null,
    reserveCidAsName: 'original',
    reserveCidAsNumber: 'original',
  } as Body,
  notificationOptions: { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] } as Body,
  webhookUrls: ['https://sample.com'] as unknown,
  names: ['Название номера 1', 'Название номера 2'],
  numbers: ['71234567001', '71234567002'],
  connectionOptionsList: [
    {
      ...{ authUser: '', forceOutOverChannel: true, fromDomain: '', login: '', password: '' },
      ...{ providerId: shared, did: '123', numberAsDid: false },
    },
    {
      ...{ authUser: '', forceOutOverChannel: true, fromDomain: '', login: '', password: '' },
      ...{ providerId: shared, did: '456', numberAsDid: true },
    },
  ] as Body[],
})

/** As many numbers as there are connections, each of its own name. @param more  Of each connection, by its place. */
export function many(numbers: readonly string[], more: (at: number) => Body = () => ({})) {
  const connection = (at: number): Body => ({ providerId: shared, numberAsDid: true, ...more(at) })
  return {
    ...printed(),
    ...{ names: numbers.map((number) => `Номер ${number}`), numbers },
    connectionOptionsList: numbers.map((_, at) => connection(at)),
  }
}

/** Numbers that `forget` takes away. */
export function phonesFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `7123456${String(first + at).padStart(4, '0')}`)
}

export function put(body: unknown, [head, ...rest]: Place, value: unknown): unknown {
  if (head === undefined) return value
  const copy = (Array.isArray(body) ? [...body] : { ...(body as Body) }) as Record<string | number, unknown>
  const inner = put(copy[head], rest, value)
  if (inner === undefined) delete copy[head]
  else copy[head] = inner
  return copy
}

/** To be called inside a `describe`; no number of a batch is left from one test to the next. */
export function useIncomingRules() {
  const database = useTestDatabase()
  let http: HttpGround
  let ids: Ids
  const forget = async (): Promise<void> => {
    await database.pool.query("delete from phone_number where phone like '7123456%'")
    await database.pool.query(
      "delete from pace where owner_kind = 'number' and owner_id not in (select id from phone_number)",
    )
  }
  const ask = (method: Method, url: string, payload?: unknown, more: Record<string, string> = {}) =>
    http.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}`, ...more },
      ...(payload === undefined ? {} : { payload: payload as object }),
    })
  const add = (payload: unknown, more?: Record<string, string>) =>
    ask('POST', `${prefixes[1]}/incomingRules/create/batch`, payload, more)
  const listed = async (keyword = ''): Promise<{ count: number; items: (Body & { id: string })[] }> => {
    const answer = await ask('GET', `${prefixes[0]}/incomingRules?keyword=${encodeURIComponent(keyword)}`)
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }
  before(async () => {
    http = await openHttp(database.pool)
    const made = await ask('POST', '/api/cis/beta/tasks', task)
    ids = await makeResources(http.app, tokenOf('own', 'owner'), { campaign: made.json().id, call: '' })
    for (const path of ['trunks', 'scenarios']) {
      const answer = await ask('PATCH', `${native}/${path}/${ids[path]}`, { externalIds: { twin: shared } })
      assert.equal(answer.statusCode, 200, answer.body)
    }
  })
  beforeEach(forget)
  after(() => http.close())
  return {
    ...{ database, ask, add, listed, forget },
    /** Ours, of one thing of each kind. */
    ids: (): Ids => ids,
    app: () => http.app,
    /** Statements that were sent to the database for this. */
    async statementsOf(work: () => Promise<unknown>): Promise<number> {
      const before = http.statements()
      await work()
      return http.statements() - before
    },
  }
}
