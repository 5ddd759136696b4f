/** Preloaded into the server's main process: tells over IPC how late its event loop was since it was last asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const resolutionMs = 5
const nanosecondsPerMs = 1e6

// Processes and threads that main starts inherit the preload, and are not meant.
if (isMainThread && process.argv[1]?.endsWith('main.ts') === true) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  process.on('message', () => {
    process.send?.({ p99Ms: delay.percentile(99) / nanosecondsPerMs, maxMs: delay.max / nanosecondsPerMs })
    delay.reset()
  })
  // Asking must not keep a server alive that has ended its work.
  process.channel?.unref()
}
