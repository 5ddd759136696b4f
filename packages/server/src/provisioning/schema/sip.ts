/** What goes into SIP messages and addresses. */
import { z } from 'zod'

const ipv4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/
const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/
export const host = z.string().regex(hostName, 'expected an IPv4 address or a host name')
export const isAddress = (text: string): boolean => ipv4.test(text)
// What goes into a SIP header ends with the line.
export const credential = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'expected text without control characters')
export const prefix = z
  .string('expected digits in quotes, like "7"')
  .regex(/^\+?\d{0,20}$/, 'expected the digits with which numbers begin, like "7"')
