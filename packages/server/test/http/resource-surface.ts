/** The resources' part of the HTTP surface: an example of each, and what its five routes are asked with. */
import type { FastifyInstance } from 'fastify'
import type { Ids, Route } from './surface.ts'

export const native = '/dialwright/v1'

type Example = {
  readonly writers: 'everybody who writes' | 'owners and admins'
  readonly readers: 'everybody who reads' | 'owners and admins'
  /** A body that makes one; never twice the same name. */
  readonly made: (ids: Ids) => Record<string, unknown>
  /** Absent: it is never changed. */
  readonly changed?: (ids: Ids) => Record<string, unknown>
}

let count = 0
/** A name that nobody has yet. */
const unique = (what: string): string => {
  count += 1
  return `${what} ${count}`
}
const work = { writers: 'everybody who writes', readers: 'everybody who reads' } as const
const cable = { writers: 'owners and admins', readers: 'everybody who reads' } as const
const door = { writers: 'owners and admins', readers: 'owners and admins' } as const
const script = () => ({
  name: unique('scenario'),
  language: 'en',
  startBlocks: [{ id: 'start', name: 'Start', next: 'wait', parameters: [{ name: 'given', type: 'string' }] }],
  blocks: [
    { id: 'wait', type: 'pause', seconds: 1, next: 'end' },
    { id: 'end', type: 'hangup' },
  ],
})

/** In an order in which each finds what it refers to. */
export const examples: Readonly<Record<string, Example>> = {
  trunks: {
    ...cable,
    made: () => ({
      name: unique('trunk'),
      host: '127.0.0.1',
      port: 5070,
      username: 'we',
      password: 'hush',
      maxCalls: 5,
      callsPerSecond: 1.5,
      destinations: ['7'],
      externalIds: { twin: unique('trunk') },
    }),
    changed: () => ({ host: 'sip.example.test', maxCalls: null, password: 'hush hush', externalIds: { twin: null } }),
  },
  numbers: {
    ...cable,
    made: ({ trunks }) => ({
      name: unique('number'),
      phone: `7999${String(1_000_000 + count)}`,
      trunk: trunks,
      maxCalls: 2,
      validUntil: '2090-01-01T00:00:00Z',
    }),
    changed: ({ trunks }) => ({ trunk: trunks, maxCalls: 3, validUntil: null }),
  },
  callerIdGroups: {
    ...work,
    made: ({ numbers }) => ({ name: unique('group'), numbers: [numbers], mode: 'random' }),
    changed: ({ numbers }) => ({ numbers: [numbers], mode: 'round-robin' }),
  },
  dialplans: {
    ...cable,
    made: ({ trunks }) => ({ name: unique('dialplan'), routes: [{ prefix: '7', trunks: [trunks] }] }),
    changed: ({ trunks }) => ({ routes: [{ prefix: '+49', trunks: [trunks] }] }),
  },
  voices: {
    ...work,
    made: () => ({
      name: unique('voice'),
      ...{ provider: 'espeak', voice: 'en+f3', language: 'en', speed: 1.25 },
      externalIds: { omicall: unique('voice') },
    }),
    changed: () => ({ voice: 'vi', language: 'vi', speed: 0.5, externalIds: { omicall: null } }),
  },
  operatorGroups: {
    ...work,
    made: ({ numbers }) => ({
      name: unique('group'),
      code: unique('code'),
      mode: 'all',
      number: numbers,
      operators: [
        { name: 'Anna', phone: '74951110001' },
        { name: 'Boris', phone: '74951110002' },
      ],
    }),
    changed: () => ({ number: null, enabled: false, operators: [{ name: 'Boris', phone: '+74951110002' }] }),
  },
  tagScenes: {
    ...work,
    made: () => ({
      name: unique('scene'),
      description: 'of a survey',
      groups: [
        { name: 'mood', tags: [{ name: 'glad', description: 'says so', externalIds: { twin: unique('tag') } }] },
        { name: 'wish', externalIds: { twin: unique('group') }, tags: [{ name: 'call back' }, { name: 'no more' }] },
      ],
    }),
    changed: () => ({ groups: [{ name: 'wish', tags: [{ name: 'glad', description: '' }] }] }),
  },
  scenarios: {
    ...work,
    made: ({ tagScenes }) => ({ ...script(), tagScene: tagScenes, allByVoice: true, default: true }),
    changed: () => ({ language: 'ru', startBlocks: script().startBlocks, default: false }),
  },
  projects: {
    ...work,
    made: ({ scenarios, numbers }) => ({ name: unique('project'), scenarios: [scenarios], numbers: [numbers] }),
    changed: () => ({ scenarios: [], externalIds: { is74: 9 } }),
  },
  retryRules: {
    ...work,
    made: () => ({ name: unique('rule'), rules: { 'busy,rejected': { tries: 2, intervals: [60] } } }),
    changed: () => ({ remark: 'gently', caps: { perContact: 3 } }),
  },
  timeGroups: {
    ...work,
    made: () => ({ name: unique('hours'), zone: 'callee', forbid: [{ from: '22:00', to: '08:00', days: [1, 2] }] }),
    changed: () => ({ forbid: [{ from: '12:00', to: '13:00' }] }),
  },
  doNotCall: {
    ...work,
    made: ({ campaign }) => ({ phone: `+7495${String(1_000_000 + ++count)}`, reason: 'asked us', campaign }),
    changed: () => ({ reason: 'asked us twice', expiresAt: '2090-01-01T00:00:00Z' }),
  },
  webhookEndpoints: {
    ...work,
    made: ({ campaign }) => ({ url: 'http://127.0.0.1:9/hook', events: ['attempt.finished'], campaign }),
    changed: () => ({ events: [], enabled: false, secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA' }),
  },
  users: {
    ...door,
    made: () => ({ login: `${unique('person')}@example.test`, password: 'eight letters', role: 'analyst' }),
    changed: () => ({ role: 'operator' }),
  },
  tokens: {
    ...door,
    made: () => ({ name: unique('token'), role: 'analyst', scopes: ['calls:read'], expiresAt: '2090-01-01T00:00:00Z' }),
  },
}

/** `fresh`: it makes something even for whoever knows no id of ours. */
export const resourceSurface: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries(examples).flatMap(([path, { writers, readers, made, changed }]) => [
    [`POST ${native}/${path}`, { who: writers, body: made }],
    [`GET ${native}/${path}`, { who: readers }],
    [`GET ${native}/${path}/:id`, { who: readers }],
    ...(changed === undefined ? [] : [[`PATCH ${native}/${path}/:id`, { who: writers, body: changed }] as const]),
    [`DELETE ${native}/${path}/:id`, { who: writers }],
  ]),
)

/** Makes one of each. @returns Its id by the resource's path. */
export async function makeResources(app: FastifyInstance, token: string, ids: Ids): Promise<Ids> {
  const made: Record<string, string> & Ids = { ...ids }
  for (const path of Object.keys(examples)) made[path] = await makeResource(app, token, path, made)
  return made
}

export async function makeResource(app: FastifyInstance, token: string, path: string, ids: Ids): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: `${native}/${path}`,
    headers: { authorization: `Bearer ${token}` },
    payload: examples[path]?.made(ids) ?? {},
  })
  if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.body}`)
  return answer.json().id
}
