/** What becomes of a call to a number of ours: the rule as it is kept in the number's row. */

export const shownNames = ['caller', 'caller-number', 'name', 'called'] as const
export const shownNumbers = ['caller', 'called'] as const

export type InboundRule = {
  /** `robot`: the scenario talks; `end`: the call is refused without ringing. */
  readonly action: 'robot' | 'end'
  /** With `robot` alone; its latest version talks. */
  readonly scenarioId: string | null
  /** Null: the scenario's first. */
  readonly startBlock: string | null
  /** What the scenario and whoever the call is handed to see as the caller's name: the name the caller sends, his number, the name of this number, or the number that was called. */
  readonly shownName: (typeof shownNames)[number]
  /** What they see as the caller's number. */
  readonly shownNumber: (typeof shownNumbers)[number]
  readonly record: 'all' | 'off'
  /** From the answer on, handed over or not; absent: an hour. */
  readonly maxDurationSeconds?: number | undefined
  /** What the provider sends as the called number; null: the number itself. */
  readonly did: string | null
  readonly comment: string | null
}

/** Seconds that a call to the number lasts at most. */
export function maxDurationOf({ maxDurationSeconds }: Pick<InboundRule, 'maxDurationSeconds'>): number {
  return maxDurationSeconds ?? 3_600
}
