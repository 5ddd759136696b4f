/** From when and until when a campaign may dial. */
import type { FieldProblem } from './errors.ts'

export const expiresTooEarly: FieldProblem = {
  field: 'expiresAt',
  code: 'range',
  message: 'expected an instant after startAt: the campaign would end before it begins',
}

/** Null is open to its side. */
export function isBefore(startAt: Temporal.Instant | null, expiresAt: Temporal.Instant | null): boolean {
  return startAt === null || expiresAt === null || Temporal.Instant.compare(startAt, expiresAt) < 0
}
