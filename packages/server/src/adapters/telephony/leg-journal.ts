/**
 * Which INVITEs and dialogs are under way, on disk: a telephony process that died leaves people ringing or on the line, and the next
 * one says CANCEL, BYE or, to a caller, that nobody is there. A file of JSON lines: the latest of a leg counts. Written anew once most of it is history.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DialogSnapshot, IncomingSnapshot, InviteSnapshot } from '@dialwright/sip'

export type LegSnapshot =
  | { readonly kind: 'invite'; readonly invite: InviteSnapshot }
  /** A call that came in and has no final answer yet: its caller hears ringing. */
  | { readonly kind: 'incoming'; readonly incoming: IncomingSnapshot }
  | { readonly kind: 'dialog'; readonly dialog: DialogSnapshot }

type Line =
  | { readonly op: 'open'; readonly legId: string; readonly snapshot: LegSnapshot }
  | { readonly op: 'close'; readonly legId: string }

const defaultLinesAtMost = 20_000

/**
 * On a full disk no INVITE is begun that could not be taken back; what is under way already goes on, and the file is made true
 * again with the first write that succeeds.
 */
export class LegJournal {
  readonly #path: string
  readonly #linesAtMost: number
  readonly #open: Map<string, LegSnapshot>
  #lines = 0
  /** The file lacks something, or ends in the middle of a line. */
  #isBehind = false
  /** What an earlier process left open. */
  readonly survivors: ReadonlyMap<string, LegSnapshot>

  constructor(directory: string, linesAtMost = defaultLinesAtMost) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = join(directory, 'legs.jsonl')
    this.#linesAtMost = linesAtMost
    this.survivors = readSurvivors(this.#path)
    this.#open = new Map(this.survivors)
    this.#tryTo(() => this.#rewrite())
  }

  /**
   * Written before the INVITE leaves and before anything else is done with its answer; it serves a crash of the process, not of the
   * machine.
   * @throws {Error} The system's, when a leg that is new cannot be written down: it must not be dialled.
   */
  open(legId: string, snapshot: LegSnapshot): void {
    const isNew = !this.#open.has(legId)
    this.#open.set(legId, snapshot)
    const failure = this.#tryTo(() => this.#append({ op: 'open', legId, snapshot }))
    if (failure === null || !isNew) return
    this.#open.delete(legId)
    throw failure
  }

  close(legId: string): void {
    if (this.#open.delete(legId)) this.#tryTo(() => this.#append({ op: 'close', legId }))
  }

  /** A call that has ended, or is talked, must not pay for the disk. */
  #tryTo(write: () => void): Error | null {
    try {
      write()
      return null
    } catch (error) {
      this.#isBehind = true
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  #append(line: Line): void {
    if (this.#isBehind) return this.#rewrite()
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`)
    this.#lines += 1
    if (this.#lines > this.#linesAtMost && this.#lines > 2 * this.#open.size) this.#rewrite()
  }

  /** Beside it first, then in its place: a crash in between keeps the old one whole. */
  #rewrite(): void {
    const lines = [...this.#open].map(([legId, snapshot]) => `${JSON.stringify({ op: 'open', legId, snapshot })}\n`)
    const fresh = `${this.#path}.new`
    writeFileSync(fresh, lines.join(''), { mode: 0o600 })
    renameSync(fresh, this.#path)
    this.#lines = lines.length
    this.#isBehind = false
  }
}

function readSurvivors(path: string): Map<string, LegSnapshot> {
  const open = new Map<string, LegSnapshot>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return open
  }
  for (const line of text.split('\n')) {
    if (line === '') continue
    let entry: Line
    try {
      entry = JSON.parse(line)
    } catch {
      // The process died while it wrote its last line: what that told of had not been done either.
      continue
    }
    if (entry.op === 'open') open.set(entry.legId, entry.snapshot)
    else open.delete(entry.legId)
  }
  return open
}
