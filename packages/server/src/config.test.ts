import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { configurationPage, pageFile } from './config/page.ts'
import { readConfig, settingsSchema } from './config.ts'
import { ConfigError } from './errors.ts'

/** Writes files into a directory that goes with the test; returns how to name them. */
function files(context: TestContext, contents: Readonly<Record<string, string>>): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'config-'))
  context.after(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(directory, name), text)
  return (name) => join(directory, name)
}

function problemsOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

test('an empty environment gives loopback addresses and the embedded database', () => {
  const config = readConfig({})
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 8080 })
  assert.deepEqual(config.rtpPorts, { from: 20000, to: 23999 })
  assert.equal(config.databaseUrl, undefined)
  assert.equal(config.egress, 'any')
  assert.deepEqual(config.killAt, [])
})

test('every form that is promised is read', () => {
  const config = (environment: Record<string, string>) => readConfig(environment)
  assert.deepEqual(config({ DIALWRIGHT_HTTP: '[::1]:8080' }).http, { host: '::1', port: 8080 })
  assert.deepEqual(config({ DIALWRIGHT_HTTP: 'box.example:0' }).http, { host: 'box.example', port: 0 })
  assert.deepEqual(config({ DIALWRIGHT_HTTP: '9090' }).http, { host: '127.0.0.1', port: 9090 })
  assert.deepEqual(config({ DIALWRIGHT_SIP: '192.0.2.7:5070' }).sip, { host: '192.0.2.7', port: 5070 })
  assert.equal(config({ DIALWRIGHT_RTP_PORTS: 'ephemeral' }).rtpPorts, 'ephemeral')
  assert.deepEqual(config({ DIALWRIGHT_EGRESS: '10.0.0.0/8, fd00::/8' }).egress, ['10.0.0.0/8', 'fd00::/8'])
  assert.equal(config({ DIALWRIGHT_RATE_LIMIT: 'off' }).limits.requestsPerMinute, null)
  assert.equal(config({ DIALWRIGHT_DRAIN_SECONDS: '5' }).drainSeconds, 5)
  assert.deepEqual(config({ DIALWRIGHT_KILL_AT: 'telephony:after-invite#3' }).killAt, [
    { victim: 'telephony', point: 'after-invite', nth: 3 },
  ])
})

