/** What is looked at before the start, and how a start that failed is told: in words, with the setting that mends it. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Clock } from '@dialwright/dialer'
import { isPortTaken, isRangeTaken } from '@dialwright/media'
import { fullDiskError } from './adapters/postgres/supervisor/disk-space.ts'
import type { Config } from './config.ts'
import { isCoded, StartError, systemReason } from './errors.ts'

/** A telephony process whose main was killed hangs up after 3 s and is gone within 5. */
const goodbyesTakeMs = 6_000
const lookEveryMs = 100

/** @throws {StartError} `DATA_DIRECTORY_UNUSABLE` */
export async function openDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StartError('DATA_DIRECTORY_UNUSABLE', `DIALWRIGHT_DATA: ${directory}: ${systemReason(error)}.`, error)
  }
}

/**
 * Waits for the SIP port when a life before this one may still hold it, ending its calls. On a fresh data directory, and after
 * the time that goodbyes can take, a port that is taken is somebody else's: the start that follows says so.
 */
export async function awaitSipPort(
  config: Pick<Config, 'sip' | 'dataDirectory'>,
  clock: Clock,
  tell: (line: string) => void,
): Promise<void> {
  const { host, port } = config.sip
  if (port === 0 || !existsSync(join(config.dataDirectory, 'telephony'))) return
  for (let waitedMs = 0; waitedMs < goodbyesTakeMs && (await isPortTaken(host, port)); waitedMs += lookEveryMs) {
    if (waitedMs === 0) tell(`DIALWRIGHT_SIP: ${host}:${port} is in use; the last process may be ending its calls`)
    await new Promise<void>((resolve) => {
      clock.schedule(lookEveryMs, resolve)
    })
  }
}

/**
 * Calls skip the ports of the range that are taken; a range in which none is free would fail every call, one by one.
 * @throws {StartError} `RTP_PORTS_UNUSABLE`
 */
export async function checkRtpPorts(config: Pick<Config, 'rtpPorts' | 'sip'>): Promise<void> {
  const { rtpPorts, sip } = config
  if (rtpPorts === 'ephemeral' || !(await isRangeTaken(sip.host, rtpPorts))) return
  throw new StartError(
    'RTP_PORTS_UNUSABLE',
    `DIALWRIGHT_RTP_PORTS: ${rtpPorts.from}-${rtpPorts.to}: other programs use every even port of it on ${sip.host} (EADDRINUSE).`,
  )
}

/**
 * One line for a person; a stack only for what nobody foresaw.
 * @param dataDirectory  null: not known yet, because the settings could not be read.
 */
export async function tellStartFailure(error: unknown, dataDirectory: string | null): Promise<string> {
  if (isCoded(error)) return error.message
  if (!(error instanceof Error)) return String(error)
  if (dataDirectory !== null) {
    const what = 'DIALWRIGHT_DATA'
    const full = await fullDiskError(dataDirectory, { what, cause: error })
    if (full !== null) return full.message
    const path = 'path' in error && typeof error.path === 'string' ? error.path : ''
    if (path === dataDirectory || path.startsWith(dataDirectory + sep))
      return `${what}: ${path}: ${systemReason(error)}.`
  }
  return error.stack ?? error.message
}
