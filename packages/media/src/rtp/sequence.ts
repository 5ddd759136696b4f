/** RTP's counters: 16 bits of sequence, 32 bits of clock, both of which wrap (RFC 3550 §5.1). */

/** A source whose sequence jumps further than this has begun anew. */
export const jumpPackets = 1_000

/** Packets that `to` lies behind `from`, over the wrap of 16 bits: negative when it came before. */
export function distance(from: number, to: number): number {
  const gap = (to - from) & 0xffff
  return gap >= 0x8000 ? gap - 0x10000 : gap
}

/** Samples that `to` lies behind `from`, over the wrap of 32 bits: negative when it came before. */
export function clockDistance(from: number, to: number): number {
  return (to - from) | 0
}
