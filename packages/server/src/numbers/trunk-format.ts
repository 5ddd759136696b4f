/** How a trunk wants to be told whom to call. */
import type { NumberFormat } from '@dialwright/dialer'
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/**
 * @param phone  E.164 with its plus sign, or a number as it was given (short numbers), which is left alone.
 * @param country  Where the trunk is: ISO 3166-1 alpha-2, the workspace's.
 * @returns `e164`: +79991234567; `plain`: 79991234567; `local`: as it is dialled in the trunk's country, 89991234567 in Russia;
 * numbers of other countries with its international prefix, 81084912345678. Where that prefix depends on the carrier, or the
 * country is none that is known, it is 00 (ITU-T E.164).
 */
export function formatForTrunk(phone: string, format: NumberFormat, country: string): string {
  if (!phone.startsWith('+') || format === 'e164') return phone
  if (format === 'plain') return phone.slice(1)
  const home = country.toUpperCase()
  const local = isSupportedCountry(home)
    ? parsePhoneNumberFromString(phone)?.format('IDD', { fromCountry: home })
    : undefined
  return local === undefined || local === '' ? `00${phone.slice(1)}` : local.replace(/\D/g, '')
}
