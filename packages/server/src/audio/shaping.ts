/** What the audio maker does to sound: resampling with a proper low-pass, trimming, levelling, and the office noise. Pure. */

/** Zero crossings of the sinc on each side: 32 give a transition of about 250 Hz at 8 kHz. */
const halfWidth = 32
/** Share of the lower Nyquist frequency that is kept whole; the rest is the filter's slope. */
const passBand = 0.92

/**
 * Resamples by a windowed sinc (Blackman) evaluated at each output instant, with its cut-off below the lower of the two
 * Nyquist frequencies, so that nothing above 4 kHz folds back into a telephone's band.
 * @param samples Linear samples, any scale; the scale is kept.
 */
export function resample(samples: Float64Array, fromRate: number, toRate: number): Float64Array {
  const cutoff = (passBand * Math.min(fromRate, toRate)) / fromRate
  const reach = Math.ceil(halfWidth / cutoff)
  const output = new Float64Array(Math.floor((samples.length * toRate) / fromRate))
  for (let index = 0; index < output.length; index++) {
    const centre = (index * fromRate) / toRate
    const first = Math.ceil(centre - reach)
    let sum = 0
    let weights = 0
    for (let at = first; at <= centre + reach; at++) {
      const distance = at - centre
      const weight = sinc(distance * cutoff) * blackman(distance / reach)
      weights += weight
      sum += weight * (samples[at] ?? 0)
    }
    output[index] = weights === 0 ? 0 : sum / weights
  }
  return output
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** @param x -1 to 1 across the window. */
function blackman(x: number): number {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x)
}

/** Cuts silence at both ends, leaving `marginMs` so that no first or last sound is clipped. */
export function trimSilence(samples: Float64Array, rate: number, marginMs: number): Float64Array {
  const threshold = 0.01 * peakOf(samples)
  const first = samples.findIndex((sample) => Math.abs(sample) > threshold)
  const last = samples.findLastIndex((sample) => Math.abs(sample) > threshold)
  if (first === -1) return samples.slice(0, 0)
  const margin = Math.round((marginMs * rate) / 1_000)
  return samples.slice(Math.max(0, first - margin), last + 1 + margin)
}

/** Scales to a peak (1 is full scale) and rounds to 16 bits. */
export function toPcm16(samples: Float64Array, peak: number): Int16Array {
  const gain = (peak * 32_767) / Math.max(peakOf(samples), 1e-9)
  return Int16Array.from(samples, (sample) => Math.round(sample * gain))
}

export function toFloat(samples: Int16Array): Float64Array {
  return Float64Array.from(samples)
}

function peakOf(samples: Float64Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
}

/**
 * Office noise that loops without a click: brown room noise under a babble of the given voices, each played backwards
 * (voices stay voices, words cannot be understood) at seeded offsets and distances, wrapping round the end.
 * @param next Chance in [0, 1); the same sequence gives the same noise.
 */
export function officeNoise(voices: readonly Float64Array[], length: number, next: () => number): Float64Array {
  const mix = new Float64Array(length)
  for (const voice of voices) {
    const level = 1 / Math.max(peakOf(voice), 1e-9)
    for (let turn = 0; turn < 3; turn++) {
      const offset = Math.floor(next() * length)
      const gain = level * (0.15 + 0.35 * next())
      for (let index = 0; index < voice.length; index++) {
        const at = (offset + index) % length
        mix[at] = (mix[at] ?? 0) + gain * (voice[voice.length - 1 - index] ?? 0)
      }
    }
  }
  let brown = 0
  const overlap = Math.floor(length / 20)
  const room = new Float64Array(length + overlap)
  for (let index = 0; index < room.length; index++) {
    brown = 0.98 * brown + 0.02 * (2 * next() - 1)
    room[index] = brown
  }
  for (let index = 0; index < length; index++) {
    // The run-in is what follows the end, so fading from it into the start closes the loop.
    const fade = Math.min(1, index / overlap)
    const tail = index < overlap ? (room[length + index] ?? 0) : 0
    mix[index] = (mix[index] ?? 0) + 1.2 * (fade * (room[index] ?? 0) + (1 - fade) * tail)
  }
  return mix
}
