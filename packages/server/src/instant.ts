/** An instant as a document or a request gives it. */
import { z } from 'zod'

/** PostgreSQL reads no commas, no brackets, no bare hours, and no offset of 16 hours or more. */
const form = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-5])(:?\d\d)?)$/i

/** Whether the text is an instant that everything behind us can hold: PostgreSQL, Temporal, and people's calendars. */
export function isKeepable(text: string): boolean {
  if (!form.test(text)) return false
  try {
    const { year } = Temporal.Instant.from(text).toZonedDateTimeISO('UTC')
    return year >= 1970 && year < 9999
  } catch {
    // The thirtieth of February, say.
    return false
  }
}

export const instantSchema = z.iso
  .datetime({ offset: true, error: 'expected a time with its offset, like 2026-03-02T09:00:00+03:00' })
  .refine(
    isKeepable,
    'expected a time from 1970 to 9998, with nine decimals of a second and an offset below 16 hours at most',
  )
