/** SDP (RFC 8866) as far as an audio call needs it: one connection, its media, their attributes. */
import { SipError } from '../errors.ts'

export type MediaDescription = {
  readonly kind: string
  readonly port: number
  readonly protocol: string
  readonly formats: readonly string[]
  readonly address: string | undefined
  /** Attribute lines without `a=`, in order. */
  readonly attributes: readonly string[]
}

export type SessionDescription = {
  readonly originLine: string
  readonly address: string | undefined
  readonly attributes: readonly string[]
  readonly media: readonly MediaDescription[]
}

const limits = { lines: 256, media: 8 } as const

/** @throws {SipError} `SDP_MALFORMED` with what was expected. */
export function parseSdp(text: string): SessionDescription {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (lines.length > limits.lines) throw new SipError('SDP_MALFORMED', `SDP of more than ${limits.lines} lines`)
  if (lines[0] !== 'v=0') throw new SipError('SDP_MALFORMED', 'SDP does not begin with v=0')
  let originLine = ''
  let address: string | undefined
  const attributes: string[] = []
  const media: {
    kind: string
    port: number
    protocol: string
    formats: string[]
    address: string | undefined
    attributes: string[]
  }[] = []
  for (const line of lines) {
    const value = line.slice(2)
    const current = media.at(-1)
    if (line.startsWith('o=')) originLine = value
    else if (line.startsWith('c=')) {
      const found = connectionAddress(value)
      if (current === undefined) address = found
      else current.address = found
    } else if (line.startsWith('m=')) {
      if (media.length >= limits.media) throw new SipError('SDP_MALFORMED', `SDP of more than ${limits.media} media`)
      const [kind = '', port = '', protocol = '', ...formats] = value.split(' ').filter((part) => part !== '')
      const number = Number(port.split('/')[0])
      if (!Number.isInteger(number) || number < 0 || number > 65_535)
        throw new SipError('SDP_MALFORMED', `Not a port: ${port}`)
      media.push({ kind, port: number, protocol, formats, address: undefined, attributes: [] })
    } else if (line.startsWith('a=')) (current?.attributes ?? attributes).push(value)
  }
  if (originLine === '') throw new SipError('SDP_MALFORMED', 'SDP without an o= line')
  return { originLine, address, attributes, media }
}

function connectionAddress(value: string): string {
  const [network, type, address] = value.split(' ')
  if (network !== 'IN' || (type !== 'IP4' && type !== 'IP6') || address === undefined) {
    throw new SipError('SDP_MALFORMED', `Not a connection address: ${value}`)
  }
  return address.split('/')[0] ?? address
}