// What stands in the last column is the mend: a message without it would only say that something is wrong.
const wrongValues: readonly [name: string, value: string, expected: RegExp][] = [
  ['DIALWRIGHT_HTTP', '127.0.0.1:', /the port behind "127\.0\.0\.1:" is missing; expected .*127\.0\.0\.1:8080/],
  ['DIALWRIGHT_HTTP', '::1', /in brackets and has a port: \[::1\]:8080/],
  ['DIALWRIGHT_HTTP', '127.0.0.1', /"127\.0\.0\.1" has no port; expected .*127\.0\.0\.1:8080/],
  ['DIALWRIGHT_HTTP', ':8080', /host before ":8080" is missing \(0\.0\.0\.0 is every address\)/],
  ['DIALWRIGHT_HTTP', '0x50', /"0x50" has no port; expected/],
  ['DIALWRIGHT_HTTP', '127.0.0.1:0x50', /"0x50" is no port: .*decimal digits/],
  ['DIALWRIGHT_HTTP', '127.0.0.1:1e3', /"1e3" is no port/],
  ['DIALWRIGHT_HTTP', '127.0.0.1: 80', /" 80" is no port/],
  ['DIALWRIGHT_HTTP', '127.0.0.1:65536', /"65536" is no port: those are 0 to 65535/],
  ['DIALWRIGHT_HTTP', '127.1:80', /"127\.1" is no host/],
  ['DIALWRIGHT_HTTP', '256.0.0.1:80', /"256\.0\.0\.1" is no host/],
  ['DIALWRIGHT_HTTP', 'http://127.0.0.1:80', /"http:\/\/127\.0\.0\.1" is no host/],
  ['DIALWRIGHT_HTTP', '[::1', /is no port|is no host/],
  ['DIALWRIGHT_SIP', '[::1]:5060', /is no IPv4 address; expected .*127\.0\.0\.1:5060/],
  ['DIALWRIGHT_SIP', 'localhost:5060', /"localhost" is no IPv4 address/],
  ['DIALWRIGHT_PUBLIC_ADDRESS', '203.0.113.7:5060', /without a port, like 203\.0\.113\.7/],
  ['DIALWRIGHT_PUBLIC_ADDRESS', '0.0.0.0', /no address that the far end can send to/],
  ['DIALWRIGHT_DRAIN_SECONDS', '1e3', /whole number of 1 to 86400 in decimal digits, found "1e3"/],
  ['DIALWRIGHT_DRAIN_SECONDS', '0x50', /found "0x50"/],
  ['DIALWRIGHT_DRAIN_SECONDS', '0', /found "0"/],
  ['DIALWRIGHT_DRAIN_SECONDS', '1.5', /found "1\.5"/],
  ['DIALWRIGHT_RATE_LIMIT', '1e3', /decimal digits, or "off", found "1e3"/],
  ['DIALWRIGHT_LOGIN_LIMIT', '-1', /above 0/],
  ['DIALWRIGHT_RTP_PORTS', '0x5000-0x6000', /like 20000-23999, or "ephemeral"/],
  ['DIALWRIGHT_RTP_PORTS', '20000', /FROM-TO/],
  ['DIALWRIGHT_RTP_PORTS', '24000-20000', /FROM-TO/],
  ['DIALWRIGHT_EGRESS', 'home', /networks like 10\.0\.0\.0\/8; not a network: "home"/],
  ['DIALWRIGHT_LOG', 'loud', /one of trace, debug, .*found "loud"/],
  ['DIALWRIGHT_SECRET_KEY', 'short', /32 bytes in base64 or hex .*openssl rand/],
  ['DATABASE_URL', 'localhost:5432', /expected postgresql:\/\/user:password@host:port\/database/],
  ['DIALWRIGHT_KILL_AT', 'main:nowhere#1', /found "main:nowhere#1"; victims:/],
]

for (const [name, value, expected] of wrongValues) {
  test(`${name}=${value} is refused by name, with what would be right`, () => {
    const problems = problemsOf({ [name]: value })
    assert.equal(problems.length, 1)
    assert.ok(problems[0]?.startsWith(`${name}: `), problems.join())
    assert.match(problems[0] ?? '', expected)
  })
}

test('a wrong secret is told without its text', () => {
  const problems = problemsOf({
    DIALWRIGHT_ADMIN_PASSWORD: 'pa55wor',
    DIALWRIGHT_SECRET_KEY: 'pa55wor',
    DATABASE_URL: 'mysql://me:pa55wor@box/db',
  })
  assert.equal(problems.length, 3)
  assert.doesNotMatch(problems.join(), /pa55wor/)
})

test('all mistakes are told together, whatever kind they are of', (t) => {
  const path = files(t, { 'dialwright.yaml': 'DIALWRIGHT_LOG: loud\nDIALWRIGHT_HTP: 1\n' })
  const problems = problemsOf({
    DIALWRIGHT_CONFIG: path('dialwright.yaml'),
    DIALWRIGHT_HTTP: 'here',
    DIALWRIGHT_SIP: '0.0.0.0:5060',
    DIALWRIGHT_DRAIN_SECOND: '5',
    DIALWRIGHT_SECRET_KEY_FILE: '',
  })
  assert.deepEqual(problems.map((problem) => problem.split(/[ :]/)[0]).sort(), [
    'DIALWRIGHT_DRAIN_SECOND',
    'DIALWRIGHT_HTP',
    'DIALWRIGHT_HTTP',
    'DIALWRIGHT_LOG',
    'DIALWRIGHT_PUBLIC_ADDRESS',
    'DIALWRIGHT_SECRET_KEY_FILE',
  ])
})

