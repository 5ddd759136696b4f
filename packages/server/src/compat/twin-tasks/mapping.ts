/** TWIN's words in ours, and back. */
import type { CampaignSettings, RetryRule } from '@dialwright/dialer'
import type { NewCampaign } from '../../campaigns/create-campaign.ts'
import type { NewContact } from '../../contacts/prepare-contact.ts'
import type { TwinCandidate, TwinTask } from './schemas.ts'

type Rule = NonNullable<TwinTask['recallRules']['BUSY']>

/** contracts: null tries with an enabled rule is one redial, a null interval is a quarter of an hour; never "for ever". */
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

export function campaignOfTask(task: TwinTask, original: unknown): NewCampaign {
  const settings: CampaignSettings = {
    pacing: { callsPerSecond: task.intensity, maxCalls, pauseSeconds: 0 },
    windows: [{ zone: 'callee', fromSecond: task.allowedTimeRange.from, toSecond: task.allowedTimeRange.to }],
    timeGroups: [],
    retry: { rules: retryRules(task), caps: {} },
    callerId:
      task.defaultCallerId.type === 'custom'
        ? { mode: 'number', number: task.defaultCallerId.data ?? '' }
        : { mode: 'trunk' },
    ringTimeoutMs,
    maxDurationMs,
    isTest: task.isTest,
  }
  return {
    name: task.name,
    scenario: { field: 'botId', value: task.botId },
    route: {
      via: 'dialplan',
      dialplan: { field: 'dialplanId', value: task.dialplanId },
      ...(task.defaultCallerId.type === 'groupaon'
        ? { callerIdGroup: { field: 'defaultCallerId.data', value: task.defaultCallerId.data ?? '' } }
        : {}),
    },
    settings,
    normalization: task.phoneNormalization ?? 'none',
    startAt: task.scheduledAt == null ? null : Temporal.Instant.from(task.scheduledAt),
    expiresAt: null,
    dialect: 'twin',
    original,
    notYet: {
      amd: task.amd ?? null,
      noise: task.backgroundNoise ?? null,
      redirect: task.defaultRedirect,
      gender: task.detectGenderByVoice,
    },
    webhooks: task.webhookUrl == null ? [] : [{ url: task.webhookUrl, dialect: 'twin', events: [] }],
  }
}

function retryRules(task: TwinTask): RetryRule[] {
  const rules: RetryRule[] = []
  for (const [result, on] of Object.entries(triggers)) {
    const rule: (Rule & { duration?: number | null | undefined }) | undefined =
      task.recallRules[result as keyof typeof triggers]
    if (rule === undefined || !rule.enabled) continue
    rules.push({
      on,
      tries: rule.tries ?? defaultTries,
      intervalsSeconds: [rule.interval ?? defaultIntervalSeconds],
      ...(result === 'NOT_SUCCESSFUL' ? { talkSecondsAtMost: rule.duration ?? 0 } : {}),
    })
  }
  return rules
}

export function contactOfCandidate(candidate: TwinCandidate): NewContact {
  return {
    phones: candidate.phone,
    variables: candidate.variables ?? {},
    ...(candidate.timezone == null ? {} : { zone: candidate.timezone }),
    ...(candidate.clientExternalId == null ? {} : { clientExternalId: candidate.clientExternalId }),
    callbackData: candidate.callbackData ?? null,
  }
}
