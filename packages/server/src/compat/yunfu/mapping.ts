/** The robot's task in our words. */
import type { CampaignSettings } from '@dialwright/dialer'
import type { NewCampaign } from '../../campaigns/create-campaign.ts'
import type { GivenRedirect } from '../../campaigns/redirect.ts'
import type { Reference } from '../../campaigns/route.ts'
import type { GivenRules } from '../../campaigns/shared-rules.ts'
import type { YunfuTask } from './schemas.ts'

/** The vendor's own figure in its lists: a task is paced by its lines, not by starts a second. */
const callsPerSecond = 10
const maxDurationMs = 3_600_000

const dialect = 'yunfu'

export function settingsOf(task: YunfuTask): Pick<CampaignSettings, 'pacing' | 'ringTimeoutMs'> {
  return {
    pacing: { callsPerSecond, maxCalls: task.maximumcall, pauseSeconds: task.call_pause_second },
    ringTimeoutMs: task._originate_timeout * 1_000,
  }
}

export function rulesOf(task: YunfuTask): GivenRules {
  return {
    retryRule: { field: 'auto_recycle_rule_id', value: String(task.auto_recycle_rule_id), dialect },
    timeGroups: [{ field: 'disable_dial_timegroup', value: task.disable_dial_timegroup, dialect }],
  }
}

/** Null: a script that hands over hangs up. */
export function redirectOf(task: YunfuTask): GivenRedirect | null {
  if (task.customer_service_id == null) return null
  const group = { field: 'customer_service_id', value: String(task.customer_service_id), dialect }
  return { to: 'operator-group', group }
}

export function scriptOf(task: YunfuTask): Reference {
  return { field: 'destination_extension', value: String(task.destination_extension), dialect }
}

export function lineOf(task: YunfuTask): Reference {
  return { field: 'caller_line_id', value: task.caller_line_id, dialect }
}

export function campaignOfTask(task: YunfuTask): NewCampaign {
  const redirect = redirectOf(task)
  return {
    name: task.name,
    scenario: scriptOf(task),
    route: { via: 'numbers', numbers: [lineOf(task)] },
    shared: rulesOf(task),
    ...(redirect === null ? {} : { redirect }),
    settings: {
      ...settingsOf(task),
      windows: [],
      timeGroups: [],
      retry: { rules: [], caps: {} },
      callerId: { mode: 'trunk' },
      maxDurationMs,
      record: 'all',
      isTest: false,
    },
    normalization: 'auto',
    startAt: null,
    expiresAt: null,
    dialect,
    original: task,
    notYet: {},
    webhooks: [],
  }
}
