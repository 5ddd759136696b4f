/** What the use cases and the HTTP rooms are given by the process entry. */
import type { Clock, Random } from '@dialwright/dialer'
import type { Logger } from 'pino'
import type { RequestLimits } from './access/route-guard.ts'
import type { Database } from './adapters/postgres/pool.ts'
import type { WorkspaceDatabases } from './adapters/postgres/workspace-database.ts'
import type { SecretBox } from './adapters/secrets/secret-box.ts'
import type { SpeechStatus } from './speech/speech.ts'
import type { VendorTellers } from './webhooks/dialects.ts'

export type ServerDeps = {
  /** Whole for the process entry; as one workspace may see it for whoever asks over HTTP. */
  readonly pool: Database
  readonly clock: Clock
  readonly random: Random
  readonly secretBox: SecretBox
  readonly log: Logger
  readonly dataDirectory: string
  /** Where webhooks may connect: see docs/NETWORK.md. */
  readonly egress: 'any' | 'loopback' | readonly string[]
  readonly limits: RequestLimits
  /** How vendors' receivers are told of events. */
  readonly tellers: VendorTellers
  /** Something changed that the engine should look at now. */
  readonly onChange: () => void
  /** An import waits to be read, or to be taken back. */
  readonly onImport: () => void
}

/** Where a node listens, for whoever looks why calls have no way or no sound. */
export type NetworkStatus = {
  readonly sip: { readonly host: string; readonly port: number }
  readonly rtpPorts: { readonly from: number; readonly to: number } | 'ephemeral'
  /** The address that the far end is told. */
  readonly publicAddress: string
  /** Whether the telephony process answers. */
  readonly telephony: boolean
}

/** What the HTTP server is given besides. Only `access` may ask the whole `pool`: it must find out whose workspace it is. */
export type HttpDeps = ServerDeps & {
  readonly workspaces: WorkspaceDatabases
  /** Where this node listens and whether telephony answers; absent: a process without telephony. */
  readonly network?: (() => Promise<NetworkStatus>) | undefined
  /** How the providers of speech are; absent: this process speaks nothing. */
  readonly speech?: (() => Promise<readonly SpeechStatus[]>) | undefined
}
