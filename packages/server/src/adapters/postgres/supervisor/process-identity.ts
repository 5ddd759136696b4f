/** Who a process id belongs to: a number alone is no proof, because numbers are used again. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { systemErrorCode } from '../errors.ts'

const run = promisify(execFile)

/** Whether the number is taken; a process of another user counts, a zombie too. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemErrorCode(error) === 'EPERM'
  }
}

/** The process ended meanwhile. Any other failure (no file handle left, say) must not make a living one pass for dead. */
function hasGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // 1 is how `ps` ends when it finds no such process.
  return code === 'ENOENT' || code === 'ESRCH' || code === 1
}

/**
 * The command line of a living process, arguments joined by one space.
 * @returns null when the process is gone or a zombie; '' where the system does not tell (Windows).
 */
export async function commandLineOf(pid: number): Promise<string | null> {
  if (!isTaken(pid)) return null
  if (process.platform === 'win32') return ''
  try {
    if (process.platform === 'linux') {
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8')
      return text === '' ? null : text.split('\0').join(' ').trimEnd()
    }
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)])
    return stdout.trim() || null
  } catch (error) {
    if (hasGone(error)) return null
    throw error
  }
}

/**
 * A mark that differs between two processes that had the same number: when it was started, of which boot.
 * @returns null when the process is gone; '' where the system does not tell (Windows).
 */
export async function startMarkOf(pid: number): Promise<string | null> {
  if (!isTaken(pid)) return null
  if (process.platform === 'win32') return ''
  try {
    if (process.platform === 'linux') {
      const [stat, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
      ])
      // The second field is the program's name in brackets and may hold spaces: fields are counted after it (state is the first).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? null : `${boot.trim()}:${fields[19] ?? ''}`
    }
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)])
    return stdout.trim() || null
  } catch (error) {
    if (hasGone(error)) return null
    throw error
  }
}
