/** The addresses behind a host: itself when it is one, else what the name servers say. IPv4, as all of telephony. */
import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'

/** @throws {Error} in words that may be shown, when a name has no address or nobody can say so. */
export type Resolve = (host: string) => Promise<readonly string[]>

export const resolveHost: Resolve = async (host) => {
  if (isIPv4(host)) return [host]
  try {
    return (await lookup(host, { family: 4, all: true })).map(({ address }) => address)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOTFOUND') throw new Error(`the name ${host} was not found`, { cause: error })
    throw new Error(`the name ${host} could not be looked up (${code})`, { cause: error })
  }
}
