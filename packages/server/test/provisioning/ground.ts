/** An installation to provision: its database, its key, its data directory; and a document that has something in every section. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import { pino } from 'pino'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { openSecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { writeWav } from '../../src/audio/wav.ts'
import { vendorTellers } from '../../src/compat/tellers.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { applyProvisioning, checkProvisioning, type ProvisioningReport } from '../../src/provisioning/apply.ts'
import { ProvisioningError, type ProvisioningProblem } from '../../src/provisioning/errors.ts'
import { exportProvisioning } from '../../src/provisioning/export.ts'
import { useTestDatabase } from '../fixtures/database.ts'

export type Json = Record<string, unknown>

export type Installation = {
  readonly pool: Pool
  readonly deps: ServerDeps
  readonly changes: () => number
  apply(document: unknown): Promise<ProvisioningReport>
  check(document: unknown): Promise<ProvisioningReport>
  /** The text of an export of the workspace of this name. */
  export(name?: string): Promise<string>
  /** The problems with which a document is refused; none when it is not. */
  problems(document: unknown): Promise<readonly ProvisioningProblem[]>
  /** Every row that provisioning writes, as text. */
  rows(): Promise<string>
}

let seeds = 0

export function useInstallation(): Installation {
  const database = useTestDatabase()
  let directory = ''
  let deps: ServerDeps
  let changes = 0
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'provisioning-'))
    seeds += 1
    deps = {
      pool: database.pool,
      clock: systemClock,
      random: new SeededRandom(seeds),
      secretBox: await openSecretBox({ key: undefined, dataDirectory: directory }),
      log: pino({ level: 'silent' }),
      dataDirectory: directory,
      egress: 'loopback',
      limits: { requestsPerMinute: null, loginsPerMinute: null },
      onImport: () => {},
      tellers: vendorTellers,
      onChange: () => {
        changes += 1
      },
    }
  })
  after(() => rmSync(directory, { recursive: true }))
  return {
    get pool() {
      return database.pool
    },
    get deps() {
      return deps
    },
    changes: () => changes,
    apply: (document) => applyProvisioning(deps, document, { baseDirectory: directory }),
    check: (document) => checkProvisioning(deps, document, { baseDirectory: directory }),
    async export(name = 'Whole') {
      const { rows } = await database.pool.query<{ id: string }>('select id from workspace where name = $1', [name])
      return JSON.stringify(await exportProvisioning(deps, rows[0]?.id ?? ''), null, 2)
    },
    async problems(document) {
      try {
        await checkProvisioning(deps, document, { baseDirectory: directory })
        return []
      } catch (error) {
        if (error instanceof ProvisioningError) return error.problems
        throw error
      }
    },
    async rows() {
      const tables = [
        ...['workspace', 'app_user', 'api_token', 'external_id', 'trunk', 'phone_number', 'caller_id_group'],
        ...['caller_id_group_member', 'dialplan', 'route', 'route_trunk', 'scenario', 'scenario_version', 'audio'],
        ...['retry_rule', 'time_group', 'pace', 'voice', 'operator_group', 'operator', 'tag_scene', 'tag_group', 'tag'],
        ...['project', 'project_scenario', 'project_number'],
      ]
      const texts = await Promise.all(
        tables.map((table) => database.pool.query(`select '${table}' || t::text as line from ${table} t order by 1`)),
      )
      return texts.flatMap(({ rows }) => rows.map(({ line }) => line)).join('\n')
    },
  }
}

/** A tenth of a second of something, 8 kHz. */
export function wav(sampleRate = 8_000, samples = Int16Array.from({ length: 800 }, (_, n) => (n % 40) * 100)): string {
  return `data:audio/wav;base64,${Buffer.from(writeWav({ samples, sampleRate })).toString('base64')}`
}

/** The trunk `line`, the number `shown` on it and the dialplan `all`, in a workspace of this name. */
export function smallDocument(name: string, more: Json = {}): Json {
  return {
    workspace: { name, timeZone: 'Europe/Moscow', country: 'RU' },
    trunks: [{ name: 'line', host: '127.0.0.1' }],
    numbers: [{ name: 'shown', phone: '79996662211', trunk: 'line' }],
    dialplans: [{ name: 'all', routes: [{ prefix: '', trunks: ['line'] }] }],
    ...more,
  }
}

export const secrets = ['a long password', 'dw_whole_0123456789abcdef', 'of the trunk', 'of the number'] as const

