/** G.711 (ITU-T G.711): both companding laws by table. 8 kHz mono; 160 samples are 20 ms. */

export type Law = 'pcma' | 'pcmu'

const ulawBias = 0x84
const ulawClip = 32_635

const alawDecode = Int16Array.from({ length: 256 }, (_, code) => decodeAlawSample(code))
const ulawDecode = Int16Array.from({ length: 256 }, (_, code) => decodeUlawSample(code))
const alawEncode = Uint8Array.from({ length: 65_536 }, (_, index) => encodeAlawSample(index - 32_768))
const ulawEncode = Uint8Array.from({ length: 65_536 }, (_, index) => encodeUlawSample(index - 32_768))

/** The code of silence: what is sent while nothing plays. */
export const silenceCode: Readonly<Record<Law, number>> = { pcma: 0xd5, pcmu: 0xff }

/** @returns One byte per sample. */
export function encode(law: Law, samples: Int16Array, into: Uint8Array = new Uint8Array(samples.length)): Uint8Array {
  const table = law === 'pcma' ? alawEncode : ulawEncode
  for (let i = 0; i < samples.length; i++) into[i] = table[(samples[i] ?? 0) + 32_768] ?? 0
  return into
}

/** @returns One signed 16-bit sample per byte. */
export function decode(law: Law, codes: Uint8Array, into: Int16Array = new Int16Array(codes.length)): Int16Array {
  const table = law === 'pcma' ? alawDecode : ulawDecode
  for (let i = 0; i < codes.length; i++) into[i] = table[codes[i] ?? 0] ?? 0
  return into
}

const alawOfUlaw = Uint8Array.from(ulawDecode, (sample) => alawEncode[sample + 32_768] ?? 0)
const ulawOfAlaw = Uint8Array.from(alawDecode, (sample) => ulawEncode[sample + 32_768] ?? 0)

/** The codes of one law in the other, by way of the linear sample; the very same codes where the law is the same. */
export function transcode(from: Law, to: Law, codes: Uint8Array): Uint8Array {
  if (from === to) return codes
  const table = from === 'pcmu' ? alawOfUlaw : ulawOfAlaw
  return codes.map((code) => table[code] ?? 0)
}

/** Mean absolute amplitude of a frame, 0..32767: enough to tell speech from silence. */
export function meanLevel(law: Law, codes: Uint8Array): number {
  const table = law === 'pcma' ? alawDecode : ulawDecode
  let sum = 0
  for (let i = 0; i < codes.length; i++) sum += Math.abs(table[codes[i] ?? 0] ?? 0)
  return codes.length === 0 ? 0 : sum / codes.length
}

/** G.711 table 1a: every second bit of the code is inverted (0x55). */
function decodeAlawSample(code: number): number {
  const value = code ^ 0x55
  const exponent = (value & 0x70) >> 4
  const mantissa = (value & 0x0f) << 4
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1)
  return (value & 0x80) !== 0 ? magnitude : -magnitude
}

function encodeAlawSample(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767) >> 4
  // Segments: 0..15 and 16..31 are linear, from there each doubles.
  const exponent = magnitude < 16 ? 0 : 31 - Math.clz32(magnitude) - 3
  const mantissa = exponent === 0 ? magnitude : (magnitude >> (exponent - 1)) & 0x0f
  return (sign | (exponent << 4) | mantissa) ^ 0x55
}

/** G.711 table 2a: all bits of the code are inverted. */
function decodeUlawSample(code: number): number {
  const value = ~code & 0xff
  const exponent = (value & 0x70) >> 4
  const magnitude = (((value & 0x0f) << 3) + ulawBias) << exponent
  return (value & 0x80) !== 0 ? ulawBias - magnitude : magnitude - ulawBias
}

function encodeUlawSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), ulawClip) + ulawBias
  const exponent = 31 - Math.clz32(magnitude) - 7
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff
}
