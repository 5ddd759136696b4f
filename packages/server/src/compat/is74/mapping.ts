/** The assistant's words in ours. Its schedule is in the workspace's zone. */
import { type CampaignSettings, dispositions, type RetryTrigger } from '@dialwright/dialer'
import type { CampaignState } from '../../campaigns/change-state.ts'
import type { NewCampaign } from '../../campaigns/create-campaign.ts'
import type { NewContact } from '../../contacts/prepare-contact.ts'
import type { Is74Campaign, Is74Phone, Schedule } from './schemas.ts'

/** Every result but an answer; what was taken back by us stays taken back. */
const redialled: readonly RetryTrigger[] = dispositions.filter((one) => one !== 'answered' && one !== 'cancelled')
/** The vendor has no words for the pace: a few calls a second, and as many at once as number, trunk and workspace carry. */
const callsPerSecond = 5
const maxCalls = 1_000
const ringTimeoutMs = 30_000
const maxDurationMs = 3_600_000
/** What a campaign is called that nobody gave a name. */
const unnamed = 'Обзвон'

/** What the request names, found: ids of ours. */
export type Found = {
  readonly scenarioId: string
  readonly startBlock: string
  readonly numberId: string
  /** IANA name. */
  readonly workspaceZone: string
}

export function campaignOf(
  { campaign }: Is74Campaign,
  found: Found,
  now: Temporal.Instant,
  original: unknown,
): NewCampaign {
  const { schedule } = campaign
  const settings: CampaignSettings = {
    pacing: { callsPerSecond, maxCalls, pauseSeconds: 0 },
    windows: [{ zone: 'workspace', fromSecond: schedule.start_time, toSecond: schedule.end_time - 1 }],
    timeGroups: [],
    retry: retryOf(schedule),
    callerId: { mode: 'trunk' },
    ringTimeoutMs,
    maxDurationMs,
    record: 'all',
    isTest: false,
  }
  return {
    name: campaign.name?.trim() || unnamed,
    scenario: { field: 'campaign.start_block_id', value: found.scenarioId, dialect: 'native' },
    startBlock: found.startBlock,
    route: {
      via: 'numbers',
      numbers: [{ field: 'campaign.phone_id', value: found.numberId, dialect: 'native' }],
    },
    settings,
    normalization: 'auto',
    startAt: firstMoment(schedule, found.workspaceZone, now),
    expiresAt: null,
    dialect: 'is74',
    original,
    notYet: {},
    webhooks: [],
  }
}

/** `attempts` counts all dials, the first one too: one rule, so that one counter holds over all results. */
function retryOf({ attempts, interval }: Schedule): CampaignSettings['retry'] {
  const tries = attempts.id - 1
  const rules = tries === 0 ? [] : [{ on: redialled, tries, intervalsSeconds: [interval * 60] }]
  return { rules, caps: {} }
}

/** When the campaign begins: a day that is over means today. */
export function firstMoment({ date, start_time }: Schedule, zone: string, now: Temporal.Instant): Temporal.Instant {
  const today = now.toZonedDateTimeISO(zone).toPlainDate()
  const day = Temporal.PlainDate.compare(date, today) < 0 ? today : date
  const plainTime = Temporal.PlainTime.from('00:00').add({ seconds: start_time })
  return day.toZonedDateTime({ timeZone: zone, plainTime }).toInstant()
}

/** @param variables  What `add_data` holds, in the types of the start block's parameters. */
export function contactOf({ phone }: Is74Phone, variables: Readonly<Record<string, unknown>>): NewContact {
  return { phones: [phone], variables }
}

/** The vendor names one state, "Создано"; the others are ours in its language. */
const states: Readonly<Record<CampaignState, string>> = {
  draft: 'Создано',
  scheduled: 'Запланировано',
  running: 'Выполняется',
  paused: 'Приостановлено',
  done: 'Завершено',
  stopped: 'Остановлено',
}

export function stateOf(state: CampaignState): { readonly state: string; readonly status: CampaignState } {
  return { state: states[state], status: state }
}
