/** The audio library: finds the sound behind an audio path, shipped with the product or provisioned into the content store. */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWav, type Sound } from './wav.ts'

export type AudioSource = { readonly file: string; readonly from: 'shipped' | 'provisioned' }

/** There is no sound at this path, neither shipped nor provisioned. */
export class AudioUnknownError extends Error {
  readonly code = 'AUDIO_UNKNOWN'

  constructor(path: string) {
    super(`there is no audio at "${path}"; shipped and provisioned paths look like /prompts/en/greeting.wav`)
    this.name = 'AudioUnknownError'
  }
}

const shippedRoot = new URL('../../assets/audio/', import.meta.url)

/** Paths are looked up in a fixed list and never joined to a directory, so no path can leave the two stores. */
export class AudioLibrary {
  readonly #dataDirectory: string
  readonly #sources: ReadonlyMap<string, AudioSource>

  /**
   * @param dataDirectory DIALWRIGHT_DATA; the content store is its `audio/`.
   * @param provisioned audio path to SHA-256 (hex) of its content; takes the place of a shipped sound of the same path.
   * @throws {RangeError} when a hash is not 64 hex digits.
   */
  constructor(dataDirectory: string, provisioned: ReadonlyMap<string, string> = new Map()) {
    const sources = new Map<string, AudioSource>()
    for (const path of shippedPaths())
      sources.set(path, { file: fileURLToPath(new URL(`.${path}`, shippedRoot)), from: 'shipped' })
    for (const [path, hash] of provisioned)
      sources.set(path, { file: storedFile(dataDirectory, hash), from: 'provisioned' })
    this.#dataDirectory = dataDirectory
    this.#sources = sources
  }

  /** Every path a scenario may name. */
  paths(): readonly string[] {
    return [...this.#sources.keys()]
  }

  resolve(path: string): AudioSource | null {
    return this.#sources.get(path) ?? null
  }

  /**
   * @returns Signed 16-bit mono samples with their rate; shipped sounds have 8,000 Hz.
   * @throws {AudioUnknownError} for a path that is in neither store; {WavError} when the file cannot be played.
   */
  async read(path: string): Promise<Sound> {
    return readWav(await this.readBytes(path))
  }

  /**
   * A sound of the content store, by its content.
   * @param hash  SHA-256, hex.
   * @throws {WavError} when the file cannot be played; the system's error when it is gone.
   */
  async readStored(hash: string): Promise<Sound> {
    return readWav(await readFile(storedFile(this.#dataDirectory, hash)))
  }

  /**
   * The file as it was put in.
   * @throws {AudioUnknownError} for a path that is in neither store.
   */
  async readBytes(path: string): Promise<Uint8Array> {
    const source = this.resolve(path)
    if (source === null) throw new AudioUnknownError(path)
    return readFile(source.file)
  }
}

/**
 * Puts a WAV into the content store; the same content twice is one file. It appears under its name complete and on disk
 * or not at all: written beside, synced, then renamed.
 * @returns SHA-256 of the bytes, hex.
 * @throws {WavError} before anything is written, when it is not 16-bit mono PCM.
 */
export async function storeAudio(dataDirectory: string, bytes: Uint8Array): Promise<string> {
  readWav(bytes)
  const hash = createHash('sha256').update(bytes).digest('hex')
  const file = storedFile(dataDirectory, hash)
  await mkdir(join(dataDirectory, 'audio'), { recursive: true })
  const temporary = `${file}.${randomUUID()}.part`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return hash
}

function storedFile(dataDirectory: string, hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new RangeError(`expected the SHA-256 of an audio file as 64 hex digits, found "${hash}"`)
  return join(dataDirectory, 'audio', `${hash}.wav`)
}

function shippedPaths(): readonly string[] {
  return readdirSync(shippedRoot, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wav'))
    .map((name) => `/${name.replaceAll('\\', '/')}`)
    .sort()
}
