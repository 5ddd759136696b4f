/** PostgreSQL's own `postmaster.pid`: who serves a cluster, where, and in which state. Read only, never removed by us. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { commandLineOf } from './process-identity.ts'

export type Postmaster = {
  readonly pid: number
  readonly port: number
  /** Empty when it listens on TCP alone. */
  readonly socketDirectory: string
  readonly status: 'starting' | 'ready' | 'standby' | 'stopping' | 'unknown'
}

/**
 * Reads the file. Its lines: process id, data directory, start time, port, socket directory, listen address, shared memory, status.
 * @returns null when there is none or it is still being written.
 */
export async function readPostmasterFile(cluster: string): Promise<Postmaster | null> {
  let text: string
  try {
    text = await readFile(join(cluster, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  return { pid, port: Number(lines[3] ?? 0), socketDirectory: lines[4] ?? '', status: statusOf(lines[7]) }
}

function statusOf(word: string | undefined): Postmaster['status'] {
  return word === 'starting' || word === 'ready' || word === 'standby' || word === 'stopping' ? word : 'unknown'
}

/** The living postmaster of this cluster: its process lives and its command line names PostgreSQL and this very directory. */
export async function livingPostmaster(cluster: string): Promise<Postmaster | null> {
  const postmaster = await readPostmasterFile(cluster)
  if (postmaster === null) return null
  const commandLine = await commandLineOf(postmaster.pid)
  if (commandLine === null) return null
  const isOurs =
    commandLine === '' || (commandLine.includes('postgres') && `${commandLine} `.includes(`-D ${cluster} `))
  return isOurs ? postmaster : null
}
