/** Text for people: tables, bars, instants, durations; and nothing that a terminal would take for a command. */

/** Columns a text takes: Han characters are two wide on a terminal. */
export function width(text: string): number {
  let columns = 0
  for (const character of text) columns += /\p{Script=Han}/u.test(character) ? 2 : 1
  return columns
}

/** Names, reasons and variables come from anywhere: of control characters only line ends and our own colours pass. */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/\x1b\[\d{1,2}m|[^\P{Cc}\n]/gu, (found) => (found.length > 1 ? found : '\u{fffd}'))
}

/** @param rows  The first one is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replace(/[\n\t]/g, ' ')))
  const columns = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map((row) => width(row[column] ?? ''))),
  )
  return cells
    .map((row) =>
      widths
        .map((wide, column) => (row[column] ?? '') + ' '.repeat(wide - width(row[column] ?? '')))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** @param share  0 to 1. */
export function bar(share: number, columns = 30): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * columns)
  return `[${'#'.repeat(filled)}${'-'.repeat(columns - filled)}]`
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [count, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

export function duration(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1_000)
  return seconds < 3_600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
}

/** An instant as the machine's own zone writes it; what is no instant stays as it is. */
export function localTime(at: unknown, zone: string): string {
  if (typeof at !== 'string') return '-'
  try {
    const local = Temporal.Instant.from(at).toZonedDateTimeISO(zone)
    return `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'second' })}`
  } catch {
    return at
  }
}

/** A field of an answer, for a cell. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ') || '-'
  return JSON.stringify(value)
}
