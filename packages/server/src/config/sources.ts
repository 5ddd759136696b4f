/** Where settings come from: the environment over the configuration file; each may be given directly or as a file of its own. */
import { readFileSync } from 'node:fs'
import { isMap, isScalar, parseDocument } from 'yaml'
import { systemReason } from '../errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type Gathered = {
  readonly values: Readonly<Record<string, string>>
  /** How a mistake in the value is headed: `DIALWRIGHT_HTTP`, or `DIALWRIGHT_HTTP (in /etc/dialwright.yaml)`. */
  readonly headings: Readonly<Record<string, string>>
  readonly problems: readonly string[]
}

/** Names the configuration file; for that reason it is the one setting that cannot stand in it. */
const configFileName = 'DIALWRIGHT_CONFIG'

const prefix = 'DIALWRIGHT_'
const fileSuffix = '_FILE'

/** Read by the command line client, which may be used from the same shell. */
const ofTheClient: ReadonlySet<string> = new Set(['DIALWRIGHT_SERVER', 'DIALWRIGHT_TOKEN', 'DIALWRIGHT_TOKEN_FILE'])

/**
 * Collects the texts of all settings; what they mean is looked at later.
 * @param names  Of the settings that there are. `NAME_FILE` names a file that holds the value of NAME.
 */
export function gatherSettings(names: readonly string[], environment: Environment): Gathered {
  const values: Record<string, string> = {}
  const headings: Record<string, string> = {}
  const problems: string[] = []
  const file = present(environment[configFileName])
  const inFile = file === undefined ? {} : readConfigFile(file, names, problems)
  for (const name of names) {
    const told =
      readOne(name, environment, '', problems) ??
      (file === undefined ? undefined : readOne(name, inFile, ` (in ${file})`, problems))
    if (told === undefined) continue
    values[name] = told.value
    headings[name] = told.heading
  }
  for (const name of Object.keys(environment)) {
    if (!name.toUpperCase().startsWith(prefix) || isKnown(name, names) || name === configFileName) continue
    if (!ofTheClient.has(name)) problems.push(`${name}: ${unknownSetting(name, names)}`)
  }
  return { values, headings, problems }
}

/** An empty text is how compose files and unit files say "not set". */
function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function isKnown(name: string, names: readonly string[]): boolean {
  return names.includes(name) || (name.endsWith(fileSuffix) && names.includes(name.slice(0, -fileSuffix.length)))
}

function readOne(
  name: string,
  source: Environment,
  where: string,
  problems: string[],
): { readonly value: string; readonly heading: string } | undefined {
  const direct = present(source[name])
  const fileVariable = `${name}${fileSuffix}`
  const file = source[fileVariable]
  const heading = `${name}${where}`
  const wrongFile = (what: string): undefined => void problems.push(`${fileVariable}${where}: ${what}`)
  if (file === '') return wrongFile(`it is empty: name a file that holds the value of ${name}, or leave it out`)
  if (direct !== undefined && file !== undefined) return wrongFile(`${name} is given too: leave one of the two out`)
  if (file === undefined) return direct === undefined ? undefined : { value: direct, heading }
  try {
    // Editors end a file with a line end; a space at the end may belong to a password.
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    if (value === '') return wrongFile(`${file} is empty: write the value of ${name} into it`)
    return { value, heading: `${fileVariable}${where}: the content of ${file}` }
  } catch (error) {
    return wrongFile(`${file} cannot be read: ${systemReason(error)}`)
  }
}

/**
 * One flat mapping of the same names, as YAML or JSON. Every scalar is taken as it is written, whatever type it would have: what
 * `0x50` means is decided in one place, whether it stands in a file or in the environment.
 */
function readConfigFile(file: string, names: readonly string[], problems: string[]): Record<string, string> {
  const values: Record<string, string> = {}
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    problems.push(`${configFileName}: ${file} cannot be read: ${systemReason(error)}`)
    return values
  }
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: true })
  for (const error of document.errors) {
    const [line] = error.linePos ?? []
    const place = line === undefined ? '' : ` at line ${line.line}, column ${line.col}`
    problems.push(`${configFileName}: ${file}${place}: ${error.message.split(/ at line |\n/)[0]}`)
  }
  if (document.errors.length > 0 || document.contents === null) return values
  if (!isMap(document.contents)) {
    problems.push(`${configFileName}: ${file}: expected lines like "${names[0]}: value"`)
    return values
  }
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : String(key)
    if (!isKnown(name, names)) {
      const what = name === configFileName ? 'a file cannot name itself: leave it out' : unknownSetting(name, names)
      problems.push(`${name} (in ${file}): ${what}`)
    } else if (value !== null && !isScalar(value)) {
      problems.push(`${name} (in ${file}): expected one value, found a list or a mapping`)
    } else values[name] = isScalar(value) ? String(value.value ?? '') : ''
  }
  return values
}

function unknownSetting(name: string, names: readonly string[]): string {
  const wanted = name.toUpperCase()
  const suffix = wanted.endsWith(fileSuffix) ? fileSuffix : ''
  const bare = wanted.slice(0, wanted.length - suffix.length)
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(known, bare) }))
    .sort((a, b) => a.distance - b.distance)
  const isNear = nearest !== undefined && nearest.distance <= Math.max(2, (bare.length - prefix.length) / 2)
  return `there is no such setting; ${isNear ? `did you mean ${nearest.known}${suffix}?` : 'docs/CONFIGURATION.md lists all'}`
}

/** Letters to be changed, put in or taken out, two neighbours changing places counted as one (restricted Damerau-Levenshtein). */
function editDistance(one: string, other: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return last[other.length] ?? 0
}
