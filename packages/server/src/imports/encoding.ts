/** In which encoding and with which separator a table was written: as said, by its mark, or by the look of its beginning. */
import { analyse } from 'chardet'

/** Null: no such encoding. The name as TextDecoder shows it. */
export function knownEncoding(name: string): string | null {
  try {
    return new TextDecoder(name).encoding
  } catch {
    return null
  }
}

/** The mark at the beginning of a file: whoever wrote it knew better than whoever sends it. Null: there is none. */
export function markedEncoding(beginning: Uint8Array): string | null {
  if (beginning[0] === 0xff && beginning[1] === 0xfe) return 'utf-16le'
  if (beginning[0] === 0xfe && beginning[1] === 0xff) return 'utf-16be'
  return beginning[0] === 0xef && beginning[1] === 0xbb && beginning[2] === 0xbf ? 'utf-8' : null
}

/** Guessing takes some 2 ms for a thousand bytes, and all others on the event loop wait. */
const guessedBytes = 8 * 1024

/** @param beginning  The first bytes, as many as there are at hand. Guesses are weak on short files: say it where it is known. */
export function guessEncoding(beginning: Uint8Array): string {
  const marked = markedEncoding(beginning)
  if (marked !== null) return marked
  if (isUtf8(beginning)) return 'utf-8'
  // From the first character on that is told apart at all.
  const from = Math.max(0, beginning.findIndex((byte) => byte > 0x7f) - 100)
  for (const { name } of analyse(beginning.subarray(from, from + guessedBytes))) {
    const known = knownEncoding(name)
    if (known !== null && known !== 'utf-8') return known
  }
  return 'windows-1252'
}

function isUtf8(beginning: Uint8Array): boolean {
  try {
    // Streaming: a character that is cut at the end is no mistake.
    new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true })
    return true
  } catch {
    return false
  }
}

const delimiters = [',', ';', '\t', '|']

/** The separator that the header holds most often outside of quotes; a comma when it holds none. */
export function guessDelimiter(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '')
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}
