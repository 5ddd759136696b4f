/** A sound for tests: no two pieces of it are alike, as they are in a tone, and it changes slowly enough to be a voice's band. */
import { SeededRandom } from './random.ts'

/** @param length  In samples. Another seed is another sound. */
export function noise(seed: number, length: number): Int16Array {
  const random = new SeededRandom(seed)
  let value = 0
  return Int16Array.from({ length }, () => {
    value = 0.8 * value + (random.next() - 0.5) * 8_000
    return value
  })
}
