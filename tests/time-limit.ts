/**
 * Loaded before each file of integration tests: a wait in vain, or what a test has left open, would hold the file's process for ever,
 * past the time limits of its tests too.
 */
const limitMinutes = 11

setTimeout(() => {
  const left = process.getActiveResourcesInfo().join(', ')
  process.stderr.write(`${process.argv[1]} is not over after ${limitMinutes} minutes; what keeps it: ${left}\n`)
  process.exit(1)
}, limitMinutes * 60_000).unref()
