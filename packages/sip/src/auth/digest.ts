/** Digest access authentication, both sides (RFC 3261 §22, RFC 7616, RFC 8760): MD5, SHA-256, SHA-512-256; qop auth. */
import { createHash } from 'node:crypto'
import { parameterMap } from '../message/message.ts'
import { splitList } from '../message/parse.ts'

export type Credentials = {
  readonly username: string
  readonly password: string
  /** Given: a challenge of any other realm is not answered. */
  readonly realm?: string | undefined
}

export type Challenge = {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: Algorithm
  readonly isSession: boolean
  readonly hasQop: boolean
  readonly isStale: boolean
}
type Algorithm = 'MD5' | 'SHA-256' | 'SHA-512-256'

const hashes: Readonly<Record<Algorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }
/** Strongest first: of several challenges the best one that we can answer is taken (RFC 8760 §2.3). */
const preference: readonly Algorithm[] = ['SHA-512-256', 'SHA-256', 'MD5']

/** The challenge to answer, or undefined when none of them is ours to answer. */
export function chooseChallenge(values: readonly string[], realm?: string): Challenge | undefined {
  const challenges = values
    .map(parseChallenge)
    .filter((challenge) => challenge !== undefined && (realm === undefined || challenge.realm === realm))
    .filter((challenge) => challenge !== undefined)
  return challenges.sort((a, b) => preference.indexOf(a.algorithm) - preference.indexOf(b.algorithm))[0]
}

function parseChallenge(value: string): Challenge | undefined {
  const parameters = digestParameters(value)
  const nonce = parameters?.get('nonce')
  if (parameters === undefined || nonce === undefined) return undefined
  const stated = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
  const isSession = stated.endsWith('-SESS')
  const algorithm = preference.find((known) => known === (isSession ? stated.slice(0, -5) : stated))
  const qops = parameters
    .get('qop')
    ?.split(',')
    .map((qop) => qop.trim().toLowerCase())
  if (algorithm === undefined || (qops !== undefined && !qops.includes('auth'))) return undefined
  return {
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    isSession,
    hasQop: qops !== undefined,
    isStale: parameters.get('stale')?.toLowerCase() === 'true',
  }
}

function digestParameters(value: string): Map<string, string> | undefined {
  if (!value.toLowerCase().startsWith('digest ')) return undefined
  return parameterMap(splitList(value.slice(7)))
}

export type Answer = {
  readonly method: string
  readonly uri: string
  /** How often this nonce has been used, this use included. */
  readonly nonceCount: number
  readonly cnonce: string
}

/** The value of Authorization or Proxy-Authorization (RFC 7616 §3.4). */
export function authorize(challenge: Challenge, { username, password }: Credentials, answer: Answer): string {
  const count = answer.nonceCount.toString(16).padStart(8, '0')
  const response = digestResponse(challenge, username, password, answer, count)
  const parts = [
    `username="${quoted(username)}"`,
    `realm="${quoted(challenge.realm)}"`,
    `nonce="${quoted(challenge.nonce)}"`,
    `uri="${answer.uri}"`,
    `response="${response}"`,
    `algorithm=${challenge.algorithm}${challenge.isSession ? '-sess' : ''}`,
  ]
  if (challenge.opaque !== undefined) parts.push(`opaque="${quoted(challenge.opaque)}"`)
  if (challenge.hasQop) parts.push('qop=auth', `nc=${count}`, `cnonce="${answer.cnonce}"`)
  return `Digest ${parts.join(', ')}`
}

/** The value of WWW-Authenticate that asks for `auth` with this algorithm. */
export function challengeHeader(realm: string, nonce: string, algorithm: Algorithm): string {
  return `Digest realm="${quoted(realm)}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"`
}

/** Whether an Authorization value answers our challenge with the right password. */
export function verifyAuthorization(
  value: string,
  method: string,
  expected: Credentials & { nonce: string; realm: string },
): boolean {
  const parameters = digestParameters(value)
  if (parameters === undefined) return false
  if (parameters.get('username') !== expected.username || parameters.get('nonce') !== expected.nonce) return false
  const stated = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
  const isSession = stated.endsWith('-SESS')
  const algorithm = preference.find((known) => known === (isSession ? stated.slice(0, -5) : stated))
  if (algorithm === undefined) return false
  const challenge: Challenge = {
    realm: expected.realm,
    nonce: expected.nonce,
    opaque: undefined,
    algorithm,
    isSession,
    hasQop: parameters.get('qop') !== undefined,
    isStale: false,
  }
  const count = parameters.get('nc') ?? ''
  const answer = { method, uri: parameters.get('uri') ?? '', nonceCount: 0, cnonce: parameters.get('cnonce') ?? '' }
  return digestResponse(challenge, expected.username, expected.password, answer, count) === parameters.get('response')
}

function digestResponse(
  challenge: Challenge,
  username: string,
  password: string,
  answer: Answer,
  count: string,
): string {
  const hash = (text: string): string => createHash(hashes[challenge.algorithm]).update(text, 'utf8').digest('hex')
  const plain = hash(`${username}:${challenge.realm}:${password}`)
  const ha1 = challenge.isSession ? hash(`${plain}:${challenge.nonce}:${answer.cnonce}`) : plain
  const ha2 = hash(`${answer.method}:${answer.uri}`)
  return challenge.hasQop
    ? hash(`${ha1}:${challenge.nonce}:${count}:${answer.cnonce}:auth:${ha2}`)
    : hash(`${ha1}:${challenge.nonce}:${ha2}`)
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&')
}
