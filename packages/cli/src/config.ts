/** What the command line takes from the environment, read once. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { UsageError } from './errors.ts'

export type Settings = {
  /** `DIALWRIGHT_SERVER` */
  readonly server: string | undefined
  /** `DIALWRIGHT_TOKEN`, or what the file `DIALWRIGHT_TOKEN_FILE` holds. */
  readonly token: string | undefined
  /** Where tokens are kept: `dialwright` below `XDG_CONFIG_HOME`. */
  readonly configDirectory: string
  /** `NO_COLOR`: any text at all. */
  readonly isColorOff: boolean
}

/** @throws {UsageError} when a file that the environment names cannot be read. */
export function readSettings(environment: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const given = (name: string): string | undefined => environment[name] || undefined
  const xdg = given('XDG_CONFIG_HOME')
  return {
    server: given('DIALWRIGHT_SERVER'),
    token: given('DIALWRIGHT_TOKEN') ?? tokenOfFile(given('DIALWRIGHT_TOKEN_FILE')),
    // The base directory specification wants relative paths ignored.
    configDirectory: join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.config'), 'dialwright'),
    isColorOff: given('NO_COLOR') !== undefined,
  }
}

function tokenOfFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    throw new UsageError(`DIALWRIGHT_TOKEN_FILE: ${error instanceof Error ? error.message : String(error)}`)
  }
}
