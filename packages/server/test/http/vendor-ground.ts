/** What each vendor's client asks for, in one table: how a campaign is made, filled and steered through its API. */
import type { FastifyInstance } from 'fastify'
import { autoCall, dialogCampaign, native, robotTask, task, tokenOf } from './surface.ts'

export type Json = Readonly<Record<string, unknown>>
export type Asked = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly payload?: object
  readonly key?: string
}
export type Answered = { readonly status: number; readonly body: Json; readonly isRefused: boolean }

export type Vendor = {
  readonly name: string
  /** Of the campaigns that it makes. */
  readonly dialect: string
  /** @param phones  People who are made with it, where the vendor's form holds them. */
  readonly create: (name: string, phones: readonly string[]) => Asked
  readonly takesPeopleAtOnce: boolean
  readonly idOf: (body: Json) => string
  /** Absent: the vendor has no request that adds people. */
  readonly upload?: (id: string, phones: readonly string[]) => Asked
  readonly start: (id: string) => Asked
  readonly pause: (id: string) => Asked
  /** For good; absent: the vendor has none. */
  readonly stop?: (id: string) => Asked
  readonly read: (id: string) => Asked
}

const get = (url: string): Asked => ({ method: 'GET', url })
const post = (url: string, payload?: object): Asked => ({ method: 'POST', url, ...(payload ? { payload } : {}) })
const telephony = '/api/v1/telephony'
const nativeSteps = {
  start: (id: string) => post(`${native}/campaigns/${id}/resume`),
  pause: (id: string) => post(`${native}/campaigns/${id}/pause`),
  read: (id: string) => get(`${native}/campaigns/${id}`),
}
const autoCallSteps = {
  upload: (autoCallId: string, phones: readonly string[]) =>
    post(`${telephony}/autoCallCandidate/batch`, {
      batch: phones.map((phone) => ({ phone: [phone], autoCallId })),
      forceStart: false,
    }),
  start: (id: string) => post(`${telephony}/autoCall/${id}/play`),
  pause: (id: string) => post(`${telephony}/autoCall/${id}/pause`),
  stop: (id: string) => post(`${telephony}/autoCall/${id}/halted`),
}

export const vendors: readonly Vendor[] = [
  {
    ...{ name: 'TWIN24 tasks', dialect: 'twin', takesPeopleAtOnce: false },
    create: (name) => post('/api/cis/beta/tasks', { ...task, name, isTest: true }),
    idOf: ({ id }) => String(id),
    ...autoCallSteps,
    read: (id) => get(`/api/cis/beta/tasks/${id}/statistics`),
  },
  {
    ...{ name: 'TWIN24 autoCall', dialect: 'twin', takesPeopleAtOnce: false },
    create: (name) => post(`${telephony}/autoCall`, { ...autoCall, name }),
    idOf: ({ id }) => String((id as Json).identity),
    ...autoCallSteps,
    read: (id) => get(`${telephony}/autoCall/${id}`),
  },
  {
    ...{ name: 'IS74', dialect: 'is74', takesPeopleAtOnce: true },
    create: (name, phones) =>
      post('/api/campaigns', {
        campaign: { ...dialogCampaign.campaign, name },
        phones: phones.map((phone) => ({ phone })),
      }),
    idOf: ({ campaign }) => String((campaign as Json).id),
    upload: (id, phones) => post(`/api/campaigns/${id}/phones`, { phones: phones.map((phone) => ({ phone })) }),
    start: (id) => post(`/api/campaigns/${id}/start`),
    pause: (id) => post(`/api/campaigns/${id}/pause`),
    stop: (id) => post(`/api/campaigns/${id}/stop`),
    read: (id) => get(`/api/campaigns/${id}`),
  },
  {
    ...{ name: 'Yunfu', dialect: 'yunfu', takesPeopleAtOnce: false },
    create: (name) => post('/v1/task', { ...robotTask, name }),
    idOf: ({ data }) => String((data as Json).uuid),
    upload: (id, phones) =>
      post(`/v1/task/import_task_customer/${id}`, { customer_info_list: phones.map((phone) => ({ phone })) }),
    start: (id) => get(`/v1/task/start/${id}`),
    pause: (id) => get(`/v1/task/stop/${id}`),
    read: (id) => get(`/v1/task/task_progress/${id}`),
  },
  {
    ...{ name: 'OMICall', dialect: 'omicall', takesPeopleAtOnce: true },
    create: (name, phones) =>
      post('/api/v2/autoCall/executeByPhone', {
        ...{ name, phoneNumberList: phones, numberCallPerTime: 2 },
        scripts: [{ targetType: 'ringGroup', targetId: 'desk' }],
      }),
    idOf: ({ payload }) => String((payload as Json).autocall_id),
    // The vendor's session is made whole; what steers it is ours.
    ...nativeSteps,
  },
]

/** OMICall says no in its envelope, with HTTP 200. */
export function isRefused(status: number, body: unknown): boolean {
  const { status_code } = typeof body === 'object' && body !== null ? (body as Json) : {}
  return status >= 400 || status_code === -9999
}

export async function ask(app: FastifyInstance, { method, url, payload, key }: Asked): Promise<Answered> {
  const answer = await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${tokenOf('own', 'owner')}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  })
  const body = answer.json() as Json
  return { status: answer.statusCode, body, isRefused: isRefused(answer.statusCode, body) }
}

/** What the bodies of `surface` name at the vendors, in the workspace of `openHttp`: so that each of them, as it is, makes what it asks for. */
export const vendorSections = {
  workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
  numbers: [
    { name: 'Dialog', phone: '79996662212', trunk: 'Carrier in the box', externalIds: { is74: 5 } },
    { name: 'Robot', phone: '79996662213', trunk: 'Carrier in the box', maxCalls: 9, externalIds: { yunfu: 'line' } },
  ],
  timeGroups: [
    {
      ...{ name: 'Never', zone: 'workspace', externalIds: { yunfu: 'never' } },
      forbid: [{ from: '00:00', to: '24:00' }],
    },
  ],
  retryRules: [{ name: 'Once', rules: {}, caps: {}, externalIds: { yunfu: 1 } }],
  scenarios: [
    {
      ...{ name: 'Dialog', language: 'ru', externalIds: { is74: 951, yunfu: 1 } },
      startBlocks: [
        {
          ...{ id: 'start', name: 'Start', next: 'bye', externalIds: { is74: 10 } },
          parameters: [{ name: 'name', type: 'string' }],
        },
      ],
      blocks: [{ id: 'bye', type: 'hangup' }],
    },
  ],
  projects: [{ name: 'Dialogs', scenarios: [{ is74: 951 }], numbers: [{ is74: 5 }], externalIds: { is74: 1 } }],
  operatorGroups: [
    { name: 'Ring group', externalIds: { omicall: 'desk' }, operators: [{ name: 'Lan', phone: '74951110009' }] },
  ],
}
