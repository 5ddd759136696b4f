/** Where chance comes from: seeded in tests and simulations, the system's generator in production. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** `length` random bytes; cryptographically strong in production. */
  bytes(length: number): Uint8Array
}
