/** What is heard while another telephone rings: 425 Hz, one second of five (ITU-T E.180). Made, not recorded. */

const rate = 8_000
const hertz = 425
const toneMs = 1_000
const wholeMs = 5_000
/** Around -17 dBm0: as loud as speech, and less than a shout. */
const amplitude = 4_600
/** A tone that begins or ends at once clicks. */
const rampMs = 10

/** One ring with its pause, 8 kHz mono: played again and again it rings. */
export function ringback(): Int16Array {
  const samples = new Int16Array((wholeMs * rate) / 1_000)
  const count = (toneMs * rate) / 1_000
  const ramp = (rampMs * rate) / 1_000
  for (let index = 0; index < count; index += 1) {
    const loudness = Math.min(1, index / ramp, (count - index) / ramp)
    samples[index] = Math.round(amplitude * loudness * Math.sin((2 * Math.PI * hertz * index) / rate))
  }
  return samples
}
