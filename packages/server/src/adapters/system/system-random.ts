/** The system's cryptographic generator, behind the `Random` port. */
import { randomBytes } from 'node:crypto'
import type { Random } from '@dialwright/dialer'

export const systemRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  bytes: (length) => new Uint8Array(randomBytes(length)),
}
