/** The clients of TWIN24's tasks, as a customer has them: each runs a campaign to its report against a server of its own. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { CalledServer, lineLogin } from '../../packages/server/test/fixtures/called-server.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../../examples/twin-tasks')
const [bot, dialplan, number] = [
  '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
  'd71c9c44-e942-4c6c-9ccc-ea5a043efb75',
  '9a67dee5-398e-4570-9426-fbb3f067b270',
]

describe("the clients of TWIN24's tasks", { timeout: 180_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start({
      numbers: [{ name: 'Shown', phone: '79996662211', trunk: 'Box', externalIds: { twin: number } }],
      dialplans: [{ name: 'All', externalIds: { twin: dialplan }, routes: [{ prefix: '', trunks: ['Box'] }] }],
      scenarios: [
        {
          ...{ name: 'Goal', code: 'goal', language: 'en', externalIds: { twin: bot } },
          startBlocks: [{ id: 'start', name: 'Start', next: 'mark', parameters: [] }],
          blocks: [
            { id: 'mark', type: 'mark', goal: 'agreed', next: 'bye' },
            { id: 'bye', type: 'hangup' },
          ],
        },
      ],
    })
  })
  after(() => server.stop())

  const clients = {
    'client.ts': [process.execPath, dialplan],
    'client.py': ['python3', dialplan],
    'client.sh': ['sh', number],
  } as const
  for (const [index, [file, [program, way]]] of Object.entries(clients).entries())
    test(`${file} runs a campaign to its report`, async () => {
      const phones = [`749512${index}0002`, `749512${index}0010`]
      const { login, password } = lineLogin
      const { stdout } = await run(
        program,
        [join(folder, file), server.address, login, password, bot, way, ...phones],
        { timeout: 60_000 },
      )
      assert.match(stdout, /^task [0-9a-f-]{36}$/m)
      assert.match(stdout, /ANSWERED/)
      assert.match(stdout, /BUSY/)
      // One who answers, one who is busy and is rung again.
      assert.deepEqual(
        phones.map((phone) => server.seen(phone).length),
        [1, 2],
      )
      assert.match(stdout, /3 calls|"count":3/)
    })
})
