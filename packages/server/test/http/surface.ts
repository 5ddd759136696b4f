/** The whole HTTP surface, route by route, for tests that walk it; and a server of its own over two workspaces. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '@dialwright/testkit'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Role } from '../../src/access/authenticate.ts'
import type { RequestLimits } from '../../src/access/route-guard.ts'
import { tokenHash } from '../../src/access/token-value.ts'
import { type Connection, createPool, type Database, type Pool } from '../../src/adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../../src/adapters/postgres/workspace-database.ts'
import { openSecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { vendorTellers } from '../../src/compat/tellers.ts'
import { demoProvisioning } from '../../src/demo/provisioning.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { buildHttpServer } from '../../src/http/server.ts'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { silentLog } from '../fixtures/database.ts'
import { native, resourceSurface } from './resource-surface.ts'

export { native }

export const roles: readonly Role[] = ['owner', 'admin', 'author', 'operator', 'analyst']
export const writers: readonly Role[] = ['owner', 'admin', 'author']
type Who = 'everybody who reads' | 'everybody who writes' | 'owners and admins' | 'whoever logs in'
export type Route = {
  readonly who: Who
  readonly body?: (ids: Ids) => unknown
  readonly query?: (ids: Ids) => string
  /** Content-Type of a body that is text, not JSON. */
  readonly type?: string
  /** What its id names is gone afterwards, though it is no DELETE. */
  readonly takesAway?: 'campaigns' | 'numbers'
}
/** Ids of a workspace's things: a campaign, a call, and one of each resource by its path. */
export type Ids = { readonly campaign: string; readonly call: string; readonly [path: string]: string }

const example: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../../../docs/examples/twin-task.json', import.meta.url), 'utf8'),
)
export const task = {
  ...example,
  botId: '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
  dialplanId: 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75',
  defaultCallerId: { ...(example.defaultCallerId as object), data: '79996662211' },
}
export const campaign = {
  name: 'matrix',
  scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
  route: { via: 'dialplan', dialplan: 'Everything to the box' },
}
const provisioning = {
  workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
  numbers: [{ name: 'Another', phone: '79996662212', trunk: 'Carrier in the box', externalIds: { is74: 5 } }],
  callerIdGroups: [{ name: 'Rotation', numbers: [{ is74: 5 }], mode: 'random' }],
  dialplans: [{ name: 'To Russia', routes: [{ prefix: '7', trunks: ['Carrier in the box'] }] }],
  retryRules: [{ name: 'patient', rules: { busy: { tries: 2, intervals: [60] } }, caps: { perContact: 5 } }],
  voices: [{ name: 'alice', provider: 'espeak', voice: 'en', language: 'en' }],
  operatorGroups: [{ name: 'Desk', number: { is74: 5 }, operators: [{ name: 'Anna', phone: '74951110001' }] }],
  tagScenes: [{ name: 'Survey', groups: [{ name: 'mood', tags: [{ name: 'glad' }] }] }],
  projects: [{ name: 'Spring', scenarios: [], numbers: [{ is74: 5 }] }],
  timeGroups: [{ name: 'night', zone: 'callee', forbid: [{ from: '21:00', to: '08:00', days: [1] }] }],
}
export const robotTask = {
  ...{
    caller_line_id: 'line',
    destination_extension: 1,
    disable_dial_timegroup: 'never',
    maximumcall: 1,
    name: 'robot',
  },
  ...{
    random_assignment_number: 0,
    recycle_limit: 0,
    _originate_timeout: 60,
    call_pause_second: 10,
    auto_recycle_rule_id: 1,
  },
}
const autoCallSession = {
  scripts: [{ targetType: 'callBotTextVariable', targetValue: 'Xin chào', speed: 0, voice: 'banmai' }],
  phoneNumberList: ['+74951234567'],
  ...{ numberCallPerTime: 2, durationOfEachCall: 5, maxRetryOfDetail: 1, retryAfterSeconds: 60, name: 'session' },
}
export const contacts = { contacts: [{ phones: ['+74951234567'] }] }
/** The vendor's newer form, as its page has it. */
export const autoCall = {
  ...JSON.parse(readFileSync(new URL('../../../../docs/examples/twin-auto-call.json', import.meta.url), 'utf8')),
  defaultExecData: '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
  secondExec: 'end',
  cidType: 'default',
}
const single = ({ campaign: id }: Ids) => ({ phone: ['+74951234568'], autoCallTemplateId: id, timezone: 25_200 })
const candidate = ({ campaign: id }: Ids) => ({ phone: ['+74951234568'], autoCallId: id, forceStart: false })
export const dialogCampaign = {
  campaign: {
    ...{ project_id: 1, name: 'matrix', start_block_id: 10, phone_id: 5 },
    schedule: {
      ...{ date: '2000-01-01', start_time: '09:00', end_time: '17:00', interval: '5' },
      periods: { id: 1, title: 'Однократно' },
      attempts: { id: 1, title: '1' },
    },
  },
  phones: [{ phone: '+74951234567', add_data: { name: 'Anna' } }],
}
export const dialogReport = {
  analytics_filter: {
    ...{ scenario_id: 951, start_block_id: 10, outgoing_campaign_id: 1 },
    ...{ date_start: '2000-01-01T08:00:59.096Z', date_end: '2090-01-01T18:04:59.096Z' },
  },
  columns: [{ id: 1, name: 'phone_number', filter_type: 'contains', filter_value: '7', sorting: 'asc' }],
}
const callReport = ({ campaign: id }: Ids) => ({
  campaign: id,
  from: '2020-01-01T00:00:00Z',
  columns: [
    { name: 'phone', filter: { is: 'contains', value: '7495' }, sort: 'asc' },
    { name: 'variables.name' },
    { name: 'talkMs', filter: { is: 'equal', value: '1' } },
  ],
  limit: 10,
})
let called = 0
/** The vendor's page in its newer form, with ids that are there and numbers that are not. */
export const incomingBatch = ({ trunks }: Ids) => {
  called += 2
  const numbers = [`7123${4_567_000 + called}`, `7123${4_567_001 + called}`]
  const connection = {
    authUser: '',
    forceOutOverChannel: true,
    fromDomain: '',
    login: '',
    password: '',
    providerId: trunks,
  }
  return {
    additionalOptions: { callRecord: 'all', comment: 'Комментарий' },
    incomingCallsOptions: {
      ...{ action: 'robot', botId: task.botId, cidAsName: 'default', cidAsNumber: 'default' },
      ...{ reserveAction: 'default', reserveActionData: null },
      ...{ reserveCidAsName: 'original', reserveCidAsNumber: 'original' },
    },
    notificationOptions: { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] },
    webhookUrls: ['https://sample.com'],
    names: ['Название номера 1', 'Название номера 2'],
    numbers,
    connectionOptionsList: [
      { ...connection, did: `123${called}`, numberAsDid: false },
      { ...connection, did: '456', numberAsDid: true },
    ],
  }
}
const reads = (query?: Route['query']): Route => ({ who: 'everybody who reads', ...(query ? { query } : {}) })
const writes = (body?: Route['body']): Route => ({ who: 'everybody who writes', ...(body ? { body } : {}) })
const cables = (body?: Route['body']): Route => ({ who: 'owners and admins', ...(body ? { body } : {}) })
export const open: Route = { who: 'whoever logs in' }

