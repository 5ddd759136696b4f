/** What speech tests stand on: programs that behave badly, our own children, sound measured. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Espeak, type EspeakOptions } from '../../src/adapters/speech/espeak/espeak.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import type { Utterance } from '../../src/speech/speech.ts'

type Context = { after: (action: () => Promise<void> | void) => void }

export function temporaryDirectory(context: Context): string {
  const directory = mkdtempSync(join(tmpdir(), 'dialwright-speech-'))
  context.after(() => rmSync(directory, { recursive: true }))
  return directory
}

/** A program that takes the place of espeak-ng. */
export function programOf(context: Context, script: string): string {
  const program = join(temporaryDirectory(context), 'program')
  writeFileSync(program, `#!/bin/sh\n${script}\n`)
  chmodSync(program, 0o755)
  return program
}

export function openEspeak(context: Context, options: Partial<EspeakOptions> = {}): Espeak {
  const espeak = new Espeak({ clock: systemClock, atOnce: 2, ...options })
  context.after(() => espeak.close())
  return espeak
}

export function saying(text: string, voice = 'en-us', speed = 1): Utterance {
  return { text, voice: { provider: 'espeak', voice, language: 'en', speed } }
}

/** Names of the programs that run as our children now. */
export function childrenOf(processId = process.pid): string[] {
  const { stdout } = spawnSync('ps', ['--ppid', String(processId), '-o', 'comm='], { encoding: 'utf8' })
  return stdout.split('\n').filter((name) => name !== '' && name !== 'ps')
}

export function seconds(samples: Int16Array): number {
  return samples.length / 8_000
}

export function peak(samples: Int16Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
}

/** Root mean square. */
export function level(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}
