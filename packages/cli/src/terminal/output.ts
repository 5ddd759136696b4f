/** Where a command speaks: results on stdout, asides and progress on stderr; with --json nothing but JSON on stdout. */
import { styleText } from 'node:util'
import { withoutControls } from './text.ts'

type Stream = { write(text: string): unknown; readonly isTTY?: boolean | undefined }
type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim'

export class Output {
  readonly isJson: boolean
  readonly #stdout: Stream
  readonly #stderr: Stream
  readonly #isColorOff: boolean
  #isBarShown = false

  constructor(parts: {
    readonly stdout: Stream
    readonly stderr: Stream
    readonly isJson: boolean
    readonly isColorOff: boolean
  }) {
    this.#stdout = parts.stdout
    this.#stderr = parts.stderr
    this.isJson = parts.isJson
    this.#isColorOff = parts.isColorOff
  }

  /** Whether progress may be a bar that moves. */
  get hasBar(): boolean {
    return this.#stderr.isTTY === true
  }

  /** What the command was asked for: one line of JSON, or the text. A command that follows something has many. */
  result(value: unknown, text: () => string): void {
    this.clearBar()
    if (this.isJson) this.#stdout.write(`${JSON.stringify(value)}\n`)
    else this.#stdout.write(`${withoutControls(text())}\n`)
  }

  /** A document as it is: what a file would get. */
  raw(text: string): void {
    this.clearBar()
    this.#stdout.write(text)
  }

  /** An aside for a person. */
  note(text: string): void {
    this.clearBar()
    this.#stderr.write(`${withoutControls(text)}\n`)
  }

  /** A line that is written over by the next; nothing without a terminal. */
  bar(text: string): void {
    if (!this.hasBar) return
    this.#stderr.write(`\r\x1b[2K${withoutControls(text).replaceAll('\n', ' ')}`)
    this.#isBarShown = true
  }

  clearBar(): void {
    if (this.#isBarShown) this.#stderr.write('\r\x1b[2K')
    this.#isBarShown = false
  }

  /** For text of `result`, which goes to stdout. */
  paint(colour: Colour, text: string): string {
    return this.#styled(this.#stdout, colour, text)
  }

  /** For text of `note`, which goes to stderr. */
  paintNote(colour: Colour, text: string): string {
    return this.#styled(this.#stderr, colour, text)
  }

  #styled(stream: Stream, colour: Colour, text: string): string {
    return this.#isColorOff || stream.isTTY !== true ? text : styleText(colour, text, { validateStream: false })
  }
}
