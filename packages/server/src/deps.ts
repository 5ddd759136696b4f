/** What the use cases and the HTTP rooms are given by the process entry. */
import type { Clock, Random } from '@dialwright/dialer'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { RequestLimits } from './access/route-guard.ts'
import type { SecretBox } from './adapters/secrets/secret-box.ts'

export type ServerDeps = {
  readonly pool: Pool
  readonly clock: Clock
  readonly random: Random
  readonly secretBox: SecretBox
  readonly log: Logger
  readonly dataDirectory: string
  /** Where webhooks may connect: see docs/NETWORK.md. */
  readonly egress: 'any' | 'loopback' | readonly string[]
  readonly limits: RequestLimits
  /** Something changed that the engine should look at now. */
  readonly onChange: () => void
}
