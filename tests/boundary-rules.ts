/** The boundary rules: what a source may import and call, decided from its text. */

export type Violation = { readonly rule: string; readonly path: string; readonly line: number; readonly found: string }

/** A source and the three kinds of text in it; each keeps line breaks where they are, the rest is blank. */
type Source = {
  readonly path: string
  readonly pkg: string
  readonly isTest: boolean
  readonly code: string
  readonly strings: string
  readonly comments: string
}

type Rule = {
  readonly name: string
  readonly in: 'code' | 'strings' | 'comments'
  readonly pattern: RegExp
  readonly applies: (source: Source) => boolean
}

const packageNames = ['sip', 'media', 'dialer', 'scenario', 'carrier', 'server', 'testkit', 'cli', 'sdk', 'web']

/** What a package's sources may import of the others; `testkit` serves tests alone. A package not named here imports none. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  sip: [],
  media: [],
  dialer: [],
  scenario: [],
  carrier: ['sip', 'media'],
  testkit: ['dialer', 'sip', 'media'],
  // The command line knows the HTTP API alone.
  cli: [],
  server: ['dialer', 'scenario', 'sip', 'media', 'carrier'],
}

/**
 * Rooms of the server, from what the world sees inwards. `http` and `compat` translate and call use cases; who wires is
 * named in `wiring`, and only there do the rooms meet.
 */
const server = 'packages/server/src/'
const wiring = ['http/server.ts', 'node.ts'].map((name) => server + name)
/** Entries of processes and of worker threads: where the real clock is made and handed in. */
const processEntries = [
  ...['main.ts', 'telephony.ts', 'jobs.ts', 'demo.ts'].map((name) => `packages/server/src/${name}`),
  'packages/media/src/worker/main.ts',
  'packages/carrier/src/main.ts',
  'packages/cli/src/main.ts',
]

/** Where the environment is read, and by nobody else. */
const settingsRooms = ['packages/server/src/config.ts', 'packages/cli/src/config.ts']

const isClockRoom = ({ path }: Source): boolean =>
  path.startsWith('packages/server/src/adapters/system/') || processEntries.includes(path)

const sqlClock =
  /(?<![\w.$])(?:now\s*\(\s*\)|(?:clock|statement|transaction)_timestamp\s*\(\s*\)|current_timestamp\b|localtimestamp\b|default\s+now\b|timeofday\s*\(\s*\))/gi

