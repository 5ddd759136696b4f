/** The demo through the Yunfu task module: a task, an import of its numbers, a start; the account's callback of answered calls. */
import { readFileSync } from 'node:fs'
import { demoCallerId } from '../provisioning.ts'
import { type DemoDocument, showChanges, type VendorDemo } from './vendor-demo.ts'

type Envelope<Data> = { readonly code: number; readonly message: string; readonly data: Data }
type Example = Readonly<Record<string, unknown>> & {
  readonly caller_line_id: string
  readonly destination_extension: number
  readonly disable_dial_timegroup: string
  readonly auto_recycle_rule_id: number
}

const lines = 50
const example: Example = JSON.parse(
  readFileSync(new URL('../../../../../docs/examples/yunfu-task.json', import.meta.url), 'utf8'),
)

export const yunfuDemo: VendorDemo = {
  provision(base, { window }) {
    const [scenario] = base.scenarios as DemoDocument[]
    return {
      ...base,
      numbers: [
        {
          ...{ name: '尊享一', phone: demoCallerId, trunk: 'Carrier in the box', maxCalls: lines },
          externalIds: { yunfu: example.caller_line_id },
        },
      ],
      // The vendor forbids hours where others allow them; in the callee's zone, so that most are callable at this hour.
      timeGroups: [
        {
          ...{ name: '休息时间', zone: 'callee', externalIds: { yunfu: example.disable_dial_timegroup } },
          forbid: [{ from: clock(window.to + 1), to: window.from === 0 ? '24:00' : clock(window.from) }],
        },
      ],
      retryRules: [
        {
          ...{ name: '测试重呼规则', externalIds: { yunfu: example.auto_recycle_rule_id } },
          rules: {
            'busy,rejected': { tries: 3, intervals: [4] },
            'no-answer,unreachable': { tries: 3, intervals: [3] },
            'congestion,failed': { tries: 3, intervals: [3] },
          },
        },
      ],
      scenarios: [{ ...scenario, externalIds: { yunfu: example.destination_extension } }],
    }
  },

  async begin({ api, plan, screen, receiverUrl }) {
    const body = {
      ...example,
      customer_service_id: null,
      maximumcall: lines,
      _originate_timeout: 8,
      call_pause_second: 0,
    }
    await api.post('/dialwright/v1/webhookEndpoints', { url: receiverUrl, dialect: 'yunfu' })
    const task = await api.post<Envelope<{ uuid: string; start_str: string }>>('/v1/task', body)
    const { uuid, start_str } = task.data
    showChanges(screen, 'POST /v1/task', [
      'customer_service_id: null, the script hands nobody over',
      `maximumcall: ${lines} calls at once`,
      '_originate_timeout: 8 seconds',
      'call_pause_second: 0',
    ])
    screen.line(`It answered ${task.code} ${task.message}: task ${uuid}, ${start_str}`)
    const customer_info_list = plan.people.map(({ phone, name, language }) => ({ phone, name, language }))
    const imported = await api.post<Envelope<{ total: number; success: number; fail: unknown[] }>>(
      `/v1/task/import_task_customer/${uuid}`,
      { customer_info_list },
    )
    const { total, success, fail } = imported.data
    screen.line(`${imported.message}: ${success} of ${total} people, ${fail.length} refused`)
    const started = await api.get<Envelope<unknown>>(`/v1/task/start/${uuid}`)
    screen.line(`GET /v1/task/start/${uuid}: ${started.message}\n`)
    return uuid
  },

  keepsHours: true,
  endedCallback: {
    name: 'callbacks of answered calls',
    isOne: ({ count, data }) => count === 1 && Array.isArray(data),
    isToldOf: ({ answeredAt }) => answeredAt !== null,
  },

  async finish({ api, plan, screen }, id) {
    const { message, data } = await api.get<Envelope<{ progress: { total: number } }>>(`/v1/task/task_progress/${id}`)
    screen.line(`\n${message}: ${JSON.stringify(data.progress)}`)
    return data.progress.total === plan.people.length ? [] : [`the task's progress speaks of ${data.progress.total}`]
  },

  ask: (address, id) => `'${address}/v1/task/task_progress/${id}'`,
}

/** Seconds since midnight as HH:MM:SS. */
function clock(second: number): string {
  return Temporal.PlainTime.from('00:00').add({ seconds: second }).toString({ smallestUnit: 'second' })
}
