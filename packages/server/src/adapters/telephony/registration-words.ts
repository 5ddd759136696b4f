/** What became of a registration, in words for whoever keeps the trunk: what was answered, what it means, what to look at. */
import type { Registration } from '@dialwright/dialer'
import type { RegistrationEvent } from '@dialwright/sip'
import type { LineState } from './protocol.ts'

type Told = Omit<LineState, 'lineId'>
type Line = Pick<Registration, 'trunk' | 'user' | 'username'>

const meanings: Readonly<Record<number, string>> = {
  401: 'it wants a login, and will not take this one',
  403: 'often a wrong password, an account that is blocked, or an address that this account may not come from',
  404: 'it knows no such user',
  405: 'it takes no registrations: leave the login of the trunk empty if it knows us by address',
  407: 'it wants a login, and will not take this one',
  408: 'it gave up waiting for something behind it',
  423: 'it wants to be asked for a longer time than we can offer',
  480: 'the account cannot be used at the moment',
  500: 'it has trouble of its own',
  501: 'it takes no registrations: leave the login of the trunk empty if it knows us by address',
  503: 'it is overloaded or under repair',
}

/** An event of the stack as the port tells it. */
export function registrationInWords(event: RegistrationEvent, line: Line): Told {
  const { trunk, user, username } = line
  const provider = `${trunk.host}:${trunk.port}`
  switch (event.type) {
    case 'registered':
      return {
        state: 'registered',
        forMs: event.forSeconds * 1_000,
        sipCode: 200,
        message: `Registered as ${user} at ${provider} for ${spanOf(event.forSeconds * 1_000)}`,
      }
    case 'refused':
      return {
        state: 'refused',
        forMs: null,
        sipCode: event.status,
        message: `${refusalOf(event, provider, user, username)}; tried again in ${spanOf(event.nextAfterMs)}`,
      }
    case 'unreachable':
      return {
        state: 'unreachable',
        forMs: event.forSeconds > 0 ? event.forSeconds * 1_000 : null,
        sipCode: null,
        message: `${silenceOf(event, provider)}; tried again in ${spanOf(event.nextAfterMs)}`,
      }
    case 'ended':
      return { state: 'ended', forMs: null, sipCode: event.status, message: endOf(event.status, user, provider) }
  }
}

function refusalOf(
  { why, status, reason }: Extract<RegistrationEvent, { type: 'refused' }>,
  provider: string,
  user: string,
  username: string,
): string {
  const answer = `${status} ${reason}`.trim()
  switch (why) {
    case 'credentials':
      return `Wrong login or password: ${provider} does not take the password of "${username}" (${answer})`
    case 'challenge':
      return `${provider} asks for a login of a kind that cannot be given: digest with MD5 or SHA-256 is (${answer})`
    case 'binding':
      return `${provider} answered ${answer} but did not register our address: calls to ${user} would not reach us`
    case 'response': {
      const meaning = meanings[status]
      const tail = meaning === undefined ? '' : `: ${meaning}`
      return status === 403
        ? `Forbidden: ${provider} does not let ${user} register (${answer})${tail}`
        : `${provider} does not register ${user} (${answer})${tail}`
    }
  }
}

function silenceOf({ why, error }: Extract<RegistrationEvent, { type: 'unreachable' }>, provider: string): string {
  switch (why) {
    case 'timeout':
      return `No answer from ${provider} within 32 seconds: is the host right, does it speak SIP over UDP, does a firewall stand between`
    case 'transport':
      return `Nothing could be sent to ${provider}${error === null ? '' : ` (${error})`}`
    case 'address':
      return `Not sent: ${error ?? `${provider} has no address`}`
  }
}

function endOf(status: number | null, user: string, provider: string): string {
  if (status !== null && status < 300) return `No longer registered as ${user} at ${provider}: taken back`
  if (status === null) return `No longer kept registered as ${user} at ${provider}`
  return `No longer kept registered as ${user}; ${provider} answered ${status} when it was taken back`
}

function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}
