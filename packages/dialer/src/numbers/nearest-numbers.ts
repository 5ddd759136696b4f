/** Which of our numbers are of the callee's region (pure): a callee answers a number from home rather than a stranger's. */
import { zonesOfNumber } from '../zones/zones-of-number.ts'

/** Country and area code at most: what follows them says nothing of the place. */
const longestRegion = 4

/**
 * Those that share a time zone with the callee, and of these those with the longest common beginning, up to four digits; all alike
 * when none is nearer than another. Order is kept.
 * @param phoneKey  Digits.
 * @param zones  Every zone the callee may be in.
 */
export function nearestNumbers<Number extends { readonly phone: string }>(
  numbers: readonly Number[],
  callee: { readonly phoneKey: string; readonly zones: readonly string[] },
): readonly Number[] {
  const ranked = numbers.map((number) => ({ number, rank: rankOf(number.phone, callee) }))
  const best = Math.max(...ranked.map(({ rank }) => rank))
  return ranked.filter(({ rank }) => rank === best).map(({ number }) => number)
}

function rankOf(phone: string, callee: { readonly phoneKey: string; readonly zones: readonly string[] }): number {
  const digits = phone.replace(/\D/g, '')
  let common = 0
  while (common < longestRegion && common < digits.length && digits[common] === callee.phoneKey[common]) common += 1
  const isSameZone = zonesOfNumber(digits).some((zone) => callee.zones.includes(zone))
  return (isSameZone ? longestRegion + 1 : 0) + common
}
