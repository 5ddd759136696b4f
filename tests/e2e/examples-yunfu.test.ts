/** The clients of the robot's task module in three languages, each up to the records of its calls. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { missingPeer } from '@dialwright/testkit'
import { CalledServer, lineLogin } from '../../packages/server/test/fixtures/called-server.ts'

const run = promisify(execFile)
const clients = fileURLToPath(new URL('../../examples/yunfu/', import.meta.url))
const [line, hours] = ['37d73edf-4628-4cf1-8beb-758433fd0aab', '146979fe-3864-4817-ad76-13b37f43bb1c']
const later = String((Temporal.Now.zonedDateTimeISO('Europe/Moscow').hour + 6) % 24).padStart(2, '0')
const sections = {
  numbers: [{ name: 'Line', phone: '74951110001', trunk: 'Box', maxCalls: 5, externalIds: { yunfu: line } }],
  timeGroups: [
    {
      ...{ name: 'Rest', zone: 'workspace', externalIds: { yunfu: hours } },
      forbid: [{ from: `${later}:00`, to: `${later}:01` }],
    },
  ],
  retryRules: [{ name: 'Once', rules: {}, caps: {}, externalIds: { yunfu: 1 } }],
  scenarios: [
    {
      ...{ name: 'Hello', language: 'en', externalIds: { yunfu: 297 } },
      startBlocks: [{ id: 'start', name: 'Start', next: 'mark', parameters: [] }],
      blocks: [
        { id: 'mark', type: 'mark', level: 'B', next: 'bye' },
        { id: 'bye', type: 'hangup' },
      ],
    },
  ],
}

describe('clients of the Yunfu task module', { timeout: 180_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  const commands: Readonly<Record<string, readonly [program: string, file: string, known: readonly string[]]>> = {
    TypeScript: [process.execPath, 'client.ts', []],
    Python: ['python3', 'client.py', []],
    curl: ['sh', 'client.sh', [line, '297', hours, '1']],
  }
  for (const [at, [language, [program, file, known]]] of Object.entries(commands).entries())
    test(`the client in ${language} runs a task and prints its calls`, {
      skip: (language === 'TypeScript' ? null : missingPeer(language === 'curl' ? 'curl' : 'python3')) ?? false,
    }, async () => {
      const [answers, busy] = [`749512${at}0001`, `749512${at}0010`]
      const { stdout } = await run(program, [
        ...[join(clients, file), server.address, lineLogin.token],
        ...[...known, answers, busy],
      ])
      if (language === 'curl') {
        const { data } = JSON.parse(stdout.slice(stdout.indexOf('{'))).data
        assert.deepEqual(data.map(({ status }: { status: number }) => status).toSorted(), [1, 8])
      } else {
        assert.match(stdout, new RegExp(`${answers}: state 1, `))
        assert.match(stdout, new RegExp(`${busy}: state 8, 0 s`))
        assert.match(stdout, /2 calls\n$/)
      }
      assert.deepEqual([server.seen(answers).length, server.seen(busy).length], [1, 1])
    })
})
