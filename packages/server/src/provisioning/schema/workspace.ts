/** The workspace itself: one in a document. */
import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import { name } from './fields.ts'
import { callsPerSecond, maxCalls, reservedCalls, reservesTooMany, reservesWhatIsThere } from './limits.ts'

const zoneForm = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

/** The zone's name as it is written, or null: there is none. Offsets like +03:00 are no zones: they know no summer. */
function zoneName(zone: string): string | null {
  if (!zoneForm.test(zone)) return null
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId
  } catch {
    return null
  }
}
const zone = z.string().superRefine((given, context) => {
  const known = zoneName(given)
  if (known === given) return
  const message =
    known === null
      ? 'expected an IANA time zone that exists, like Europe/Moscow'
      : `expected the name as it is written: ${known}`
  context.addIssue({ code: 'custom', message })
})
const country = z
  .string()
  .refine(
    (text) => /^[A-Z]{2}$/.test(text) && isSupportedCountry(text),
    'expected the two capital letters of a country that has telephone numbers, like RU',
  )

export const workspaceSchema = z
  .strictObject({ name, timeZone: zone, country, maxCalls, callsPerSecond, reservedCalls })
  .refine(reservesWhatIsThere, reservesTooMany)
export type WorkspaceItem = z.infer<typeof workspaceSchema>
