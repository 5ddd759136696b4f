/** The command line as a process: the real clock, the real terminal, Ctrl-C. */
import { readSettings } from './config.ts'
import { exitCodes } from './errors.ts'
import { run } from './run.ts'

const interrupt = new AbortController()
process.on('SIGINT', () => {
  // Whoever presses it twice does not want to wait for what is being tidied up.
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted)
  interrupt.abort()
})
process.on('SIGTERM', () => interrupt.abort())
// `dialwright calls list | head`: whoever reads has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCodes.fine : 1))

process.exitCode = await run(process.argv.slice(2), {
  readSettings,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
  zone: Temporal.Now.timeZoneId(),
  newKey: () => crypto.randomUUID(),
  clock: {
    now: () => Temporal.Now.instant(),
    monotonicMs: () => performance.now(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const end = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', end)
          resolve()
        }
        const timer = setTimeout(end, milliseconds)
        signal.addEventListener('abort', end)
      }),
  },
})
