/** Every path, script, command and route that a page names is there; no page is left out of the list that README gives. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../packages/cli/src/commands/index.ts'
import { nativeResources } from '../packages/server/src/http/resources/native-resources.ts'
import { listedRfcs } from './boundary-rules.ts'
import { missingNames, type Project, spoiledFiles } from './page-names.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const find = (...patterns: string[]): string[] =>
  patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: root, exclude: (name) => /(?:^|[/\\])node_modules$/.test(name) }).map((path) =>
      path.replaceAll('\\', '/'),
    ),
  )

const project: Project = {
  files: find('*.*', '{packages,docs,tests,bench,examples,changes}/**/*.*'),
  scripts: Object.keys(JSON.parse(read('package.json')).scripts),
  commands: commands.map(({ path }) => path.join(' ')),
  routes: Object.keys(JSON.parse(read('docs/openapi.json')).paths),
}
const pages = project.files.filter((path) => path.endsWith('.md'))

test('what a page names is there', () => {
  assert.ok(pages.includes('README.md') && pages.includes('docs/API.md'), 'the pages were not found')
  assert.deepEqual(
    pages.flatMap((path) => missingNames(path, read(path), project).map((name) => `${path}: ${name}`)),
    [],
  )
})

test('no page keeps what npm prints of itself in a file', () => {
  assert.deepEqual(
    pages.flatMap((path) => spoiledFiles(read(path)).map((command) => `${path}: ${command}`)),
    [],
  )
  assert.deepEqual(spoiledFiles('```sh\nnpm run cli -- provision import a.json > b.yaml\n```'), [
    'npm run cli -- provision import a.json > b.yaml',
  ])
})

test('README leads to every page of docs, and the decisions to every decision', () => {
  const [readme, decisions] = [read('README.md'), read('docs/decisions/README.md')]
  assert.deepEqual(
    find('docs/*.md').filter((path) => !readme.includes(`](${path})`)),
    [],
  )
  assert.deepEqual(
    find('docs/decisions/0*.md').filter((path) => !decisions.includes(`](${path.replace('docs/decisions/', '')})`)),
    [],
  )
})

test('the glossary has a word for each resource', () => {
  const terms = [...read('docs/GLOSSARY.md').matchAll(/^\| ([^|]+) \|/gm)].map(([, term = '']) => term.toLowerCase())
  assert.deepEqual(
    nativeResources
      .map(({ kind }) => kind.replaceAll('-', ' '))
      .filter((kind) => !terms.some((term) => term.replaceAll('-', ' ') === kind)),
    [],
  )
})

test('every RFC on the page of standards is cited by a source or a test', () => {
  const sources = find('packages/*/{src,test}/**/*.{ts,sql}').map(read).join('\n')
  const cited = listedRfcs(sources)
  assert.deepEqual(
    [...listedRfcs(read('docs/STANDARDS.md'))].filter((number) => !cited.has(number)),
    [],
  )
})

const small: Project = {
  files: [
    'README.md',
    'docs/API.md',
    'packages/sip/src/ua/endpoint.ts',
    'packages/sip/test/call.test.ts',
    'bench/bench.ts',
  ],
  scripts: ['start', 'bench', 'cli'],
  commands: ['campaigns list', 'tail'],
  routes: ['/dialwright/v1/calls/{id}'],
}

/** [text of a page, what is missing] */
const refused: readonly (readonly [string, string])[] = [
  ['see `packages/sip/src/gone.ts`', 'packages/sip/src/gone.ts'],
  ['see `packages/gone`', 'packages/gone'],
  ['see `ua/gone.ts`', 'ua/gone.ts'],
  ['see `packages/sip/src/**/*.property.test.ts`', 'packages/sip/src/**/*.property.test.ts'],
  ['```sh\nnode packages/sip/src/gone.ts --port 1\n```', 'packages/sip/src/gone.ts'],
  ['-d @docs/examples/gone.json', 'docs/examples/gone.json'],
  ['[API](docs/GONE.md)', 'docs/GONE.md'],
  ['`npm run gone`', 'npm run gone'],
  ['```sh\nnpm ci && npm run gone\n```', 'npm run gone'],
  ['`npm test`', 'npm run test'],
  ['`npm run cli -- campaigns gone`', 'dialwright campaigns gone'],
  ['`npm run --silent cli -- campaigns gone`', 'dialwright campaigns gone'],
  ['```sh\ndialwright gone --all\n```', 'dialwright gone'],
  ['`GET /dialwright/v1/gone/{id}`', '/dialwright/v1/gone/{id}'],
]
for (const [text, name] of refused) {
  test(`a page that names what is not there is refused: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(missingNames('README.md', text, small), [name])
  })
}

const accepted = [
  'see `packages/sip`, `packages/sip/test`, `bench/`, `endpoint.ts`, `ua/endpoint.ts`, `packages/*/test/**/*.test.ts`',
  '[API](docs/API.md#page), [elsewhere](https://example.test/x)',
  '`npm ci`, `npm start`, `npm run bench -- --quick`; npm on an older Node',
  '`npm run cli -- help`, `npm run --silent cli -- campaigns list`, `npm run cli -- tail --once`',
  'curl "$ADDRESS/dialwright/v1/calls/$CALL?x=1" or `GET /dialwright/v1/calls/{call}`',
  '`application/json`, `Europe/Moscow`, `{twin: 1}`, `10.0.0.0/8`, `bench/baseline.json`',
]
for (const text of accepted) {
  test(`a page that names what is there is accepted: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(missingNames('README.md', text, small), [])
  })
}
