/** `calls`: what was dialled and what came of it. */
import type { Command, Context } from '../command.ts'
import { duration, localTime, shown, table } from '../terminal/text.ts'
import { campaignId, instantOf, query } from './resolve.ts'

export type Call = {
  readonly id: string
  readonly phone: string
  readonly callerId: string | null
  readonly attempt: number | null
  readonly disposition: string
  readonly detail: string | null
  readonly createdAt: string
  readonly answeredAt: string | null
  readonly talkMs: number
  readonly endedBy: string | null
  readonly keys: string
  readonly sip: { readonly code: number | null; readonly reason: string | null; readonly q850: number | null }
  readonly timeline?: readonly { readonly at: string; readonly kind: string; readonly [field: string]: unknown }[]
  readonly [field: string]: unknown
}

export const callCommands: readonly Command[] = [
  {
    path: ['calls', 'list'],
    summary: 'Calls, the newest first',
    positionals: [],
    options: ['campaign', 'phone', 'disposition', 'direction', 'from', 'to', 'limit', 'all'],
    run: list,
  },
  {
    path: ['calls', 'show'],
    summary: 'One call with its timeline',
    positionals: ['CALL'],
    options: [],
    run: show,
  },
]

async function list(context: Context): Promise<undefined> {
  const { api, out, given, zone } = context
  const campaign = given.text('campaign')
  const filters = query({
    campaign: campaign === undefined ? undefined : await campaignId(context, campaign),
    phone: given.text('phone'),
    disposition: given.text('disposition'),
    direction: given.text('direction'),
    from: instantOf(context, 'from'),
    to: instantOf(context, 'to'),
  })
  const most = given.flag('all') ? Number.POSITIVE_INFINITY : given.wholeNumber('limit', 50)
  const calls = await Array.fromAsync(api.list<Call>(`/calls${filters}`, most))
  out.result(calls, () =>
    calls.length === 0
      ? 'No calls'
      : table([
          ['ID', 'AT', 'PHONE', 'TRY', 'CAME TO', 'TALK', 'KEYS'],
          ...calls.map((call) => [
            call.id,
            localTime(call.createdAt, zone),
            call.phone,
            shown(call.attempt),
            call.disposition,
            call.talkMs > 0 ? duration(call.talkMs) : '-',
            shown(call.keys),
          ]),
        ]),
  )
}

async function show({ api, out, given, zone }: Context): Promise<undefined> {
  const call = await api.get<Call>(`/calls/${encodeURIComponent(given.positional(0))}`)
  out.result(call, () => callText(call, zone))
}

/** A call for a person: what came of it, then moment by moment. */
export function callText(call: Call, zone: string): string {
  const { sip, timeline = [], path: _path, ...facts } = call
  const code = sip.code === null ? '' : ` (SIP ${sip.code}${sip.reason === null ? '' : ` ${sip.reason}`})`
  const lines = [
    `${call.phone}: ${call.disposition}${call.detail === null ? '' : `, ${call.detail}`}${code}, ${duration(call.talkMs)} of talk`,
    table(
      Object.entries(facts)
        .filter(([, value]) => shown(value) !== '-' && shown(value) !== '{}')
        .map(([name, value]) => [`  ${name}`, name.endsWith('At') ? localTime(value, zone) : shown(value)]),
    ),
  ]
  for (const { at, kind, ...more } of timeline) {
    const words = Object.entries(more).filter(([, value]) => value !== null)
    lines.push(
      `  ${clockTime(at, zone)}  ${kind}  ${words.map(([name, value]) => `${name}=${shown(value)}`).join(' ')}`.trimEnd(),
    )
  }
  return lines.join('\n')
}

function clockTime(at: string, zone: string): string {
  try {
    return Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'millisecond' })
  } catch {
    return at
  }
}