for (const [misspelt, meant] of [
  ['DIALWRIGHT_HTPP', 'DIALWRIGHT_HTTP'],
  ['DIALWRIGHT_RTP_PORT', 'DIALWRIGHT_RTP_PORTS'],
  ['DIALWRIGHT_PUBLIC_ADRESS', 'DIALWRIGHT_PUBLIC_ADDRESS'],
  ['DIALWRIGHT_SECRETKEY_FILE', 'DIALWRIGHT_SECRET_KEY_FILE'],
  ['dialwright_log', 'DIALWRIGHT_LOG'],
] as const) {
  test(`${misspelt} is told as a misspelt ${meant}`, () => {
    assert.deepEqual(problemsOf({ [misspelt]: 'x' }), [`${misspelt}: there is no such setting; did you mean ${meant}?`])
  })
}

test('a name that is near to none points to the list, and names of the command line client are left alone', () => {
  assert.deepEqual(problemsOf({ DIALWRIGHT_EVERYTHING_ELSE: 'x' }), [
    'DIALWRIGHT_EVERYTHING_ELSE: there is no such setting; docs/CONFIGURATION.md lists all',
  ])
  assert.deepEqual(
    problemsOf({ DIALWRIGHT_SERVER: 'x', DIALWRIGHT_TOKEN: 'x', DIALWRIGHT_TOKEN_FILE: 'x', OTHER: 'x' }),
    [],
  )
})

test('a value can come from a file, its line end taken off', (t) => {
  const path = files(t, { password: ' a pass word \n' })
  assert.equal(readConfig({ DIALWRIGHT_ADMIN_PASSWORD_FILE: path('password') }).admin.password, ' a pass word ')
})

test('a file of a value that is empty, absent, unreadable or given twice is a mistake and no default', (t) => {
  const path = files(t, { empty: '\n', wrong: '1e3\n' })
  const name = 'DIALWRIGHT_DRAIN_SECONDS'
  for (const [environment, expected] of [
    [{ [`${name}_FILE`]: '' }, /^DIALWRIGHT_DRAIN_SECONDS_FILE: it is empty: name a file/],
    [{ [`${name}_FILE`]: path('empty') }, /^DIALWRIGHT_DRAIN_SECONDS_FILE: .*empty is empty: write the value/],
    [
      { [`${name}_FILE`]: path('none') },
      /^DIALWRIGHT_DRAIN_SECONDS_FILE: .*none cannot be read: there is no such file/,
    ],
    [{ [`${name}_FILE`]: path('.') }, /^DIALWRIGHT_DRAIN_SECONDS_FILE: .*cannot be read: .*directory/],
    [{ [`${name}_FILE`]: path('wrong') }, /^DIALWRIGHT_DRAIN_SECONDS_FILE: .*wrong: .*found "1e3"/],
    [{ [`${name}_FILE`]: path('wrong'), [name]: '5' }, /^DIALWRIGHT_DRAIN_SECONDS_FILE: .*leave one of the two out/],
  ] as const) {
    const problems = problemsOf(environment)
    assert.equal(problems.length, 1, JSON.stringify(environment))
    assert.match(problems[0] ?? '', expected)
  }
})

test('the environment goes over the configuration file, and the file over the default', (t) => {
  const path = files(t, {
    'dialwright.yaml':
      '# ours\nDIALWRIGHT_HTTP: 127.0.0.1:9001\nDIALWRIGHT_DRAIN_SECONDS: 7\nDIALWRIGHT_LOGIN_LIMIT: off\nDIALWRIGHT_NODE:\n',
  })
  const config = readConfig({ DIALWRIGHT_CONFIG: path('dialwright.yaml'), DIALWRIGHT_HTTP: '127.0.0.1:9002' })
  assert.equal(config.http.port, 9002)
  assert.equal(config.drainSeconds, 7)
  assert.equal(config.limits.loginsPerMinute, null)
  assert.equal(config.limits.requestsPerMinute, 1_200)
  assert.ok(config.nodeName.length > 0)
})

