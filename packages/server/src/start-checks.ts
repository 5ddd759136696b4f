/** What is looked at before the start, and how a start that failed is told: in words, with the setting that mends it. */
import { sep } from 'node:path'
import { isRangeTaken } from '@dialwright/media'
import { fullDiskError } from './adapters/postgres/supervisor/disk-space.ts'
import type { Config } from './config.ts'
import { isCoded, StartError, systemReason } from './errors.ts'

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
