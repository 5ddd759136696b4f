/** Ids of rows: UUIDv7 (RFC 9562 §5.7), so that an index grows at its end; made from the ports, so that a seed repeats them. */
import type { Clock, Random } from '@dialwright/dialer'

/** @returns A lower-case UUID: 48 bits of Unix milliseconds, version 7, 74 random bits, variant 10. */
export function uuidV7(clock: Pick<Clock, 'now'>, random: Pick<Random, 'bytes'>): string {
  const time = clock.now().epochMilliseconds.toString(16).padStart(12, '0').slice(-12)
  const bytes = random.bytes(10)
  bytes[0] = 0x70 | ((bytes[0] ?? 0) & 0x0f)
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f)
  const tail = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`
}
