/** The command line without a server: usage, exit codes, completion, what a terminal sees and what a pipe gets. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { missingPeer } from '@dialwright/testkit'
import { Cli } from './fixtures/cli.ts'

const cli = new Cli()
const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const esc = String.fromCharCode(27)
after(() => cli.remove())

/** Something that answers HTTP and is not Dialwright, or is in a bad way. */
async function answering(context: TestContext, answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('what is not understood is 2, says the word, and asks no server', async () => {
  for (const [words, said] of [
    [[], /Which command\?/],
    [['campaings', 'list'], /did you mean "campaigns"\?/],
    [['campaigns'], /needs a verb: list, show, create/],
    [['campaigns', 'frob'], /has no "frob"/],
    [['campaigns', 'show'], /CAMPAIGN is missing/],
    [['campaigns', 'show', 'a', 'b'], /"b" is one word too many/],
    [['campaigns', 'list', '--folow'], /'--folow'/],
    [['campaigns', 'list', '--phone', '7'], /--phone is not an option of "campaigns list"/],
    [['campaigns', 'list', '--limit', 'many', '--token', 't'], /--limit: expected a whole number/],
    [['campaigns', 'list', '--server', 'ftp://x'], /Expected a server like/],
    [['explain', '--phone', '7'], /--campaign is missing/],
    [['call', '7', '--route', 'r'], /--scenario is missing/],
    [['contacts', 'import', 'people.xlsx', '--campaign', 'c', '--token', 't'], /is it csv or jsonl\?/],
    [['contacts', 'import', '/nowhere/people.csv', '--campaign', 'c', '--token', 't'], /there is no such file/],
    [['campaigns', 'create', '/nowhere.yaml', '--token', 't'], /there is no such file/],
    [['completion', 'fish'], /Expected bash or zsh/],
    [['help', 'frob'], /no command "frob"/],
  ] as const) {
    const ran = await cli.run(words)
    assert.deepEqual([ran.code, ran.stdout], [2, ''], words.join(' '))
    assert.match(ran.stderr, said)
  }
})

test('a mistake is JSON on stdout as well when JSON was asked for', async () => {
  const ran = await cli.run(['--json', 'campaigns', 'frob'])
  assert.equal(ran.code, 2)
  assert.equal(JSON.parse(ran.stdout).error.code, 'usage')
  assert.match(ran.stderr, /has no "frob"/)
})

test('the help is 0, on stdout, and every command has its own', async () => {
  const all = await cli.run(['help'])
  assert.deepEqual([all.code, all.stderr], [0, ''])
  for (const command of ['contacts export FILE --campaign CAMPAIGN', 'provision check FILE', 'doctor', 'tail'])
    assert.ok(all.stdout.includes(`  ${command}  `), command)
  assert.match(
    (await cli.run(['call', '--help'])).stdout,
    /^Usage: dialwright call PHONE --scenario SCENARIO --route DIALPLAN/,
  )
})

test('a server that is not there is 3, and the address is said', async (context) => {
  const address = await answering(context, (_, response) => response.end())
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const port = (closed.address() as AddressInfo).port
  await new Promise<void>((resolve) => closed.close(() => resolve()))
  const server = `http://127.0.0.1:${port}`
  for (const words of [['campaigns', 'list'], ['tail'], ['doctor']]) {
    const ran = await cli.run([...words, '--server', server, '--token', 't'])
    assert.equal(ran.code, 3, words.join(' '))
    assert.match(ran.stdout + ran.stderr, new RegExp(`Cannot reach ${server}: nobody listens there \\(ECONNREFUSED\\)`))
  }
  const other = await cli.run(['campaigns', 'list', '--server', `${address}/elsewhere`, '--token', 't', '--json'])
  assert.notEqual(other.code, 0)
})

test('something that is not Dialwright is not believed', async (context) => {
  const page = await answering(context, (_, response) =>
    response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>'),
  )
  const ran = await cli.run(['campaigns', 'list', '--server', page, '--token', 't'])
  assert.equal(ran.code, 3)
  assert.match(ran.stderr, /is it Dialwright\?/)
  const away = await answering(context, (_, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  )
  assert.equal((await cli.run(['campaigns', 'list', '--server', away, '--token', 't'])).code, 3)
})

test('a server that wants a pause gets it, and an answer lost on its way is asked for again under the same key', async (context) => {
  const keys: unknown[] = []
  const address = await answering(context, (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json').end('{"id": "1", "state": "draft"}')
      return
    }
    keys.push(request.headers['idempotency-key'])
    request.resume()
    if (keys.length === 1) response.writeHead(429, { 'retry-after': '1' }).end('{}')
    else if (keys.length === 2) request.socket.destroy()
    else response.writeHead(201, { 'content-type': 'application/json' }).end('{"id": "1"}')
  })
  const ran = await cli.run(['campaigns', 'create', '-', '--server', address, '--token', 't'], 'name: x')
  assert.deepEqual([ran.code, ran.stdout], [0, '1 draft\n'], ran.stderr)
  assert.match(ran.stderr, /wants a pause of 1 s/)
  assert.equal(keys.length, 3)
  assert.equal(new Set(keys).size, 1)
  assert.match(String(keys[0]), /^[0-9a-f-]{36}$/)
})

test('a stream that breaks is taken up after the last event that was heard', async (context) => {
  const asked: unknown[] = []
  const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`
  const address = await answering(context, (request, response) => {
    asked.push(request.headers['last-event-id'])
    const n = asked.length
    const body = { id: id(n), type: 'campaign.changed', at: '2026-03-02T09:00:00Z', data: { state: `s${n}` } }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`retry: 1\n\nid: ${id(n)}\nevent: campaign.changed\ndata: ${JSON.stringify(body)}\n\n`)
    if (n === 1) setImmediate(() => response.destroy())
  })
  const running = cli.start(['tail', '--json', '--server', address, '--token', 't'])
  await running.until('stdout', /"s2"/)
  running.child.kill('SIGINT')
  const ran = await running.ended
  assert.equal(ran.code, 130)
  assert.deepEqual(asked, [undefined, id(1)])
  assert.deepEqual(
    ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).data.state),
    ['s1', 's2'],
  )
})

test('a stream that breaks before its first event is taken up where it began', async (context) => {
  const asked: unknown[] = []
  const began = '00000000-0000-7000-8000-000000000009'
  const address = await answering(context, (request, response) => {
    asked.push([request.headers['last-event-id'], URL.parse(request.url ?? '', 'http://x')?.searchParams.get('from')])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const body = { id: began, type: 'campaign.changed', at: '2026-03-02T09:00:00Z', data: { state: 'x' } }
    response.write(
      asked.length === 1
        ? 'retry: 1\n\n'
        : asked.length === 2
          ? `id: ${began}\n\n`
          : `event: a\ndata: ${JSON.stringify(body)}\n\n`,
    )
    if (asked.length < 3) setImmediate(() => response.destroy())
  })
  const running = cli.start(['tail', '--json', '--server', address, '--token', 't'])
  await running.until('stdout', /"x"/)
  running.child.kill('SIGINT')
  await running.ended
  assert.deepEqual(asked, [
    [undefined, null],
    [undefined, 'kept'],
    [began, null],
  ])
})

test('what a server says cannot steer the terminal', async (context) => {
  const nasty = '\u001b]0;owned\u0007\u001b[2J\rname'
  const address = await answering(context, (_, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ items: [{ id: '1', name: nasty, state: 'x', createdAt: 'y' }], next: null })),
  )
  const ran = await cli.run(['campaigns', 'list', '--server', address, '--token', 't'])
  assert.equal(ran.code, 0)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(ran.stdout, /[\x00-\x09\x0b-\x1f\x7f]/)
})

test('a credentials file that others may read is closed, a damaged one is told', async () => {
  const own = new Cli()
  try {
    const path = join(own.directory, 'dialwright', 'credentials.json')
    mkdirSync(join(own.directory, 'dialwright'))
    writeFileSync(path, '{"servers": {}}')
    chmodSync(path, 0o644)
    assert.equal((await own.run(['logout'])).code, 0)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    writeFileSync(path, '{"servers": ')
    const damaged = await own.run(['campaigns', 'list'])
    assert.equal(damaged.code, 2)
    assert.match(damaged.stderr, /is damaged: remove it and log in again/)
  } finally {
    own.remove()
  }
})

test('the reader of a pipe may leave', async () => {
  const ran = spawnSync('bash', ['-c', `set -o pipefail; "${process.execPath}" "${entry}" help | head -1`], {
    encoding: 'utf8',
  })
  assert.deepEqual([ran.status, ran.stderr], [0, ''])
})

test('bash completes nouns, verbs, options and files', { skip: missingPeer('bash') ?? false }, async () => {
  const { stdout: script } = await cli.run(['completion', 'bash'])
  writeFileSync(join(cli.directory, 'people.csv'), '')
  const complete = (...words: string[]): string[] => {
    const line = `COMP_WORDS=(dialwright ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _dialwright; printf '%s\\n' "\${COMPREPLY[@]}"`
    const ran = spawnSync('bash', ['-c', `${script}\n${line}`], { encoding: 'utf8', cwd: cli.directory })
    assert.equal(ran.stderr, '')
    return ran.stdout.split('\n').filter((word) => word !== '')
  }
  assert.deepEqual(complete('ca'), ['campaigns', 'call', 'calls'])
  assert.deepEqual(complete('campaigns', 'p'), ['pause', 'progress'])
  assert.deepEqual(complete('campaigns', 'progress', '--f'), ['--follow'])
  assert.deepEqual(complete('tail', '--a'), ['--after'])
  assert.deepEqual(complete('call', '+7495', '--sc'), ['--scenario'])
  assert.deepEqual(complete('completion', ''), ['bash', 'zsh', '--json', '--server', '--token', '--help'])
  assert.deepEqual(complete('contacts', 'import', 'peo'), ['people.csv'])
  assert.deepEqual(complete('explain', '--campaign', 'x'), [])
})

// No peer of the product: a machine of CI need not have it.
const hasZsh = spawnSync('which', ['zsh']).status === 0

test('zsh completes them too', { skip: hasZsh ? false : 'zsh is not installed' }, async () => {
  const { stdout: script } = await cli.run(['completion', 'zsh'])
  // As zsh's own wrapper asks a function of bash; it matches the words with what is typed by itself.
  const ask = `words=(dialwright campaigns p); CURRENT=3; COMP_WORDS=($words); COMP_CWORD=2; compgen -F _dialwright -- p`
  const ran = spawnSync('zsh', ['-f', '-c', `${script}\n${ask}`], { encoding: 'utf8', cwd: cli.directory })
  assert.match(ran.stdout, /^list\nshow\ncreate\nstart\npause\n/m)
})

test('a terminal gets a bar and colours, NO_COLOR takes the colours away, a pipe gets neither', {
  skip: missingPeer('script') ?? false,
}, async (context) => {
  const states = ['running', 'running', 'done']
  const address = await answering(context, (request, response) => {
    const isProgress = request.url?.endsWith('/progress') === true
    const counts = {
      total: 4,
      done: 2,
      waiting: 1,
      dialing: 0,
      excluded: 0,
      attempts: 3,
      answered: 1,
      percent: 50,
      byDisposition: {},
    }
    const gates = [{ gate: 'window', open: true, reason: 'open' }]
    const body = isProgress
      ? { ...counts, state: states.shift() ?? 'done' }
      : { verdict: 'eligible', gates, nextAt: null, rank: 0 }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  const id = crypto.randomUUID()
  const onTerminal = (words: string, environment: Record<string, string> = {}): Promise<string> =>
    new Promise((resolve) => {
      const line = `${process.execPath} ${entry} ${words} --server ${address} --token t`
      const { NO_COLOR: _, ...inherited } = process.env
      const child = spawn('script', ['-qec', line, '/dev/null'], {
        env: { ...inherited, ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      child.once('close', () => resolve(text))
    })
  const followed = await onTerminal(`campaigns progress ${id} --follow`)
  assert.match(followed.replaceAll(esc, 'ESC'), /\rESC\[2K\[#+-+\] 50 % running/)
  assert.match(followed.replaceAll(esc, 'ESC'), /ESC\[2K\[#+-+\] 50 % done[^\r]*\r?\n$/)
  const explain = `explain --campaign ${id} --phone 7`
  assert.ok((await onTerminal(explain)).includes(`${esc}[32m  open${esc}[39m`))
  assert.ok(!(await onTerminal(explain, { NO_COLOR: '1' })).includes(esc))
  const piped = await cli.run([...explain.split(' '), '--server', address, '--token', 't'])
  assert.ok(!(piped.stdout + piped.stderr).includes(esc))
})

test('a password typed at a terminal is sent and never shown; Ctrl-C at the question is 130', {
  skip: missingPeer('script') ?? false,
}, async (context) => {
  const bodies: string[] = []
  const address = await answering(context, async (request, response) => {
    bodies.push(await new Response(request as unknown as ReadableStream).text())
    const session = { token: 'dw_made', expiresAt: '2027-01-01T00:00:00Z' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(session))
  })
  const type = (keys: string): Promise<{ code: number | null; text: string }> => {
    const line = `${process.execPath} ${entry} login --login anna --server ${address}`
    const environment = { ...process.env, XDG_CONFIG_HOME: cli.directory }
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    return new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        if (!text.includes('Password: ') && (text + piece).includes('Password: ')) child.stdin.write(keys)
        text += piece
      })
      child.once('close', (code) => resolve({ code, text }))
    })
  }
  const typed = await type('sex\u007fcret\r')
  assert.equal(typed.code, 0, typed.text)
  assert.deepEqual(
    bodies.map((body) => JSON.parse(body)),
    [{ login: 'anna', password: 'secret' }],
  )
  assert.match(typed.text, /Signed in at .* as anna/)
  assert.ok(!typed.text.includes('cret'), typed.text)
  const left = await type('half\u0003')
  assert.equal(left.code, 130, left.text)
  assert.equal(bodies.length, 1)
})

test('the page tells of every command and exit code', async () => {
  const page = readFileSync(new URL('../../../docs/CLI.md', import.meta.url), 'utf8')
  const { stdout } = await cli.run(['help'])
  const commands = stdout.split('\n').flatMap((line) => /^ {2}((?:[a-z]+ ?)+)/.exec(line)?.[1]?.trim().split(' ') ?? [])
  assert.ok(commands.length > 30)
  for (const word of commands) assert.match(page, new RegExp(`\\b${word}\\b`))
  for (const code of [0, 1, 2, 3, 4, 5, 130]) assert.match(page, new RegExp(`^\\| ${code} \\|`, 'm'))
})