/** Something of everything that the format has in effect. */
export function wholeDocument(): Json {
  return {
    workspace: {
      name: 'Whole',
      timeZone: 'Asia/Ho_Chi_Minh',
      country: 'VN',
      maxCalls: 50,
      callsPerSecond: 7.5,
      reservedCalls: 5,
    },
    users: [
      { login: 'owner@example.test', password: secrets[0], role: 'owner', externalIds: { omicall: 'u1' } },
      { login: 'analyst@example.test', password: secrets[0], role: 'analyst' },
    ],
    tokens: [
      { name: 'integration', value: secrets[1], role: 'author', scopes: ['calls:read', 'campaigns:read'] },
      { name: 'another', value: `${secrets[1]}2`, role: 'analyst' },
    ],
    trunks: [
      {
        name: 'main',
        externalIds: { twin: 'trunk-1', yunfu: 12, is74: 7 },
        host: '127.0.0.1',
        port: 5070,
        username: 'dialwright',
        password: secrets[2],
        register: { every: 600 },
        fromDomain: 'example.test',
        format: 'plain',
        codecs: ['pcmu', 'pcma'],
        srtp: 'off',
        maxCalls: 60,
        callsPerSecond: 0.1,
        reservedCalls: 10,
        ringTimeoutMs: 8_000,
        destinations: ['7', '+84'],
        breaker: { share: 0.5, of: 20, seconds: 120, openSeconds: 30 },
      },
      { name: 'spare', host: '127.0.0.2', breaker: 'off' },
    ],
    numbers: [
      {
        name: 'shown',
        externalIds: { is74: 5 },
        phone: '79996662211',
        trunk: 'main',
        maxCalls: 3,
        reservedCalls: 1,
        login: '79996662211',
        authUsername: 'line-7',
        password: secrets[3],
        fromDomain: 'lines.example.test',
        forceOut: true,
        inbound: {
          action: 'robot',
          scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
          startBlock: 'start',
          shownName: 'name',
          shownNumber: 'called',
          record: 'off',
          maxDurationSeconds: 600,
          webhooks: [
            { url: 'https://b.example.test/calls', events: ['call.finished'] },
            { url: 'https://a.example.test/calls' },
          ],
          did: '456',
          comment: 'the desk',
        },
      },
      {
        name: 'other',
        phone: '+84901234567',
        trunk: { yunfu: 12 },
        validFrom: '2026-03-02T09:00:00+07:00',
        inbound: { action: 'end' },
      },
      { name: 'spare', phone: '79996662211', trunk: 'spare', validUntil: '2026-12-31T23:59:59.5Z', forceOut: false },
    ],
    callerIdGroups: [
      { name: 'both', numbers: ['other', { is74: 5 }], mode: 'random', externalIds: { twin: 'g' } },
      { name: 'one', numbers: ['spare'], mode: 'regional', dailyCap: 40 },
    ],
    dialplans: [
      {
        name: 'by country',
        externalIds: { twin: 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75' },
        routes: [
          { prefix: '+84', trunks: ['spare'] },
          { prefix: '', trunks: ['trunk-1', 'spare'] },
          { prefix: '7', trunks: ['main'] },
        ],
      },
    ],
    audio: [
      { path: '/background/office.wav', name: 'Our office', file: wav() },
      { path: '/prompts/own.wav', file: wav(8_000, new Int16Array(8_000)) },
    ],
    voices: [
      {
        name: 'ngoc',
        externalIds: { omicall: 'northern_female_ngocanh' },
        provider: 'espeak',
        voice: 'vi',
        language: 'vi',
      },
      { name: 'quick', provider: 'espeak', voice: 'en+f3', language: 'en-GB', speed: 1.3 },
    ],
    operatorGroups: [
      {
        name: 'desk',
        code: 'd1',
        externalIds: { yunfu: 4, omicall: 'ring-1' },
        mode: 'longest-idle',
        number: 'other',
        operators: [
          { name: 'Anna', phone: '+84901110001' },
          { name: 'Boris', phone: '84901110002' },
        ],
      },
      { name: 'night desk', enabled: false, operators: [{ name: 'Anna', phone: '84901110001' }] },
    ],
    retryRules: [
      {
        name: 'patient',
        remark: 'three times',
        default: true,
        rules: {
          'busy,rejected': { tries: 3, intervals: [60, 900] },
          'short-talk': { tries: 1, intervals: [5], talkSecondsAtMost: 10 },
          'no-answer': { tries: 2, intervals: [3_600] },
        },
        caps: { perContact: 5, perPhonePerDay: 2 },
      },
      { name: 'never', enabled: false, rules: {} },
    ],
    timeGroups: [
      {
        name: 'lunch and night',
        externalIds: { yunfu: 3 },
        zone: 'callee',
        forbid: [
          { from: '12:00', to: '13:00:30', days: [1, 2, 3, 4, 5] },
          { from: '21:00', to: '08:00' },
          { from: '23:00', to: '24:00' },
        ],
      },
    ],
    tagScenes: [
      {
        name: 'survey',
        description: 'what people say',
        externalIds: { yunfu: 8 },
        groups: [
          {
            name: 'mood',
            externalIds: { yunfu: 81 },
            tags: [
              { name: 'glad', description: 'says so', externalIds: { yunfu: 811, twin: 'g' } },
              { name: 'cross', externalIds: { yunfu: 812 } },
            ],
          },
          { name: 'wish', tags: [{ name: 'call back' }] },
          { name: 'nothing', tags: [] },
        ],
      },
      { name: 'empty' },
    ],
    projects: [
      { name: 'spring', externalIds: { is74: 1 }, scenarios: ['hello'], numbers: ['other', { is74: 5 }] },
      { name: 'autumn' },
    ],
    scenarios: [
      {
        name: 'hello',
        code: 'hello-1',
        tagScene: { yunfu: 8 },
        allByVoice: true,
        default: false,
        externalIds: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737', omicall: 'ivr-1' },
        language: 'en',
        startBlocks: [
          {
            id: 'start',
            name: 'Start',
            externalIds: { is74: 10 },
            next: 'say',
            parameters: [{ name: 'x', type: 'any' }],
          },
        ],
        blocks: [
          { id: 'say', type: 'say', audio: '/prompts/own.wav', next: 'tag' },
          { id: 'tag', type: 'mark', tags: ['glad', 'call back'], next: 'desk' },
          { id: 'desk', type: 'transfer', to: { operatorGroup: { omicall: 'ring-1' } }, noAnswer: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    ],
  }
}

export const readText = (file: URL): string => readFileSync(file, 'utf8')
