/** What the demo prints: one moving line on a terminal, plain lines without one, tables at the end. */

export type Progress = {
  readonly total: number
  readonly done: number
  readonly waiting: number
  readonly dialing: number
  readonly attempts: number
  readonly answered: number
}

const barWidth = 30
const plainEveryMs = 5_000

export class Screen {
  readonly #out: NodeJS.WriteStream
  #lastPlainMs = Number.NEGATIVE_INFINITY
  #isBarShown = false

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  line(text = ''): void {
    if (this.#isBarShown) this.#out.write('\r\x1b[2K')
    this.#isBarShown = false
    this.#out.write(`${text}\n`)
  }

  progress(progress: Progress, elapsedMs: number): void {
    const text = progressText(progress, elapsedMs)
    if (this.#out.isTTY) {
      this.#out.write(`\r\x1b[2K${text}`)
      this.#isBarShown = true
    } else if (elapsedMs - this.#lastPlainMs >= plainEveryMs) {
      this.#lastPlainMs = elapsedMs
      this.#out.write(`${text}\n`)
    }
  }

  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
    for (const row of rows)
      this.line(`  ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('   ')}`)
  }
}

function progressText(progress: Progress, elapsedMs: number): string {
  const share = progress.total === 0 ? 0 : progress.done / progress.total
  const filled = Math.round(share * barWidth)
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled)
  const seconds = Math.round(elapsedMs / 1_000)
  return `[${bar}] ${progress.done}/${progress.total} done, ${progress.dialing} on the line, ${progress.waiting} waiting, ${progress.attempts} attempts, ${progress.answered} answered, ${seconds} s`
}

/** Columns a text takes: Han characters are two wide on a terminal. */
function width(text: string): number {
  let columns = 0
  for (const character of text) columns += /\p{Script=Han}/u.test(character) ? 2 : 1
  return columns
}
