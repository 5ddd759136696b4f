/** The calling party of the in-memory telephony, and the registrar of its lines: how they behave, and what they saw. */

export type Caller = {
  /** Where its INVITE comes from. */
  readonly address: string
  readonly port: number
  /** What it rings: the request URI, a line's contact or a number at our address. */
  readonly requestUri: string
  readonly dialled: string | null
  readonly from: string | null
  readonly fromName: string | null
  /** Takes its call back so long after it began; null: it waits. */
  readonly givesUpAfterMs: number | null
  /** After the answer; null: it waits for us. */
  readonly hangsUpAfterMs: number | null
  /** Keys it presses once it has heard a play to its end. */
  readonly presses: string | null
  /** False: it has no codec of ours. */
  readonly isUnderstood: boolean
}

/** What the calling party saw of its call. */
export type CallerSaw = {
  isRinging: boolean
  isAnswered: boolean
  /** Final status, 200 included; null: none yet. */
  status: number | null
  digits: string
  isOver: boolean
}

export type Registrar =
  /** Binds for as long as it likes, whatever was asked for; null: for what was asked for. */
  | { readonly kind: 'binds'; readonly forSeconds: number | null }
  | { readonly kind: 'refuses'; readonly status: number; readonly reason: string }
  | { readonly kind: 'silent' }
