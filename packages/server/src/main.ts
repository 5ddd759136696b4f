/** The main process: HTTP, the dialing engine, the scenario runs, the database client. It alone constructs and wires. */
import { systemClock } from './adapters/system/system-clock.ts'
import { type Config, keepCompiled, readConfig } from './config.ts'
import { awaitSipPort, checkRtpPorts, openDataDirectory, tellStartFailure } from './start-checks.ts'

let config: Config | null = null

async function main(): Promise<void> {
  config = readConfig()
  await openDataDirectory(config.dataDirectory)
  keepCompiled(config.dataDirectory)
  await awaitSipPort(config, systemClock, (line) => process.stdout.write(`${line}\n`))
  await checkRtpPorts(config)
  // Nearly all of the sources, so not before it is known where they may be kept.
  const { startNode } = await import('./node.ts')
  const starting = startNode(config)
  let isEnding = false
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    // A start is never cut in two: a database server that was just started would stay behind, without anybody to stop it.
    starting.then(
      (node) =>
        node.stop().then(
          () => process.exit(0),
          (error) => {
            process.stderr.write(`Dialwright could not stop cleanly: ${String(error)}\n`)
            process.exit(1)
          },
        ),
      () => undefined,
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  const node = await starting
  if (isEnding) return
  if (node.firstOwner !== null) {
    process.stdout.write(
      `Made the owner "${node.firstOwner.login}" with the password ${node.firstOwner.password} (shown this once)\n`,
    )
  }
  process.stdout.write(`Dialwright is ready on ${node.address}\n`)
}

main().catch(async (error) => {
  const text = await tellStartFailure(error, config?.dataDirectory ?? null)
  process.stderr.write(`Dialwright could not start. ${text}\n`)
  process.exit(1)
})
