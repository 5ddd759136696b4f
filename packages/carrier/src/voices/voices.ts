/** The voices of the personas: babble made of seeded syllables, a beep; 8 kHz mono, no recording of anyone. */

const rate = 8_000
const loudness = 6_000

export type RandomNumber = { next(): number }

/** Syllables with a pitch, two formants and pauses, like speech heard through a wall. */
export function babble(seconds: number, random: RandomNumber): Int16Array {
  const samples = new Int16Array(Math.round(seconds * rate))
  let at = 0
  while (at < samples.length) {
    const length = Math.round((0.12 + random.next() * 0.15) * rate)
    const pitch = 110 + random.next() * 80
    const formant = 400 + random.next() * 500
    for (let i = 0; i < length && at + i < samples.length; i++) {
      const time = i / rate
      const envelope = Math.sin((Math.PI * i) / length)
      const voice =
        Math.sin(2 * Math.PI * pitch * time) +
        0.6 * Math.sin(2 * Math.PI * formant * time) +
        0.3 * Math.sin(2 * Math.PI * formant * 2.4 * time)
      samples[at + i] = Math.round((loudness * envelope * voice) / 1.9)
    }
    at += length + Math.round((0.02 + random.next() * 0.06) * rate)
  }
  return samples
}

export function beep(seconds: number, hertz = 1_000): Int16Array {
  return Int16Array.from({ length: Math.round(seconds * rate) }, (_, i) =>
    Math.round(loudness * Math.sin((2 * Math.PI * hertz * i) / rate)),
  )
}

export function joined(...parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
