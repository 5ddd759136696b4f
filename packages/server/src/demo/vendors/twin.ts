/** The demo through the TWIN24 API: a task, a batch of candidates that starts it, webhooks of every call. */
import { readFileSync } from 'node:fs'
import { demoCallerId, demoIds } from '../provisioning.ts'
import { showChanges, type VendorDemo } from './vendor-demo.ts'

type ExampleTask = {
  readonly recallRules: Readonly<Record<string, { readonly interval: number | null }>>
  readonly defaultCallerId: object
}

export const twinDemo: VendorDemo = {
  provision: (base) => base,

  async begin({ api, plan, screen, receiverUrl }) {
    const { body, changes } = demoTask(plan.window, receiverUrl)
    const task = await api.post<{ id: string }>('/api/cis/beta/tasks', body)
    showChanges(screen, 'POST /api/cis/beta/tasks', changes)
    screen.line(`It answered ${JSON.stringify(task)}`)
    const batch = plan.people.map((person, index) => ({
      autoCallId: task.id,
      phone: [person.phone],
      variables: { name: person.name, language: person.language },
      clientExternalId: `demo-${index + 1}`,
    }))
    const uploaded = await api.post<{
      items: unknown[]
      errors: { index: number; field: string; message: string }[]
    }>('/api/v1/telephony/autoCallCandidate/batch', { batch, forceStart: true })
    screen.line(`${uploaded.items.length} people uploaded, ${uploaded.errors.length} refused\n`)
    for (const error of uploaded.errors.slice(0, 5)) screen.line(`  ${error.index} ${error.field}: ${error.message}`)
    return task.id
  },

  keepsHours: true,
  endedCallback: { name: 'CALL_ENDED', isOne: ({ event }) => event === 'CALL_ENDED', isToldOf: () => true },
  finish: async () => [],
  ask: (address, id) => `'${address}/dialwright/v1/campaigns/${id}/progress'`,
}

/** The vendor's own example with exactly the demo's changes; `changes` names each of them. */
export function demoTask(
  window: { from: number; to: number },
  webhookUrl: string,
): { body: Record<string, unknown>; changes: readonly string[] } {
  const example: ExampleTask = JSON.parse(
    readFileSync(new URL('../../../../../docs/examples/twin-task.json', import.meta.url), 'utf8'),
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
