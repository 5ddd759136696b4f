/** Compares what the carrier saw with what Dialwright says, call by call. The ledger is the judge. */

export type LedgerLine = {
  readonly callId: string
  readonly kind: 'ring' | 'answered' | 'ended'
  readonly to: string
  readonly persona: string
  readonly finalCode?: number
  readonly monotonicMs: number
}
/** A finished call as the native API shows it, as far as the comparison needs it. */
export type ReportedCall = {
  readonly id: string
  readonly sipCallId: string | null
  readonly phone: string
  readonly disposition: string
  readonly answeredAt: string | null
}
export type LedgerReport = {
  readonly rings: number
  readonly compared: number
  readonly differences: readonly string[]
}

/** Pure: every ring has exactly one finished call of the same number and the same fact of an answer, and the other way round. */
export function compareWithLedger(lines: readonly LedgerLine[], calls: readonly ReportedCall[]): LedgerReport {
  const differences: string[] = []
  const rings = new Map<string, LedgerLine>()
  const answered = new Set<string>()
  for (const line of lines) {
    if (line.kind === 'ring') {
      if (rings.has(line.callId)) differences.push(`${line.to}: rung twice within one attempt (Call-ID ${line.callId})`)
      rings.set(line.callId, line)
    } else if (line.kind === 'answered') answered.add(line.callId)
  }
  const reported = new Map(calls.map((call) => [call.sipCallId, call]))
  for (const [callId, ring] of rings) {
    const call = reported.get(callId)
    if (call === undefined) differences.push(`${ring.to}: the carrier was rung, no attempt says so (Call-ID ${callId})`)
    else if (digits(call.phone) !== digits(ring.to)) differences.push(`${ring.to}: the attempt names ${call.phone}`)
    else if (answered.has(callId) !== (call.answeredAt !== null)) {
      differences.push(
        `${ring.to}: answered by the ledger ${answered.has(callId)}, by the attempt ${call.answeredAt !== null}`,
      )
    }
  }
  for (const call of calls) {
    if (!rings.has(call.sipCallId ?? ''))
      differences.push(`${call.phone}: an attempt that the carrier never saw (${call.disposition})`)
  }
  return { rings: rings.size, compared: calls.length, differences }
}

function digits(phone: string): string {
  return phone.replace(/\D/g, '')
}
