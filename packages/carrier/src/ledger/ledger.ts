/** What the carrier saw, one JSON line per event, written before the carrier does anything else: the judge of tests. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CarrierError, reasonOf } from '../errors.ts'

export type LedgerLine = {
  readonly at: string
  readonly monotonicMs: number
  readonly callId: string
  readonly cseq: number
  readonly branch: string
  readonly from: string
  readonly to: string
  readonly persona: string
  /** `ring`: the first copy of an INVITE that was let in; a digest repeat of the same attempt is no second ring. */
  readonly kind: 'ring' | 'answered' | 'ended'
  readonly finalCode?: number | undefined
  /** `carrier`: it was stopped while the call was up. */
  readonly by?: 'caller' | 'callee' | 'error' | 'carrier' | undefined
  /** Keys that the caller pressed. */
  readonly digits?: string | undefined
  /** Milliseconds of sound, not silence, that came from the caller. */
  readonly heardMs?: number | undefined
  /** What became of the persona's re-INVITE, where it sent one. */
  readonly reinvite?: 'answered' | 'refused' | undefined
}

export type Ledger = { write(line: LedgerLine): void }

/**
 * @param path  Null keeps nothing. The file is begun anew.
 * @throws {CarrierError} `CARRIER_LEDGER_UNUSABLE`.
 */
export function openLedger(path: string | null): Ledger {
  if (path === null) return { write: () => {} }
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  } catch (error) {
    throw new CarrierError('CARRIER_LEDGER_UNUSABLE', `--ledger: ${path} cannot be written: ${reasonOf(error)}`, error)
  }
  return { write: (line) => appendFileSync(path, `${JSON.stringify(line)}\n`) }
}