test('a variable of the environment also goes over a value file that the configuration file names', (t) => {
  const path = files(t, { password: 'from the file' })
  const json = files(t, { 'c.json': JSON.stringify({ DIALWRIGHT_ADMIN_PASSWORD_FILE: path('password') }) })('c.json')
  assert.equal(readConfig({ DIALWRIGHT_CONFIG: json }).admin.password, 'from the file')
  const both = { DIALWRIGHT_CONFIG: json, DIALWRIGHT_ADMIN_PASSWORD: 'from outside' }
  assert.equal(readConfig(both).admin.password, 'from outside')
})

for (const [what, text, expected] of [
  ['a number in hexadecimal', 'DIALWRIGHT_DRAIN_SECONDS: 0x50', /^DIALWRIGHT_DRAIN_SECONDS \(in .*\): .*found "0x50"/],
  ['a number in JSON', '{"DIALWRIGHT_DRAIN_SECONDS": 1e3}', /^DIALWRIGHT_DRAIN_SECONDS \(in .*\): .*found "1e3"/],
  ['a misspelt name', 'DIALWRIGHT_HTPP: 1', /^DIALWRIGHT_HTPP \(in .*\): .*did you mean DIALWRIGHT_HTTP\?/],
  ['a foreign name', 'PORT: 1', /^PORT \(in .*\): there is no such setting/],
  ['a list', 'DIALWRIGHT_EGRESS: [10.0.0.0/8]', /^DIALWRIGHT_EGRESS \(in .*\): expected one value/],
  ['its own name', 'DIALWRIGHT_CONFIG: x', /^DIALWRIGHT_CONFIG \(in .*\): a file cannot name itself/],
  [
    'a name twice',
    'DIALWRIGHT_LOG: info\nDIALWRIGHT_LOG: warn',
    /^DIALWRIGHT_CONFIG: .* at line 2, column 1: .*unique/,
  ],
  ['a broken line', 'DIALWRIGHT_LOG: "info', /^DIALWRIGHT_CONFIG: .* at line 1, column \d+: /],
  ['a list of lines', '- DIALWRIGHT_LOG', /^DIALWRIGHT_CONFIG: .*expected lines like "DIALWRIGHT_DATA: value"/],
] as const) {
  test(`${what} in the configuration file is told with its place`, (t) => {
    const file = files(t, { 'dialwright.yaml': text })('dialwright.yaml')
    const problems = problemsOf({ DIALWRIGHT_CONFIG: file })
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', expected)
    assert.ok(problems[0]?.includes(file))
  })
}

test('a configuration file that is not there is a mistake; an empty one says nothing', (t) => {
  const path = files(t, { 'empty.yaml': '# nothing yet\n' })
  assert.match(problemsOf({ DIALWRIGHT_CONFIG: path('none') })[0] ?? '', /^DIALWRIGHT_CONFIG: .*there is no such file/)
  assert.deepEqual(problemsOf({ DIALWRIGHT_CONFIG: path('empty.yaml') }), [])
})

test('docs/CONFIGURATION.md says what the schema says', () => {
  assert.equal(
    readFileSync(pageFile, 'utf8'),
    configurationPage(),
    'run node packages/server/src/config/page.ts and commit what it wrote',
  )
})

test('every setting has a description, a form and a default, and the default that is told is the one that works', () => {
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    const { description, form, fallback } = schema.meta() ?? {}
    assert.ok(description && form && fallback, name)
    if (String(fallback).includes(' ') || fallback === 'none') continue
    assert.deepEqual(readConfig({ [name]: String(fallback) }), readConfig({}), name)
  }
})
