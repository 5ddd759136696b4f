/** The lock file: one supervisor per data directory, released by the holder or by its death. */
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { DatabaseError, systemErrorCode } from './errors.ts'
import { startMarkOf } from './supervisor/process-identity.ts'

export type LockFile = { release(): Promise<void> }

type Holder = { readonly pid: number; readonly startMark: string; readonly token: string }

/** Two takeovers can collide once each; more rounds than this mean that the file system does not keep its promises. */
const greatestRounds = 10

/**
 * Takes the lock at `path`. The file appears complete or not at all (a hard link of a finished file), and a dead holder's
 * file is moved aside before it is judged again, so of two processes that find the same dead holder one wins.
 * @throws {DatabaseError} `DATABASE_LOCKED` when its holder lives.
 */
export async function takeLockFile(path: string): Promise<LockFile> {
  const own: Holder = { pid: process.pid, startMark: (await startMarkOf(process.pid)) ?? '', token: randomUUID() }
  const draft = `${path}.${own.token}`
  await writeFile(draft, JSON.stringify(own), { mode: 0o600, flag: 'wx' })
  try {
    for (let round = 0; round < greatestRounds; round += 1) {
      if (await linkUnlessPresent(draft, path)) return { release: () => release(path, own.token) }
      const text = await readIfPresent(path)
      if (text === null) continue
      const holder = parseHolder(text)
      if (holder !== null && (await isLiving(holder))) throw lockedBy(path, holder)
      await setAside(path, text, own.token)
    }
  } finally {
    await rm(draft, { force: true })
  }
  throw new DatabaseError(
    'DATABASE_LOCKED',
    `The lock file ${path} could not be taken: it comes and goes. Check which processes use this data directory.`,
  )
}

function lockedBy(path: string, holder: Holder): DatabaseError {
  return new DatabaseError(
    'DATABASE_LOCKED',
    `The embedded database of this data directory is supervised by the living process ${holder.pid} (lock file ${path}). ` +
      'Stop that process, or give this one another DIALWRIGHT_DATA or a DATABASE_URL.',
  )
}

async function isLiving(holder: Holder): Promise<boolean> {
  return (await startMarkOf(holder.pid)) === holder.startMark
}

/** Moves a dead holder's file away; a file that changed in between belongs to a quicker one and is put back. */
async function setAside(path: string, judged: string, token: string): Promise<void> {
  const aside = `${path}.${token}.dead`
  try {
    await rename(path, aside)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return
    throw error
  }
  if ((await readIfPresent(aside)) !== judged) await linkUnlessPresent(aside, path)
  await rm(aside, { force: true })
}

async function release(path: string, token: string): Promise<void> {
  const text = await readIfPresent(path)
  if (text !== null && parseHolder(text)?.token === token) await rm(path, { force: true })
}

async function linkUnlessPresent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** @returns null for anything that no holder wrote: such a file names nobody who could live. */
function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    if (!('pid' in value) || !('startMark' in value) || !('token' in value)) return null
    const { pid, startMark, token } = value
    if (typeof pid !== 'number' || typeof startMark !== 'string' || typeof token !== 'string') return null
    return { pid, startMark, token }
  } catch {
    return null
  }
}
