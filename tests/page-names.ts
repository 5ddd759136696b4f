/** What a page names that the project must have: files, links, scripts, commands, routes. Decided from the page's text. */
import { posix } from 'node:path'

/** What there is. */
export type Project = {
  /** Every file of the project, from its root, with slashes. */
  readonly files: readonly string[]
  /** Of package.json. */
  readonly scripts: readonly string[]
  /** Of the command line: `campaigns list`. */
  readonly commands: readonly string[]
  /** Of the OpenAPI document: `/dialwright/v1/calls/{id}`. */
  readonly routes: readonly string[]
}

/** Made by a command, on demand: the page that names it says when there is one. */
const madeOnDemand = ['bench/baseline.json']

const topFolders = ['packages', 'docs', 'tests', 'bench', 'examples', 'changes']
const fileEnd = /\.(?:ts|tsx|sql|md|json|xml|mjs)$/

/**
 * @param path  Of the page, from the root.
 * @returns What it names that is not there, each as it stands on the page.
 */
export function missingNames(path: string, text: string, project: Project): string[] {
  const missing = [...namedFiles(text)].filter((name) => !isThere(name, path, project.files))
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^\w+:/.test(target) || target.startsWith('#')) continue
    const reached = posix.join(posix.dirname(path), target.replace(/#.*/, ''))
    if (!project.files.some((file) => file === reached || file.startsWith(`${reached}/`))) missing.push(target)
  }
  for (const [, name = ''] of text.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:-]*)/g)) {
    // Not every word behind npm is a command: "npm on an older Node".
    const isRun = text.includes(`npm run ${name}`) || text.includes(`\`npm ${name}\``)
    if (isRun && !['ci', 'install', 'run', ...project.scripts].includes(name)) missing.push(`npm run ${name}`)
  }
  for (const [, words = ''] of text.matchAll(
    /(?:npm run (?:--silent )?cli -- |^dialwright |\(dialwright )([a-z]+(?: [a-z]+)?)/gm,
  )) {
    // More words than the command has are what it is given; a noun alone speaks of all its verbs.
    const isKnown = ['help', ...project.commands].some(
      (command) => `${words} `.startsWith(`${command} `) || command.startsWith(`${words} `),
    )
    if (!isKnown) missing.push(`dialwright ${words}`)
  }
  const shapes = new Set(project.routes.map(shapeOf))
  for (const [route] of text.matchAll(/\/dialwright\/v1\/[\w/{}$-]+/g)) {
    if (!shapes.has(shapeOf(route))) missing.push(route)
  }
  return [...new Set(missing)]
}

/** Commands whose output a page keeps in a file, where npm's own lines would stand in it too: they lack `--silent`. */
export function spoiledFiles(text: string): string[] {
  return [...text.matchAll(/\bnpm run (?!--silent )[^`\n]*[^-]> *\S+/g)].map(([command]) => command)
}

/** Parameters of a route are alike, whatever they are called. */
function shapeOf(route: string): string {
  return route.replace(/\{\w+\}|\$\w+/g, '{}').replace(/\/$/, '')
}

/** Names in code spans that look like a file or folder, and paths from the root wherever they stand. */
function namedFiles(text: string): Set<string> {
  const names = new Set<string>()
  for (const [, span = ''] of text.matchAll(/`([^`\n]+)`/g)) {
    if (/^[\w@.*{},-]+(?:\/[\w@.*{},-]+)*\/?$/.test(span) && (fileEnd.test(span) || isFromRoot(span))) names.add(span)
  }
  for (const [, path = ''] of text.matchAll(/(?<![\w/.$])((?:\w+)\/[\w@.*{},/-]+)/g)) {
    const name = path.replace(/[.,]+$/, '')
    if (isFromRoot(name)) names.add(name)
  }
  return names
}

function isFromRoot(name: string): boolean {
  return topFolders.some((folder) => name.startsWith(`${folder}/`))
}

/** From the root, beside the page, or the end of a path of the project where it says enough to find it. */
function isThere(name: string, page: string, files: readonly string[]): boolean {
  if (madeOnDemand.includes(name)) return true
  const pattern = name.replace(/\/$/, '')
  const candidates = [pattern, posix.join(posix.dirname(page), pattern)]
  if (files.some((file) => candidates.some((one) => posix.matchesGlob(file, one) || file.startsWith(`${one}/`))))
    return true
  const isGlob = /[*{]/.test(pattern)
  if (isGlob) return files.some((file) => candidates.some((one) => posix.matchesGlob(file, `${one}/**`)))
  return !isFromRoot(name) && files.some((file) => file.endsWith(`/${pattern}`))
}
