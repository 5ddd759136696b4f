/** Time and chance as this package needs them; passed in, never read. */

export interface SipClock {
  /** Milliseconds that never run backwards. */
  monotonicMs(): number
  schedule(delayMs: number, action: () => void): { cancel(): void }
}

export interface SipRandom {
  next(): number
  bytes(length: number): Uint8Array
}

/** `bytes` random bytes in hexadecimal: for tags, branches and nonces. */
export function randomToken(random: SipRandom, bytes: number): string {
  return Array.from(random.bytes(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
