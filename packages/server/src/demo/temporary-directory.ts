/** A directory for one run that the database's own user can pass through, so that everything of the run goes with it. */
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Started as root, PostgreSQL runs as another user: below a closed directory it would have to settle elsewhere and stay. */
export async function makeTemporaryDirectory(prefix: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix))
  await chmod(directory, 0o711)
  return directory
}
