/** TWIN's words in ours: a task, and a person in it. */
import type { CampaignSettings, RetryRule } from '@dialwright/dialer'
import type { NewCampaign } from '../../campaigns/create-campaign.ts'
import type { GivenRedirect } from '../../campaigns/redirect.ts'
import type { NewContact } from '../../contacts/prepare-contact.ts'
import type { TwinPerson } from './schemas/candidate.ts'
import { olderWebhookEvents } from './schemas/fields.ts'
import type { TwinTask } from './schemas/task.ts'

/** The vendor leaves open what null means in a rule that is enabled: one redial, a quarter of an hour later; never "for ever". */
const defaultTries = 1
const defaultIntervalSeconds = 900
/** The vendor lets a number ring for about half a minute; a trunk may shorten it. */
const ringTimeoutMs = 30_000
const maxDurationMs = 3_600_000
/** The vendor limits starts per second, not calls at once: the trunk and the workspace do. */
const maxCalls = 1_000

const triggers = {
  BUSY: ['busy', 'rejected'],
  NO_ANSWER: ['no-answer', 'unreachable'],
  MACHINE: ['machine', 'screened', 'fax'],
  CONGESTION: ['congestion', 'failed'],
  NOT_SUCCESSFUL: ['short-talk'],
} as const
export type RecallResult = keyof typeof triggers
export const recallResults = Object.keys(triggers) as readonly RecallResult[]

type GivenRule = {
  readonly enabled: boolean
  readonly tries?: number | null | undefined
  readonly interval?: number | null | undefined
  /** Of NOT_SUCCESSFUL: a call of this many seconds or fewer was fruitless. */
  readonly duration?: number | null | undefined
}

export function retryRules(given: Readonly<Partial<Record<RecallResult, GivenRule | undefined>>>): RetryRule[] {
  return recallResults.flatMap((result) => {
    const rule = given[result]
    if (rule === undefined || !rule.enabled) return []
    return {
      on: triggers[result],
      tries: rule.tries ?? defaultTries,
      intervalsSeconds: [rule.interval ?? defaultIntervalSeconds],
      ...(result === 'NOT_SUCCESSFUL' ? { talkSecondsAtMost: rule.duration ?? 0 } : {}),
    }
  })
}

/** The part of the settings that is the same for every task. FZ-230 holds for all that are no test: `isTest` switches packs off. */
export function settingsOf(
  given: Pick<CampaignSettings, 'windows' | 'retry' | 'callerId' | 'isTest' | 'record'> & {
    readonly callsPerSecond: number
  },
): CampaignSettings {
  const { callsPerSecond, ...settings } = given
  return {
    pacing: { callsPerSecond, maxCalls, pauseSeconds: 0 },
    timeGroups: [],
    ringTimeoutMs,
    maxDurationMs,
    policies: ['ru-230fz'],
    ...settings,
  }
}

/** @param original  The body as it was accepted, in its nested form: what reading the task answers. */
export function campaignOfTask(task: TwinTask, original: unknown): NewCampaign {
  const { type, data } = task.defaultCallerId
  const redirect = redirectOf(task.defaultRedirect)
  return {
    name: task.name,
    scenario: { field: 'botId', value: task.botId },
    route: {
      via: 'dialplan',
      dialplan: { field: 'dialplanId', value: task.dialplanId },
      ...(type === 'groupaon' ? { callerIdGroup: { field: 'defaultCallerId.data', value: data ?? '' } } : {}),
    },
    ...(redirect === null ? {} : { redirect }),
    settings: settingsOf({
      callsPerSecond: task.intensity,
      windows: [{ zone: 'callee', fromSecond: task.allowedTimeRange.from, toSecond: task.allowedTimeRange.to }],
      retry: { rules: retryRules(task.recallRules), caps: {} },
      callerId: type === 'custom' ? { mode: 'number', number: data ?? '' } : { mode: 'trunk' },
      isTest: task.isTest,
      record: 'all',
    }),
    normalization: task.phoneNormalization ?? 'none',
    startAt: task.scheduledAt == null ? null : Temporal.Instant.from(task.scheduledAt),
    expiresAt: null,
    dialect: 'twin',
    original,
    notYet: { amd: task.amd ?? null, noise: task.backgroundNoise ?? null, gender: task.detectGenderByVoice },
    webhooks:
      task.webhookUrl == null ? [] : [{ url: task.webhookUrl, dialect: 'twin', events: [...olderWebhookEvents] }],
  }
}

/** Null: the call is hung up. */
export function redirectOf({ type, data, additional }: TwinTask['defaultRedirect']): GivenRedirect | null {
  const target = { field: 'defaultRedirect.data', value: data ?? '', dialect: 'twin' }
  const second = { field: 'defaultRedirect.additional', value: additional ?? '' }
  switch (type) {
    case 'hangup':
      return null
    case 'transfer':
      return { to: 'operator-group', group: target }
    case 'dialplan':
      return { to: 'dialplan', dialplan: target, phone: second }
    case 'twin':
      return { to: 'scenario', scenario: target }
    case 'custom':
      return { to: 'number', phone: target, ...(second.value === '' ? {} : { callerId: second }) }
  }
}

export function contactOfPerson(person: TwinPerson): NewContact {
  return {
    phones: person.phone,
    variables: person.variables ?? {},
    ...(person.timezone == null ? {} : { zone: person.timezone }),
    ...(person.clientExternalId == null ? {} : { clientExternalId: person.clientExternalId }),
    callbackData: person.callbackData ?? null,
  }
}
