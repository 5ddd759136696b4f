/** A look at a range of UDP ports before it is relied upon. */
import { openRtpSocket } from './rtp-socket.ts'

/**
 * Whether other programs hold every even port of the range. Bound and closed at once, one after another, until one is free: with
 * a range that is not taken this is one port.
 * @returns False too when the address cannot be bound at all: that is no matter of ports, and SIP on the same address tells it.
 */
export async function isRangeTaken(
  address: string,
  range: { readonly from: number; readonly to: number },
): Promise<boolean> {
  for (let port = range.from + (range.from % 2); port <= range.to; port += 2) {
    try {
      await (await openRtpSocket(address, port, () => {})).close()
      return false
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code !== 'EADDRINUSE') return false
    }
  }
  return true
}
