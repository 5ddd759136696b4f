/** The carrier as a process of its own: `node packages/carrier/src/main.ts --port 5070 --ledger FILE`. Ends when its stdin closes. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Carrier, startCarrier } from './carrier.ts'
import { CarrierError, reasonOf } from './errors.ts'
import { isPersona } from './personas/persona.ts'
import { type Relay, startRelay } from './transport/relay.ts'

const personasSchema = z.record(
  z.string().regex(/\d/, 'expected a number'),
  z.string().refine(isPersona, 'expected the two digits of a persona, in quotes, like "03"'),
)

const usage = `Usage: node packages/carrier/src/main.ts [options]
  --port N          UDP port on 127.0.0.1, 0 to 65535; 0 takes a free one (0)
  --ledger FILE     JSON lines of what it saw; begun anew
  --personas FILE   YAML or JSON: number -> two digits of a persona
  --seed N          voices and weather (1)
  --loss S --duplicate S --reorder S   shares of signalling lost, doubled, overtaken, each way: 0 to 1 (0)
  --delay MS        each datagram of signalling comes up to so much later (0)
  --username U --password P   who may call the persona 28
`

/** Tells what is wrong with the arguments and ends with 2. */
function refuse(problem: string): never {
  process.stderr.write(`${problem}\n${usage}`)
  process.exit(2)
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        ledger: { type: 'string' },
        personas: { type: 'string' },
        seed: { type: 'string', default: '1' },
        loss: { type: 'string', default: '0' },
        duplicate: { type: 'string', default: '0' },
        reorder: { type: 'string', default: '0' },
        delay: { type: 'string', default: '0' },
        username: { type: 'string', default: 'dialwright' },
        password: { type: 'string', default: 'secret' },
      },
    }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > most)
    return refuse(`--${name}: expected a whole number from 0 to ${most}, found "${text}"`)
  return value
}

function share(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    return refuse(`--${name}: expected a share from 0 to 1, found "${text}"`)
  return value
}

/** @throws {CarrierError} `CARRIER_PERSONAS_UNUSABLE`. */
function readPersonas(path: string): Record<string, string> {
  const unusable = (reason: string, cause: unknown): CarrierError =>
    new CarrierError('CARRIER_PERSONAS_UNUSABLE', `--personas: ${path} cannot be used: ${reason}`, cause)
  let document: unknown
  try {
    document = parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw unusable(reasonOf(error), error)
  }
  const parsed = personasSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  throw unusable(`${where}${issue?.message ?? 'it has another shape'}`, parsed.error)
}

const values = readArguments()
const port = wholeNumber('port', values.port, 65_535)
const seed = wholeNumber('seed', values.seed, 2 ** 32 - 1)
const weather = {
  loss: share('loss', values.loss),
  duplicate: share('duplicate', values.duplicate),
  reorder: share('reorder', values.reorder),
  delayMs: wholeNumber('delay', values.delay, 10_000),
}
const isFair = Object.values(weather).every((value) => value === 0)

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

async function start(): Promise<{ carrier: Carrier; relay: Relay | null }> {
  const overrides = values.personas === undefined ? {} : readPersonas(values.personas)
  const carrier = await startCarrier({
    address: '127.0.0.1',
    port: isFair ? port : 0,
    ledgerPath: values.ledger ?? null,
    personas: new Map(Object.entries(overrides).map(([number, code]) => [number.replace(/\D/g, ''), code])),
    credentials: { username: values.username, password: values.password },
    clock,
    random: { next: seededNumbers(seed), bytes: (length) => new Uint8Array(randomBytes(length)) },
    onError: (error) => process.stderr.write(`carrier: ${String(error)}\n`),
  })
  if (isFair) return { carrier, relay: null }
  const relay = await startRelay({
    ...weather,
    address: '127.0.0.1',
    port,
    target: { address: '127.0.0.1', port: carrier.port },
    clock,
    random: { next: seededNumbers(seed) },
  }).catch((error) => {
    const reason = `--port: 127.0.0.1:${port} cannot be bound: ${reasonOf(error)}`
    throw new CarrierError('CARRIER_PORT_UNUSABLE', reason, error)
  })
  return { carrier, relay }
}

/** What the system or a file refuses is one line: its reason says it all. */
function fail(error: unknown): never {
  if (!(error instanceof CarrierError)) throw error
  process.stderr.write(`carrier: ${error.message}\n`)
  process.exit(1)
}

const { carrier, relay } = await start().catch(fail)
process.stdout.write(`carrier ready on 127.0.0.1:${relay?.port ?? carrier.port}\n`)

let isEnding = false
const end = (): void => {
  if (isEnding) return
  isEnding = true
  // The network in front goes last: what is said at the end passes through it.
  void carrier
    .stop()
    .then(() => relay?.stop())
    .then(() => process.exit(0))
}
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end).resume()