/** The whole HTTP surface. A route that is not here fails the first test. */
export const surface: Readonly<Record<string, Route>> = {
  [`POST ${native}/session`]: open,
  [`POST ${native}/session/password`]: open,
  [`POST ${native}/campaigns`]: writes(() => campaign),
  [`GET ${native}/policies`]: reads(),
  [`GET ${native}/campaigns`]: reads(),
  [`GET ${native}/campaigns/:id`]: reads(),
  [`PATCH ${native}/campaigns/:id`]: writes(() => ({
    name: 'changed',
    pacing: { maxCalls: 3 },
    windows: [{ from: '09:00', to: '18:00' }],
  })),
  [`POST ${native}/campaigns/:id/start`]: writes(),
  [`POST ${native}/campaigns/:id/pause`]: writes(),
  [`POST ${native}/campaigns/:id/resume`]: writes(),
  [`POST ${native}/campaigns/:id/stop`]: writes(),
  [`GET ${native}/campaigns/:id/progress`]: reads(),
  [`GET ${native}/campaigns/:id/waiting`]: reads(),
  [`POST ${native}/campaigns/:id/contacts`]: writes(() => contacts),
  [`GET ${native}/campaigns/:id/contacts`]: reads(),
  [`GET ${native}/campaigns/:id/contacts/export`]: reads(),
  [`GET ${native}/campaigns/:id/contacts/:contact`]: reads(),
  [`PATCH ${native}/campaigns/:id/contacts/:contact`]: writes(() => ({ priority: 1, variables: { name: 'Anna' } })),
  [`DELETE ${native}/campaigns/:id/contacts/:contact`]: writes(),
  [`POST ${native}/campaigns/:id/contacts/:contact/cancel`]: writes(),
  [`POST ${native}/campaigns/:id/reset`]: writes(() => ({ dispositions: ['busy'], keyword: 'anna' })),
  [`POST ${native}/campaigns/:id/imports`]: { ...writes(() => 'phone\n+74951234569\n'), type: 'text/csv' },
  [`GET ${native}/campaigns/:id/imports`]: reads(),
  [`GET ${native}/imports/:id`]: reads(),
  [`PUT ${native}/imports/:id/bytes`]: {
    ...writes(() => '+74951234570\n'),
    query: () => '?offset=0',
    type: 'application/octet-stream',
  },
  [`GET ${native}/imports/:id/rejected`]: reads(),
  [`POST ${native}/imports/:id/undo`]: writes(),
  [`GET ${native}/calls`]: reads(({ campaign: id }) => `?campaign=${id}`),
  [`GET ${native}/calls/:id`]: reads(),
  [`GET ${native}/calls/:id/recording`]: reads(),
  [`POST ${native}/reports/calls`]: { ...reads(), body: callReport },
  [`GET ${native}/reports/calls/columns`]: reads(({ campaign: id }) => `?campaign=${id}`),
  // Without following, the answer has an end.
  [`GET ${native}/events`]: reads(({ campaign: id }) => `?follow=false&from=kept&campaign=${id}`),
  [`GET ${native}/system`]: reads(),
  [`GET ${native}/explain`]: reads(({ campaign: id }) => `?campaign=${id}&phone=74951234567`),
  [`DELETE ${native}/campaigns/:id`]: writes(),
  ...resourceSurface,
  [`GET ${native}/webhookEndpoints/:id/deliveries`]: reads(),
  [`GET ${native}/workspace`]: reads(),
  [`PATCH ${native}/workspace`]: {
    who: 'owners and admins',
    body: () => ({ timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 }),
  },
  [`GET ${native}/audit`]: { who: 'owners and admins' },
  [`POST ${native}/provisioning/check`]: { who: 'owners and admins', body: () => provisioning },
  [`POST ${native}/provisioning/apply`]: { who: 'owners and admins', body: () => provisioning },
  [`POST ${native}/provisioning/import`]: {
    who: 'owners and admins',
    body: () => ({ from: 'twin', files: [{ name: 'aonNumbers.csv', text: 'id,name,phone\n1,sales,79996662211\n' }] }),
  },
  [`GET ${native}/provisioning/export`]: { who: 'owners and admins' },
  'POST /login': open,
  'POST /api/campaigns': writes(() => dialogCampaign),
  'GET /api/campaigns': reads(),
  'GET /api/campaigns/:id': reads(),
  'POST /api/campaigns/:id/phones': writes(() => ({ phones: dialogCampaign.phones })),
  'POST /api/campaigns/:id/pause': writes(),
  'POST /api/campaigns/:id/start': writes(),
  'POST /api/campaigns/:id/stop': writes(),
  'GET /api/projects': reads(),
  'GET /api/scenarios': reads(),
  'GET /api/phones': reads(),
  'GET /api/analytics/:project_id/columns': reads(),
  'POST /api/analytics/:project_id/report': { ...reads(), body: () => dialogReport },
  'GET /v1/task/create': reads(),
  'GET /v1/line': reads(),
  'GET /v1/group': reads(),
  'GET /v1/customer_service': reads(),
  'GET /v1/auto_recycle_rule': reads(),
  'GET /v1/disable_time_group': reads(),
  'POST /v1/task': writes(() => robotTask),
  'GET /v1/task': reads(),
  'GET /v1/task/:id': reads(),
  'PUT /v1/task/:id': writes(() => robotTask),
  'GET /v1/task/destroy/:id': { ...writes(), takesAway: 'campaigns' },
  'GET /v1/task/start/:id': writes(),
  'GET /v1/task/stop/:id': writes(),
  'POST /v1/task/import_task_customer/:id': writes(() => ({ customer_info_list: [{ phone: 74951234567 }] })),
  'GET /v1/task/task_progress/:id': reads(),
  'PUT /v1/task/:id/number_reset': writes(() => ({ status: ['12'], created_at: ['2020-3-10', '2020-3-10'] })),
  'GET /v1/task/:id/tag': reads(),
  'GET /v1/task/:id/number': reads(() => '?status[]=1'),
  'GET /v1/task/:id/call': reads(),
  'GET /api/auth': open,
  'POST /api/v2/autoCall/executeByPhone': writes(() => autoCallSession),
  'GET /api/call_bot/script/list': reads(),
  'GET /api/call_center/call_script/list': reads(),
  'GET /api/call_center/greeting/list': reads(),
  'GET /api/call_center/hotline/list': reads(),
  'POST /api/v3/call-transaction/search': { ...reads(), body: () => ({ keyword: '7495', disposition: 'answered' }) },
  'GET /api/webhooks/list': reads(),
  'POST /api/webhooks/register': writes(() => ({
    webhook: { type: 'call', url: 'http://127.0.0.1:9/', events: ['ringing'] },
  })),
  'POST /api/webhooks/destroy': { ...writes(), query: () => '?hook_type=contact' },
  'POST /api/v1/auth/login': open,
  'GET /api/v1/auth/refresh': open,
  'POST /api/cis/beta/tasks': writes(() => task),
  'GET /api/cis/beta/tasks/:id': reads(),
  'PATCH /api/cis/beta/tasks/:id': writes(() => ({ intensity: 2, allowedTimeRange: { from: 1 } })),
  'GET /api/cis/beta/tasks/:id/statistics': reads(),
  ...Object.fromEntries(
    ['bots', 'dialplans', 'noises', 'aonNumbers', 'aonGroups'].map((list) => [`GET /api/cis/beta/${list}`, reads()]),
  ),
  'GET /api/iam/v1/companies/:cabinet/settings': reads(),
  'PATCH /api/iam/v1/companies/:cabinet/settings': writes(() => ({
    settings: { 'cis.webhooks.incomingCall': 'http://127.0.0.1:9/' },
  })),
  'GET /api/v1/search/cis/sessions': reads(({ campaign: id }) => `?taskId=${id}`),
  ...Object.fromEntries(
    ['/api/v1/telephony', '/cis/api/v1/telephony'].flatMap((prefix) => [
      [`POST ${prefix}/autoCallCandidate`, writes(candidate)],
      [`POST ${prefix}/autoCallCandidate/batch`, writes((ids) => ({ batch: [candidate(ids)] }))],
      [`POST ${prefix}/autoCallCandidate/single`, writes(single)],
      [`POST ${prefix}/autoCallCandidate/single/batch`, writes((ids) => ({ batch: [single(ids)] }))],
      [
        `POST ${prefix}/autoCallCandidate/cancel`,
        writes(({ campaign: autoCallId }) => ({ autoCallId, phone: '79990000000' })),
      ],
      [`POST ${prefix}/incomingRules/create/batch`, cables(incomingBatch)],
      [`GET ${prefix}/incomingRules`, reads()],
      [`GET ${prefix}/incomingRules/:id`, reads()],
      [`PATCH ${prefix}/incomingRules/:id`, cables(() => ({ name: 'renamed', webhookUrls: ['http://127.0.0.1:9/'] }))],
      [`DELETE ${prefix}/incomingRules/:id`, { ...cables(), takesAway: 'numbers' }],
      [`GET ${prefix}/providers`, reads()],
      [`POST ${prefix}/autoCall`, writes(() => autoCall)],
      [`GET ${prefix}/autoCall`, reads()],
      [`GET ${prefix}/autoCall/:id`, reads()],
      [`POST ${prefix}/autoCall/:id/play`, writes()],
      [`POST ${prefix}/autoCall/:id/halted`, writes()],
      [`POST ${prefix}/autoCall/:id/pause`, writes()],
    ]),
  ),
}
/** Whether a role may use a route, by the table. */
export function mayUse(route: string, role: Role): boolean {
  const who = surface[route]?.who
  if (who === 'owners and admins') return role === 'owner' || role === 'admin'
  return who === 'everybody who reads' || writers.includes(role)
}

