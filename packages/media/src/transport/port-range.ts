/** A look at UDP ports before they are relied upon. */
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
    if (!(await isPortTaken(address, port))) return false
  }
  return true
}

/** Whether another socket holds the port; false too when the address cannot be bound for any other reason. */
export async function isPortTaken(address: string, port: number): Promise<boolean> {
  try {
    await (await openRtpSocket(address, port, () => {})).close()
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  }
}
