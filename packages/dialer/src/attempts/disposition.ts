/** The business result of an attempt: exactly one per attempt (docs/GLOSSARY.md). */
export const dispositions = [
  'answered',
  'machine',
  'screened',
  'fax',
  'busy',
  'rejected',
  'no-answer',
  'unreachable',
  'invalid-number',
  'blocked',
  'congestion',
  'cancelled',
  'failed',
  'unknown',
] as const

export type Disposition = (typeof dispositions)[number]
