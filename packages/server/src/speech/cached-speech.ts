/**
 * Speech that remembers: what was spoken once is read from a file the next time, also after a restart. The files are named by
 * what they say, written whole or not at all, bounded in size by least recent use; a damaged one is made anew.
 *
 * A file is the SHA-256 of its samples (32 bytes), then the samples: 16-bit little-endian, 8 kHz mono.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@dialwright/dialer'
import type { Logger } from 'pino'
import { systemReason } from '../errors.ts'
import type { Speech, SpeechUrgency, Utterance } from './speech.ts'
import { utteranceKey } from './utterance-key.ts'

const digestBytes = 32
/** About nine hours of speech. */
const defaultMostBytes = 512 * 1024 * 1024
/** Going down to this share at once spares a removal for each write. */
const shareKept = 0.9
/** The order of use has to survive a restart, not each minute of it. */
const touchEveryMs = 600_000

type Entry = { readonly bytes: number; readonly touchedMs: number }

export type CachedSpeechDeps = {
  readonly speech: Speech
  /** Made when it is not there; nothing else may lie in it. */
  readonly directory: string
  readonly clock: Clock
  readonly log: Logger
  readonly mostBytes?: number | undefined
}

export class CachedSpeech implements Speech {
  readonly #deps: CachedSpeechDeps
  readonly #mostBytes: number
  /** By file name, least recently used first. */
  readonly #entries = new Map<string, Entry>()
  readonly #making = new Map<string, Promise<Int16Array>>()
  #bytes = 0
  #isTold = false

  private constructor(deps: CachedSpeechDeps) {
    this.#deps = deps
    this.#mostBytes = deps.mostBytes ?? defaultMostBytes
  }

  /** Reads what an earlier run has left. A directory that cannot be used costs the memory, not the speech. */
  static async open(deps: CachedSpeechDeps): Promise<CachedSpeech> {
    const cached = new CachedSpeech(deps)
    try {
      await mkdir(deps.directory, { recursive: true, mode: 0o700 })
      await cached.#readDirectory()
    } catch (error) {
      cached.#tell(error)
    }
    return cached
  }

  /** Bytes of all files. */
  get size(): number {
    return this.#bytes
  }

  async synthesize(utterance: Utterance, urgency: SpeechUrgency = 'now'): Promise<Int16Array> {
    const key = utteranceKey(utterance)
    const making = this.#making.get(key)
    if (making !== undefined) return making
    const made = this.#find(key, utterance, urgency).finally(() => this.#making.delete(key))
    this.#making.set(key, made)
    return made
  }

  async #find(key: string, utterance: Utterance, urgency: SpeechUrgency): Promise<Int16Array> {
    const kept = await this.#read(key)
    if (kept !== null) return kept
    const samples = await this.#deps.speech.synthesize(utterance, urgency)
    await this.#write(key, samples)
    return samples
  }

  async #readDirectory(): Promise<void> {
    const { directory, clock } = this.#deps
    const found: { readonly key: string; readonly bytes: number; readonly usedMs: number }[] = []
    for (const name of await readdir(directory)) {
      const file = join(directory, name)
      // What a crash has left half-written, or somebody put here.
      if (!/^[0-9a-f]{64}$/.test(name)) {
        if (name.endsWith('.part')) await rm(file, { force: true })
        continue
      }
      const { size, mtimeMs } = await stat(file)
      found.push({ key: name, bytes: size, usedMs: mtimeMs })
    }
    found.sort((a, b) => a.usedMs - b.usedMs)
    for (const { key, bytes } of found) this.#enter(key, { bytes, touchedMs: clock.monotonicMs() })
    await this.#makeRoom()
  }

  /** Null: it is not there, or not whole. */
  async #read(key: string): Promise<Int16Array | null> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return null
    const { directory, clock } = this.#deps
    const file = join(directory, key)
    try {
      const samples = samplesOf(await readFile(file))
      if (samples === null) {
        await this.#remove(key)
        return null
      }
      const nowMs = clock.monotonicMs()
      const isDue = nowMs - entry.touchedMs > touchEveryMs
      this.#enter(key, isDue ? { ...entry, touchedMs: nowMs } : entry)
      if (isDue) {
        const now = clock.now().epochMilliseconds / 1_000
        await utimes(file, now, now)
      }
      return samples
    } catch (error) {
      // Taken away by somebody else: it is made anew.
      await this.#remove(key)
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) this.#tell(error)
      return null
    }
  }

  /** Written beside, then renamed; not synced: what a power cut damages is found by its digest. */
  async #write(key: string, samples: Int16Array): Promise<void> {
    const file = join(this.#deps.directory, key)
    const temporary = `${file}.${randomUUID()}.part`
    const bytes = bytesOf(samples)
    try {
      await writeFile(temporary, bytes)
      await rename(temporary, file)
      this.#enter(key, { bytes: bytes.length, touchedMs: this.#deps.clock.monotonicMs() })
      await this.#makeRoom()
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      this.#tell(error)
    }
  }

  #enter(key: string, entry: Entry): void {
    this.#forget(key)
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }

  async #remove(key: string): Promise<void> {
    this.#forget(key)
    await rm(join(this.#deps.directory, key), { force: true }).catch(() => {})
  }

  async #makeRoom(): Promise<void> {
    if (this.#bytes <= this.#mostBytes) return
    for (const key of [...this.#entries.keys()]) {
      if (this.#bytes <= this.#mostBytes * shareKept) return
      await this.#remove(key)
    }
  }

  /** Once: a full disk would else be told for each word. */
  #tell(error: unknown): void {
    if (this.#isTold) return
    this.#isTold = true
    const { directory, log } = this.#deps
    log.warn(
      { directory, reason: systemReason(error) },
      'speech cannot be kept in its directory, and is made each time',
    )
  }
}

function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(digestBytes + samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < samples.length; index++) view.setInt16(digestBytes + 2 * index, samples[index] ?? 0, true)
  bytes.set(digestOf(bytes.subarray(digestBytes)))
  return bytes
}

/** Null: the file is damaged. */
function samplesOf(bytes: Uint8Array): Int16Array | null {
  const body = bytes.subarray(digestBytes)
  if (body.length === 0 || Buffer.compare(bytes.subarray(0, digestBytes), digestOf(body)) !== 0) return null
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const samples = new Int16Array(body.length / 2)
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(2 * index, true)
  return samples
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
