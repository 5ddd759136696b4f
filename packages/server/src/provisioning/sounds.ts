/** The sounds of a document: read from files beside it or from its own text, checked, not yet kept anywhere. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readWav, WavError } from '../audio/wav.ts'
import { systemReason } from '../errors.ts'
import { pointer, type Report } from './errors.ts'
import type { Draft } from './read.ts'

export type SoundContent = {
  readonly bytes: Uint8Array
  /** Hex. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly durationMs: number
}

/** Seventeen minutes of 8 kHz: a longer prompt is a mistake. */
const mostBytes = 16 * 1024 * 1024
const callRate = 8_000
const inText = /^data:audio\/(?:wav|x-wav|wave|vnd\.wave);base64,([A-Za-z0-9+/]*={0,2})$/

/**
 * By audio path; what cannot be used is reported by its place.
 * @param baseDirectory  Where relative files begin; null: whoever asks has no files here, and gives the content itself.
 */
export async function readSounds(
  drafts: readonly Draft<'audio'>[],
  baseDirectory: string | null,
  report: Report,
): Promise<ReadonlyMap<string, SoundContent>> {
  const sounds = new Map<string, SoundContent>()
  for (const { value, path } of drafts) {
    if (value === null || value.file === null) continue
    try {
      sounds.set(value.path, soundOf(await contentOf(value.file, baseDirectory)))
    } catch (error) {
      if (!(error instanceof UnusableSound) && !(error instanceof WavError)) throw error
      report(`${path}${pointer(['file'])}`, 'invalid', error.message)
    }
  }
  return sounds
}

/** The form in which an export carries a sound. */
export function soundText(bytes: Uint8Array): string {
  return `data:audio/wav;base64,${Buffer.from(bytes).toString('base64')}`
}

class UnusableSound extends Error {}

async function contentOf(file: string, baseDirectory: string | null): Promise<Uint8Array> {
  if (file.startsWith('data:')) {
    const text = inText.exec(file)?.[1]
    if (text === undefined) throw new UnusableSound('expected data:audio/wav;base64, and the bytes of a WAV file')
    if (text.length > (mostBytes * 4) / 3 + 4) throw new UnusableSound(tooLong)
    return Buffer.from(text, 'base64')
  }
  if (baseDirectory === null)
    throw new UnusableSound('expected the content of the file, as data:audio/wav;base64,...: files are not read here')
  const place = resolve(baseDirectory, file)
  try {
    const found = await stat(place)
    if (!found.isFile()) throw new UnusableSound(`${place} is no file`)
    if (found.size > mostBytes) throw new UnusableSound(tooLong)
    return await readFile(place)
  } catch (error) {
    if (error instanceof UnusableSound) throw error
    throw new UnusableSound(`${place}: ${systemReason(error)}`)
  }
}

const tooLong = `expected at most ${mostBytes} bytes`

function soundOf(bytes: Uint8Array): SoundContent {
  const { samples, sampleRate } = readWav(bytes)
  if (sampleRate !== callRate)
    throw new UnusableSound(`expected ${callRate} samples a second, found ${sampleRate}: convert it first`)
  if (samples.length === 0) throw new UnusableSound('expected sound, found a WAV file without any')
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.byteLength,
    durationMs: Math.round((samples.length * 1_000) / callRate),
  }
}
