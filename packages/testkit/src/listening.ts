/**
 * How much of a sound is heard in a recording that was made over real sockets. A machine that stands still for a moment makes whoever
 * speaks pause in the middle of a word, or leave some of it out: the sound is looked for piece by piece.
 */
import assert from 'node:assert/strict'
import { align } from './alignment.ts'

/** 0.2 s: most of a word, and little enough for one pause to cost little. */
const pieceSamples = 1_600
/** Between two pieces; a second is longer than any pause of a machine that does its work at all. */
const pauseAtMost = 8_000
/** A piece may stand this much nearer to the one before it than it was said: resamplers move sounds by a sample or two. */
const slack = 16
/** Quieter than this part of the loudest piece, there is nothing to know it by. */
const quietPart = 0.1
const alike = 0.9

export type Listening = {
  /** Of the pieces that are loud enough to be known: how many were heard, each behind the one before it. 0 to 1. */
  readonly share: number
  /** Sample of the recording at which the sound begins, by the first piece that was heard; NaN: none was. */
  readonly at: number
  /** The places and likenesses of the pieces, for the message of a test. */
  readonly told: string
}

type Piece = { readonly from: number; readonly samples: Int16Array }
type Found = Piece & { readonly at: number; readonly correlation: number }

/** Both in samples of 8 kHz; a sound of at least 0.2 s that is no single tone. */
export function listen(recording: Int16Array, sound: Int16Array): Listening {
  const all = Array.from({ length: Math.floor(sound.length / pieceSamples) }, (_, nth) => ({
    from: nth * pieceSamples,
    samples: sound.subarray(nth * pieceSamples, (nth + 1) * pieceSamples),
  }))
  const loudest = Math.max(...all.map(({ samples }) => level(samples)))
  const pieces = all.filter(({ samples }) => level(samples) > quietPart * loudest)
  const best = pieces.map((piece) => ({ ...piece, ...align(recording, piece.samples) }))
  // A sound that is repeated has several best places: the pieces are looked for around each of them.
  let chain: readonly Found[] = []
  for (const start of best) {
    if (start.correlation <= alike) continue
    const found = around(recording, pieces, start)
    if (found.length > chain.length) chain = found
    if (chain.length === pieces.length) break
  }
  const [first] = chain
  return {
    share: pieces.length === 0 ? 0 : chain.length / pieces.length,
    at: first === undefined ? Number.NaN : first.at - first.from,
    told: `${chain.length} of ${pieces.length}; ${best.map(({ from, at, correlation }) => `${from}: ${correlation.toFixed(2)} at ${at}`).join(', ')}`,
  }
}

/** The sound was heard: two thirds of it at least, in order. Returns the sample of the recording at which it begins. */
export function assertHeard(recording: Int16Array, sound: Int16Array, what: string): number {
  const { share, at, told } = listen(recording, sound)
  assert.ok(share >= 2 / 3, `${what}: ${told}`)
  return at
}

/** Next to nothing of the sound was heard. */
export function assertNotHeard(recording: Int16Array, sound: Int16Array, what: string): void {
  const { share, told } = listen(recording, sound)
  assert.ok(share <= 1 / 4, `${what}: ${told}`)
}

/** The pieces that stand in their order before and behind the one that is known, itself included. */
function around(recording: Int16Array, pieces: readonly Piece[], known: Found): readonly Found[] {
  const before: Found[] = []
  const behind: Found[] = []
  let next = known
  for (const piece of pieces.filter(({ from }) => from < known.from).toReversed()) {
    const found = within(recording, piece, next.at - (next.from - piece.from) - pauseAtMost, next.at + slack)
    if (found === null) continue
    before.unshift(found)
    next = found
  }
  let last = known
  for (const piece of pieces.filter(({ from }) => from > known.from)) {
    const to = last.at + piece.from - last.from + pauseAtMost + pieceSamples
    const found = within(recording, piece, last.at + pieceSamples - slack, to)
    if (found === null) continue
    behind.push(found)
    last = found
  }
  return [...before, known, ...behind]
}

function within(recording: Int16Array, piece: Piece, from: number, to: number): Found | null {
  const start = Math.max(0, from)
  const part = recording.subarray(start, Math.max(start, to))
  if (part.length < pieceSamples) return null
  const { at, correlation } = align(part, piece.samples)
  return correlation > alike ? { ...piece, at: start + at, correlation } : null
}

function level(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}
