/** One run of a scenario on one call: its state, what happens to it, and what it asks for. All of it plain data. */
import type { GivenTransferTarget } from '../format/transfer.ts'

/** All `...Ms` of events and paths count from the answer (the 200). */
export type RunEvent =
  | { readonly type: 'play-done'; readonly playId: string; readonly reason: 'end' | 'stopped'; readonly atMs: number }
  | { readonly type: 'play-failed'; readonly playId: string; readonly atMs: number }
  | { readonly type: 'key'; readonly digit: string; readonly atMs: number }
  | { readonly type: 'timer'; readonly timerId: string; readonly atMs: number }
  /** Telephones of those to whom the call is to be handed ring, or are about to. */
  | { readonly type: 'transfer-ringing'; readonly transferId: string; readonly atMs: number }
  /** Somebody has taken the call: the two hear each other. */
  | { readonly type: 'transfer-answered'; readonly transferId: string; readonly atMs: number }
  | {
      readonly type: 'transfer-ended'
      readonly transferId: string
      readonly result: TransferResult
      readonly atMs: number
    }
  | { readonly type: 'ended'; readonly atMs: number }

/**
 * How a hand-over ended. `bridged-ended`: the two have talked, and one has hung up. `nobody`: there is nobody to hand the call to, by
 * design, and it is hung up. The others are ways in which nobody took it; `full`: no channel was free.
 */
export type TransferResult = 'bridged-ended' | 'nobody' | 'no-answer' | 'busy' | 'failed' | 'full'

export type PlayItem =
  | { readonly audio: string }
  | { readonly text: string; readonly voice?: string | undefined; readonly speed?: number | undefined }

export type RunAction =
  | { readonly type: 'play'; readonly playId: string; readonly items: readonly PlayItem[]; readonly bargeIn: boolean }
  | { readonly type: 'stop-play'; readonly playId: string }
  | { readonly type: 'start-timer'; readonly timerId: string; readonly ms: number }
  | { readonly type: 'cancel-timer'; readonly timerId: string }
  | { readonly type: 'send-keys'; readonly digits: string }
  | { readonly type: 'transfer'; readonly transferId: string; readonly to: 'campaign' | GivenTransferTarget }
  | { readonly type: 'hangup' }

/** Heard while another telephone rings; a workspace may put a sound of its own in its place. */
export const ringbackPath = '/tones/ringback.wav'

export const runLimits = {
  /** Blocks entered within one event: a loop that takes no time ends here. */
  stepsPerEvent: 1_000,
  queuedKeys: 32,
  /** Prompts failing one after another: then nothing can be said on this call, and it ends instead of staying silent. */
  failedPlays: 8,
  /** Hand-overs of one call: those that fail at once, over and over, end here. */
  transfers: 20,
  pathEntries: 1_000,
  keys: 1_000,
  notes: 32,
} as const

export type RunErrorCode =
  | 'SCENARIO_STEP_LIMIT'
  | 'SCENARIO_UNKNOWN_BLOCK'
  | 'SCENARIO_NOTHING_PLAYS'
  | 'SCENARIO_TRANSFER_LIMIT'
export type RunError = { readonly code: RunErrorCode; readonly block: string; readonly message: string }

/** A block on the way of a run. */
export type PathEntry = {
  readonly block: string
  readonly atMs: number
  /** What it said there, in words or as the path of a sound; asked again, a question stands here once. */
  readonly said?: string | undefined
}

export type RunResult = {
  readonly path: readonly PathEntry[]
  /** Every digit the callee pressed, in order. */
  readonly keys: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  /** Name of the last goal marked; "reached" where the scenario says only `goal: true`. */
  readonly goal: string | null
  readonly level: 'A' | 'B' | 'C' | 'D' | 'E' | null
  /** What did not go as written without ending the run: a phrase refused, a condition that could not be evaluated. */
  readonly notes: readonly { readonly block: string; readonly message: string; readonly atMs: number }[]
  readonly error: RunError | null
}

/**
 * What the run waits for:
 * - `saying`: its prompt; a key stops it (barge-in) or is kept for the next menu.
 * - `asking`: the menu's question; any key stops it and is the answer.
 * - `listening`: a key or the menu's timer, after the question.
 * - `pausing`: a timer of `pause`, or of `keys` while its tones sound.
 * - `transferring`: the end of a hand-over; keys are kept and steer nothing. `playId`: what is heard until somebody answers, again and
 *   again; null: nothing, or the other person.
 */
export type Waiting =
  | { readonly kind: 'saying'; readonly playId: string; readonly bargeIn: boolean }
  | { readonly kind: 'asking'; readonly playId: string; readonly asked: number }
  | { readonly kind: 'listening'; readonly timerId: string; readonly asked: number }
  | { readonly kind: 'pausing'; readonly timerId: string }
  | { readonly kind: 'transferring'; readonly transferId: string; readonly playId: string | null }

/** `leaving`: hang-up asked for; only `ended` still counts. */
export type RunState = {
  readonly status: 'running' | 'leaving' | 'ended'
  readonly block: string
  readonly waiting: Waiting | null
  readonly queuedKeys: string
  /** Makes play and timer ids unique within the run. */
  readonly counter: number
  readonly failedPlays: number
  readonly transfers: number
  readonly result: RunResult
}

export type RunStep = { readonly state: RunState; readonly actions: readonly RunAction[] }
