/**
 * The integration tests, each file in a process of its own: `npm run test:integration`, or some of them by their paths behind it.
 * `node --test` takes files by their names, and what is long and late in the alphabet would be left to run alone at the end.
 */
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { globalSetup, globalTeardown } from './integration-setup.ts'

const everything = ['packages/*/test/**/*.test.ts', 'tests/e2e/**/*.test.ts', 'tests/interop/**/*.test.ts']

/** About half a minute or longer each, most of it waiting: the longest first, so that others fill their pauses. */
const longOnes = [
  'tests/e2e/kills.test.ts',
  'tests/interop/baresip-transfer.test.ts',
  'tests/e2e/hand-over-kills.test.ts',
  'packages/server/test/http/hostile-bodies.test.ts',
  'packages/server/test/http/twin-calls.test.ts',
  'packages/server/test/http/omicall-calls.test.ts',
  'packages/server/test/telephony/loss.test.ts',
  'packages/server/test/postgres/embedded.test.ts',
  'tests/interop/baresip.test.ts',
  'tests/e2e/start.test.ts',
  'packages/cli/test/commands.test.ts',
  'packages/server/test/http/twin-incoming-calls.test.ts',
  'tests/e2e/bench.test.ts',
  'tests/e2e/disk-full-calls.test.ts',
  'tests/e2e/lives.test.ts',
  'packages/server/test/postgres/disk-full.test.ts',
  'packages/server/test/http/yunfu-calls.test.ts',
]

/** Of a test that has no limit of its own. What hangs behind it is ended by `time-limit.ts`. */
const limitMs = 600_000

/** More than a machine of two cores has: most files wait for calls most of the time. With more yet, what is said in real time stutters. */
const filesAtOnce = 3

const asked = process.argv.slice(2)
const files = asked.length > 0 ? asked : globSync(everything).sort()
const gone = longOnes.filter((file) => asked.length === 0 && !files.includes(file))
if (gone.length > 0) throw new Error(`No such test files: ${gone.join(', ')}`)

await globalSetup()
const events = run({
  files: [...longOnes.filter((file) => files.includes(file)), ...files.filter((file) => !longOnes.includes(file))],
  concurrency: filesAtOnce,
  execArgv: [`--test-timeout=${limitMs}`, `--import=${new URL('./time-limit.ts', import.meta.url).href}`],
})
events.on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1
})
for await (const text of events.compose(spec)) process.stdout.write(text)
await globalTeardown()
