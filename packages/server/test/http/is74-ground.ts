/** What tests of the assistant's API stand on: a workspace with the ids of the vendor's printed examples, and a server over it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '@dialwright/testkit'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { createPool, type Pool } from '../../src/adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../../src/adapters/postgres/workspace-database.ts'
import { openSecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { vendorTellers } from '../../src/compat/tellers.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { buildHttpServer } from '../../src/http/server.ts'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { silentLog } from '../fixtures/database.ts'

type Json = Readonly<Record<string, unknown>>

const printed = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../../../docs/examples/${name}.json`, import.meta.url), 'utf8'))
/** The vendor's printed request for a campaign, put together again. */
export const printedCampaign = (): Json & { campaign: Json & { schedule: Json }; phones: readonly Json[] } =>
  printed('is74-campaign') as ReturnType<typeof printedCampaign>
/** The vendor's printed request for a report. */
export const printedReport = (): Json & { analytics_filter: Json; columns: readonly Json[] } =>
  printed('is74-report') as ReturnType<typeof printedReport>

export const person = { login: 'is74@example.test', password: 'a password' } as const
export const token = 'dw_is74_token_0123456789'

/** Where it is noon now: the printed hours are open there at any time that the test runs. */
export function zoneOfNoon(): string {
  const offset = 12 - Temporal.Now.zonedDateTimeISO('UTC').hour
  return offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`
}

/** @param carrierPort  UDP port on loopback that calls go to. */
export function is74Provisioning(carrierPort: number, timeZone = 'Europe/Moscow'): object {
  const parameters = [
    { name: 'name', type: 'string' },
    { name: 'time', type: 'string' },
    { name: 'debt', type: 'number' },
  ]
  const greeting = '/prompts/ru/greeting.wav'
  return {
    workspace: { name: 'Dialog', timeZone, country: 'RU', maxCalls: 50, callsPerSecond: 20 },
    users: [{ ...person, role: 'owner' }],
    tokens: [{ name: 'is74', value: token, role: 'owner' }],
    trunks: [
      { name: 'Line', host: '127.0.0.1', port: carrierPort, maxCalls: 20, callsPerSecond: 10, ringTimeoutMs: 8_000 },
    ],
    numbers: [
      { name: 'Survey', phone: '+74951110005', trunk: 'Line', externalIds: { is74: 5 } },
      { name: 'Of nobody', phone: '+74951110006', trunk: 'Line', externalIds: { is74: 6 } },
    ],
    scenarios: [
      {
        name: 'Survey',
        language: 'ru',
        externalIds: { is74: 951 },
        startBlocks: [
          { id: 'start', name: 'Опрос', next: 'menu', parameters, externalIds: { is74: 10 } },
          { id: 'other', name: 'Прощание', next: 'end', parameters: [] },
        ],
        blocks: [
          {
            ...{ id: 'menu', type: 'menu', audio: greeting, keys: { 1: 'agreed', 2: 'end' } },
            ...{ timeoutSeconds: 4, repeats: 0, noInput: 'end', noMatch: 'end' },
          },
          { id: 'agreed', type: 'mark', goal: 'agreed', level: 'A', tags: ['survey'], next: 'note' },
          { id: 'note', type: 'set', variables: { answer: '"yes"' }, next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
      {
        name: 'Elsewhere',
        language: 'ru',
        externalIds: { is74: 952 },
        startBlocks: [{ id: 'start', name: 'Другой', next: 'end', parameters: [], externalIds: { is74: 20 } }],
        blocks: [{ id: 'end', type: 'hangup' }],
      },
    ],
    projects: [
      { name: 'Surveys', scenarios: [{ is74: 951 }], numbers: [{ is74: 5 }], externalIds: { is74: 1 } },
      { name: 'Open', scenarios: [], numbers: [], externalIds: { is74: 2 } },
    ],
  }
}

export type Is74Ground = {
  readonly app: FastifyInstance
  readonly deps: ServerDeps
  ask(
    method: 'GET' | 'POST',
    url: string,
    payload?: unknown,
    authorization?: string,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly text: string }>
  close(): Promise<void>
}

export async function openIs74(pool: Pool, clock: ServerDeps['clock']): Promise<Is74Ground> {
  const directory = mkdtempSync(join(tmpdir(), 'is74-'))
  const deps: ServerDeps = {
    pool,
    clock,
    random: new SeededRandom(7),
    secretBox: await openSecretBox({ key: undefined, dataDirectory: directory }),
    log: pino({ level: 'silent' }),
    dataDirectory: directory,
    egress: 'loopback',
    limits: { requestsPerMinute: null, loginsPerMinute: null },
    tellers: vendorTellers,
    onChange: () => {},
    onImport: () => {},
  }
  await applyProvisioning(deps, is74Provisioning(5060))
  const httpPool = createPool(pool.options.connectionString ?? '', silentLog)
  const app = await buildHttpServer({ ...deps, workspaces: new WorkspaceDatabases(httpPool) })
  return {
    app,
    deps,
    async ask(method, url, payload, authorization = `Bearer ${token}`) {
      const answer = await app.inject({
        method,
        url,
        headers: { authorization, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(payload === undefined ? {} : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
      })
      return { status: answer.statusCode, body: answer.json(), text: answer.body }
    },
    close: async () => {
      await app.close()
      await httpPool.end()
      rmSync(directory, { recursive: true })
    },
  }
}
