/** The demo through OMICall's AutoCall: a session of steps with its phones, in waves; a hook of every call that ended. */
import { readFileSync } from 'node:fs'
import { demoCallerId } from '../provisioning.ts'
import { type DemoDocument, showChanges, type VendorDemo } from './vendor-demo.ts'

type Step = { readonly targetType: string; readonly targetId?: string; readonly targetValue: string }
type Envelope<Payload> = { readonly status_code: number; readonly payload: Payload & { readonly message?: string } }

const perWave = 60
const done = 9_999
const example: Readonly<Record<string, unknown>> & { readonly scripts: readonly Step[] } = JSON.parse(
  readFileSync(new URL('../../../../../docs/examples/omicall-session.json', import.meta.url), 'utf8'),
)
const stepOf = (type: string): Step | undefined => example.scripts.find(({ targetType }) => targetType === type)

export const omicallDemo: VendorDemo = {
  provision(base) {
    const [scenario] = base.scenarios as DemoDocument[]
    const [recording, menu] = [stepOf('recording'), stepOf('ivrMenu')]
    const sound = readFileSync(new URL('../../../assets/audio/prompts/vi/greeting.wav', import.meta.url))
    return {
      ...base,
      numbers: [{ name: 'Hotline', phone: demoCallerId, trunk: 'Carrier in the box', maxCalls: perWave }],
      audio: [
        {
          path: `/greetings/${recording?.targetValue}`,
          file: `data:audio/wav;base64,${sound.toString('base64')}`,
          externalIds: { omicall: recording?.targetId },
        },
      ],
      scenarios: [{ ...scenario, code: menu?.targetValue, externalIds: { omicall: menu?.targetId } }],
    }
  },

  async begin({ api, plan, screen, receiverUrl }) {
    const ask = async <Payload>(path: string, body: unknown): Promise<Payload> => {
      const { status_code, payload } = await api.post<Envelope<Payload>>(path, body)
      if (status_code !== done) throw new Error(`${path}: ${payload.message}`)
      return payload
    }
    await ask('/api/webhooks/register', { webhook: { type: 'call', url: receiverUrl, events: ['hangup'] } })
    const session = await ask<{ autocall_id: string; name: string }>('/api/v2/autoCall/executeByPhone', {
      ...example,
      scripts: example.scripts.filter(({ targetType }) => ['recording', 'ivrMenu'].includes(targetType)),
      numberCallOuts: [demoCallerId],
      numberCallPerTime: perWave,
      durationOfEachCall: 1,
      retryAfterSeconds: 3,
      phoneNumberList: plan.people.map(({ phone }) => phone),
    })
    const { autocall_id, name } = session
    showChanges(screen, 'POST /api/v2/autoCall/executeByPhone', [
      'scripts: the sound and the key menu; the spoken text needs espeak-ng, the ring group an operator',
      `numberCallOuts: ${demoCallerId}`,
      `numberCallPerTime: waves of ${perWave}; durationOfEachCall: 1 second between them`,
      'retryAfterSeconds: 3',
      `phoneNumberList: ${plan.people.length} people`,
    ])
    screen.line(`It answered ${JSON.stringify({ autocall_id, name })}\n`)
    return autocall_id
  },

  keepsHours: false,
  endedCallback: { name: 'hangup', isOne: ({ event }) => event === 'hangup', isToldOf: () => true },

  async finish({ api, screen }, id, calls) {
    const search = '/api/v3/call-transaction/search'
    const { payload } = await api.post<Envelope<{ total_items: number }>>(search, { autocall_id: id, size: 1 })
    screen.line(`\nPOST ${search}: ${payload.total_items} calls of the session`)
    return payload.total_items === calls.length
      ? []
      : [`the history has ${payload.total_items} of ${calls.length} calls`]
  },

  ask: (address, id) =>
    `-H 'content-type: application/json' -d '${JSON.stringify({ autocall_id: id })}' '${address}/api/v3/call-transaction/search'`,
}
