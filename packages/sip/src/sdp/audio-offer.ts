/**
 * Offer and answer for one G.711 audio stream with telephone-event (RFC 3264; RFC 3551 for the static payload types; RFC 4733 for
 * keys). Other media of an offer are refused with port 0, in their place (RFC 3264 §6).
 */
import { SipError } from '../errors.ts'
import { type MediaDescription, parseSdp, type SessionDescription } from './session-description.ts'

export type AudioCodec = 'pcma' | 'pcmu'
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export type LocalAudio = {
  readonly address: string
  readonly port: number
  /** In order of preference. */
  readonly codecs: readonly AudioCodec[]
  /** Number of the session and of its description: the version grows with each change (RFC 3264 §8). */
  readonly sessionId: number
  readonly version: number
}

export type NegotiatedAudio = {
  readonly codec: AudioCodec
  readonly payloadType: number
  /** Null: the far end takes no RFC 4733 keys. */
  readonly telephoneEventPayloadType: number | null
  readonly remoteAddress: string
  readonly remotePort: number
  readonly ptimeMs: number
  /** As the far end put it: `sendonly` means that it holds us. */
  readonly direction: Direction
}

const staticTypes: Readonly<Record<AudioCodec, number>> = { pcmu: 0, pcma: 8 }
const offeredEventType = 101

export function createOffer(local: LocalAudio): string {
  const types = local.codecs.map((codec) => staticTypes[codec])
  return describe(local, [audioLines(local.port, types, offeredEventType, 'sendrecv', local.codecs)])
}

/**
 * Our answer to an offer, in the offer's order of media.
 * @throws {SipError} `SDP_MALFORMED`, or `SDP_NOTHING_IN_COMMON` when no stream has a codec of ours.
 */
export function answerOffer(
  offer: string,
  local: LocalAudio,
): { readonly sdp: string; readonly negotiated: NegotiatedAudio } {
  const session = parseSdp(offer)
  let negotiated: NegotiatedAudio | undefined
  const media = session.media.map((description) => {
    const found = negotiated === undefined ? negotiate(session, description, local.codecs) : undefined
    if (found === undefined) return [`m=${description.kind} 0 ${description.protocol} ${description.formats.join(' ')}`]
    negotiated = found
    return audioLines(local.port, [found.payloadType], found.telephoneEventPayloadType, mirrored(found.direction), [
      found.codec,
    ])
  })
  if (negotiated === undefined)
    throw new SipError('SDP_NOTHING_IN_COMMON', 'The offer has no PCMA or PCMU audio over RTP/AVP')
  return { sdp: describe(local, media), negotiated }
}

/**
 * What an answer to our offer settles.
 * @throws {SipError} `SDP_MALFORMED`, or `SDP_NOTHING_IN_COMMON` when the answer takes none of the offered codecs.
 */
export function acceptAnswer(answer: string, offered: readonly AudioCodec[]): NegotiatedAudio {
  const session = parseSdp(answer)
  for (const description of session.media) {
    const found = negotiate(session, description, offered)
    if (found !== undefined) return found
  }
  throw new SipError('SDP_NOTHING_IN_COMMON', 'The answer takes none of the offered codecs')
}

function negotiate(
  session: SessionDescription,
  media: MediaDescription,
  codecs: readonly AudioCodec[],
): NegotiatedAudio | undefined {
  const address = media.address ?? session.address
  if (media.kind !== 'audio' || media.port === 0 || !media.protocol.startsWith('RTP/AVP') || address === undefined)
    return undefined
  if (media.protocol !== 'RTP/AVP') return undefined
  const names = formatNames(media)
  const wanted = media.formats.map((format) => [format, names.get(format)] as const)
  const chosen = wanted.find(
    ([, name]) => (name === 'PCMA' && codecs.includes('pcma')) || (name === 'PCMU' && codecs.includes('pcmu')),
  )
  if (chosen === undefined) return undefined
  const event = wanted.find(([, name]) => name === 'TELEPHONE-EVENT')
  const ptime = Number(attribute(media.attributes, 'ptime') ?? '20')
  return {
    codec: chosen[1] === 'PCMA' ? 'pcma' : 'pcmu',
    payloadType: Number(chosen[0]),
    telephoneEventPayloadType: event === undefined ? null : Number(event[0]),
    remoteAddress: address,
    remotePort: media.port,
    ptimeMs: ptime > 0 && ptime <= 200 ? ptime : 20,
    direction: directionOf(media, session, address),
  }
}

/** Payload type -> encoding name in upper case, static types filled in; only 8 kHz counts. */
function formatNames(media: MediaDescription): Map<string, string> {
  const names = new Map([
    ['0', 'PCMU'],
    ['8', 'PCMA'],
  ])
  for (const line of media.attributes) {
    if (!line.startsWith('rtpmap:')) continue
    const [type = '', encoding = ''] = line.slice(7).split(' ')
    const [name = '', rate] = encoding.split('/')
    if (rate === '8000') names.set(type, name.toUpperCase())
  }
  return names
}

function directionOf(media: MediaDescription, session: SessionDescription, address: string): Direction {
  // The old way to hold (RFC 2543), still in use.
  if (address === '0.0.0.0') return 'inactive'
  const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']
  return (
    directions.find((direction) => media.attributes.includes(direction)) ??
    directions.find((direction) => session.attributes.includes(direction)) ??
    'sendrecv'
  )
}

function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly'
  return direction === 'recvonly' ? 'sendonly' : direction
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  return attributes.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1)
}

function describe(local: LocalAudio, media: readonly (readonly string[])[]): string {
  const lines = [
    'v=0',
    `o=- ${local.sessionId} ${local.version} IN IP4 ${local.address}`,
    's=-',
    `c=IN IP4 ${local.address}`,
    't=0 0',
    ...media.flat(),
  ]
  return `${lines.join('\r\n')}\r\n`
}

function audioLines(
  port: number,
  types: readonly number[],
  eventType: number | null,
  direction: Direction,
  codecs: readonly AudioCodec[],
): string[] {
  const formats = eventType === null ? types : [...types, eventType]
  const lines = [`m=audio ${port} RTP/AVP ${formats.join(' ')}`]
  for (const [index, type] of types.entries()) {
    lines.push(`a=rtpmap:${type} ${codecs[index] === 'pcma' ? 'PCMA' : 'PCMU'}/8000`)
  }
  if (eventType !== null) lines.push(`a=rtpmap:${eventType} telephone-event/8000`, `a=fmtp:${eventType} 0-15`)
  lines.push('a=ptime:20', `a=${direction}`)
  return lines
}
