/** A session in our words. */
import type { RetryTrigger } from '@dialwright/dialer'
import type { NewCampaign } from '../../campaigns/create-campaign.ts'
import type { ReadSession } from './schemas.ts'

/** The older API's defaults, which the newer page leaves out. */
const defaults = { perWave: 15, gapSeconds: 30, retries: 0, retryAfterSeconds: 0 } as const
const ringTimeoutMs = 45_000
const maxDurationMs = 1_800_000

export const dialect = 'omicall'

/** Whatever else than an answer; what no redial cures is not redialled. */
const notAnswered = [
  'busy',
  'rejected',
  'no-answer',
  'unreachable',
  'congestion',
  'failed',
] as const satisfies readonly RetryTrigger[]

/** Calls of one wave; what is not asked for fits into what the workspace allows. A workspace that lets none out lets none of these out. */
export function waveSizeOf({ numberCallPerTime }: ReadSession, workspaceMaxCalls: number | null): number {
  return numberCallPerTime ?? Math.max(1, Math.min(defaults.perWave, workspaceMaxCalls ?? defaults.perWave))
}

export function campaignOf(
  session: ReadSession,
  name: string,
  scenarioId: string,
  numberIds: readonly string[],
  waveSize: number,
  now: Temporal.Instant,
): NewCampaign {
  const { phones: _, phoneField: __, ...original } = session
  const { maxRetryOfDetail, retryAfterSeconds, durationOfEachCall, sendTime } = original
  const tries = maxRetryOfDetail ?? defaults.retries
  return {
    name,
    scenario: { field: 'scripts', value: scenarioId },
    route: {
      via: 'numbers',
      numbers: numberIds.map((value, index) => ({ field: `numberCallOuts.${index}`, value })),
    },
    settings: {
      pacing: {
        callsPerSecond: waveSize,
        maxCalls: waveSize,
        pauseSeconds: 0,
        wave: { size: waveSize, gapSeconds: durationOfEachCall ?? defaults.gapSeconds },
      },
      windows: [],
      timeGroups: [],
      retry: {
        rules:
          tries === 0
            ? []
            : [{ on: notAnswered, tries, intervalsSeconds: [retryAfterSeconds ?? defaults.retryAfterSeconds] }],
        caps: {},
      },
      callerId: { mode: 'trunk' },
      ringTimeoutMs,
      maxDurationMs,
      record: 'all',
      isTest: false,
    },
    normalization: 'auto',
    startAt: sendTime == null ? now : Temporal.Instant.fromEpochMilliseconds(sendTime),
    expiresAt: null,
    dialect,
    original,
    notYet: {},
    webhooks: [],
  }
}
