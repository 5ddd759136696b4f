/** Brings a phone number into the form it is dialled in and the key it is known by. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

export type NormalizedPhone = {
  /** As it is to be dialled, before the trunk's format: E.164, or as given. */
  readonly phone: string
  /** Digits: equal keys are one phone. */
  readonly key: string
}

const longestDigits = 20

/**
 * @param rule  `none`: as given, short numbers too; a country (`RU`): national and international forms become E.164, numbers of
 * other countries with a plus sign are left as they are.
 * @returns Null when the number cannot be read.
 */
export function normalizePhone(given: string, rule: string): NormalizedPhone | null {
  const text = given.trim()
  const digits = text.replace(/\D/g, '')
  if (digits === '' || digits.length > longestDigits || !/^\+?[\d\s().-]+$/.test(text)) return null
  if (rule === 'none') return { phone: text.startsWith('+') ? `+${digits}` : digits, key: digits }
  const country = rule.toUpperCase()
  if (!isSupportedCountry(country)) return null
  const parsed = parsePhoneNumberFromString(withTrunkPrefix(text, digits, country), country)
  if (parsed === undefined || !parsed.isPossible()) return null
  return { phone: parsed.number, key: parsed.number.slice(1) }
}

/** Lists often hold 7913... without its plus sign: in Russia eleven digits that begin with 7 are the international form. */
function withTrunkPrefix(text: string, digits: string, country: CountryCode): string {
  if (text.startsWith('+')) return text
  return country === 'RU' && digits.length === 11 && digits.startsWith('7') ? `+${digits}` : text
}