const rules: readonly Rule[] = [
  {
    name: 'time comes from Clock',
    in: 'code',
    pattern: /\bDate\.now\b|\bnew Date\s*\(\s*\)|\bnew Date\b(?!\s*\()|\bTemporal\.Now\b|\bperformance\.now\b/g,
    applies: (source) => !source.isTest && !isClockRoom(source),
  },
  { name: 'chance comes from Random', in: 'code', pattern: /\bMath\.random\b/g, applies: () => true },
  {
    name: 'settings are read in config.ts',
    in: 'code',
    pattern: /\bprocess\s*\.\s*env\b|\bprocess\s*\[/g,
    applies: ({ path, isTest }) => !isTest && !settingsRooms.includes(path) && !path.startsWith('packages/testkit/'),
  },
  {
    name: 'SQL knows one clock, dw_clock()',
    in: 'strings',
    pattern: sqlClock,
    applies: ({ path, isTest }) => path.endsWith('.ts') && !isTest,
  },
  {
    name: 'SQL knows one clock, dw_clock()',
    in: 'code',
    pattern: sqlClock,
    applies: ({ path }) => path.endsWith('.sql'),
  },
  // Bodies of SQL functions may be written in quotes.
  {
    name: 'SQL knows one clock, dw_clock()',
    in: 'strings',
    pattern: sqlClock,
    applies: ({ path }) => path.endsWith('.sql'),
  },
  { name: 'no leftover markers', in: 'comments', pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g, applies: () => true },
]

/**
 * Checks one file.
 * @param path  From the repository's root, with slashes: `packages/sip/src/index.ts`.
 * @param knownRfcs  Numbers that docs/STANDARDS.md lists; null: the page does not exist, nothing is held against it.
 */
export function checkSource(path: string, text: string, knownRfcs: ReadonlySet<string> | null): Violation[] {
  const source = readSource(path, text)
  const found = rules
    .filter((rule) => rule.applies(source))
    .flatMap((rule) =>
      [...source[rule.in].matchAll(rule.pattern)].map((match) => violation(rule.name, source, match.index, match[0])),
    )
  if (path.endsWith('.ts') || path.endsWith('.tsx')) found.push(...checkImports(source))
  if (knownRfcs !== null) {
    for (const match of text.matchAll(/\bRFC[ -]?(\d{3,5})\b/g)) {
      if (!knownRfcs.has(match[1] ?? ''))
        found.push(violation('a cited RFC stands in docs/STANDARDS.md', source, match.index, match[0]))
    }
  }
  return found.map((one) => ({ ...one, line: lineOf(text, one.line) })).sort((a, b) => a.line - b.line)
}

/** The RFC numbers that the page of standards lists. */
export function listedRfcs(page: string): Set<string> {
  return new Set([...page.matchAll(/\bRFC[ -]?(\d{3,5})\b/g)].map((match) => match[1] ?? ''))
}

/** `line` carries an offset into the text until `checkSource` turns it into a line. */
function violation(rule: string, source: Source, offset: number, found: string): Violation {
  return { rule, path: source.path, line: offset, found }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function checkImports(source: Source): Violation[] {
  const found: Violation[] = []
  for (const { specifier, offset } of importsOf(source)) {
    const refuse = (rule: string): void => {
      found.push(violation(rule, source, offset, specifier))
    }
    const module = specifier.replace(/^node:/, '')
    // The test kit serves tests alone: it binds a socket to find a port that is free for a peer.
    const mayBind =
      /^packages\/(?:(?:sip|media|carrier)\/src\/transport|testkit\/src)\//.test(source.path) || source.isTest
    if (module === 'dgram' && !mayBind) {
      refuse('UDP sockets live in src/transport/ of sip, media and carrier')
    }
    if (specifier.startsWith('node:') && ['dialer', 'scenario'].includes(source.pkg) && !source.isTest)
      refuse('dialer and scenario know no node modules')
    if (module === 'pg' && !source.isTest && !source.path.startsWith(`${server}adapters/postgres/`))
      refuse('only adapters/postgres speaks to the database driver')
    const reached = pathOf(specifier, source)
    if (reached !== null) {
      if (/^(?:bench|tests)\//.test(reached)) refuse('bench and tests are imported by no package')
      if (reached.startsWith(server) && source.path.startsWith(server) && !source.isTest) {
        const rule = refusedRoom(source.path, reached)
        if (rule !== null) refuse(rule)
      }
    }
    const target = packageOf(specifier, source)
    if (target === null || target === source.pkg) continue
    const isAllowed = (allowedImports[source.pkg] ?? []).includes(target) || (source.isTest && target === 'testkit')
    if (!isAllowed) refuse(`${source.pkg} does not import ${target}`)
    else if (specifier !== `@dialwright/${target}`) refuse('a package has one door, its name')
  }
  return found
}

/** The rule that keeps a file of the server from another one; null: it may import it. */
function refusedRoom(path: string, reached: string): string | null {
  if (wiring.includes(path)) return null
  const [from, to] = [path.slice(server.length), reached.slice(server.length)]
  const [room, inner] = from.split('/')
  const [toRoom, toInner] = to.split('/')
  const isRoomOf = (rest: string): boolean => rest.split('/').length > 2
  if (toRoom === 'http' && room !== 'http') {
    if (room !== 'compat') return 'http and compat are imported by nobody but the wiring'
    // What lies directly in http/ is shared by both.
    return isRoomOf(to) ? 'rooms of http and compat do not import each other' : null
  }
  if (toRoom === 'compat' && room !== 'compat') return 'http and compat are imported by nobody but the wiring'
  if ((room === 'http' || room === 'compat') && room === toRoom && isRoomOf(from) && isRoomOf(to) && inner !== toInner)
    return 'rooms of http and compat do not import each other'
  return null
}

/** The path that a relative import leads to, from the repository's root; null: it names a package. */
function pathOf(specifier: string, source: Source): string | null {
  return specifier.startsWith('.') ? new URL(specifier, `file:///${source.path}`).pathname.slice(1) : null
}

/** The files that a source imports by path, types included. */
export function importedPaths(path: string, text: string): string[] {
  const source = readSource(path, text)
  return importsOf(source).flatMap(({ specifier }) => pathOf(specifier, source) ?? [])
}

/** The package that an import leads to, by name or by path; null: none of ours. */
function packageOf(specifier: string, source: Source): string | null {
  const named = /^@dialwright\/([^/]+)/.exec(specifier)?.[1]
  if (named !== undefined) return named
  const name = /^packages\/([^/]+)\//.exec(pathOf(specifier, source) ?? '')?.[1]
  return name !== undefined && packageNames.includes(name) ? name : null
}

/** Static and dynamic imports, re-exports, `require`, `import.meta.resolve`, `import('...')` in types. */
function importsOf(source: Source): { specifier: string; offset: number }[] {
  const call = /\b(?:from|import|require(?:\.resolve)?|import\.meta\.resolve)\s*\(?\s*(['"`])/g
  return [...source.code.matchAll(call)].map((match) => {
    const offset = match.index + match[0].length
    const end = source.code.indexOf(match[1] ?? "'", offset)
    return { specifier: source.strings.slice(offset, end < 0 ? undefined : end), offset }
  })
}

/** Splits a text into code (quotes kept), contents of strings, and comments; every kind has the length of the whole. */
function readSource(path: string, text: string): Source {
  const isSql = path.endsWith('.sql')
  const kinds = { code: '', strings: '', comments: '' }
  const put = (kind: keyof typeof kinds, piece: string): void => {
    for (const name of ['code', 'strings', 'comments'] as const)
      kinds[name] += name === kind ? piece : piece.replace(/[^\n]/g, ' ')
  }
  const pieces = isSql
    ? /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*'?)|(?<rest>[^-/']+|.)/g
    : // A regular expression is told from a division by what stands before it.
      /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|`(?:\\[\s\S]|[^`\\])*`?)|(?<regexp>(?<=[=(,:[!&|?{};+]\s*|\b(?:return|of|case)\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*)|(?<rest>[^/'"`]+|.)/g
  for (const match of (isSql ? withoutClockDefinition(text) : text).matchAll(pieces)) {
    const piece = match[0]
    if (match.groups?.comment !== undefined) put('comments', piece)
    else if (match.groups?.string !== undefined) {
      const isClosed = piece.length > 1 && piece.endsWith(piece.charAt(0))
      put('code', piece.charAt(0))
      put('strings', piece.slice(1, isClosed ? -1 : undefined))
      if (isClosed) put('code', piece.charAt(0))
    } else put('code', match.groups?.regexp !== undefined ? piece.replace(/[^\n]/g, ' ') : piece)
  }
  const pkg = /^packages\/([^/]+)\//.exec(path)?.[1] ?? ''
  return { path, pkg, isTest: /\.test\.tsx?$|\.conformance\.ts$/.test(path), ...kinds }
}

/** Blanks the one statement that may read the server's clock. */
function withoutClockDefinition(text: string): string {
  const definition =
    /create\s+(?:or\s+replace\s+)?function\s+dw_clock\s*\(\s*\)\s+returns\s+timestamptz[^$';]*(?:'[^']*'|\$\$[^$]*\$\$)/gi
  return text.replace(definition, (statement) => statement.replace(/[^\n]/g, ' '))
}
