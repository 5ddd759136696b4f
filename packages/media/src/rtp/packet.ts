/**
 * RTP packets (RFC 3550 §5.1).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   |                           timestamp                           |
 *   |                             SSRC                              |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

export const headerBytes = 12

export type RtpPacket = {
  readonly payloadType: number
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  /** A view into the datagram: valid until the caller lets it go. */
  readonly payload: Uint8Array
}

/** Undefined when the datagram is no RTP packet. */
export function parseRtp(datagram: Uint8Array): RtpPacket | undefined {
  if (datagram.length < headerBytes) return undefined
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length)
  const first = view.getUint8(0)
  if (first >> 6 !== 2) return undefined
  let start = headerBytes + (first & 0x0f) * 4
  if ((first & 0x10) !== 0) {
    if (start + 4 > datagram.length) return undefined
    start += 4 + view.getUint16(start + 2) * 4
  }
  const padding = (first & 0x20) !== 0 ? view.getUint8(datagram.length - 1) : 0
  const end = datagram.length - padding
  if (start > end) return undefined
  const second = view.getUint8(1)
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: datagram.subarray(start, end),
  }
}

/** Writes header and payload into a new datagram. */
export function buildRtp(packet: RtpPacket): Uint8Array {
  const datagram = new Uint8Array(headerBytes + packet.payload.length)
  const view = new DataView(datagram.buffer)
  view.setUint8(0, 0x80)
  view.setUint8(1, (packet.marker ? 0x80 : 0) | packet.payloadType)
  view.setUint16(2, packet.sequence & 0xffff)
  view.setUint32(4, packet.timestamp >>> 0)
  view.setUint32(8, packet.ssrc >>> 0)
  datagram.set(packet.payload, headerBytes)
  return datagram
}
