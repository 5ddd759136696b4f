/** The main process: HTTP, the dialing engine, the scenario runs, the database client. It alone constructs and wires. */
import { readConfig } from './config.ts'
import { isCoded } from './errors.ts'
import { startNode } from './node.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const node = await startNode(config)
  if (node.firstOwner !== null) {
    process.stdout.write(
      `Made the owner "${node.firstOwner.login}" with the password ${node.firstOwner.password} (shown this once)\n`,
    )
  }
  process.stdout.write(`Dialwright is ready on ${node.address}\n`)
  let isEnding = false
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    node.stop().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`Dialwright could not stop cleanly: ${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

main().catch((error) => {
  const text =
    isCoded(error) || !(error instanceof Error) ? String(error.message ?? error) : (error.stack ?? error.message)
  process.stderr.write(`Dialwright could not start. ${text}\n`)
  process.exit(1)
})
