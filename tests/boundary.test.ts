/** The boundaries hold in every source; and the checker itself is shown planted violations. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkSource, importedPaths, listedRfcs } from './boundary-rules.ts'
import { importCycles } from './import-cycles.ts'

const root = join(import.meta.dirname, '..')

test('every source of every package keeps the boundaries', () => {
  const standards = join(root, 'docs', 'STANDARDS.md')
  const knownRfcs = existsSync(standards) ? listedRfcs(readFileSync(standards, 'utf8')) : null
  const paths = globSync('packages/*/src/**/*.{ts,tsx,sql}', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  assert.ok(paths.length > 50, 'the sources were not found')
  const violations = paths.flatMap((path) => checkSource(path, readFileSync(join(root, path), 'utf8'), knownRfcs))
  assert.deepEqual(
    violations.map(({ rule, path, line, found }) => `${path}:${line} ${rule}: ${found}`),
    [],
  )
})

test('no source imports itself, by however many others', () => {
  const paths = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const imports = new Map(paths.map((path) => [path, importedPaths(path, readFileSync(join(root, path), 'utf8'))]))
  const known = [...imports.values()].flat().filter((path) => imports.has(path))
  assert.ok(known.length > paths.length / 2, 'the imports were not found')
  assert.deepEqual(importCycles(imports), [])
})

test('a ring of imports is found by types, side effects and other paths, and nothing else is', () => {
  const files = {
    'a/one.ts': `import type { Two } from './two.ts'`,
    'a/two.ts': `export { three } from '../b/three.ts'`,
    'b/three.ts': `import '../a/../a/one.ts'\nimport { four } from './four.ts'`,
    'b/four.ts': `import { five } from './five.ts'`,
    'b/five.ts': `// import { four } from './four.ts'`,
    'c/own.ts': `const own = await import('./own.ts')`,
  }
  const imports = new Map(Object.entries(files).map(([path, text]) => [path, importedPaths(path, text)]))
  assert.deepEqual(importCycles(imports), [['a/one.ts', 'a/two.ts', 'b/three.ts'], ['c/own.ts']])
})

const domain = 'packages/dialer/src/pacing/plan.ts'
const store = 'packages/server/src/adapters/postgres/store.ts'
const migration = 'packages/server/src/adapters/postgres/migrations/0002_x.sql'

/** [path, text, the rule that must refuse it] */
const refused: readonly (readonly [string, string, RegExp])[] = [
  [domain, 'const t = Date.now()', /Clock/],
  [domain, 'const t = new Date()', /Clock/],
  [domain, 'const t = +new Date', /Clock/],
  [domain, 'const t = Temporal.Now.instant()', /Clock/],
  [domain, `const text = \`a\`; const n = 4 / 2; const t = Date.now() // ' \` /`, /Clock/],
  [domain, `const quote = /['"\`]/g\nconst t = Date.now()`, /Clock/],
  ['packages/media/src/x.test.ts', 'const r = Math.random()', /Random/],
  ['packages/server/src/http/server.ts', 'const port = process.env.PORT', /config\.ts/],
  ['packages/server/src/http/server.ts', `const port = process['env']`, /config\.ts/],
  [store, 'const q = `select * from contact where next_at <= now()`', /dw_clock/],
  [store, `const q = 'select CLOCK_TIMESTAMP ( )'`, /dw_clock/],
  [store, 'const q = "update a set at = current_timestamp"', /dw_clock/],
  [migration, 'create table a (at timestamptz not null default now());', /dw_clock/],
  [migration, 'create table a (at timestamptz DEFAULT now);', /dw_clock/],
  [migration, `create function f() returns timestamptz language sql as 'select now()';`, /dw_clock/],
  [
    migration,
    `create function f() returns void language plpgsql as $$ begin perform clock_timestamp(); end $$;`,
    /dw_clock/,
  ],
  [
    migration,
    `create function dw_clock() returns timestamptz language sql as 'select clock_timestamp()'; select now();`,
    /dw_clock/,
  ],
  [migration, '-- XXX: later', /markers/],
  ['packages/sip/src/ua/endpoint.ts', `import { createSocket } from 'node:dgram'`, /transport/],
  ['packages/carrier/src/carrier.ts', `import dgram from "dgram"`, /transport/],
  ['packages/server/src/x.ts', `const d = await import('node:dgram')`, /transport/],
  [domain, `import { readFile } from 'node:fs/promises'`, /no node modules/],
  ['packages/scenario/src/compile.ts', `export { inspect } from 'node:util'`, /no node modules/],
  ['packages/sip/src/index.ts', `import { RtpPacket } from '@dialwright/media'`, /sip does not import media/],
  ['packages/media/src/index.ts', `import type { Clock } from '@dialwright/dialer'`, /media does not import dialer/],
  [domain, `import { parseMessage } from '@dialwright/sip'`, /dialer does not import sip/],
  [domain, `import { start } from '../../../server/src/node.ts'`, /dialer does not import server/],
  ['packages/scenario/src/compile.ts', `import '@dialwright/server'`, /scenario does not import server/],
  ['packages/scenario/src/compile.ts', `type M = import('@dialwright/media').Frame`, /scenario does not import media/],
  ['packages/carrier/src/index.ts', `import { x } from '@dialwright/dialer'`, /carrier does not import dialer/],
  ['packages/testkit/src/index.ts', `import { x } from '@dialwright/server'`, /testkit does not import server/],
  ['packages/cli/src/index.ts', `import { x } from '@dialwright/server'`, /cli does not import server/],
  ['packages/sip/src/index.ts', `import { SeededRandom } from '@dialwright/testkit'`, /sip does not import testkit/],
  ['packages/server/src/x.ts', `import { x } from '@dialwright/sip/src/message/parse.ts'`, /one door/],
  ['packages/server/src/x.ts', `import { x } from '../../sip/src/index.ts'`, /one door/],
  ['packages/server/src/reports/x.ts', `import { Pool } from 'pg'`, /database driver/],
  ['packages/cli/src/x.ts', `import { Pool } from 'pg'`, /database driver/],
  ['packages/server/src/adapters/memory/x.ts', `import pg from 'pg'`, /database driver/],
  ['packages/server/src/x.ts', `import { wait } from '../../../tests/e2e/app-copy.ts'`, /no package/],
  ['packages/sip/test/x.test.ts', `import { Bench } from '../../../bench/harness/bench.ts'`, /no package/],
  ['packages/cli/src/run.ts', `import { readConfig } from '../../server/src/config.ts'`, /cli does not import server/],
  ['packages/cli/src/run.ts', `import { planAttempts } from '@dialwright/dialer'`, /cli does not import dialer/],
  ['packages/server/src/tokens/token.ts', `import { etagOf } from '../http/etag.ts'`, /wiring/],
  ['packages/server/src/adapters/postgres/x.ts', `import { Problem } from '../../http/problem.ts'`, /wiring/],
  ['packages/server/src/campaigns/x.ts', `import { x } from '../compat/twin/mapping.ts'`, /wiring/],
  ['packages/server/src/webhooks/events.ts', `import { x } from '../compat/twin/webhook-bodies.ts'`, /wiring/],
  ['packages/server/src/webhooks/dispatcher.ts', `import { x } from '../compat/tellers.ts'`, /wiring/],
  ['packages/server/src/http/campaigns/x.ts', `import { x } from '../../compat/twin/mapping.ts'`, /wiring/],
  ['packages/server/src/http/problem.ts', `import { x } from '../compat/twin/mapping.ts'`, /wiring/],
  ['packages/server/src/compat/twin/x.ts', `import { x } from '../../http/campaigns/schemas.ts'`, /do not import each/],
  ['packages/server/src/compat/twin/x.ts', `import { x } from '../yunfu/mapping.ts'`, /do not import each/],
  ['packages/server/src/http/campaigns/x.ts', `import { x } from '../calls/shown.ts'`, /do not import each/],
  [domain, '// TODO: later', /markers/],
  [domain, '/* a\n FIXME */', /markers/],
  ['packages/sip/src/x.ts', '/** RFC 9999 §1 */', /STANDARDS/],
  ['packages/sip/src/x.ts', 'throw new Error("RFC 9999 §1")', /STANDARDS/],
]

