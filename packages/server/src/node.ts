/** One node of the product, wired: database, telephony process, engine, HTTP, dispatcher; started in order, stopped in reverse. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { pino } from 'pino'
import { parse as parseYaml } from 'yaml'
import { ensureOwner } from './access/first-owner.ts'
import { startTokenSweep } from './access/token-sweep.ts'
import { PostgresCampaignStore } from './adapters/postgres/campaign-store/campaign-store.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './adapters/postgres/embedded.ts'
import { checkGivenDatabase } from './adapters/postgres/given-database.ts'
import { PostgresInboundSource } from './adapters/postgres/inbound-source.ts'
import { PostgresMaterialSource } from './adapters/postgres/material-source.ts'
import { migrate } from './adapters/postgres/migrate.ts'
import { createPool } from './adapters/postgres/pool.ts'
import { PostgresTransferSource } from './adapters/postgres/transfer-source.ts'
import { WorkspaceDatabases } from './adapters/postgres/workspace-database.ts'
import { openSecretBox } from './adapters/secrets/secret-box.ts'
import { Espeak } from './adapters/speech/espeak/espeak.ts'
import { systemClock } from './adapters/system/system-clock.ts'
import { systemRandom } from './adapters/system/system-random.ts'
import { uuidV7 } from './adapters/system/uuid-v7.ts'
import { TelephonyClient } from './adapters/telephony/telephony-client.ts'
import { AudioLibrary } from './audio/library.ts'
import { vendorTellers } from './compat/tellers.ts'
import type { Config } from './config.ts'
import type { ServerDeps } from './deps.ts'
import { CallMaterials } from './dialing/call-materials.ts'
import { DialingEngine } from './dialing/engine.ts'
import { type FaultVictim, isTelephonyFault, type Kill, killAt } from './dialing/faults.ts'
import type { TransferParts } from './dialing/hand-over/call-transfers.ts'
import { NodeClock } from './dialing/node-clock.ts'
import { StartError, systemReason } from './errors.ts'
import { buildHttpServer } from './http/server.ts'
import { InboundDesk } from './inbound/inbound-desk.ts'
import { JobsProcess } from './jobs/jobs-process.ts'
import { applyProvisioning } from './provisioning/apply.ts'
import { CachedSpeech } from './speech/cached-speech.ts'
import { SpeechProviders } from './speech/providers.ts'
import { startDispatcher } from './webhooks/dispatcher.ts'
import { LiveCallTeller } from './webhooks/live-calls.ts'

export type RunningNode = {
  readonly address: string
  /** The owner that was made because there was nobody, with the password that is shown this once. */
  readonly firstOwner: { readonly login: string; readonly password: string } | null
  stop(): Promise<void>
}

