/** Every command against a real server that dials real calls: what it prints, where, and its exit code. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Cli } from './fixtures/cli.ts'
import { type Ground, owner, startServer } from './fixtures/server.ts'

/** The last two digits choose what the carrier does: 03 presses 1, 10 is busy, 11 rings out. */
const pressesOne = '+74955550003'
const isBusy = '+74955550110'
const ringsOut = '+74955550211'
const scenario = 'Delivery confirmation'
const route = 'Everything to the box'
const dialling = ['--scenario', scenario, '--route', route]

describe('the command line', { timeout: 400_000 }, () => {
  const cli = new Cli()
  let ground: Ground
  before(async () => {
    ground = await startServer()
    cli.environment.DIALWRIGHT_SERVER = ground.address
  })
  after(async () => {
    await ground.stop()
    cli.remove()
  })
  const lines = (text: string): unknown[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  const fileOf = (name: string, content: string): string => {
    const path = join(cli.directory, name)
    writeFileSync(path, content)
    return path
  }

  test('who is not signed in is told so, with 4; so is who has a wrong password or token', async () => {
    const stranger = await cli.run(['campaigns', 'list'])
    assert.deepEqual([stranger.code, stranger.stdout], [4, ''])
    assert.match(stranger.stderr, /^Not signed in at http/)
    const guess = await cli.run(['login', '--login', owner.login], 'a guess\n')
    assert.deepEqual([guess.code, guess.stdout], [4, ''])
    const token = await cli.run(['campaigns', 'list', '--token', 'dw_nobodys', '--json'])
    assert.equal(token.code, 4)
    assert.equal((lines(token.stdout)[0] as { error: { code: string } }).error.code, 'unauthenticated')
  })

  test('login keeps the token in a file of mode 0600; later commands use it and never show it', async () => {
    const ran = await cli.run(['login', '--login', owner.login, '--json'], `${owner.password}\n`)
    assert.deepEqual([ran.code, ran.stderr], [0, ''])
    const [told] = lines(ran.stdout) as [{ server: string; login: string }]
    assert.deepEqual([told.server, told.login], [ground.address, owner.login])
    const path = join(cli.directory, 'dialwright', 'credentials.json')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const { token } = JSON.parse(readFileSync(path, 'utf8')).servers[ground.address]
    assert.ok(!ran.stdout.includes(token))
    assert.equal((await cli.run(['campaigns', 'list'])).code, 0)
  })

  test('a campaign is made from YAML, steered by its name, and shown', async () => {
    const file = fileOf(
      'campaign.yaml',
      `name: From a file\nscenario: ${scenario}\nroute: { via: dialplan, dialplan: ${route} }\n`,
    )
    const made = await cli.run(['campaigns', 'create', file])
    assert.equal(made.code, 0, made.stderr)
    const [id, state] = made.stdout.trim().split(' ')
    assert.equal(state, 'draft')
    for (const [action, then] of [
      ['start', 'running'],
      ['pause', 'paused'],
      ['resume', 'running'],
      ['stop', 'stopped'],
    ] as const)
      assert.equal((await cli.run(['campaigns', action, 'From a file'])).stdout, `${id} ${then}\n`)
    const shown = await cli.run(['campaigns', 'show', 'From a file', '--json'])
    assert.deepEqual((lines(shown.stdout)[0] as { id: string }).id, id)
    const listed = await cli.run(['campaigns', 'list', '--limit', '1'])
    assert.match(listed.stdout, new RegExp(`^ID +STATE +CREATED +NAME\n${id} +stopped +\\S+ \\S+ +From a file\n$`))
  })

  test('a refusal is 1, and every wrong field is a line', async () => {
    const file = fileOf(
      'wrong.json',
      JSON.stringify({ name: '', scenario, route: { via: 'dialplan', dialplan: route }, pacing: { maxCalls: 0 } }),
    )
    const refused = await cli.run(['campaigns', 'create', file])
    assert.deepEqual([refused.code, refused.stdout], [1, ''])
    assert.match(refused.stderr, /^ {2}name: .+$/m)
    assert.match(refused.stderr, /^ {2}pacing\.maxCalls: .+$/m)
    const asJson = await cli.run(['campaigns', 'create', file, '--json'])
    const { error } = lines(asJson.stdout)[0] as { error: { status: number; errors: { pointer: string }[] } }
    assert.deepEqual(
      [error.status, error.errors.map(({ pointer }) => pointer).toSorted()],
      [422, ['/name', '/pacing/maxCalls']],
    )
    const unknown = await cli.run(['campaigns', 'show', crypto.randomUUID()])
    assert.equal(unknown.code, 1)
    assert.equal((await cli.run(['campaigns', 'show', 'No such name'])).code, 1)
  })

  test('a call rings one person, follows it to its end, and shows the keys; live events tell of it meanwhile', async () => {
    const tail = cli.start(['tail', '--json'])
    await tail.until('stderr', /^Listening to /)
    const ran = await cli.run(['call', pressesOne, ...dialling, '--variable', 'language=en', '--json'])
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stderr, /^Ringing \+74955550003/)
    const [calls] = lines(ran.stdout) as [
      { id: string; disposition: string; keys: string; goal: string; timeline: unknown[] }[],
    ]
    assert.deepEqual(
      calls.map(({ disposition, keys, goal }) => [disposition, keys, goal]),
      [['answered', '1', 'confirmed']],
    )
    assert.ok((calls[0]?.timeline.length ?? 0) > 3)

    await tail.until('stdout', /"campaign\.changed".*"done"/)
    tail.child.kill('SIGINT')
    const told = await tail.ended
    assert.equal(told.code, 130)
    assert.match(told.stderr, /^Listening to .*\nInterrupted\n$/)
    const types = (lines(told.stdout) as { type: string; data: { state?: string } }[]).map(({ type, data }) =>
      data.state === undefined ? type : `${type} ${data.state}`,
    )
    assert.deepEqual(types, [
      'campaign.changed running',
      'attempt.finished',
      'contact.finished',
      'campaign.changed done',
    ])

    const shown = await cli.run(['calls', 'show', calls[0]?.id ?? ''])
    assert.match(shown.stdout, /^\+74955550003: answered/)
    assert.match(shown.stdout, / key .*digit=1$/m)
    const listed = await cli.run(['calls', 'list', '--phone', pressesOne, '--json'])
    assert.deepEqual(
      (lines(listed.stdout)[0] as { id: string }[]).map(({ id }) => id),
      [calls[0]?.id],
    )
  })

  test('a call that nobody answers is 5, and says why', async () => {
    const ran = await cli.run(['call', isBusy, ...dialling])
    assert.equal(ran.code, 5, ran.stderr)
    assert.match(ran.stdout, /^\+74955550110: busy.* \(SIP 486 Busy Here\)/)
    const impossible = await cli.run(['call', 'nobody', ...dialling])
    assert.equal(impossible.code, 1)
    assert.match(impossible.stderr, /phones/)
  })

  test('Ctrl-C in a call stops its campaign, so that nobody is rung afterwards', async () => {
    const running = cli.start(['call', ringsOut, ...dialling])
    await running.until('stderr', /Ringing/)
    const id = /campaign (\S+)\)/.exec(running.written().stderr)?.[1] ?? ''
    running.child.kill('SIGINT')
    const ran = await running.ended
    assert.equal(ran.code, 130)
    assert.match(ran.stderr, /Stopped: nobody is rung after this/)
    const progress = await cli.run(['campaigns', 'progress', id, '--json'])
    assert.equal((lines(progress.stdout)[0] as { state: string }).state, 'stopped')
  })

  test('a campaign is followed to its end in plain lines where there is no terminal', async () => {
    const made = await cli.run(
      ['campaigns', 'create', '-'],
      JSON.stringify({
        name: 'Followed',
        scenario,
        route: { via: 'dialplan', dialplan: route },
        pacing: { callsPerSecond: 5 },
      }),
    )
    const id = made.stdout.split(' ')[0] ?? ''
    const people = ['+74955551010', '+74955551110', '+74955551203'].map((phone) => ({ phones: [phone], variables: {} }))
    const added = await fetch(`${ground.address}/dialwright/v1/campaigns/${id}/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ contacts: people }),
    })
    assert.equal(added.status, 200)
    const followed = await cli.run(['campaigns', 'start', id, '--follow'])
    assert.equal(followed.code, 0, followed.stderr)
    const told = followed.stdout.trim().split('\n')
    assert.equal(told[0], `${id} running`)
    assert.match(
      told.at(-1) ?? '',
      /^\[#{30}\] 100 % done: 3\/3 done, 0 on the line, 0 waiting, 3 attempts, 1 answered$/,
    )
    assert.ok(!followed.stderr.includes('\u001b') && !followed.stderr.includes('\r'), 'a bar without a terminal')
    const finished = await cli.run(['campaigns', 'progress', id])
    assert.match(finished.stdout, /^ {2}busy +2$/m)
  })

  test('explain names every gate, and the one that is shut', async () => {
    const ran = await cli.run(['explain', '--campaign', 'Followed', '--phone', '+74955551203'])
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^\+74955551203 will not be called\n/)
    assert.match(ran.stdout, /^ {2}shut +contact +answered/m)
    assert.match(ran.stdout, /^ {2}open +window/m)
    const never = await cli.run(['explain', '--campaign', 'Followed', '--phone', '+1'])
    assert.equal(never.code, 1)
    assert.equal((await cli.run(['explain', '--campaign', 'Followed', '--phone', '+1', '--at', 'noon'])).code, 2)
  })

  test('tail takes up after an event, and ends with what there is', async () => {
    const all = lines((await cli.run(['tail', '--kept', '--once', '--json', '--campaign', 'Followed'])).stdout) as {
      id: string
    }[]
    assert.ok(all.length >= 7, String(all.length))
    const rest = await cli.run(['tail', '--once', '--json', '--campaign', 'Followed', '--after', all[2]?.id ?? ''])
    assert.deepEqual(
      (lines(rest.stdout) as { id: string }[]).map(({ id }) => id),
      all.slice(3).map(({ id }) => id),
    )
    const words = await cli.run(['tail', '--once', '--kept', '--campaign', 'Followed'])
    assert.match(words.stdout, /attempt\.finished +\+?74955551203 +answered/)
  })

  test('doctor looks at every part, and rings when asked to', async () => {
    const ran = await cli.run(['doctor', '--test-call', pressesOne, ...dialling])
    assert.equal(ran.code, 0, ran.stdout + ran.stderr)
    for (const check of [
      'server',
      'clock',
      'database',
      'token',
      'telephony',
      'SIP',
      'RTP',
      'address',
      'trunk',
      'test call',
    ])
      assert.match(ran.stdout, new RegExp(`^ok +${check} `, 'm'), ran.stdout)
    const busy = await cli.run(['doctor', '--json', '--test-call', isBusy, ...dialling])
    assert.equal(busy.code, 5)
    const [told] = lines(busy.stdout) as [{ fine: boolean; findings: { check: string; state: string }[] }]
    assert.equal(told.fine, false)
    assert.deepEqual(
      told.findings.filter(({ state }) => state === 'fail').map(({ check }) => check),
      ['test call'],
    )
    const stranger = await cli.run(['doctor', '--token', 'dw_nobodys'])
    assert.equal(stranger.code, 4)
    assert.match(stranger.stdout, /^ok +database/m)
    assert.match(stranger.stdout, /^FAIL +token/m)
  })

  test('logout forgets the token', async () => {
    assert.equal((await cli.run(['logout'])).code, 0)
    assert.equal((await cli.run(['campaigns', 'list'])).code, 4)
  })
})
