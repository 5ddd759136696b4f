/** What the carrier saw, one JSON line per event, written before the carrier does anything else: the judge of tests. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

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
  readonly by?: 'caller' | 'callee' | 'error' | undefined
  readonly digits?: string | undefined
  readonly heardMs?: number | undefined
}

export type Ledger = { write(line: LedgerLine): void }

/** @param path  Null keeps nothing. The file is begun anew. */
export function openLedger(path: string | null): Ledger {
  if (path === null) return { write: () => {} }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  return { write: (line) => appendFileSync(path, `${JSON.stringify(line)}\n`) }
}
