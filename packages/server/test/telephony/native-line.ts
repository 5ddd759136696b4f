/** The real telephony process on one end, the carrier in the box on the other. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LedgerLine, spawnCarrier } from '@dialwright/carrier'
import type { Clock, TelephonyEvent, TrunkTarget } from '@dialwright/dialer'
import { pino } from 'pino'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { TelephonyClient } from '../../src/adapters/telephony/telephony-client.ts'
import type { Kill } from '../../src/dialing/faults.ts'

export type NativeLine = {
  readonly client: TelephonyClient
  readonly carrierPort: number
  /** To the carrier; with another port, to whatever stands in front of it. */
  readonly trunk: (port?: number) => TrunkTarget
  readonly ledger: () => LedgerLine[]
  /** Legs that the journal would leave to a later process. */
  readonly openLegs: () => string[]
}

/** Calls a number and hangs up once it is answered; resolves with the end that main is told. */
export function callOnce(
  { client, trunk }: NativeLine,
  to: string,
  more: { readonly legId?: string; readonly ringTimeoutMs?: number } = {},
): Promise<Extract<TelephonyEvent, { type: 'ended' }>> {
  const { legId = crypto.randomUUID(), ringTimeoutMs = 8_000 } = more
  const ended = Promise.withResolvers<Extract<TelephonyEvent, { type: 'ended' }>>()
  client.onEvent((event) => {
    if (event.legId !== legId) return
    if (event.type === 'answered') client.hangup(legId)
    if (event.type === 'ended') ended.resolve(event)
  })
  void client.originate({
    legId,
    sipCallId: legId,
    trunk: trunk(),
    to,
    from: '79996662211',
    ringTimeoutMs,
    maxDurationMs: 30_000,
    recordTo: null,
  })
  return ended.promise
}

/** Both end with the test, in this order: what is still to be told arrives. */
export async function openNativeLine(
  context: { after: (action: () => Promise<void>) => void },
  options: {
    readonly seed?: number
    readonly clock?: Clock
    /** 0: any free one, another after a restart. */
    readonly sipPort?: number
    readonly mediaLostAfterMs?: number
    readonly killAt?: readonly Kill[]
    readonly onKill?: (kill: Kill) => void
  } = {},
): Promise<NativeLine> {
  const { seed = 1, clock = systemClock, sipPort = 0, mediaLostAfterMs, killAt = [], onKill = () => {} } = options
  const directory = mkdtempSync(join(tmpdir(), 'telephony-'))
  const ledgerPath = join(directory, 'ledger.jsonl')
  const carrier = await spawnCarrier({ ledgerPath, seed })
  const client: TelephonyClient = await TelephonyClient.start({
    clock,
    log: pino({ level: 'silent' }),
    faults: {
      killAt,
      kill: (kill) => {
        onKill(kill)
        process.kill(client.processId ?? 0, 'SIGKILL')
      },
    },
    options: {
      sip: { host: '127.0.0.1', port: sipPort },
      rtpPorts: 'ephemeral',
      publicAddress: '127.0.0.1',
      journalDirectory: join(directory, 'journal'),
      mediaLostAfterMs,
    },
  })
  context.after(async () => {
    await client.close()
    await carrier.stop()
    rmSync(directory, { recursive: true })
  })
  return {
    client,
    carrierPort: carrier.port,
    trunk: (port = carrier.port) => ({
      trunkId: 't',
      host: '127.0.0.1',
      port,
      username: 'dialwright',
      password: 'secret',
      fromDomain: null,
      codecs: ['pcma', 'pcmu'],
    }),
    openLegs: () => readOpenLegs(join(directory, 'journal', 'legs.jsonl')),
    ledger: () =>
      readFileSync(ledgerPath, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): LedgerLine => JSON.parse(line)),
  }
}

function readOpenLegs(path: string): string[] {
  const open = new Set<string>()
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    const { op, legId }: { op: 'open' | 'close'; legId: string } = JSON.parse(line)
    if (op === 'open') open.add(legId)
    else open.delete(legId)
  }
  return [...open]
}
