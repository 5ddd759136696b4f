/** `explain`: why a phone of a campaign is called, or is not. */
import type { Command, Context } from '../command.ts'
import { localTime, table } from '../terminal/text.ts'
import { campaignId, instantOf, query } from './resolve.ts'

type Explanation = {
  readonly verdict: 'eligible' | 'waiting' | 'never' | 'live'
  readonly gates: readonly {
    readonly gate: string
    readonly open: boolean
    readonly reason: string
    readonly until?: string
  }[]
  readonly nextAt: string | null
  readonly rank: number
}

const verdicts: Readonly<Record<Explanation['verdict'], string>> = {
  eligible: 'may be called now',
  waiting: 'waits',
  never: 'will not be called',
  live: 'is on the line',
}

export const explainCommand: Command = {
  path: ['explain'],
  summary: 'Why a phone of a campaign is called or not: every gate, and when it opens',
  positionals: [],
  options: ['campaign', 'phone', 'at'],
  required: ['campaign', 'phone'],
  run: explain,
}

async function explain(context: Context): Promise<undefined> {
  const { api, out, given, zone } = context
  const phone = given.needed('phone')
  const campaign = await campaignId(context, given.needed('campaign'))
  const told = await api.get<Explanation>(`/explain${query({ campaign, phone, at: instantOf(context, 'at') })}`)
  out.result(told, () => {
    const next = told.nextAt === null || told.verdict !== 'waiting' ? '' : `, until ${localTime(told.nextAt, zone)}`
    const ahead = told.verdict === 'eligible' ? `; ${told.rank} go before it` : ''
    return [
      `${phone} ${verdicts[told.verdict]}${next}${ahead}`,
      table(
        told.gates.map(({ gate, open, reason, until }) => [
          open ? out.paint('green', '  open') : out.paint('red', '  shut'),
          gate,
          reason,
          until === undefined ? '' : `until ${localTime(until, zone)}`,
        ]),
      ),
    ].join('\n')
  })
}
