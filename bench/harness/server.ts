/** The product as it runs: its main process on a database of the bench, with one workspace and one line to a far end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { makeTemporaryDirectory } from '../../packages/server/src/demo/temporary-directory.ts'
import { childrenOf, commandOf } from './cpu.ts'

const entry = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
const loopDelay = new URL('../import/loop-delay.ts', import.meta.url)
const readyLine = /Dialwright is ready on (http:\/\/\S+)/

export type LoopDelay = { readonly p99Ms: number; readonly maxMs: number }

/** A call that stays up until the other side or the campaign's ceiling ends it. */
const holdScenario = {
  name: 'Hold the line',
  code: 'hold',
  language: 'en',
  startBlocks: [{ id: 'start', name: 'Hold', next: 'hold' }],
  blocks: [
    { id: 'hold', type: 'pause', seconds: 60, next: 'bye' },
    { id: 'bye', type: 'hangup' },
  ],
}

export class BenchServer {
  readonly api: ApiClient
  readonly address: string
  readonly token: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, address: string, token: string) {
    this.#child = child
    this.address = address
    this.token = token
    this.api = new ApiClient(address, token)
  }

  /** It ends with `stack`, before what was put there earlier. */
  static async start(
    stack: AsyncDisposableStack,
    { farEndPort, databaseUrl }: { readonly farEndPort: number; readonly databaseUrl: string },
  ): Promise<BenchServer> {
    const directory = await makeTemporaryDirectory('dialwright-bench-server-')
    stack.defer(() => rm(directory, { recursive: true, force: true }))
    const token = `dw_${randomBytes(32).toString('base64url')}`
    const provisionFile = join(directory, 'provisioning.json')
    await writeFile(provisionFile, JSON.stringify(provisioning(farEndPort, token)))
    const environment = {
      ...demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }),
      // Calls that still live when a bench ends are of no interest to anybody.
      DIALWRIGHT_DRAIN_SECONDS: '1',
    }
    const child = spawn(process.execPath, ['--import', loopDelay.href, entry], {
      env: { ...environment, DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const exited = once(child, 'exit')
    stack.defer(async () => {
      child.kill('SIGTERM')
      await exited
    })
    return new BenchServer(child, await addressOf(child), token)
  }

  get processId(): number {
    return this.#child.pid ?? 0
  }

  /** Process id of the telephony process. */
  get telephonyProcessId(): number {
    const found = childrenOf(this.processId).find((child) => commandOf(child).includes('telephony.ts'))
    if (found === undefined) throw new Error('The server has no telephony process')
    return found
  }

  /** How late the event loop of main was since this was last asked. */
  async loopDelay(): Promise<LoopDelay> {
    const answer = once(this.#child, 'message')
    this.#child.send('loop-delay')
    const [delay] = await answer
    return delay
  }

  /** @returns The id of a campaign that is not started. */
  async campaign(name: string, pacing: { callsPerSecond: number; maxCalls: number }): Promise<string> {
    const { id } = await this.api.post<{ id: string }>('/dialwright/v1/campaigns', {
      name,
      scenario: holdScenario.name,
      route: { via: 'dialplan', dialplan: 'bench' },
      pacing,
    })
    return id
  }
}

function provisioning(farEndPort: number, token: string): unknown {
  return {
    workspace: { name: 'Bench', timeZone: 'Europe/Moscow', country: 'RU' },
    tokens: [{ name: 'bench', value: token, role: 'owner' }],
    trunks: [{ name: 'bench', host: '127.0.0.1', port: farEndPort, username: 'bench', password: 'secret' }],
    dialplans: [{ name: 'bench', routes: [{ prefix: '', trunks: ['bench'] }] }],
    scenarios: [holdScenario],
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error('The server has no output to read')
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-2_000)
  })
  const lines = createInterface({ input: child.stdout })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      output = `${output}${line}\n`.slice(-2_000)
      const address = readyLine.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`The server ended (${signal ?? code}):\n${output}`)))
  })
}
