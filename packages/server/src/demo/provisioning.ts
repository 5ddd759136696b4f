/** What the demo's workspace is provisioned with: one line to the carrier in the box, one number, one dialplan, one scenario. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export const demoIds = {
  botId: '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
  dialplanId: 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75',
} as const
export const demoCallerId = '79996662211'
const demoRingTimeoutMs = 8_000

const scenarioFile = new URL('../../assets/scenarios/delivery-confirmation.yaml', import.meta.url)

/** @param carrierPort UDP port of the carrier in the box on loopback. */
export function demoProvisioning(
  carrierPort: number,
  login: { login: string; password: string; token: string },
): Record<string, unknown> {
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
