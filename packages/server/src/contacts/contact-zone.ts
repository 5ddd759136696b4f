/** The zone that a client gave for a contact. */

const wholeHour = 3_600
const farthest = 14 * wholeHour

/** @returns The zone as a set of one, or undefined when it is none. Seconds east of UTC become a zone without clock changes. */
export function zoneNames(zone: string | number): readonly string[] | undefined {
  if (typeof zone === 'number') {
    if (!Number.isInteger(zone) || Math.abs(zone) > farthest || zone % 60 !== 0) return undefined
    const sign = zone < 0 ? '-' : '+'
    const hours = String(Math.floor(Math.abs(zone) / wholeHour)).padStart(2, '0')
    const minutes = String((Math.abs(zone) % wholeHour) / 60).padStart(2, '0')
    return [`${sign}${hours}:${minutes}`]
  }
  try {
    return [Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId]
  } catch {
    return undefined
  }
}
