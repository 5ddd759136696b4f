/**
 * espeak-ng as a speech provider: one child process for each text, the text on its standard input, a WAV on its standard output.
 * It is installed beside us, never bundled (GPL-3.0, a separate program). Formant synthesis: understood, not beautiful.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@dialwright/dialer'
import { Resampler, speechMarginMs, speechPeak, telephoneRate, toPcm16, trimSilence } from '../../../audio/shaping.ts'
import { readWav, type Sound, WavError } from '../../../audio/wav.ts'
import { SpeechError } from '../../../speech/errors.ts'
import type { SpeechProvider, SpeechStatus, SpeechUrgency, Utterance } from '../../../speech/speech.ts'
import { Turnstile } from '../../../speech/turnstile.ts'
import { type ProgramEnd, type RunningProgram, runProgram } from './run-program.ts'
import { hasHanzi, isVoiceName, speakableText } from './speakable-text.ts'

/** The pace of our own prompts at speed 1. */
const wordsPerMinute = 200
const mostCharacters = 4_000
/** Ten minutes of its 22,050 samples a second: a row of digits takes long to say. */
const mostBytes = 10 * 60 * 22_050 * 2 + 1_024
const mostWaiting = 200
/** Output samples between two turns of the event loop: two seconds of speech, some 4 ms. */
const samplesPerTurn = 16_000
/** Asking a program that is there for its version again and again would be work for nothing. */
const statusKeptMs = 10_000
/** Two characters that a build reads, or spells as English. */
const hanziTest = '\u4f60\u597d'
const mend =
  'install it (Debian, Ubuntu: apt install espeak-ng; Fedora: dnf install espeak-ng; macOS: brew install espeak-ng)'

export type EspeakOptions = {
  readonly clock: Clock
  /** Found on PATH, or a path. */
  readonly program?: string | undefined
  /** Processes at once. */
  readonly atOnce: number
  /** A text that takes longer is given up, and its process killed; waiting in line does not count. */
  readonly timeoutMs?: number | undefined
}

export class Espeak implements SpeechProvider {
  readonly name = 'espeak'
  readonly #clock: Clock
  readonly #program: string
  readonly #timeoutMs: number
  readonly #turnstile: Turnstile
  readonly #running = new Set<RunningProgram>()
  readonly #resamplers = new Map<number, Resampler>()
  #status: { readonly atMs: number; readonly status: Promise<SpeechStatus> } | null = null
  /** Whether Chinese characters are read, by voice. */
  readonly #readsHanzi = new Map<string, Promise<boolean>>()
  #isClosed = false

  constructor({ clock, program = 'espeak-ng', atOnce, timeoutMs = 10_000 }: EspeakOptions) {
    this.#clock = clock
    this.#program = program
    this.#timeoutMs = timeoutMs
    this.#turnstile = new Turnstile(atOnce, mostWaiting)
  }

