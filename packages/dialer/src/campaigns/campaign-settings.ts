/** What a campaign was told: pacing, hours, retries. Plain data, the same in the store, the planner and the API. */
import type { Disposition } from '../attempts/disposition.ts'

/** One span of a day in which calling is allowed; several windows are a union. `fromSecond` <= `toSecond`, both inclusive, 0..86399. */
export type CallingWindow = {
  readonly zone: 'callee' | 'workspace'
  /** ISO days, 1 = Monday; absent: every day. */
  readonly days?: readonly number[] | undefined
  readonly fromSecond: number
  readonly toSecond: number
}

/** Hours when calling is forbidden. `fromSecond` > `toSecond` crosses midnight; 86400 is legal as an end. */
export type ForbiddenHours = {
  readonly name: string
  readonly zone: 'callee' | 'workspace'
  readonly forbid: readonly { days?: readonly number[] | undefined; fromSecond: number; toSecond: number }[]
}

/**
 * Results that no rule redials: whoever answered has been reached, and what a person took back stays so. Nor is a call redialled
 * that our own do-not-call list blocked. A number that does not exist, or that a carrier blocked, is redialled by a rule that names
 * it: some clients ask for every result but an answer.
 */
export type FinalDisposition = 'answered' | 'cancelled'

/** What a retry rule listens to: a disposition, or an answered call that was too short to count. */
export type RetryTrigger = Exclude<Disposition, FinalDisposition> | 'short-talk'

/** Redials after any result of `on`; past results of the rule's own triggers are its counter. */
export type RetryRule = {
  readonly on: readonly RetryTrigger[]
  /** Redials at most after these results; 0 = none. */
  readonly tries: number
  /** Seconds until the redial: the n-th redial takes the n-th entry, later ones the last. */
  readonly intervalsSeconds: readonly number[]
  /** For `short-talk`: an answered call of this many seconds or fewer. */
  readonly talkSecondsAtMost?: number | undefined
}

export type RetryPolicy = {
  readonly rules: readonly RetryRule[]
  /** Over all rules. */
  readonly caps: RetryCaps
}

export type RetryCaps = {
  /** Calls of a person in the campaign, on whichever phone. */
  readonly perContact?: number | undefined
  /** Calls of a phone in the campaign, whichever of its people have it: then the next phone of the person has its turn. */
  readonly perPhone?: number | undefined
  /** Calls of a phone on a day of its callee, over all campaigns of the workspace. */
  readonly perPhonePerDay?: number | undefined
}

export type Pacing = {
  readonly callsPerSecond: number
  readonly maxCalls: number
  /** A channel stays taken this long after the end of its call. */
  readonly pauseSeconds: number
  /**
   * Calls go out in waves of `size`; the next one begins `gapSeconds` after the last call of this one has ended. A wave that has too
   * few people waiting stays open for those who become due. Absent: no waves.
   */
  readonly wave?: { readonly size: number; readonly gapSeconds: number } | undefined
}

/** Whom a call is handed to; ids are ours. */
export type TransferTarget =
  | { readonly to: 'operator-group'; readonly groupId: string }
  | { readonly to: 'number'; readonly phone: string; readonly callerId?: string | undefined }
  | { readonly to: 'dialplan'; readonly dialplanId: string; readonly phone: string }
  | { readonly to: 'scenario'; readonly scenarioId: string }

/** 'given': the phones are dialled as given. */
export type CallerIdChoice =
  | { readonly mode: 'trunk' }
  | { readonly mode: 'number'; readonly number: string }
  | { readonly mode: 'group'; readonly groupId: string }

export type CampaignSettings = {
  readonly pacing: Pacing
  /** Absent or empty: any time. */
  readonly windows: readonly CallingWindow[]
  readonly timeGroups: readonly ForbiddenHours[]
  readonly retry: RetryPolicy
  readonly callerId: CallerIdChoice
  readonly ringTimeoutMs: number
  readonly maxDurationMs: number
  /** Of answered calls: both sides, or nothing at all. */
  readonly record: 'all' | 'off'
  /** Switches policies off. */
  readonly isTest: boolean
  /** Where a transfer to "campaign" goes; absent: it hangs up. */
  readonly redirect?: TransferTarget | undefined
  /** Names of compliance packs, like `ru-230fz`; absent: none. */
  readonly policies?: readonly string[] | undefined
}
