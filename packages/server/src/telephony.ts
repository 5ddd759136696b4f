/** The telephony process: SIP on its main thread, media in worker threads, no database. Started by main, ends with it. */
import { systemClock } from './adapters/system/system-clock.ts'
import { systemRandom } from './adapters/system/system-random.ts'
import type { HostCommand, HostMessage } from './adapters/telephony/protocol.ts'
import { TelephonyHost } from './adapters/telephony/telephony-host.ts'
import { type Kill, killAt } from './dialing/faults.ts'

const orphanDeadlineMs = 3_000
/** Main kills at once; should it be unable to, a crash test must not leave a process that stands still for ever. */
const killWaitMs = 2_000

let host: TelephonyHost | null = null

function send(message: HostMessage): void {
  if (process.connected) process.send?.(message)
}

async function end(deadlineMs: number): Promise<void> {
  await host?.close(deadlineMs)
  process.exit(0)
}

/** Nothing more happens after this point: main, which keeps the list, kills. */
function standStill(kill: Kill): void {
  send({ type: 'kill', kill })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, killWaitMs)
  process.kill(process.pid, 'SIGKILL')
}

process.on('message', (command: HostCommand) => {
  if (command.type === 'start') {
    const faults = killAt(command.killAt, standStill)
    TelephonyHost.start({ options: command.options, clock: systemClock, random: systemRandom, emit: send, faults })
      .then((started) => {
        host = started
        send({ type: 'ready', sipPort: started.sipPort })
      })
      .catch((error) => {
        send({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
        process.exit(1)
      })
  } else if (command.type === 'close') void end(command.deadlineMs)
  else host?.handle(command)
})

// Main is gone: nobody steers these calls any more, so nobody is left on the line.
process.on('disconnect', () => void end(orphanDeadlineMs))
// Signals of a terminal reach the whole group: main decides, and closes this process when its calls have ended.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
