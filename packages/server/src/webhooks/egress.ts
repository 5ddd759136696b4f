/** Egress: where a webhook may connect, decided on the address itself before any socket is opened. */
import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector } from 'undici'

/** `loopback`: 127.0.0.0/8 and ::1. `any`: public unicast. A list: these networks only, in CIDR notation or as single addresses. */
export type EgressPolicy = 'any' | 'loopback' | readonly string[]

/** The policy does not let a webhook connect there. Nothing has been sent. */
export class EgressRefusedError extends Error {
  readonly code = 'WEBHOOK_EGRESS_REFUSED'
  readonly retryable = true

  constructor(message: string) {
    super(message)
    this.name = 'EgressRefusedError'
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Connect = buildConnector.connector

/** The parts that reach outside, replaced in tests. */
export type EgressParts = {
  readonly lookup?: LookupFunction | undefined
  /** Makes the connector that opens sockets, resolving names through the given lookup. */
  readonly makeConnect?: ((lookup: LookupFunction) => Connect) | undefined
}

const connectTimeoutMs = 10_000

/** Reads every spelling of an address that a socket would take: brackets, decimal, hexadecimal, IPv4 mapped into IPv6. */
function parseAddress(host: string): Address | null {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  // Global unicast (RFC 4291 §2.4) is what IANA gives out; the rest of the space only looks like unicast to a list of exceptions.
  return address.kind() === 'ipv4' || inNetwork(address, '2000::/3')
}

function inNetwork(address: Address, network: string): boolean {
  const [base, bits] = network.includes('/') ? ipaddr.parseCIDR(network) : wholeAddress(network)
  return address.kind() === base.kind() && address.match(base, bits)
}

function wholeAddress(text: string): [Address, number] {
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/**
 * Says why an address may not be connected to.
 * @param host  An IP address in any spelling.
 * @returns Null when it may, or when `host` is a name: its addresses are checked as they are resolved.
 */
export function egressRefusal(host: string, policy: EgressPolicy): string | null {
  const address = parseAddress(host)
  if (address === null) return null
  const text = address.toString()
  if (policy === 'loopback') {
    const isLoopback = address.range() === 'loopback'
    return isLoopback ? null : `${text} is not loopback, and webhooks may go to loopback only (egress "loopback").`
  }
  if (policy === 'any') {
    return isPublic(address)
      ? null
      : `${text} is not a public address (egress "any"); name its network in the list to allow it.`
  }
  const isListed = policy.some((network) => inNetwork(address, network))
  return isListed ? null : `${text} is in none of the networks that webhooks may go to (${policy.join(', ')}).`
}

/** A lookup that answers only when every address of the name may be connected to: a name with one bad address is a trap. */
function guardedLookup(policy: EgressPolicy, resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '')
      const addresses = Array.isArray(found) ? found : [{ address: found, family: found.includes(':') ? 6 : 4 }]
      const [first] = addresses
      if (first === undefined) return callback(new EgressRefusedError(`${hostname} has no address.`), '')
      for (const { address } of addresses) {
        // What does not read as an address cannot be judged, so it is refused.
        const reason = parseAddress(address) === null ? `"${address}" is no address.` : egressRefusal(address, policy)
        if (reason !== null) return callback(new EgressRefusedError(`${hostname}: ${reason}`), '')
      }
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/**
 * Makes the connector: the literal host is checked here, since a literal never reaches a lookup, and names are checked as they
 * resolve, in the same step that connects, so that a second answer of the DNS cannot slip in between.
 */
function egressConnector(policy: EgressPolicy, parts: EgressParts = {}): Connect {
  const makeConnect =
    parts.makeConnect ?? ((lookup) => buildConnector({ lookup, timeout: connectTimeoutMs, allowH2: false }))
  const connect = makeConnect(guardedLookup(policy, parts.lookup ?? systemLookup))
  return (options, callback) => {
    const reason = egressRefusal(options.hostname, policy)
    if (reason !== null) callback(new EgressRefusedError(reason), null)
    else connect(options, callback)
  }
}

/** @returns A client whose every connection has passed the policy. Close it when done. */
export function egressAgent(policy: EgressPolicy, parts: EgressParts = {}): Agent {
  return new Agent({ connect: egressConnector(policy, parts), pipelining: 1, keepAliveTimeout: 4_000 })
}
