/** What the demo's workspace is provisioned with: one line to the carrier in the box, one number, one dialplan, one scenario. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export const demoIds = {
  botId: '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
  dialplanId: 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75',
} as const
const demoCallerId = '79996662211'
const demoRingTimeoutMs = 8_000

const scenarioFile = new URL('../../assets/scenarios/delivery-confirmation.yaml', import.meta.url)

/** @param carrierPort UDP port of the carrier in the box on loopback. */
export function demoProvisioning(
  carrierPort: number,
  login: { login: string; password: string; token: string },
): unknown {
  const scenario: Record<string, unknown> = parse(readFileSync(scenarioFile, 'utf8'))
  return {
    workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
    users: [{ login: login.login, password: login.password, role: 'owner' }],
    tokens: [{ name: 'demo', value: login.token, role: 'owner' }],
    trunks: [
      {
        name: 'Carrier in the box',
        host: '127.0.0.1',
        port: carrierPort,
        transport: 'udp',
        username: 'dialwright',
        password: 'secret',
        format: 'e164',
        codecs: ['pcma', 'pcmu'],
        srtp: 'off',
        maxCalls: 60,
        callsPerSecond: 10,
        ringTimeoutMs: demoRingTimeoutMs,
      },
    ],
    numbers: [{ name: 'Shown number', phone: demoCallerId, trunk: 'Carrier in the box' }],
    dialplans: [
      {
        name: 'Everything to the box',
        externalIds: { twin: demoIds.dialplanId },
        routes: [{ prefix: '', trunks: ['Carrier in the box'] }],
      },
    ],
    scenarios: [{ ...scenario, externalIds: { twin: demoIds.botId } }],
  }
}

type ExampleTask = {
  readonly recallRules: Readonly<Record<string, { readonly interval: number | null }>>
  readonly defaultCallerId: object
}

/** The vendor's own example with exactly the demo's changes; `changes` names each of them. */
export function demoTask(
  window: { from: number; to: number },
  webhookUrl: string,
): { body: Record<string, unknown>; changes: readonly string[] } {
  const example: ExampleTask = JSON.parse(
    readFileSync(new URL('../../../../docs/examples/twin-task.json', import.meta.url), 'utf8'),
  )
  const seconds: Readonly<Record<string, number>> = { BUSY: 4, NO_ANSWER: 3, MACHINE: 3, CONGESTION: 3 }
  const rules = Object.fromEntries(
    Object.entries(example.recallRules).map(([result, rule]) => [
      result,
      { ...rule, interval: seconds[result] ?? rule.interval },
    ]),
  )
  const body = {
    ...example,
    ...demoIds,
    defaultCallerId: { ...example.defaultCallerId, data: demoCallerId },
    intensity: 5,
    webhookUrl,
    allowedTimeRange: window,
    phoneNormalization: null,
    isTest: true,
    recallRules: rules,
  }
  const changes = [
    `botId and dialplanId: the ids of this workspace`,
    `defaultCallerId.data: ${demoCallerId} (the example merges two numbers)`,
    'intensity: 5 calls per second',
    'recallRules.*.interval: seconds instead of a quarter of an hour',
    `allowedTimeRange: ${window.from} to ${window.to}, so that most are callable at this hour`,
    `webhookUrl: a receiver on loopback`,
    'isTest: true',
    'phoneNormalization: null, the people live in four countries',
  ]
  return { body, changes }
}
