/**
 * The prompts that telephony holds: handed over once, however many calls ask at once, and bounded in memory: what was not played
 * for longest is taken back, and handed over again when it is needed.
 */
import type { Telephony } from '@dialwright/dialer'

type ShelfDeps = {
  readonly telephony: Pick<Telephony, 'loadPrompt' | 'unloadPrompt'>
  /** Of samples, 16 bits each; main and telephony hold as much again each. */
  readonly mostBytes?: number | undefined
}

/** More than an hour of sound. */
const defaultMostBytes = 64 * 1024 * 1024

export class PromptShelf {
  readonly #telephony: ShelfDeps['telephony']
  readonly #mostBytes: number
  /** Bytes by prompt id, least recently used first. */
  readonly #held = new Map<string, number>()
  readonly #loading = new Map<string, Promise<void>>()
  #bytes = 0

  constructor({ telephony, mostBytes = defaultMostBytes }: ShelfDeps) {
    this.#telephony = telephony
    this.#mostBytes = mostBytes
  }

  /** Bytes of samples that are held. */
  get size(): number {
    return this.#bytes
  }

  /** True: it can be played now, and counts as just used. */
  has(promptId: string): boolean {
    const bytes = this.#held.get(promptId)
    if (bytes === undefined) return false
    this.#held.delete(promptId)
    this.#held.set(promptId, bytes)
    return true
  }

  /** Resolves when it can be played; `read` is not asked for what is held, nor twice at once. */
  async put(promptId: string, read: () => Promise<Int16Array>): Promise<void> {
    if (this.has(promptId)) return
    const loading = this.#loading.get(promptId) ?? this.#load(promptId, read)
    this.#loading.set(promptId, loading)
    await loading
  }

  async #load(promptId: string, read: () => Promise<Int16Array>): Promise<void> {
    try {
      const samples = await read()
      await this.#telephony.loadPrompt({ promptId, samples })
      this.#held.set(promptId, samples.byteLength)
      this.#bytes += samples.byteLength
      this.#makeRoom(promptId)
    } finally {
      this.#loading.delete(promptId)
    }
  }

  /** Commands reach telephony in order, and what is playing plays on: nothing that was asked for before is cut. */
  #makeRoom(newest: string): void {
    for (const [promptId, bytes] of this.#held) {
      if (this.#bytes <= this.#mostBytes || promptId === newest) return
      this.#held.delete(promptId)
      this.#bytes -= bytes
      this.#telephony.unloadPrompt(promptId)
    }
  }
}
