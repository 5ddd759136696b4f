/** WAV files as telephony needs them: RIFF with linear 16-bit mono PCM, read and written whole. */

export type Sound = { readonly samples: Int16Array; readonly sampleRate: number }

/** The file is no WAV that can be played as it is; says what was found and what is needed. */
export class WavError extends Error {
  readonly code = 'AUDIO_WAV_UNSUPPORTED'

  constructor(found: string) {
    super(`expected a WAV file with 16-bit mono PCM, found ${found}`)
    this.name = 'WavError'
  }
}

const pcmFormat = 1
const headerBytes = 44

/**
 * Reads the `fmt ` and `data` chunks wherever they stand. A `data` size beyond the file (writers to a pipe do not know it)
 * means "to the end".
 * @throws {WavError} when the file is not 16-bit mono PCM.
 */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < headerBytes || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE')
    throw new WavError('no RIFF/WAVE header')
  let sampleRate: number | null = null
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const name = tag(view, at)
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    if (name === 'fmt ') {
      if (body + 16 > view.byteLength) throw new WavError('a cut "fmt " chunk')
      const [format, channels, bits] = [
        view.getUint16(body, true),
        view.getUint16(body + 2, true),
        view.getUint16(body + 14, true),
      ]
      if (format !== pcmFormat || channels !== 1 || bits !== 16)
        throw new WavError(`format ${format} with ${channels} channel(s) of ${bits} bits`)
      sampleRate = view.getUint32(body + 4, true)
    }
    if (name === 'data') {
      if (sampleRate === null) throw new WavError('a "data" chunk before "fmt "')
      const count = Math.floor(Math.min(size, view.byteLength - body) / 2)
      const samples = new Int16Array(count)
      for (let index = 0; index < count; index++) samples[index] = view.getInt16(body + 2 * index, true)
      return { samples, sampleRate }
    }
    at = body + size + (size % 2)
  }
  throw new WavError('no "data" chunk')
}

export function writeWav({ samples, sampleRate }: Sound): Uint8Array {
  const bytes = new Uint8Array(headerBytes + samples.length * 2)
  const view = new DataView(bytes.buffer)
  const put = (at: number, name: string): void => {
    for (let index = 0; index < 4; index++) view.setUint8(at + index, name.charCodeAt(index))
  }
  put(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  put(8, 'WAVE')
  put(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, pcmFormat, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  for (const [index, sample] of samples.entries()) view.setInt16(headerBytes + 2 * index, sample, true)
  return bytes
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}
