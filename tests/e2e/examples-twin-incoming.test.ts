/** The clients of TWIN24's incoming rules, as a customer has them: each adds numbers, which a provider then calls. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { missingPeer } from '@dialwright/testkit'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { WebhookReceiver } from '../../packages/server/src/demo/webhook-receiver.ts'
import { takeDatabase } from '../../packages/server/test/fixtures/database.ts'
import { ServerRun, until } from '../../packages/server/test/fixtures/server-run.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'
import { openProvider, type ProviderByHand } from '../../packages/server/test/telephony/caller-by-hand.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../../examples/twin-incoming')
const shared = 'bce7d22e-dde6-4427-b391-ebbdfda44de6'
const token = 'dw_incoming_token_0123456789'
const person = { login: 'owner@example.test', password: 'a long password' }

describe("the clients of TWIN24's incoming rules", { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let provider: ProviderByHand
  let hooks: WebhookReceiver
  let address = ''
  before(async () => {
    const directory = await makeTemporaryDirectory('incoming-')
    stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }))
    let sipPort = 0
    provider = await openProvider(() => sipPort)
    stack.defer(() => provider.stop())
    hooks = await WebhookReceiver.start()
    stack.defer(() => hooks.stop())
    const database = await takeDatabase()
    stack.defer(() => database.drop())
    const provisionFile = join(directory, 'provisioning.json')
    const document = {
      workspace: { name: 'Incoming', timeZone: 'Europe/Moscow', country: 'RU' },
      users: [{ ...person, role: 'owner' }],
      tokens: [{ name: 'test', value: token, role: 'owner' }],
      trunks: [{ name: 'provider', host: '127.0.0.1', port: provider.port, externalIds: { twin: shared } }],
      scenarios: [
        {
          ...{ name: 'bye', language: 'en', externalIds: { twin: shared } },
          startBlocks: [{ id: 'main', name: 'main', next: 'end', parameters: [] }],
          blocks: [{ id: 'end', type: 'hangup' }],
        },
      ],
    }
    writeFileSync(provisionFile, JSON.stringify(document))
    const server = ServerRun.start({
      ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
      DATABASE_URL: database.connectionString,
    })
    stack.defer(async () => void (await server.stop()))
    address = await server.ready()
    const response = await fetch(`${address}/dialwright/v1/system`, { headers: { authorization: `Bearer ${token}` } })
    sipPort = ((await response.json()) as { network: { sip: { port: number } } }).network.sip.port
  })
  after(() => stack.disposeAsync())

  const clients = {
    'client.ts': { program: process.execPath, ids: [], peer: null, numbers: ['71234567001', '71234567002'] },
    'client.py': { program: 'python3', ids: [], peer: 'python3', numbers: ['71234567003', '71234567004'] },
    'client.sh': { program: 'sh', ids: [shared, shared], peer: 'curl', numbers: ['71234567005'] },
  } as const
  for (const [file, { program, ids, peer, numbers }] of Object.entries(clients))
    test(`${file} adds numbers that the bot answers, and is told of their calls`, {
      skip: (peer === null ? null : missingPeer(peer)) ?? false,
    }, async () => {
      const { login, password } = person
      const given = [address, login, password, hooks.url, ...ids, ...numbers]
      const { stdout } = await run(program, [join(folder, file), ...given], { timeout: 60_000 })
      for (const number of numbers) {
        assert.ok(stdout.includes(number), stdout)
        const before = hooks.received.length
        const { saw } = provider.ring('waits', number)
        await until(`the call to ${number} is over`, () => saw().isOver)
        assert.equal(saw().status, 200)
        await until('both hooks', () => hooks.received.length >= before + 2)
        assert.deepEqual(
          hooks.received.slice(before).map((hook) => [hook.event, hook.number]),
          [
            ['INCOMING_ROBOT_ENDED', number],
            ['INCOMING_CALL_ENDED', number],
          ],
        )
      }
      assert.match(stdout, /robot/)
      // What is there already is told by name, and the client ends with it.
      await assert.rejects(
        run(program, [join(folder, file), ...given], { timeout: 60_000 }),
        // curl tells the server's answer on its standard output.
        (error: Error & { stdout: string }) => /numbers\.0/.test(error.message + error.stdout),
      )
    })
})
