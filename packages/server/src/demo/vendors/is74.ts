/** The demo through the IS74 assistant's API: a campaign with its phones in one request, and its report at the end. */
import { readFileSync } from 'node:fs'
import { demoCallerId } from '../provisioning.ts'
import { type DemoDocument, dayIn, showChanges, type VendorDemo } from './vendor-demo.ts'

type Example = {
  readonly campaign: Readonly<Record<string, unknown>> & {
    readonly project_id: number
    readonly start_block_id: number
    readonly phone_id: number
    readonly schedule: Readonly<Record<string, unknown>>
  }
}
type Report = { readonly total_duration: number; readonly avg_duration: number; readonly count: number }

const scenarioId = 951
const example: Example = JSON.parse(
  readFileSync(new URL('../../../../../docs/examples/is74-campaign.json', import.meta.url), 'utf8'),
)
const { project_id, start_block_id, phone_id } = example.campaign

export const is74Demo: VendorDemo = {
  provision(base, { now }) {
    const [scenario] = base.scenarios as { readonly startBlocks: readonly object[] }[]
    return {
      ...base,
      workspace: { ...(base.workspace as object), timeZone: zoneAtDay(now) },
      numbers: [
        {
          ...{ name: 'Shown number', phone: demoCallerId, trunk: 'Carrier in the box', maxCalls: 60 },
          externalIds: { is74: phone_id },
        },
      ],
      scenarios: [
        {
          ...scenario,
          externalIds: { is74: scenarioId },
          startBlocks: scenario?.startBlocks.map((block) => ({ ...block, externalIds: { is74: start_block_id } })),
        },
      ],
      projects: [{ name: 'Demo', externalIds: { is74: project_id } }] satisfies DemoDocument[],
    }
  },

  async begin({ api, plan, screen }) {
    const { day } = dayIn(zoneAtDay(plan.now), plan.now)
    const schedule = {
      ...example.campaign.schedule,
      date: day,
      start_time: '00:00',
      end_time: '23:59',
      attempts: { id: 3, title: '3' },
      interval: '0',
    }
    // Redials follow at once here: whoever never answers, first in the plan, would be called before anybody who does.
    const phones = plan.people
      .toReversed()
      .map(({ phone, name, language }) => ({ phone, add_data: { name, language } }))
    const { campaign } = await api.post<{ campaign: { id: number } }>('/api/campaigns', {
      campaign: { ...example.campaign, schedule },
      phones,
    })
    showChanges(screen, 'POST /api/campaigns', [
      `schedule: ${day} from 00:00 to 23:59, so that everybody is callable at this hour`,
      'schedule.attempts: 3 dials in all; schedule.interval: 0 minutes between them',
      `phones: ${phones.length} people, with their name and language in add_data`,
    ])
    screen.line(`It answered ${JSON.stringify({ campaign })}; it begins by itself\n`)
    return campaign.id
  },

  keepsHours: false,
  endedCallback: null,

  async finish({ api, screen }, id, calls) {
    const report = await api.post<Report>(`/api/analytics/${project_id}/report`, {
      analytics_filter: {
        ...{ scenario_id: scenarioId, start_block_id, outgoing_campaign_id: id },
        ...{ date_start: '2000-01-01T00:00:00.000Z', date_end: '2090-01-01T00:00:00.000Z' },
      },
      columns: [{ name: 'phone_number', sorting: 'asc' }],
    })
    const { count, total_duration, avg_duration } = report
    screen.line(
      `\nPOST /api/analytics/${project_id}/report: ${JSON.stringify({ count, total_duration, avg_duration })}`,
    )
    return count === calls.length ? [] : [`the report has ${count} rows for ${calls.length} calls`]
  },

  ask: (address, id) => `'${address}/api/campaigns/${id}'`,
}

/** A schedule of this vendor ends with the workspace's day: a zone where that is hours away. */
function zoneAtDay(now: Temporal.Instant): string {
  const { hour } = dayIn('Europe/Moscow', now)
  return hour >= 2 && hour < 22 ? 'Europe/Moscow' : 'Asia/Ho_Chi_Minh'
}
