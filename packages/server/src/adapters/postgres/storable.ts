/**
 * What a database can hold: a hundred levels of nesting, and Unicode without the NUL character and without half a surrogate pair
 * (PostgreSQL, text and jsonb; RFC 8259 §8.2).
 */

export type StorageFault = { readonly path: readonly string[]; readonly message: string }

const badText = 'expected text without the character U+0000 and without half a surrogate pair'
/** No document of ours needs ten; the database's parser and our own walks recurse, and end long before a megabyte of brackets. */
const deepest = 100

/** Every place of the value that cannot be kept, in its order. Too deep a nesting is told by the place where it begins. */
export function* storageFaults(value: unknown, path: readonly string[] = []): Generator<StorageFault> {
  if (typeof value === 'string' && !isStorable(value)) yield { path, message: badText }
  if (typeof value !== 'object' || value === null) return
  if (path.length >= deepest) {
    yield { path: path.slice(0, 1), message: `expected at most ${deepest} levels of nesting` }
    return
  }
  for (const key of Object.keys(value)) {
    const inner: unknown = Reflect.get(value, key)
    // Whatever is well is passed by without a step into it: a body may hold millions of values.
    const asksForLook = typeof inner === 'string' ? !isStorable(inner) : typeof inner === 'object' && inner !== null
    if (!isStorable(key)) yield { path, message: badText }
    else if (asksForLook) yield* storageFaults(inner, [...path, key])
  }
}

/** The text with what cannot be kept replaced by U+FFFD: to show what somebody sent. */
export function madeStorable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
