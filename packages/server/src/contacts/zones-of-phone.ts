/** In which zones a dialled number may be, where only its digits and the workspace's country are known. */
import { zonesOfNumber } from '@dialwright/dialer'
import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Digits of a number with its country's code, nearly everywhere. */
const shortestInternational = 10

/**
 * @param phone  As it is to be dialled. With a plus it is one number of the world. Without, it may be read as an international
 * number or as a national one of the country: the callee may be wherever any possible reading leads, and calling must be
 * allowed in all of those zones (docs/decisions/0005). What is no number of either kind, a short one say, is somewhere in the
 * country.
 */
export function zonesOfPhone(phone: string, country: string): readonly string[] {
  if (phone.startsWith('+')) return zonesOfNumber(phone)
  const home = country.toUpperCase()
  const readings = [
    parsePhoneNumberFromString(`+${phone}`),
    isSupportedCountry(home) ? parsePhoneNumberFromString(phone, home) : undefined,
  ].flatMap((reading) => (reading?.isPossible() === true ? [reading.number] : []))
  const zones = readings.flatMap((number) => zonesOfNumber(number))
  // A short number is dialled at home: that its digits are a number of some far country too says nothing.
  if (zones.length === 0 || phone.length < shortestInternational)
    zones.push(...zonesOfNumber(isSupportedCountry(home) ? `+${getCountryCallingCode(home)}` : ''))
  return [...new Set(zones)]
}
