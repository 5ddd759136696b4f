/** Numbers as the vendor's clients know them: as they are dialled, with a plus only where the client wrote one. Pure. */

/** @param given  The same numbers as they were uploaded; none: nobody uploaded them, and they are told as they are. */
export function toldPhones(phones: readonly string[], given: readonly string[]): string[] {
  const isPlain = given.length > 0 && !given.some((phone) => phone.trim().startsWith('+'))
  return isPlain ? phones.map((phone) => phone.replace(/^\+/, '')) : [...phones]
}
