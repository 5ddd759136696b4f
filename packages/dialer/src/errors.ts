/** Coded failures of the domain's ports. Outcomes of calls are data (`Disposition`), never errors. */

export type StoreErrorCode = 'STORE_FENCED' | 'STORE_UNKNOWN_CAMPAIGN'

/** The store refused: the node's lease is not current, or what was named does not exist. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  /** A fenced node has to join again first; a repetition under the same lease meets the same refusal. */
  readonly retryable = false

  constructor(code: StoreErrorCode, message: string) {
    super(message)
    this.name = 'StoreError'
    this.code = code
  }
}
