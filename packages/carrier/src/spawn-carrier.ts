/** Starts the carrier as its own process, so that its ledger never shares memory or fate with the caller it judges. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Weather } from './transport/relay.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

export type SpawnedCarrier = { readonly port: number; readonly processId: number | undefined; stop(): Promise<void> }

export async function spawnCarrier(options: {
  readonly ledgerPath: string
  readonly seed: number
  readonly port?: number | undefined
  readonly personasPath?: string | undefined
  /** The network in front of it; absent: a good one. */
  readonly weather?: Weather | undefined
}): Promise<SpawnedCarrier> {
  const args = [
    entry,
    '--port',
    String(options.port ?? 0),
    '--ledger',
    options.ledgerPath,
    '--seed',
    String(options.seed),
  ]
  if (options.personasPath !== undefined) args.push('--personas', options.personasPath)
  if (options.weather !== undefined) {
    const { loss, duplicate, reorder, delayMs } = options.weather
    for (const [name, value] of Object.entries({ loss, duplicate, reorder, delay: delayMs }))
      args.push(`--${name}`, String(value))
  }
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /carrier ready on 127\.0\.0\.1:(\d+)/.exec(output)?.[1]
      if (found !== undefined) resolve(Number(found))
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The carrier ended (${code}) before it was ready`)))
  })
  return {
    port,
    processId: child.pid,
    stop: async () => {
      child.stdin.end()
      await exited
    },
  }
}
