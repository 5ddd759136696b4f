/** A WAV file that grows while its call lives, 8 kHz 16-bit stereo, and gets its true sizes when it is closed. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

const headerBytes = 44

export class WavFile {
  readonly #path: string
  readonly #stream: Promise<WriteStream>
  #dataBytes = 0
  #failure: unknown = null

  constructor(path: string) {
    this.#path = path
    this.#stream = mkdir(dirname(path), { recursive: true }).then(() => {
      const stream = createWriteStream(path)
      // A full disk costs the recording, never the call.
      stream.on('error', (error) => {
        this.#failure = error
      })
      stream.write(new Uint8Array(headerBytes))
      return stream
    })
    this.#stream.catch((error) => {
      this.#failure = error
    })
  }

  /** @param samples  Left and right in turn; they are the file's from now on. */
  write(samples: Int16Array): void {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
    this.#dataBytes += bytes.length
    this.#stream.then(
      (stream) => stream.write(bytes),
      () => {},
    )
  }

  /** Resolves when the file is whole. */
  async close(): Promise<void> {
    if (this.#failure !== null) return
    const stream = await this.#stream
    await new Promise<void>((resolve) => stream.end(() => resolve()))
    const file = await open(this.#path, 'r+')
    try {
      await file.write(wavHeader(this.#dataBytes), 0, headerBytes, 0)
    } finally {
      await file.close()
    }
  }
}

function wavHeader(dataBytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(headerBytes))
  const text = (at: number, word: string): void => {
    for (let i = 0; i < word.length; i++) view.setUint8(at + i, word.charCodeAt(i))
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + dataBytes, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 2, true)
  view.setUint32(24, 8_000, true)
  view.setUint32(28, 32_000, true)
  view.setUint16(32, 4, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, dataBytes, true)
  return new Uint8Array(view.buffer)
}
