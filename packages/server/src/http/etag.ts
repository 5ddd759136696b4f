/** A version mark of what is shown, so that a change is made to what was seen and nothing else (RFC 9110 §8.8.3, §13.1.1). */
import { createHash } from 'node:crypto'

/** A strong entity tag: equal for equal content alone. */
export function etagOf(shown: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 27)}"`
}

/** Whether an If-Match lets a change through: absent, `*`, or a list that names the tag. */
export function isMatch(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true
  return ifMatch.split(',').some((one) => one.trim() === etag)
}
