/** The key of the secrets at rest: from the configuration, else from a file that is made once. */
import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SecretError } from './errors.ts'

/**
 * Reads 32 bytes told as 64 hex digits, or as base64 or base64url with or without padding.
 * @throws {SecretError} `SECRET_KEY_INVALID`; the message tells the length, never the text.
 */
export function parseSecretKey(text: string, source: string): Uint8Array {
  const told = text.trim()
  if (/^[0-9a-f]{64}$/i.test(told)) return new Uint8Array(Buffer.from(told, 'hex'))
  // 43 digits are 258 bits: the two that are too many must be zero, or one key would have several spellings.
  if (/^[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]=?$/.test(told)) return new Uint8Array(Buffer.from(told, 'base64url'))
  throw new SecretError(
    'SECRET_KEY_INVALID',
    `Expected 32 bytes in base64 or hex in ${source}, found ${told.length} characters of something else. "openssl rand -base64 32" makes one.`,
  )
}

/**
 * The configured key, else the one of `secret.key` in the data directory, made there with mode 0600 when there is none.
 * @throws {SecretError} `SECRET_KEY_INVALID`; `SECRET_KEY_EXPOSED` when others can read the file.
 */
export async function readSecretKey(settings: {
  readonly key: string | undefined
  readonly dataDirectory: string
}): Promise<Uint8Array> {
  if (settings.key !== undefined && settings.key !== '') return parseSecretKey(settings.key, 'DIALWRIGHT_SECRET_KEY')
  const file = join(settings.dataDirectory, 'secret.key')
  const text = (await readIfPresent(file)) ?? (await makeKeyFile(file))
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new SecretError(
      'SECRET_KEY_EXPOSED',
      `Others can read the key file ${file} (mode ${(mode & 0o777).toString(8)}): run chmod 600 on it.`,
    )
  }
  return parseSecretKey(text, file)
}

/** The file appears whole or not at all; of two processes that make one at once the first wins and both use it. */
async function makeKeyFile(file: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${randomBytes(32).toString('base64')}\n`)
      // What is sealed with a key that a power cut took away is lost.
      await handle.sync()
    } finally {
      await handle.close()
    }
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  return await readFile(file, 'utf8')
}

async function readIfPresent(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
