/** Instants as the robot writes them, on the workspace's clocks. */

/** `YYYY-MM-DD HH:MM:SS` in a zone. */
export function localTime(at: Temporal.Instant | string, zone: string): string {
  const instant = typeof at === 'string' ? Temporal.Instant.from(at) : at
  const local = instant.toZonedDateTimeISO(zone).toPlainDateTime()
  return local.toString({ smallestUnit: 'second' }).replace('T', ' ')
}

/** `HH:MM:SS` of seconds after midnight; the end of a day is `24:00:00`. */
export function clockTime(second: number): string {
  const parts = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
