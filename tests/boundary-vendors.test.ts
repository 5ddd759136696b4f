/** Vendors' words stand in compat/ alone, and the rooms there have one shape. Both checks are shown what they must refuse. */
import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { vendorWords } from './boundary-vendors.ts'

const root = join(import.meta.dirname, '..')
const compat = 'packages/server/src/compat'
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).map((path) => path.replaceAll('\\', '/'))

test('no source outside compat/ speaks a vendor word, but for the names of dialects', () => {
  const paths = files('packages/*/src/**/*.{ts,tsx,sql}')
  assert.ok(paths.length > 50, 'the sources were not found')
  assert.deepEqual(
    paths.flatMap((path) => vendorWords(path, read(path))).map(({ path, line, found }) => `${path}:${line} ${found}`),
    [],
  )
})

const domain = 'packages/dialer/src/campaigns/campaign-settings.ts'
const refused: readonly (readonly [path: string, text: string])[] = [
  [domain, 'export type Settings = { recallRules: RetryRule[] }'],
  [domain, '// as the Yunfu robot does'],
  [domain, `if (dialect === 'twin') return`],
  [domain, 'const ids = { twin: 1 }'],
  [domain, 'const isIS74 = true'],
  ['packages/server/src/campaigns/create-campaign.ts', 'const { maximumcall } = campaign'],
  ['packages/server/src/campaigns/create-campaign.ts', 'function ofOmicall() {}'],
  ['packages/server/src/inbound/inbound-call.ts', 'const rule = incomingRule'],
  ['packages/server/src/resources/fields.ts', 'const schema = { caller_line_id: 1 }'],
  [
    'packages/server/src/adapters/postgres/migrations/0001_x.sql',
    'alter table campaign add call_pause_second integer;',
  ],
  ['packages/server/src/http/server.ts', `app.post('/v2/autoCall/executeByPhone')`],
  ['packages/web/src/campaign.tsx', '<b>TWIN24</b>'],
]
for (const [path, text] of refused)
  test(`refused in ${path}: ${text}`, () => assert.ok(vendorWords(path, text).length > 0))

const accepted: readonly (readonly [path: string, text: string])[] = [
  [domain, '/** The in-memory twin of the store. */ const twins = 2'],
  [domain, 'const { pauseSeconds, maxCalls } = pacing'],
  ['packages/server/src/webhooks/dialects.ts', `export const dialects = ['native', 'twin', 'yunfu'] as const`],
  ['packages/server/src/adapters/postgres/migrations/0001_x.sql', `check (dialect in ('twin', 'yunfu'))`],
  ['packages/server/src/tag-scenes/tag-groups.ts', `// 'groups.0.externalIds.yunfu'`],
  [`${compat}/yunfu/mapping.ts`, 'const { maximumcall } = task'],
  ['packages/server/src/demo/vendors/is74.ts', 'const add_data = {}'],
]
for (const [path, text] of accepted)
  test(`accepted in ${path}: ${text}`, () => assert.deepEqual(vendorWords(path, text), []))

/** What a room lacks of the one shape; `names` are its files, `text` what is in each. */
function missingIn(room: string, names: readonly string[], text: (name: string) => string): string[] {
  const missing = ['routes.ts', 'mapping.ts', 'errors.ts', 'README.md'].filter((name) => !names.includes(name))
  // One file, or a folder with a file for each body.
  if (!names.includes('schemas.ts') && !names.includes('schemas')) missing.push('schemas.ts')
  if (names.includes('teller.ts') && !read(`${compat}/tellers.ts`).includes(`'./${room}/teller.ts'`))
    missing.push('a place in tellers.ts')
  const page = names.includes('README.md') ? text('README.md') : ''
  if (!/^\|.*\|.*\|.*\|$/m.test(page)) missing.push('a table in README.md')
  if (!/not yet in effect/i.test(page)) missing.push('what is not yet in effect, in README.md')
  const held = files('packages/server/test/http/*-conformance.test.ts').some((path) =>
    read(path).includes(`compat/${room}/README.md`),
  )
  if (!held) missing.push('a test that holds README.md to the schemas')
  return missing
}

const rooms = readdirSync(join(root, compat), { withFileTypes: true }).filter((entry) => entry.isDirectory())

test('there is a room for each of the vendors', () => {
  const names = rooms.map(({ name }) => name)
  for (const name of ['is74', 'omicall', 'twin-tasks', 'yunfu']) assert.ok(names.includes(name), name)
  assert.match(read('packages/server/src/http/server.ts'), /compat\//)
  for (const name of names)
    assert.ok(
      read('packages/server/src/http/server.ts').includes(`/compat/${name}/routes.ts'`),
      `${name} is not served`,
    )
})

for (const { name: room } of rooms)
  test(`compat/${room} has the shape of its neighbours`, () => {
    const names = readdirSync(join(root, compat, room))
    assert.deepEqual(
      missingIn(room, names, (name) => read(`${compat}/${room}/${name}`)),
      [],
    )
  })

test('a room without its parts is told each of them', () => {
  assert.deepEqual(
    missingIn('yunfu', ['routes.ts', 'README.md'], () => 'A page without a table.'),
    [...['mapping.ts', 'errors.ts', 'schemas.ts', 'a table in README.md'], 'what is not yet in effect, in README.md'],
  )
  assert.deepEqual(
    missingIn(
      'nobody',
      ['routes.ts', 'mapping.ts', 'schemas', 'errors.ts', 'teller.ts', 'README.md'],
      () => '| Field | Effect | Shown by |\nNot yet in effect: nothing.',
    ),
    ['a place in tellers.ts', 'a test that holds README.md to the schemas'],
  )
})