/** Starts everything, in a data directory that is there; what was started is stopped again when a later part fails. */
export async function startNode(config: Config): Promise<RunningNode> {
  const stack = new AsyncDisposableStack()
  try {
    const started = await assemble(config, stack)
    return { ...started, stop: () => stack.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function assemble(
  config: Config,
  stack: AsyncDisposableStack,
): Promise<Pick<RunningNode, 'address' | 'firstOwner'>> {
  const log = pino({ level: config.logLevel })
  const secretBox = await openSecretBox({ key: config.secretKey, dataDirectory: config.dataDirectory })
  let databaseUrl = config.databaseUrl
  let database: EmbeddedPostgres | null = null
  if (databaseUrl === undefined) {
    database = await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log })
    stack.defer(database.stop)
    databaseUrl = database.connectionString
  } else await checkGivenDatabase(databaseUrl)
  const pool = createPool(databaseUrl, log)
  stack.defer(() => pool.end())
  await migrate(pool)

  const clock = new NodeClock(systemClock)
  const kill = (kill: Kill): void => {
    // Written at once: the log's own thread dies with the process, and its last line with it.
    pino(pino.destination({ dest: 1, sync: true })).fatal(
      { crashTest: kill, live: engine.liveCount },
      'a crash test kills',
    )
    for (const processId of victims(kill.victim, telephony, database)) process.kill(processId, 'SIGKILL')
  }
  const telephony: TelephonyClient = await TelephonyClient.start({
    options: {
      sip: config.sip,
      rtpPorts: config.rtpPorts,
      publicAddress: config.publicAddress ?? config.sip.host,
      journalDirectory: join(config.dataDirectory, 'telephony'),
    },
    clock,
    log,
    faults: { killAt: config.killAt.filter(isTelephonyFault), kill },
  }).catch((error) => {
    const { host, port } = config.sip
    throw new StartError('SIP_ADDRESS_UNUSABLE', `DIALWRIGHT_SIP: ${host}:${port}: ${systemReason(error)}.`, error)
  })
  stack.defer(() => telephony.close())

  const espeak = new Espeak({ clock, program: config.espeak, atOnce: Math.max(2, availableParallelism()) })
  stack.defer(() => espeak.close())
  const providers = new SpeechProviders([espeak])
  void providers.status().then((all) => {
    for (const { provider, version, message } of all) {
      if (message === null) log.info({ provider, version }, 'texts are spoken')
      else log.warn({ provider }, message)
    }
  })
  const materials = new CallMaterials({
    source: new PostgresMaterialSource({ pool, secretBox }),
    audio: new AudioLibrary(config.dataDirectory),
    speech: await CachedSpeech.open({
      speech: providers,
      directory: join(config.dataDirectory, 'speech'),
      clock,
      log,
    }),
    telephony,
    clock,
    log,
    recordings: join(config.dataDirectory, 'recordings'),
  })
  const store = new PostgresCampaignStore({ pool, clock, random: systemRandom })
  const transfers: TransferParts = {
    source: new PostgresTransferSource(pool),
    newId: () => uuidV7(clock, systemRandom),
    openScenario: (versionId) => materials.openScenario(versionId),
  }
  const liveCalls = new LiveCallTeller(pool, clock)
  const faults = killAt(config.killAt, kill)
  const engine: DialingEngine = new DialingEngine({
    store,
    telephony,
    clock,
    log,
    nodeName: config.nodeName,
    loadTrunk: (leg) => materials.trunkFor(leg),
    openConversation: (leg, transfers) => materials.conversationFor(leg, { transfers }),
    transfers,
    prepare: (leg) => materials.prepare(leg),
    tellLive: (topic, leg) => liveCalls.tell(topic, leg),
    faults,
    recordingOf: (leg) => materials.recordingOf(leg),
  })
  const inbound = new InboundDesk({
    store,
    source: new PostgresInboundSource({ pool, secretBox }),
    telephony,
    clock,
    lease: engine.lease,
    newId: () => uuidV7(clock, systemRandom),
    log,
    openConversation: ({ onOver, transfers, ...leg }) =>
      materials.conversationFor({ ...leg, campaignName: '', attemptNumber: 1 }, { onOver, transfers }),
    loadTrunk: (leg) => materials.trunkFor(leg),
    transfers,
    faults,
    recordingOf: (numberId, callId) => materials.inboundRecordingOf(numberId, callId),
  })
  const jobs: JobsProcess = new JobsProcess({
    start: { databaseUrl, nodeName: config.nodeName, logLevel: config.logLevel },
    database: pool,
    clock,
    onContacts: () => engine.wake(),
    log,
  })
  stack.defer(() => jobs.stop())
  const deps: ServerDeps = {
    pool,
    clock,
    random: systemRandom,
    secretBox,
    log,
    dataDirectory: config.dataDirectory,
    egress: config.egress,
    limits: config.limits,
    tellers: vendorTellers,
    onChange: () => {
      liveCalls.forget()
      engine.wake()
      inbound.wake()
    },
    onImport: () => jobs.wake(),
  }
  if (config.provisionFile !== undefined) await provision(deps, config.provisionFile)
  const madePassword = await ensureOwner(deps, config.admin)
  const dispatcher = startDispatcher(deps)
  stack.defer(() => dispatcher.stop())
  const sweep = startTokenSweep({ pool, clock, log })
  stack.defer(() => sweep.stop())
  await engine.start()
  stack.defer(() => engine.stop())
  inbound.start()
  stack.defer(() => inbound.drain(0))
  // Its own pool: a flood of requests takes no connection from the claims of calls.
  const httpPool = createPool(databaseUrl, log)
  stack.defer(() => httpPool.end())
  const http = await buildHttpServer({
    ...deps,
    workspaces: new WorkspaceDatabases(httpPool),
    speech: () => providers.status(),
    network: async () => ({
      sip: { host: config.sip.host, port: telephony.sipPort },
      rtpPorts: config.rtpPorts,
      publicAddress: config.publicAddress ?? config.sip.host,
      telephony: await telephony.health().then(
        () => true,
        () => false,
      ),
    }),
  })
  const address = await http.listen(config.http).catch((error) => {
    const { host, port } = config.http
    throw new StartError('HTTP_ADDRESS_UNUSABLE', `DIALWRIGHT_HTTP: ${host}:${port}: ${systemReason(error)}.`, error)
  })
  stack.defer(async () => {
    // First no new work comes in, then what lives may end; the dispatcher after that still tells of it.
    await http.close()
    const drainMs = config.drainSeconds * 1_000
    await Promise.all([engine.drain(drainMs), inbound.drain(drainMs)])
  })
  return { address, firstOwner: madePassword === null ? null : { login: config.admin.login, password: madePassword } }
}

/** The processes of a crash test's victim; main last, for it does the killing. */
function victims(
  victim: FaultVictim,
  telephony: TelephonyClient,
  database: EmbeddedPostgres | null,
): readonly number[] {
  const of: Readonly<Record<FaultVictim, readonly (number | null | undefined)[]>> = {
    main: [process.pid],
    telephony: [telephony.processId],
    both: [telephony.processId, process.pid],
    postgres: [database?.processId],
  }
  return of[victim].flatMap((processId) => (typeof processId === 'number' ? [processId] : []))
}

/** A document from this machine: sounds are looked for beside it. */
async function provision(deps: ServerDeps, file: string): Promise<void> {
  const options = { baseDirectory: dirname(resolve(file)) }
  const { needs, notes, created, changed, left } = await applyProvisioning(deps, await readDocument(file), options)
  for (const { path, message } of needs) deps.log.warn({ file, path }, `provisioning: ${message}`)
  for (const { path, message } of notes) deps.log.info({ file, path }, `provisioning: ${message}`)
  deps.log.info({ file, created, changed, left }, 'provisioned')
}

async function readDocument(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8')
    return extname(file) === '.json' ? JSON.parse(text) : parseYaml(text)
  } catch (error) {
    throw new StartError('PROVISION_FILE_UNREADABLE', `DIALWRIGHT_PROVISION: ${file}: ${systemReason(error)}.`, error)
  }
}
