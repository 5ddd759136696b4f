/**
 * Which dialogs are open, on disk: a telephony process that died leaves people on the line, and the next one says BYE for
 * it. An append-only file of JSON lines, begun anew at each start.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Line<Snapshot> =
  | { readonly op: 'open'; readonly legId: string; readonly snapshot: Snapshot }
  | { readonly op: 'close'; readonly legId: string }

export class DialogJournal<Snapshot> {
  readonly #path: string
  /** Dialogs that an earlier process left open. */
  readonly survivors: ReadonlyMap<string, Snapshot>

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = join(directory, 'dialogs.jsonl')
    this.survivors = readSurvivors<Snapshot>(this.#path)
    writeFileSync(this.#path, '', { mode: 0o600 })
    for (const [legId, snapshot] of this.survivors) this.open(legId, snapshot)
  }

  /** Written before anything else is done with the answer; a crash of the process, not of the machine, is what it serves. */
  open(legId: string, snapshot: Snapshot): void {
    this.#append({ op: 'open', legId, snapshot })
  }

  close(legId: string): void {
    this.#append({ op: 'close', legId })
  }

  #append(line: Line<Snapshot>): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`)
  }
}

function readSurvivors<Snapshot>(path: string): Map<string, Snapshot> {
  const open = new Map<string, Snapshot>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return open
  }
  for (const line of text.split('\n')) {
    if (line === '') continue
    let entry: Line<Snapshot>
    try {
      entry = JSON.parse(line)
    } catch {
      // The process died while it wrote its last line: that dialog had not been reported as answered either.
      continue
    }
    if (entry.op === 'open') open.set(entry.legId, entry.snapshot)
    else open.delete(entry.legId)
  }
  return open
}
