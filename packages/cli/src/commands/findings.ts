/** What a doctor reads out of what the server tells of itself (pure): the mistakes that leave calls without sound or without a way. */

export type Finding = {
  readonly check: string
  readonly state: 'ok' | 'warn' | 'fail' | 'unknown'
  readonly text: string
}

/** Where a node listens, as it tells of itself. */
export type NetworkStatus = {
  readonly sip: { readonly host: string; readonly port: number }
  readonly rtpPorts: { readonly from: number; readonly to: number } | 'ephemeral'
  /** The address that the far end is told, in Contact and SDP. */
  readonly publicAddress: string
  /** Whether the telephony process answers. */
  readonly telephony: boolean
}

export type Trunk = {
  readonly name: string
  readonly host: string
  readonly port?: number | undefined
  readonly maxCalls?: number | null | undefined
  readonly live?: number | undefined
  /** Until when the breaker keeps it shut. */
  readonly closedUntil?: string | null | undefined
  readonly [field: string]: unknown
}

/** @param network  Null: the server does not tell. */
export function networkFindings(
  network: NetworkStatus | null,
  server: string,
  trunks: readonly Trunk[],
): readonly Finding[] {
  if (network === null) return [{ check: 'telephony', state: 'unknown', text: 'this server does not tell its ports' }]
  const { sip, rtpPorts, publicAddress, telephony } = network
  const telephonyFinding: Finding = telephony
    ? { check: 'telephony', state: 'ok', text: 'SIP and sound are up' }
    : { check: 'telephony', state: 'fail', text: 'the telephony process does not answer: see the log of the server' }
  return [
    telephonyFinding,
    sipFinding(sip, trunks),
    rtpFinding(rtpPorts, trunks),
    addressFinding(publicAddress, server, trunks),
  ]
}

function sipFinding({ host, port }: NetworkStatus['sip'], trunks: readonly Trunk[]): Finding {
  const far = trunks.filter((trunk) => !isLoopback(trunk.host))
  if (isLoopback(host) && far.length > 0)
    return {
      check: 'SIP',
      state: 'fail',
      text: `bound to ${host}:${port}, from where ${names(far)} cannot be reached: set DIALWRIGHT_SIP=0.0.0.0:${port}`,
    }
  return {
    check: 'SIP',
    state: 'ok',
    text: `UDP ${host}:${port}; ${isLoopback(host) ? 'this machine alone' : 'open the port to your trunks alone'}`,
  }
}

function rtpFinding(rtpPorts: NetworkStatus['rtpPorts'], trunks: readonly Trunk[]): Finding {
  if (rtpPorts === 'ephemeral')
    return { check: 'RTP', state: 'ok', text: 'UDP, any free port: no firewall can know them, for tests alone' }
  const { from, to } = rtpPorts
  const ports = Math.floor(to / 2) - Math.ceil(from / 2) + 1
  const calls = trunks.reduce((sum, { maxCalls }) => sum + (maxCalls ?? 0), 0)
  const range = `UDP ${from}-${to}, one even port for each call: ${ports} calls`
  return calls > ports
    ? { check: 'RTP', state: 'warn', text: `${range}, and the trunks carry ${calls}: widen DIALWRIGHT_RTP_PORTS` }
    : { check: 'RTP', state: 'ok', text: range }
}

function addressFinding(address: string, server: string, trunks: readonly Trunk[]): Finding {
  const check = 'address'
  const told = `the far end is told ${address}`
  const far = trunks.filter(({ host }) => !isLoopback(host))
  if (far.length === 0) return { check, state: 'ok', text: told }
  if (isLoopback(address) || address === '0.0.0.0' || address === '::')
    return {
      check,
      state: 'fail',
      text: `${told}, so that ${names(far)} will be silent: set DIALWRIGHT_PUBLIC_ADDRESS to the address of ${new URL(server).hostname} as they see it`,
    }
  const outside = far.filter(({ host }) => !isPrivate(host))
  return isPrivate(address) && outside.length > 0
    ? {
        check,
        state: 'warn',
        text: `${told}, a private address, and ${names(outside)} may lie outside: behind NAT there will be no sound`,
      }
    : { check, state: 'ok', text: told }
}

/** A provider of speech, as the server tells of it. */
export type SpeechStatus = {
  readonly provider: string
  readonly isReady: boolean
  readonly version: string | null
  /** What is missing, and how it is mended. */
  readonly message: string | null
}

/** A warning, no failure: calls that play recordings work without anybody who speaks. */
export function speechFindings(providers: readonly SpeechStatus[]): readonly Finding[] {
  return providers.map(({ provider, isReady, version, message }) => ({
    check: 'speech',
    state: isReady ? 'ok' : 'warn',
    text: isReady ? `${provider} speaks texts (${version})` : (message ?? `${provider} does not speak`),
  }))
}

/** @param trunks  Null: the server does not tell. */
export function trunkFindings(trunks: readonly Trunk[] | null): readonly Finding[] {
  if (trunks === null)
    return [{ check: 'trunks', state: 'unknown', text: 'this server does not tell its trunks, or not to this token' }]
  if (trunks.length === 0)
    return [
      { check: 'trunks', state: 'fail', text: 'there is none: no call can leave. Add one to the provisioning file' },
    ]
  return trunks.map(({ name, host, port, closedUntil, live }): Finding => {
    const where = `${name} (${host}:${port ?? 5060})`
    return closedUntil === null || closedUntil === undefined
      ? { check: 'trunk', state: 'ok', text: `${where} is in use, ${live ?? 0} calls on it` }
      : {
          check: 'trunk',
          state: 'fail',
          text: `${where} is kept shut until ${closedUntil}: too many of its calls failed`,
        }
  })
}

function names(trunks: readonly Trunk[]): string {
  return trunks.map(({ name, host }) => `"${name}" (${host})`).join(', ')
}

function isLoopback(host: string): boolean {
  return /^(127\.|::1$|\[::1\]$|localhost$)/i.test(host)
}

/** Private and shared networks. A name is not looked up, and counts as private when it has no dot. */
function isPrivate(host: string): boolean {
  return (
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd])/i.test(
      host,
    ) || !host.includes('.')
  )
}
