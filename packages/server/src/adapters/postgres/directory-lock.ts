/**
 * The lock of a data directory: one supervisor at a time, released by its holder or by its holder's death.
 *
 * Node has no lock that the kernel takes back, and one file at one path cannot be taken over safely: between "its holder is dead"
 * and "remove it" a quicker process may have put its own there. So each contender has a file of its own, under a name never used
 * again, in one directory; whoever is dead can then be removed by anyone at any time. Lamport's bakery decides:
 *
 *   `<token>.candidate`  written first, then the directory is read. Of two contenders at least one sees the other.
 *                        A living holder, or a living candidate with a smaller token: step back, look again. Only greater ones: wait
 *                        until they stepped back or became the holder. Nobody: the lock is taken.
 *   `<token>.held`       added by the winner, whose candidate file stays, so that a directory read meanwhile shows at least one.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../system/system-clock.ts'
import { DatabaseError, systemErrorCode } from './errors.ts'
import { startMarkOf } from './supervisor/process-identity.ts'

export type DirectoryLock = { release(): Promise<void> }

type Holder = { readonly pid: number; readonly startMark: string }
type Contender = Holder & { readonly token: string; readonly isHolder: boolean }

const candidateSuffix = '.candidate'
const heldSuffix = '.held'
const lookAgainMs = 20
/** Candidates decide within milliseconds; one that is stopped (SIGSTOP) meanwhile keeps the others out, which is safe. */
const greatestLooks = 250

/**
 * Takes the lock whose files lie in `directory`, which is made when absent.
 * @throws {DatabaseError} `DATABASE_LOCKED` when a living process holds it.
 */
export async function takeDirectoryLock(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const token = randomUUID()
  const own: Holder = { pid: process.pid, startMark: (await startMarkOf(process.pid)) ?? '' }
  const release = (): Promise<void> => removeFiles(directory, token)
  try {
    let isCandidate = false
    let blocker: Contender | undefined
    for (let looks = 0; looks < greatestLooks; looks += 1) {
      if (!isCandidate) await place(directory, `${token}${candidateSuffix}`, own)
      isCandidate = true
      const others = await livingContenders(directory, token)
      blocker = others.find((other) => other.isHolder)
      if (blocker !== undefined) break
      if (others.length === 0) {
        await place(directory, `${token}${heldSuffix}`, own)
        return { release }
      }
      blocker = others[0]
      if (others.some((other) => other.token < token)) {
        await release()
        isCandidate = false
      }
      await new Promise<void>((resolve) => {
        systemClock.schedule(lookAgainMs, resolve)
      })
    }
    throw new DatabaseError(
      'DATABASE_LOCKED',
      `The embedded database of this data directory is supervised by the living process ${blocker?.pid} (lock in ${directory}). ` +
        'Stop that process, or give this one another DIALWRIGHT_DATA or a DATABASE_URL.',
    )
  } catch (error) {
    await release()
    throw error
  }
}

/** Whoever else wants or has the lock and lives; the files of the dead are removed. */
async function livingContenders(directory: string, ownToken: string): Promise<Contender[]> {
  const names = await readdir(directory)
  const tokens = new Set(
    names
      .filter((name) => name.endsWith(candidateSuffix) || name.endsWith(heldSuffix))
      .map((name) => name.split('.')[0] ?? ''),
  )
  tokens.delete(ownToken)
  const living: Contender[] = []
  for (const token of tokens) {
    const held = await readHolder(join(directory, `${token}${heldSuffix}`))
    const holder = held ?? (await readHolder(join(directory, `${token}${candidateSuffix}`)))
    const isLiving = holder !== null && (await startMarkOf(holder.pid)) === holder.startMark
    if (isLiving) living.push({ ...holder, token, isHolder: held !== null })
    else await removeFiles(directory, token)
  }
  return living
}

/** The file appears complete or not at all. */
async function place(directory: string, name: string, holder: Holder): Promise<void> {
  const draft = join(directory, `${name}.draft`)
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 })
  await rename(draft, join(directory, name))
}

/** The candidate file last: until it is gone, the contender is seen. */
async function removeFiles(directory: string, token: string): Promise<void> {
  for (const suffix of [heldSuffix, candidateSuffix]) await rm(join(directory, `${token}${suffix}`), { force: true })
}

/** @returns null when there is none, or nobody who could live wrote it. */
async function readHolder(file: string): Promise<Holder | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startMark' in value)) return null
    const { pid, startMark } = value
    return typeof pid === 'number' && typeof startMark === 'string' ? { pid, startMark } : null
  } catch {
    return null
  }
}
