/** Whom the files of a cluster belong to: a copy made by root, or on a machine with other users, is put right before it is started. */
import { chmod, lchown, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner } from './place.ts'
import { livingPostmaster } from './postmaster-file.ts'

/**
 * Gives everything in `home` to the user that PostgreSQL runs as, and closes the data directory and the password to others:
 * PostgreSQL refuses a directory that is open to more than its group. A cluster that is being served is left alone.
 */
export async function settleOwnership(home: string, cluster: string, owner: Owner): Promise<void> {
  const { uid, mode } = await stat(cluster)
  const isForeign = owner !== null && uid !== owner.uid
  const isOpen = process.platform !== 'win32' && (mode & 0o027) !== 0
  if (!isForeign && !isOpen) return
  if ((await livingPostmaster(cluster)) !== null) return
  if (owner !== null) {
    for (const path of ['.', ...(await readdir(home, { recursive: true }))])
      await lchown(join(home, path), owner.uid, owner.gid)
  }
  for (const path of [home, cluster]) await chmod(path, 0o700)
  for (const name of await readdir(home)) {
    if (name === 'password') await chmod(join(home, name), 0o600)
    if (name === 'socket') await chmod(join(home, name), 0o700)
  }
}
