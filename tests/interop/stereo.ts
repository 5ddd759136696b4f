/** Our recordings of both sides: 44 bytes of header, then left what we heard and right what we said. */
export function readStereo(bytes: Buffer): { readonly them: Int16Array; readonly us: Int16Array } {
  const channel = (offset: number): Int16Array =>
    Int16Array.from({ length: Math.floor((bytes.length - 44) / 4) }, (_, n) => bytes.readInt16LE(44 + n * 4 + offset))
  return { them: channel(0), us: channel(2) }
}
