/** Forty zones with their hours, and the view of a campaign with a million due contacts in them. */
import type { CampaignSettings, CampaignView } from '@dialwright/dialer'

/** Thirteen of Russia, the others around the world: fixed, so that two runs ask for the same. */
export const fortyZones: readonly string[] = [
  ...['Kaliningrad', 'Moscow', 'Samara', 'Volgograd'].map((city) => `Europe/${city}`),
  ...['Yekaterinburg', 'Omsk', 'Novosibirsk', 'Krasnoyarsk', 'Irkutsk', 'Yakutsk', 'Vladivostok'].map(
    (c) => `Asia/${c}`,
  ),
  ...['Magadan', 'Kamchatka', 'Ho_Chi_Minh', 'Shanghai', 'Tokyo', 'Kolkata', 'Almaty', 'Tashkent'].map(
    (c) => `Asia/${c}`,
  ),
  ...['London', 'Berlin', 'Paris', 'Madrid', 'Rome', 'Warsaw', 'Athens', 'Istanbul'].map((city) => `Europe/${city}`),
  ...['New_York', 'Chicago', 'Denver', 'Los_Angeles', 'Halifax', 'Sao_Paulo'].map((city) => `America/${city}`),
  ...['Cairo', 'Johannesburg', 'Lagos', 'Nairobi'].map((city) => `Africa/${city}`),
  ...['Sydney', 'Perth', 'Lord_Howe'].map((city) => `Australia/${city}`),
]

export const workspaceZone = 'Europe/Moscow'

/** Weekdays nine to nine and Saturdays ten to six where the callee is, and a quiet hour where the workspace is. */
export const settings: CampaignSettings = {
  pacing: { callsPerSecond: 50, maxCalls: 500, pauseSeconds: 0 },
  windows: [
    { zone: 'callee', days: [1, 2, 3, 4, 5], fromSecond: 9 * 3_600, toSecond: 21 * 3_600 - 1 },
    { zone: 'callee', days: [6], fromSecond: 10 * 3_600, toSecond: 18 * 3_600 - 1 },
  ],
  timeGroups: [{ name: 'lunch', zone: 'workspace', forbid: [{ fromSecond: 13 * 3_600, toSecond: 14 * 3_600 }] }],
  retry: { rules: [], caps: {} },
  callerId: { mode: 'trunk' },
  ringTimeoutMs: 30_000,
  maxDurationMs: 600_000,
  record: 'all',
  isTest: false,
}

/** As the store shows it: a million contacts are forty lanes with the instant at which the first of each is due. */
export function millionDue(now: Temporal.Instant): CampaignView {
  const gate = (callsPerSecond: number | null, maxCalls: number | null) => ({
    live: 100,
    restsUntil: null,
    maxCalls,
    callsPerSecond,
    nextSlotAt: now,
  })
  const view = {
    campaignId: 'campaign',
    workspaceId: 'workspace',
    workspaceZone,
    settings,
    startAt: null,
    expiresAt: null,
    workspace: gate(null, null),
    campaign: gate(50, 500),
    routes: [
      { routeId: 1, trunks: [0, 1].map((n) => ({ trunkId: `trunk-${n}`, closedUntil: null, ...gate(100, 300) })) },
    ],
    numbers: null,
    lanes: fortyZones.map((zone, index) => ({
      routeId: 1,
      zoneId: index + 1,
      zones: [zone],
      priority: 0,
      nextDueAt: now.subtract({ seconds: index + 1 }),
    })),
  }
  return view
}
