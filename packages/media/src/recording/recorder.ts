/** Records a call to a WAV file, 8 kHz 16-bit stereo: left what we heard, right what we said. Written in blocks, off the 20 ms path. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { decode, type Law } from '../g711/g711.ts'

const headerBytes = 44
const bytesPerFrame = 160 * 2 * 2
/** Two seconds are collected before a write. */
const framesPerBlock = 100

export class Recorder {
  readonly #path: string
  readonly #stream: Promise<WriteStream>
  #block = new Uint8Array(framesPerBlock * bytesPerFrame)
  #frames = 0
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

  /** One 20 ms frame of each side, in the codec of the call; null is silence. */
  frame(law: Law, them: Uint8Array | null, us: Uint8Array): void {
    const view = new DataView(this.#block.buffer, this.#frames * bytesPerFrame, bytesPerFrame)
    const left = them === null ? null : decode(law, them)
    const right = decode(law, us)
    for (let i = 0; i < 160; i++) {
      view.setInt16(i * 4, left?.[i] ?? 0, true)
      view.setInt16(i * 4 + 2, right[i] ?? 0, true)
    }
    this.#frames++
    if (this.#frames === framesPerBlock) this.#flush()
  }

  /** Writes what is left and the true sizes; resolves when the file is whole. */
  async close(): Promise<void> {
    this.#flush()
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

  #flush(): void {
    if (this.#frames === 0) return
    const bytes = this.#block.subarray(0, this.#frames * bytesPerFrame)
    this.#dataBytes += bytes.length
    this.#block = new Uint8Array(framesPerBlock * bytesPerFrame)
    this.#frames = 0
    this.#stream.then(
      (stream) => stream.write(bytes),
      () => {},
    )
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