for (const [path, text, rule] of refused) {
  test(`refused in ${path}: ${JSON.stringify(text)}`, () => {
    const violations = checkSource(path, text, new Set(['3261']))
    assert.equal(violations.length, 1, JSON.stringify(violations))
    assert.match(violations[0]?.rule ?? '', rule)
  })
}

/** Look-alikes that are right where they stand. */
const accepted: readonly (readonly [string, string])[] = [
  [domain, 'const t = clock.now() // Date.now() would be wrong here'],
  [domain, `const text = 'Math.random'`],
  [domain, 'const at = new Date(text)'],
  [store, 'const name = `$'.concat('{clock.now()} and $', '{this.now()}`')],
  [store, 'const q = `select dw_clock()`'],
  [store, 'const q = `where known() and unknown_now()`'],
  ['packages/server/src/adapters/system/system-clock.ts', 'export const now = () => Temporal.Now.instant()'],
  ['packages/server/src/main.ts', 'const started = new Date()'],
  ['packages/server/src/config.ts', 'const given = process.env'],
  [migration, '-- now() is refused here\ncreate table a (at timestamptz not null default dw_clock());'],
  [
    migration,
    `create function dw_clock() returns timestamptz language sql volatile as $$ select clock_timestamp() $$;`,
  ],
  [
    migration,
    `create or replace function dw_clock() returns timestamptz language sql volatile as 'select clock_timestamp()';`,
  ],
  ['packages/sip/src/transport/udp.ts', `import { createSocket } from 'node:dgram'`],
  [
    'packages/dialer/src/pacing/plan.test.ts',
    `import { test } from 'node:test'\nimport { VirtualClock } from '@dialwright/testkit'`,
  ],
  ['packages/carrier/src/index.ts', `import { x } from '@dialwright/sip'\nimport { y } from '@dialwright/media'`],
  ['packages/server/src/x.ts', `import type { x } from '@dialwright/dialer'\nimport y from './y.ts'`],
  ['packages/server/src/adapters/postgres/pool.ts', `import { Pool } from 'pg'`],
  ['packages/server/src/compat/twin/x.ts', `import { Problem } from '../../http/problem.ts'`],
  ['packages/server/src/compat/twin/x.ts', `import { x } from './mapping.ts'`],
  ['packages/server/src/http/campaigns/x.ts', `import { Problem } from '../problem.ts'`],
  ['packages/server/src/http/campaigns/x.ts', `import { x } from './schemas.ts'`],
  ['packages/server/src/http/server.ts', `import { x } from '../compat/twin/routes.ts'`],
  ['packages/server/src/compat/tellers.ts', `import { x } from './twin/teller.ts'`],
  ['packages/sip/src/x.ts', `/** RFC 3261 §17 */ const number = '7XXX'`],
]

for (const [path, text] of accepted) {
  test(`accepted in ${path}: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(checkSource(path, text, new Set(['3261'])), [])
  })
}

test('a violation tells its line', () => {
  const [violation] = checkSource(domain, '/* one\ntwo */\n\nconst t = Date.now()', null)
  assert.equal(violation?.line, 4)
})
