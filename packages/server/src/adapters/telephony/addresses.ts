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

/** What was said within this counts for the next call too: a campaign asks for the same name many times a second. */
const keptMs = 30_000

/** Asks once for those who ask at the same time or soon after; a failure is not kept. */
export function remembering(resolve: Resolve, clock: { monotonicMs(): number }): Resolve {
  const known = new Map<string, { readonly untilMs: number; readonly addresses: ReturnType<Resolve> }>()
  return (host) => {
    if (isIPv4(host)) return Promise.resolve([host])
    const kept = known.get(host)
    if (kept !== undefined && clock.monotonicMs() < kept.untilMs) return kept.addresses
    const addresses = resolve(host)
    known.set(host, { untilMs: clock.monotonicMs() + keptMs, addresses })
    addresses.catch(() => known.delete(host))
    return addresses
  }
}
