/** What is done to sound before it is played: resampling with a proper low-pass, trimming, levelling, and the office noise. Pure. */

/** Samples a second of everything that is played on a call. */
export const telephoneRate = 8_000
/** Peak of whatever we say, 1 is full scale: prompts and synthesised speech are equally loud, and G.711 never clips them. */
export const speechPeak = 0.6
/** What is left of the silence around words. */
export const speechMarginMs = 40

/** Zero crossings of the sinc on each side. Fine: a slope of about 250 Hz at 8 kHz. Quick: twice that, half the work. */
const crossings = { fine: 32, quick: 16 } as const
/** Share of the lower Nyquist frequency that is kept whole; the rest is the filter's slope. */
const passBand = 0.92

/**
 * Resamples by a windowed sinc (Blackman) evaluated at each output instant, with its cut-off below the lower of the two
 * Nyquist frequencies, so that nothing above 4 kHz folds back into a telephone's band. The instants of two whole rates have few
 * distinct distances to the samples around them (160 from 22,050 to 8,000 Hz): their weights are computed once, here.
 */
export class Resampler {
  readonly #up: number
  readonly #down: number
  readonly #reach: number
  readonly #taps: number
  /** `#taps` weights for each distance, one row after the other. */
  readonly #weights: Float64Array

  /** Both in whole samples a second. */
  constructor(fromRate: number, toRate: number, quality: keyof typeof crossings = 'fine') {
    const common = greatestCommonDivisor(fromRate, toRate)
    this.#up = toRate / common
    this.#down = fromRate / common
    const cutoff = (passBand * Math.min(fromRate, toRate)) / fromRate
    const reach = crossings[quality] / cutoff
    this.#reach = Math.ceil(reach)
    this.#taps = 2 * this.#reach + 1
    this.#weights = new Float64Array(this.#up * this.#taps)
    for (let phase = 0; phase < this.#up; phase++) {
      const row = this.#weights.subarray(phase * this.#taps, (phase + 1) * this.#taps)
      let total = 0
      for (let tap = 0; tap < this.#taps; tap++) {
        const distance = tap - this.#reach - phase / this.#up
        const weight = Math.abs(distance) > this.#reach ? 0 : sinc(distance * cutoff) * blackman(distance / this.#reach)
        row[tap] = weight
        total += weight
      }
      for (let tap = 0; tap < this.#taps; tap++) row[tap] = (row[tap] ?? 0) / total
    }
  }

  lengthOf(inputLength: number): number {
    return Math.floor((inputLength * this.#up) / this.#down)
  }

  /** Computes the samples `from` (included) to `to` of the output; the scale of the input is kept. */
  fill(input: Float64Array | Int16Array, output: Float64Array, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      const position = index * this.#down
      const first = Math.floor(position / this.#up) - this.#reach
      const row = (position % this.#up) * this.#taps
      const begin = Math.max(0, -first)
      const end = Math.min(this.#taps, input.length - first)
      let sum = 0
      for (let tap = begin; tap < end; tap++) sum += (this.#weights[row + tap] ?? 0) * (input[first + tap] ?? 0)
      output[index] = sum
    }
  }
}

/** @param samples Linear samples, any scale; the scale is kept. */
export function resample(samples: Float64Array | Int16Array, fromRate: number, toRate: number): Float64Array {
  const resampler = new Resampler(fromRate, toRate)
  const output = new Float64Array(resampler.lengthOf(samples.length))
  resampler.fill(samples, output, 0, output.length)
  return output
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** @param x -1 to 1 across the window. */
function blackman(x: number): number {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x)
}

/** Cuts silence at both ends, leaving `marginMs` so that no first or last sound is clipped; nothing is left of silence alone. */
export function trimSilence(samples: Float64Array, rate: number, marginMs: number): Float64Array {
  const threshold = 0.01 * peakOf(samples)
  const isLoud = (at: number): boolean => Math.abs(samples[at] ?? 0) > threshold
  let first = 0
  while (first < samples.length && !isLoud(first)) first++
  if (first === samples.length) return samples.slice(0, 0)
  let last = samples.length - 1
  while (!isLoud(last)) last--
  const margin = Math.round((marginMs * rate) / 1_000)
  return samples.slice(Math.max(0, first - margin), last + 1 + margin)
}

/** Scales to a peak (1 is full scale) and rounds to 16 bits. */
export function toPcm16(samples: Float64Array, peak: number): Int16Array {
  const gain = (peak * 32_767) / Math.max(peakOf(samples), 1e-9)
  const rounded = new Int16Array(samples.length)
  for (let index = 0; index < samples.length; index++) rounded[index] = Math.round((samples[index] ?? 0) * gain)
  return rounded
}

function peakOf(samples: Float64Array): number {
  let peak = 0
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
  return peak
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
