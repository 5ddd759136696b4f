/** The clients of OMICall's AutoCall in three languages, each up to the history of its calls. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { missingPeer } from '@dialwright/testkit'
import { CalledServer, lineLogin } from '../../packages/server/test/fixtures/called-server.ts'

const run = promisify(execFile)
const clients = fileURLToPath(new URL('../../examples/omicall/', import.meta.url))
const menu = '6491781136826a5f9ce62910'
const sections = {
  numbers: [{ name: 'Hotline', phone: '74951110001', trunk: 'Box', maxCalls: 5 }],
  scenarios: [
    {
      ...{ name: 'Keys', language: 'en', externalIds: { omicall: menu } },
      startBlocks: [{ id: 'start', name: 'Start', next: 'ask', parameters: [] }],
      blocks: [
        {
          ...{ id: 'ask', type: 'menu', audio: '/prompts/en/greeting.wav', keys: { '1': 'bye' } },
          ...{ timeoutSeconds: 1, repeats: 0, noInput: 'bye', noMatch: 'bye' },
        },
        { id: 'bye', type: 'hangup' },
      ],
    },
  ],
}

describe('clients of OMICall', { timeout: 180_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  const commands: Readonly<Record<string, readonly [program: string, file: string]>> = {
    TypeScript: [process.execPath, 'client.ts'],
    Python: ['python3', 'client.py'],
    curl: ['sh', 'client.sh'],
  }
  for (const [at, [language, [program, file]]] of Object.entries(commands).entries())
    test(`the client in ${language} runs a session and prints its calls`, {
      skip: (language === 'TypeScript' ? null : missingPeer(language === 'curl' ? 'curl' : 'python3')) ?? false,
    }, async () => {
      const [answers, busy] = [`749513${at}0003`, `749513${at}0010`]
      const { stdout } = await run(program, [
        ...[join(clients, file), server.address, lineLogin.token],
        ...[menu, answers, busy],
      ])
      if (language === 'curl') {
        const { items } = JSON.parse(stdout).payload
        assert.deepEqual(items.map(({ disposition }: { disposition: string }) => disposition).toSorted(), [
          'answered',
          'cancelled',
        ])
      } else {
        assert.match(stdout, new RegExp(`${answers}: answered, `))
        assert.match(stdout, new RegExp(`${busy}: cancelled, 0 s`))
        assert.match(stdout, /2 calls\n$/)
      }
      assert.deepEqual([server.seen(answers).length, server.seen(busy).length], [1, 1])
    })
})
