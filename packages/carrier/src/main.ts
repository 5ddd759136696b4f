/** The carrier as a process of its own: `node packages/carrier/src/main.ts --port 5070 --ledger FILE`. Ends when its stdin closes. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { startCarrier } from './carrier.ts'

const personasSchema = z.record(z.string(), z.string().regex(/^\d\d$/, 'expected the two digits of a persona'))

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    ledger: { type: 'string' },
    personas: { type: 'string' },
    seed: { type: 'string', default: '1' },
    username: { type: 'string', default: 'dialwright' },
    password: { type: 'string', default: 'secret' },
  },
})

const clock = {
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now(),
  schedule: (delayMs: number, action: () => void) => {
    const timeout = setTimeout(action, Math.max(0, delayMs))
    return { cancel: () => clearTimeout(timeout) }
  },
}

/** Voices come from the seed; what protocols need to be unguessable does not. */
function seededNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const overrides =
  values.personas === undefined ? {} : personasSchema.parse(parse(readFileSync(values.personas, 'utf8')))
const carrier = await startCarrier({
  address: '127.0.0.1',
  port: Number(values.port),
  ledgerPath: values.ledger ?? null,
  personas: new Map(Object.entries(overrides).map(([number, code]) => [number.replace(/\D/g, ''), code])),
  credentials: { username: values.username, password: values.password },
  clock,
  random: { next: seededNumbers(Number(values.seed)), bytes: (length) => new Uint8Array(randomBytes(length)) },
  onError: (error) => process.stderr.write(`carrier: ${String(error)}\n`),
})
process.stdout.write(`carrier ready on 127.0.0.1:${carrier.port}\n`)

let isEnding = false
const end = (): void => {
  if (isEnding) return
  isEnding = true
  void carrier.stop().then(() => process.exit(0))
}
process.on('SIGTERM', end)
process.on('SIGINT', () => {})
process.stdin.on('end', end).resume()
