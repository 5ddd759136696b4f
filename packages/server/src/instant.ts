/** An instant as a document or a request gives it. */
import { z } from 'zod'

/** Whether the text is an instant that everything behind us can hold: PostgreSQL, Temporal, and people's calendars. */
export function isKeepable(text: string): boolean {
  try {
    const { year } = Temporal.Instant.from(text).toZonedDateTimeISO('UTC')
    return year >= 1970 && year < 9999
  } catch {
    // More than nine decimals of a second, say.
    return false
  }
}

export const instantSchema = z.iso
  .datetime({ offset: true, error: 'expected a time with its offset, like 2026-03-02T09:00:00+03:00' })
  .refine(isKeepable, 'expected a time from 1970 to 9998, with nine decimals of a second at most')