/** Somebody in a campaign, and an import that waits to be read. */
export async function makePeople(
  app: FastifyInstance,
  token: string,
  campaignId: string,
): Promise<{ readonly contact: string; readonly imports: string }> {
  const ask = (path: string, type?: string, payload?: string | object) =>
    app.inject({
      method: payload === undefined ? 'GET' : 'POST',
      url: `${native}/campaigns/${campaignId}/${path}`,
      headers: { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(payload === undefined ? {} : { payload }),
    })
  await ask('contacts', 'application/json', contacts)
  const list = await ask('imports', 'text/csv', 'phone\n+74951234560\n')
  const people = await ask('contacts')
  return { imports: list.json().id, contact: people.json().items[0].id }
}

/** The route's address with the id that it is about. */
export function addressOf(path: string, ids: Ids): string {
  if (path.includes('/incomingRules/')) return path.replace(':id', ids.numbers ?? ids.campaign)
  const [noun = ''] = path.startsWith(`${native}/`) ? path.slice(native.length + 1).split('/') : []
  // Campaigns of the one have integers, those of the other their own route.
  const maker = path.startsWith('/api/campaigns/') ? 'dialog' : path.startsWith('/v1/task/') ? 'robot' : 'campaign'
  const campaign = ids[maker] ?? ids.campaign
  return path
    .replace(':contact', ids.contact ?? ids.call)
    .replace(':project_id', '1')
    .replace(':id', (noun === 'calls' ? ids.call : ids[noun]) ?? campaign)
}

/** Health and documentation, which tell nothing of anybody. */
export const publicPaths = /^GET \/(healthz|readyz|openapi\.json|docs(\/.*)?)$/

export const login = { login: 'o@example.test', password: 'a password' } as const
export const tokenOf = (workspace: 'own' | 'other', role: Role): string => `dw_${workspace}_${role}_0123456789`

export type HttpGround = {
  readonly app: FastifyInstance
  /** METHOD PATH, as registered. */
  readonly registered: readonly string[]
  /** Names of the statements that went to the database as its owner, whom row-level security does not hold; else their text. */
  readonly ownerStatements: ReadonlySet<string>
  /** How many have been sent for requests so far. */
  statements(): number
  readonly dataDirectory: string
  close(): Promise<void>
}

/** Two workspaces, a token for each role in both; the own one is provisioned as the demo's. */
export async function openHttp(
  pool: Pool,
  limits: RequestLimits = { requestsPerMinute: null, loginsPerMinute: null },
): Promise<HttpGround> {
  const directory = mkdtempSync(join(tmpdir(), 'http-'))
  const deps: ServerDeps = {
    pool,
    clock: systemClock,
    random: new SeededRandom(7),
    secretBox: await openSecretBox({ key: undefined, dataDirectory: directory }),
    log: pino({ level: 'silent' }),
    dataDirectory: directory,
    egress: 'loopback',
    limits,
    onChange: () => {},
    onImport: () => {},
    tellers: vendorTellers,
  }
  await applyProvisioning(deps, demoProvisioning(5060, { ...login, token: 'dw_first_01234567' }))
  const other = crypto.randomUUID()
  await pool.query("insert into workspace (id, name, time_zone, country) values ($1, 'Other', 'UTC', 'RU')", [other])
  const { rows } = await pool.query<{ id: string }>("select id from workspace where name = 'Demo'")
  for (const [workspace, id] of [
    ['own', rows[0]?.id],
    ['other', other],
  ] as const) {
    for (const role of roles) {
      await pool.query('insert into api_token (id, workspace_id, hash, name, role) values ($1, $2, $3, $4, $4)', [
        crypto.randomUUID(),
        id,
        tokenHash(tokenOf(workspace, role)),
        role,
      ])
    }
  }
  const httpPool = createPool(pool.options.connectionString ?? '', silentLog)
  let statements = 0
  httpPool.on('connect', (client) => {
    const send = client.query as (...parameters: unknown[]) => unknown
    const counting = (...parameters: unknown[]): unknown => {
      statements += 1
      return send.apply(client, parameters)
    }
    Object.assign(client, { query: counting })
  })
  const registered: string[] = []
  const ownerStatements = new Set<string>()
  const watched = { ...deps, pool: watch(pool, (name) => ownerStatements.add(name)) }
  const app = await buildHttpServer({ ...watched, workspaces: new WorkspaceDatabases(httpPool) }, ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD' && one !== 'OPTIONS') registered.push(`${one} ${url}`)
  })
  await app.ready()
  return {
    app,
    registered,
    ownerStatements,
    statements: () => statements,
    dataDirectory: directory,
    close: async () => {
      await app.close()
      await httpPool.end()
      rmSync(directory, { recursive: true })
    },
  }
}

/** The same database, telling the name of each statement, or its text where it has none. */
export function watch(pool: Pool, tell: (statement: string) => void): Database {
  const watched = <On extends Pool | Connection>(on: On): On =>
    new Proxy(on, {
      get: (target, key) => {
        const value = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        return (...parameters: unknown[]) => {
          const [first] = parameters
          if (key === 'query') tell(typeof first === 'string' ? first : String((first as { name?: string }).name))
          return Reflect.apply(value, target, parameters)
        }
      },
    })
  return { query: watched(pool).query, connect: async () => watched(await pool.connect()) }
}