  async synthesize({ text, voice }: Utterance, urgency: SpeechUrgency = 'now'): Promise<Int16Array> {
    if (!isVoiceName(voice.voice))
      throw new SpeechError(
        'SPEECH_VOICE_UNKNOWN',
        `"${voice.voice}" is no name of an espeak-ng voice, like ru or en-us+f3`,
      )
    if (text.length > mostCharacters)
      throw new SpeechError(
        'SPEECH_TEXT_TOO_LONG',
        `expected at most ${mostCharacters} characters, found ${text.length}`,
      )
    const words = speakableText(text)
    if (!/[\p{L}\p{N}]/u.test(words)) throw new SpeechError('SPEECH_TEXT_UNSPEAKABLE', 'there are no words in the text')
    return this.#turnstile.pass(urgency, async () => {
      if (hasHanzi(words)) await this.#refuseHanzi(voice.voice)
      const pace = Math.round(wordsPerMinute * Math.min(2, Math.max(0.5, voice.speed)))
      const end = await this.#run(['-v', voice.voice, '-s', String(pace), '-b', '1', '--stdin', '--stdout'], words)
      if (this.#isClosed) throw new SpeechError('SPEECH_CLOSED', 'the server is being stopped')
      return this.#shape(outputOf(end, this.#program, voice.voice, this.#timeoutMs))
    })
  }

  status(): Promise<SpeechStatus> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#status === null || nowMs - this.#status.atMs > statusKeptMs)
      this.#status = { atMs: nowMs, status: this.#ask() }
    return this.#status.status
  }

  /** Kills what runs and refuses what waits. Resolves when no process is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#turnstile.close()
    const running = [...this.#running]
    for (const program of running) program.kill()
    await Promise.all(running.map(({ end }) => end))
  }

  async #ask(): Promise<SpeechStatus> {
    const { name: provider } = this
    const end = await this.#run(['--version'], '')
    if (end.kind === 'done') {
      const version = end.output.toString('utf8').split('Data at')[0]?.trim() ?? ''
      return { provider, isReady: true, version, message: null }
    }
    const message =
      end.kind === 'missing'
        ? `${this.#program} is not installed, so that texts are not spoken (sounds are): ${mend}`
        : `${this.#program} does not work: ${end.kind === 'failed' ? end.reason : end.kind}`
    return { provider, isReady: false, version: null, message }
  }

  /** Some builds have no dictionary of Chinese characters, and say "Chinese letter" for each one: rubbish that nobody may hear. */
  async #refuseHanzi(voice: string): Promise<void> {
    if (!/^(cmn|yue)(?!-latn)/.test(voice))
      throw new SpeechError('SPEECH_TEXT_UNSPEAKABLE', `the voice ${voice} does not read Chinese characters`)
    const known = this.#readsHanzi.get(voice) ?? this.#testHanzi(voice)
    this.#readsHanzi.set(voice, known)
    if (await known) return
    throw new SpeechError(
      'SPEECH_TEXT_UNSPEAKABLE',
      `this build of espeak-ng does not read Chinese characters in the voice ${voice}: write pinyin with tone digits (ni3 hao3), or give a recording`,
    )
  }

  /** By its phonemes: a build that cannot read them changes to English in between. */
  async #testHanzi(voice: string): Promise<boolean> {
    const end = await this.#run(['-v', voice, '-q', '-x', '-b', '1', '--stdin'], hanziTest)
    if (end.kind === 'done') return !end.output.toString('utf8').includes('(en)')
    // It could not be asked: the run that follows tells why.
    this.#readsHanzi.delete(voice)
    return true
  }

  async #run(given: readonly string[], input: string): Promise<ProgramEnd> {
    const running = runProgram({ program: this.#program, arguments: given, input, mostBytes })
    this.#running.add(running)
    const timer = this.#clock.schedule(this.#timeoutMs, () => running.kill())
    try {
      return await running.end
    } finally {
      timer.cancel()
      this.#running.delete(running)
    }
  }

  /** Resampled in pieces, so that a long text holds nothing else up. */
  async #shape({ samples, sampleRate }: Sound): Promise<Int16Array> {
    const resampler = this.#resamplers.get(sampleRate) ?? new Resampler(sampleRate, telephoneRate, 'quick')
    this.#resamplers.set(sampleRate, resampler)
    const shaped = new Float64Array(resampler.lengthOf(samples.length))
    for (let from = 0; from < shaped.length; from += samplesPerTurn) {
      if (from > 0) await nextTurn()
      resampler.fill(samples, shaped, from, Math.min(shaped.length, from + samplesPerTurn))
    }
    const words = trimSilence(shaped, telephoneRate, speechMarginMs)
    if (words.length === 0)
      throw new SpeechError('SPEECH_TEXT_UNSPEAKABLE', 'espeak-ng found nothing to say in the text')
    return toPcm16(words, speechPeak)
  }
}

function outputOf(end: ProgramEnd, program: string, voice: string, timeoutMs: number): Sound {
  switch (end.kind) {
    case 'missing':
      throw new SpeechError('SPEECH_PROGRAM_MISSING', `${program} is not installed: ${mend}`, end.error)
    case 'killed':
      throw new SpeechError('SPEECH_TIMEOUT', `${program} has not spoken within ${timeoutMs} ms`)
    case 'too-much':
      throw new SpeechError('SPEECH_TEXT_TOO_LONG', 'the text takes more than ten minutes to say')
    case 'failed':
      if (/voice does not exist|failed to set voice|not.*find.*voice/i.test(end.reason))
        throw new SpeechError(
          'SPEECH_VOICE_UNKNOWN',
          `espeak-ng has no voice "${voice}"; espeak-ng --voices lists them`,
        )
      throw new SpeechError('SPEECH_FAILED', `${program} failed: ${end.reason}`)
    case 'done':
      try {
        return readWav(end.output)
      } catch (error) {
        if (error instanceof WavError) throw new SpeechError('SPEECH_FAILED', `${program}: ${error.message}`, error)
        throw error
      }
  }
}
