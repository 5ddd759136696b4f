/** Which vendor's API the demo speaks. */
import { is74Demo } from './is74.ts'
import { omicallDemo } from './omicall.ts'
import { twinDemo } from './twin.ts'
import type { VendorDemo } from './vendor-demo.ts'
import { yunfuDemo } from './yunfu.ts'

const vendors: Readonly<Record<string, VendorDemo>> = {
  twin: twinDemo,
  yunfu: yunfuDemo,
  is74: is74Demo,
  omicall: omicallDemo,
}
const choice = `--vendor ${Object.keys(vendors).join('|')} and --stay`

/** A word of the command line that was not understood. */
export class DemoUsageError extends Error {}

export type DemoOptions = { readonly vendor: VendorDemo; readonly stay: boolean }

/**
 * @param words  The command line behind the program.
 * @throws {DemoUsageError} naming the word that was not understood, and what could be meant.
 */
export function readDemoOptions(words: readonly string[]): DemoOptions {
  let name = 'twin'
  let stay = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--stay') stay = true
    else if (word === '--vendor') name = words[++at] ?? ''
    else if (word.startsWith('--vendor=')) name = word.slice('--vendor='.length)
    else throw new DemoUsageError(`The demo knows ${choice}, found "${word}"`)
  }
  const vendor = Object.hasOwn(vendors, name) ? vendors[name] : undefined
  if (vendor === undefined)
    throw new DemoUsageError(`Expected a vendor, ${Object.keys(vendors).join(', ')}, found "${name}"`)
  return { vendor, stay }
}
