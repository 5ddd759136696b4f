/** The value of an API token: opaque, shown once, kept as SHA-256 alone. */
import { createHash } from 'node:crypto'
import type { Random } from '@dialwright/dialer'

export function newToken(random: Random): string {
  return `dw_${Buffer.from(random.bytes(32)).toString('base64url')}`
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}
