/** Files in and out against a real server: a workspace, and the people of a campaign. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
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
})
