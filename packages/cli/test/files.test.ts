/** Files in and out against a real server: a workspace, and the people of a campaign. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Cli } from './fixtures/cli.ts'
import { type Ground, owner, startServer } from './fixtures/server.ts'

describe('files of the command line', { timeout: 300_000 }, () => {
  const cli = new Cli()
  let ground: Ground
  before(async () => {
    ground = await startServer()
    Object.assign(cli.environment, { DIALWRIGHT_SERVER: ground.address, DIALWRIGHT_TOKEN: owner.token })
  })
  after(async () => {
    await ground.stop()
    cli.remove()
  })
  const fileOf = (name: string, content: string): string => {
    const path = join(cli.directory, name)
    writeFileSync(path, content)
    return path
  }

  test("a vendor's lists become a file that is applied once the trunk that it names is taken out of its comment", async () => {
    const numbers = fileOf('aonNumbers.csv', 'id,name,phone\nn-1,Brought,79991110001\n')
    const bots = fileOf('bots.json', '{"count": 1, "items": [{"id": "b-1", "name": "Asker"}]}')
    const brought = await cli.run(['provision', 'import', '--vendor', 'twin', '--trunk', 'moved', numbers, bots])
    assert.equal(brought.code, 0, brought.stderr)
    assert.match(brought.stderr, /2 items need more/)
    assert.match(brought.stdout, /^# scenarios:\n# {3}# needed: language\n/m)
    const bare = fileOf('bare.yaml', brought.stdout)
    assert.equal((await cli.run(['provision', 'check', bare])).code, 1, 'without its trunk')
    const whole = fileOf(
      'whole.yaml',
      brought.stdout.replace(/^# (trunks:)\n(?:# +# needed.*\n)+# (.*name: moved)$/m, '$1\n$2\n    host: 127.0.0.1'),
    )
    const applied = await cli.run(['provision', 'apply', whole])
    assert.equal(applied.code, 0, applied.stderr)
    assert.match(applied.stdout, /2 created, 0 changed/)

    const batch = fileOf('batch.json', '{"names": ["x"], "numbers": ["abc"], "connectionOptionsList": []}')
    const wrong = await cli.run(['provision', 'import', '--vendor', 'twin', numbers, batch])
    assert.equal(wrong.code, 1)
    assert.match(
      wrong.stderr,
      /^ {2}batch\.json: numbers\.0: expected 2 to 20 digits/m,
      'a mistake is told by file and place',
    )

    const unknown = await cli.run(['provision', 'import', '--vendor', 'acme', numbers])
    assert.equal(unknown.code, 1)
    for (const vendor of ['twin', 'yunfu', 'is74', 'omicall']) assert.match(unknown.stderr, new RegExp(vendor))
    assert.equal((await cli.run(['provision', 'import', numbers])).code, 2)
    assert.equal((await cli.run(['provision', 'import', '--vendor', 'twin'])).code, 2)
  })

  test('a workspace is written to a file, changes nothing when it comes back, and is checked before it is changed', async () => {
    const file = join(cli.directory, 'workspace.yaml')
    const written = await cli.run(['provision', 'export', file])
    assert.equal(written.code, 0, written.stderr)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal((await cli.run(['provision', 'export', file])).code, 2, 'written over without being told to')
    const same = await cli.run(['provision', 'apply', file])
    assert.equal(same.code, 0, same.stderr)
    assert.match(same.stdout, /^0 created, 0 changed, \d+ as they were\n$/)

    writeFileSync(file, readFileSync(file, 'utf8').replace('name: Shown number', 'name: Another name'))
    for (const [action, said] of [
      ['check', /^ {2}change +numbers +Another name +name\nIf applied: 0 created, 1 changed/],
      ['check', /1 changed/],
      ['apply', /1 changed/],
      ['apply', /0 changed/],
    ] as const)
      assert.match((await cli.run(['provision', action, file])).stdout, said)
    const wrong = fileOf('wrong.yaml', 'workspace: { name: "", timeZone: Mars/Olympus }\ntrunks: [{ name: x }]\n')
    const refused = await cli.run(['provision', 'check', wrong])
    assert.deepEqual([refused.code, refused.stdout], [1, ''])
    assert.match(refused.stderr, /^ {2}workspace\.timeZone: /m)
    assert.match(refused.stderr, /^ {2}trunks\.0\.host: /m)
    const sound = readFileSync(new URL('../../server/assets/audio/prompts/en/goodbye.wav', import.meta.url))
    writeFileSync(join(cli.directory, 'own.wav'), sound)
    const workspace = { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 }
    const withSound = (name: string): string =>
      fileOf('sound.json', JSON.stringify({ workspace, audio: [{ path: '/own/hello.wav', file: name }] }))
    assert.match(
      (await cli.run(['provision', 'apply', withSound('own.wav')])).stdout,
      /^ {2}create +audio +\/own\/hello\.wav/,
    )
    assert.match((await cli.run(['provision', 'check', withSound('own.wav')])).stdout, /0 created, 0 changed/)
    const missing = await cli.run(['provision', 'check', withSound('none.wav')])
    assert.equal(missing.code, 2)
    assert.match(missing.stderr, /none\.wav/)
    const torn = fileOf('torn.yaml', 'workspace: { name: [\n')
    assert.equal((await cli.run(['provision', 'check', torn])).code, 2)
  })

  const newCampaign = async (name: string): Promise<string> => {
    const body = {
      name,
      scenario: 'Delivery confirmation',
      route: { via: 'dialplan', dialplan: 'Everything to the box' },
    }
    return (await cli.run(['campaigns', 'create', '-'], JSON.stringify(body))).stdout.split(' ')[0] ?? ''
  }
  /** So many people, about 50 bytes each. */
  const people = (count: number): string =>
    [
      'phone,name,clientExternalId',
      ...Array.from({ length: count }, (_, n) => `+7495${5_000_000 + n},Person number ${n},crm-${n}`),
    ].join('\n')
  const json = (text: string) => JSON.parse(text)

  test('people come in from CSV as it was saved, rows that cannot be taken are told, and go out again', async () => {
    const id = await newCampaign('Table')
    const table = 'Телефон;Имя\n8 (495) 555-00-03;Анна\n+74955550104;Иван\nnobody;Пётр\n+74955550104;Иван\n'
    const windows1251 = Uint8Array.from(table, (letter) => {
      const code = letter.charCodeAt(0)
      return code < 128 ? code : letter === 'ё' ? 0xb8 : code - 0x0410 + 0xc0
    })
    const file = join(cli.directory, 'table.csv')
    writeFileSync(file, windows1251)
    const rejected = join(cli.directory, 'rejected.jsonl')
    const words = ['--encoding', 'windows-1251', '--column', 'Телефон=phone', '--column', 'Имя=variable:name']
    const ran = await cli.run(['contacts', 'import', file, '--campaign', 'Table', ...words, '--rejected', rejected])
    assert.equal(ran.code, 5, ran.stderr)
    assert.match(ran.stdout, /^import \S+ done: 4 rows, 2 taken, 1 known already, 1 not taken\n$/)
    const [row] = readFileSync(rejected, 'utf8').trim().split('\n').map(json)
    assert.deepEqual([row.field, row.given.includes('nobody')], ['phones/0', true])
    assert.equal(statSync(rejected).mode & 0o777, 0o600)

    const target = join(cli.directory, 'out.csv')
    assert.equal((await cli.run(['contacts', 'export', target, '--campaign', id])).code, 0)
    const out = readFileSync(target, 'utf8')
    assert.match(out, /^8 \(495\) 555-00-03,/m)
    assert.match(out, /Анна/)
    assert.equal(
      (await cli.run(['contacts', 'export', target, '--campaign', id])).code,
      2,
      'written over without being told to',
    )
    const piped = await cli.run(['contacts', 'export', '-', '--campaign', id, '--format', 'jsonl'])
    assert.equal(piped.stdout.trim().split('\n').map(json).length, 2)

    const [importId] = /(?<=^import )\S+/.exec(ran.stdout) ?? []
    const undone = await cli.run(['contacts', 'undo', importId ?? ''])
    assert.match(undone.stdout, /: 2 taken away, 0 stay/)
  })

  test('a connection that breaks in the middle of a list loses no row and doubles none', async () => {
    const file = fileOf('many.csv', people(30_000))
    await newCampaign('Broken line')
    const line = await Line.open(ground.address, { cutAfter: 800_000 })
    try {
      const ran = await cli.run([
        'contacts',
        'import',
        file,
        '--campaign',
        'Broken line',
        '--server',
        line.address,
        '--json',
      ])
      assert.equal(ran.code, 0, ran.stderr)
      assert.equal(line.cuts, 1)
      assert.match(ran.stderr, /tried again/)
      const { rows, accepted, duplicates, bytes } = json(ran.stdout)
      assert.deepEqual([rows, accepted, duplicates, bytes], [30_000, 30_000, 0, statSync(file).size])
    } finally {
      await line.close()
    }
  })

  test('an upload ended by Ctrl-C says how it is gone on with, and is', async () => {
    const file = fileOf('half.csv', people(25_000))
    await newCampaign('Half')
    const line = await Line.open(ground.address, { stallAfter: 800_000 })
    try {
      const running = cli.start(['contacts', 'import', file, '--campaign', 'Half', '--server', line.address])
      await line.stalled
      running.child.kill('SIGINT')
      const ran = await running.ended
      assert.equal(ran.code, 130)
      const [, resume = ''] = /--resume (\S+) sends the rest/.exec(ran.stderr) ?? []
      assert.notEqual(resume, '', ran.stderr)
      const rest = await cli.run(['contacts', 'import', file, '--resume', resume, '--json'])
      assert.equal(rest.code, 0, rest.stderr)
      assert.deepEqual([json(rest.stdout).rows, json(rest.stdout).accepted], [25_000, 25_000])
      const again = await cli.run(['contacts', 'import', file, '--resume', resume])
      assert.equal(again.code, 2)
      assert.match(again.stderr, /has been received whole/)
    } finally {
      await line.close()
    }
  })
})

/** A line to the server that fails once, on its first connection with so many bytes on it; after that it is a good one. */
class Line {
  readonly address: string
  cuts = 0
  readonly stalled: Promise<void>
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, stalled: Promise<void>) {
    this.#server = server
    this.stalled = stalled
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async open(target: string, fault: { cutAfter?: number; stallAfter?: number }): Promise<Line> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let isGood = false
    const server = createServer((near) => {
      const far = connect(Number(new URL(target).port), '127.0.0.1')
      let bytes = 0
      for (const socket of [near, far]) {
        line.#sockets.add(socket)
        socket
          .on('error', () => undefined)
          .once('close', () => {
            near.destroy()
            far.destroy()
          })
      }
      far.pipe(near)
      near.on('data', (piece) => {
        bytes += piece.length
        if (!isGood && bytes > (fault.cutAfter ?? fault.stallAfter ?? 0)) {
          isGood = true
          if (fault.cutAfter === undefined) near.pause()
          else {
            line.cuts += 1
            near.destroy()
          }
          // What was passed on has to arrive before the test looks.
          far.write('', () => resolve())
          return
        }
        far.write(piece)
      })
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const line = new Line(server, promise)
    return line
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
