/** The ground of a run of all integration tests, made once: a directory that goes with the run, one PostgreSQL, one cache of compiled sources. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeTemporaryDirectory } from '../packages/server/test/fixtures/temporary-directory.ts'
import { startTestCluster, type TestCluster } from '../packages/server/test/fixtures/test-cluster.ts'

let ground: { readonly directory: string; readonly cluster: TestCluster } | null = null

/** Before the first file; what it puts into the environment reaches every file. */
export async function globalSetup(): Promise<void> {
  const directory = await makeTemporaryDirectory('dialwright-run-')
  const cluster = await startTestCluster()
  ground = { directory, cluster }
  process.env.DIALWRIGHT_TEST_CLUSTER = cluster.connectionString
  // Half of the processor time of a small file, and of a server's start, is the compiling of the same sources.
  process.env.NODE_COMPILE_CACHE = join(directory, 'compile-cache')
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = directory
}

export async function globalTeardown(): Promise<void> {
  if (ground === null) return
  await ground.cluster.stop()
  rmSync(ground.directory, { recursive: true, force: true, maxRetries: 20 })
}
