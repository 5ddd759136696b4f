/** In which time zones a phone number may be: by the longest known prefix of its digits (ITU-T E.164). */
import { prefixTable } from './prefix-table.generated.ts'

const longestPrefix = 12

const zonesByPrefix: ReadonlyMap<string, readonly string[]> = new Map(
  prefixTable
    .trim()
    .split('\n')
    .map((row) => {
      const [prefix = '', ...zones] = row.split(' ')
      return [prefix, zones]
    }),
)
const allZones: readonly string[] = [...new Set([...zonesByPrefix.values()].flat())].sort()

/**
 * @param phone  E.164 with or without its plus sign.
 * @returns Every zone the callee may be in; more than one means that calling must be allowed in all of them. A number that no
 * prefix knows may be anywhere.
 */
export function zonesOfNumber(phone: string): readonly string[] {
  const digits = phone.replace(/\D/g, '')
  for (let length = Math.min(longestPrefix, digits.length); length > 0; length--) {
    const zones = zonesByPrefix.get(digits.slice(0, length))
    if (zones !== undefined) return zones
  }
  return allZones
}
