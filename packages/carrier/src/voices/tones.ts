/** Tones of a telephone network and of a fax, synthesised: 8 kHz mono samples. */

const rate = 8_000
const loudness = 6_000

export function tone(hertz: number, seconds: number): Int16Array {
  return Int16Array.from({ length: Math.round(seconds * rate) }, (_, i) =>
    Math.round(loudness * Math.sin((2 * Math.PI * hertz * i) / rate)),
  )
}

export function silence(seconds: number): Int16Array {
  return new Int16Array(Math.round(seconds * rate))
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

/** Special information tone: 950, 1400 and 1800 Hz in a row, 330 ms each, then a second of silence (ITU-T E.180 §7). */
export function specialInformation(): Int16Array {
  return joined(tone(950, 0.33), tone(1_400, 0.33), tone(1_800, 0.33), silence(1))
}

/** One period of the ringback tone: 425 Hz for a second, four seconds of silence (ITU-T E.180 §5). */
export function ringback(): Int16Array {
  return joined(tone(425, 1), silence(4))
}

/**
 * How a fax answers: silence, the called tone of 2100 Hz for 3 s, then a second of V.21 flags, the preamble of every frame it sends
 * (ITU-T T.30 §4.3.3.2, §5.3.1). No frame follows: it takes no page.
 */
export function faxAnswer(): Int16Array {
  return joined(silence(0.2), tone(2_100, 3), silence(0.075), flags(1))
}

const bitsPerSecond = 300
/** V.21, the channel of whoever was called. */
const hertzOfOne = 1_650
const hertzOfZero = 1_850
const flag = [0, 1, 1, 1, 1, 1, 1, 0] as const

/** HDLC flags at 300 bit/s, in one unbroken wave. */
function flags(seconds: number): Int16Array {
  let phase = 0
  return Int16Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const bit = flag[Math.floor((i * bitsPerSecond) / rate) % flag.length]
    phase += (2 * Math.PI * (bit === 1 ? hertzOfOne : hertzOfZero)) / rate
    return Math.round(loudness * Math.sin(phase))
  })
}
