/**
 * `npm run demo`: the whole product on a bare machine, in real time, over real SIP and RTP on loopback: a campaign of 120
 * people created through a vendor's API (`--vendor`, else TWIN's), dialled to the carrier in the box, compared with the carrier's ledger call by call.
 */
import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnCarrier } from '@dialwright/carrier'
import { demoEnvironment } from './config.ts'
import { ApiClient } from './demo/api-client.ts'
import type { DemoCall } from './demo/demo-call.ts'
import { compareWithLedger, type LedgerLine } from './demo/ledger-check.ts'
import { planDemo } from './demo/people.ts'
import { demoProvisioning } from './demo/provisioning.ts'
import { type Progress, Screen } from './demo/screen.ts'
import { ServerProcess } from './demo/server-process.ts'
import { printSummary, type WaitingContact } from './demo/summary.ts'
import { makeTemporaryDirectory } from './demo/temporary-directory.ts'
import { type DemoOptions, DemoUsageError, readDemoOptions } from './demo/vendors/options.ts'
import { WebhookReceiver } from './demo/webhook-receiver.ts'

const deadlineMs = 95_000
const pollMs = 500

async function demo({ vendor, stay }: DemoOptions): Promise<number> {
  const screen = new Screen(process.stdout)
  const startedMs = performance.now()
  const directory = await makeTemporaryDirectory('dialwright-demo-')
  const ledgerPath = join(directory, 'ledger.jsonl')
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(directory, { recursive: true, force: true }))

  screen.line('Dialwright demo: everything runs on this machine, nothing leaves it.')
  const receiver = await WebhookReceiver.start()
  cleanup.defer(() => receiver.stop())
  const carrier = await spawnCarrier({ ledgerPath, seed: 1 })
  cleanup.defer(() => carrier.stop())
  const token = `dw_${randomBytes(32).toString('base64url')}`
  const login = { login: 'demo@example.test', password: randomBytes(9).toString('base64url'), token }
  const provisionFile = join(directory, 'provisioning.json')
  const plan = planDemo(Temporal.Now.instant())
  await writeFile(provisionFile, JSON.stringify(vendor.provision(demoProvisioning(carrier.port, login), plan)))
  const server = await ServerProcess.start(demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile }))
  cleanup.defer(async () => void (await server.stop()))
  screen.line(`Server on ${server.address}, carrier in the box on 127.0.0.1:${carrier.port} (${seconds(startedMs)} s)`)

  const api = new ApiClient(server.address, token)
  const desk = { api, plan, screen, receiverUrl: receiver.url }
  const vendorId = await vendor.begin(desk)
  const campaignId = (await api.list<{ id: string }>('/dialwright/v1/campaigns'))[0]?.id
  const campaign = `/dialwright/v1/campaigns/${campaignId}`
  const firstAnswerMs = await watch(api, campaign, screen, startedMs)
  const progress = await api.get<Progress & { byDisposition: Record<string, number> }>(`${campaign}/progress`)
  const waiting = await api.list<WaitingContact>(`${campaign}/waiting`)
  const listed = await api.list<DemoCall>(`/dialwright/v1/calls?campaign=${campaignId}`)
  const calls = await Promise.all(listed.map((call) => api.get<DemoCall>(`/dialwright/v1/calls/${call.id}`)))
  const lines = (await readFile(ledgerPath, 'utf8')).split('\n').filter((line) => line !== '')
  const ledger = compareWithLedger(
    lines.map((line): LedgerLine => JSON.parse(line)),
    calls,
  )
  const problems = printSummary({
    screen,
    progress,
    waiting,
    calls,
    ledger,
    received: receiver.received,
    firstAnswerMs,
    plan,
    vendor,
  })
  const all = [...problems, ...(await vendor.finish(desk, vendorId, calls))]

  screen.line(`\nAsk it yourself while it runs (npm run demo -- --stay):`)
  screen.line(`  curl -H 'Authorization: Bearer ${token}' ${vendor.ask(server.address, vendorId)}`)
  screen.line(`  API documentation: ${server.address}/docs`)
  screen.line(
    `\n${all.length === 0 ? 'All is as it should be' : `Not as it should be: ${all.join('; ')}`}. It took ${seconds(startedMs)} s.`,
  )
  if (stay) {
    screen.line('Staying up until Ctrl+C.')
    await new Promise<void>((resolve) => process.once('SIGINT', resolve))
  }
  return all.length === 0 ? 0 : 1
}

/** Shows progress until all that can be called now is done; returns when the first call was answered, in ms since the start. */
async function watch(api: ApiClient, campaign: string, screen: Screen, startedMs: number): Promise<number | null> {
  let firstAnswerMs: number | null = null
  for (;;) {
    const progress = await api.get<Progress>(`${campaign}/progress`)
    const elapsedMs = performance.now() - startedMs
    screen.progress(progress, elapsedMs)
    if (progress.answered > 0) firstAnswerMs ??= elapsedMs
    if (progress.dialing === 0 && (await onlyClosedWindowsLeft(api, campaign, progress))) {
      screen.line()
      return firstAnswerMs
    }
    if (elapsedMs > deadlineMs) {
      screen.line('\nThe time is up; what is not done is told below.')
      return firstAnswerMs
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** True when whoever is not done waits, and for longer than the demo lives. */
async function onlyClosedWindowsLeft(api: ApiClient, campaign: string, { total, done }: Progress): Promise<boolean> {
  const soon = Temporal.Now.instant().add({ milliseconds: deadlineMs })
  const waiting = await api.list<WaitingContact>(`${campaign}/waiting`)
  if (done + waiting.length < total) return false
  return waiting.every(
    (contact) => contact.until !== null && Temporal.Instant.compare(Temporal.Instant.from(contact.until), soon) > 0,
  )
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1_000).toFixed(1)
}

try {
  process.exitCode = await demo(readDemoOptions(process.argv.slice(2)))
} catch (error) {
  // A word of the command line that is not understood; every other failure keeps its trace.
  if (!(error instanceof DemoUsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
