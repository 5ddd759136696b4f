/** `campaigns`: the dialing jobs, made, steered and watched. */
import type { Command, Context } from '../command.ts'
import { UsageError } from '../errors.ts'
import { localTime, shown, table } from '../terminal/text.ts'
import { readDocument } from './document.ts'
import { campaignId } from './resolve.ts'
import { type Progress, progressLine, watchProgress } from './watch.ts'

type Campaign = {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly createdAt: string
  readonly [field: string]: unknown
}

const actions = {
  start: 'Starts it; one with a later start is scheduled',
  pause: 'Pauses it: live calls go on, nothing new is dialled',
  resume: 'Goes on with a paused one',
  stop: 'Ends it for good: live calls go on, nothing new is dialled',
} as const

export const campaignCommands: readonly Command[] = [
  {
    path: ['campaigns', 'list'],
    summary: 'Campaigns, the newest first',
    positionals: [],
    options: ['limit', 'all'],
    run: list,
  },
  {
    path: ['campaigns', 'show'],
    summary: 'One campaign with all its settings',
    positionals: ['CAMPAIGN'],
    options: [],
    run: show,
  },
  {
    path: ['campaigns', 'create'],
    summary: 'Makes one from a YAML or JSON file (the body of POST /campaigns; - is stdin)',
    positionals: ['FILE'],
    options: ['start'],
    run: create,
  },
  ...Object.entries(actions).map(
    ([action, summary]): Command => ({
      path: ['campaigns', action],
      summary,
      positionals: ['CAMPAIGN'],
      options: action === 'start' || action === 'resume' ? ['follow'] : [],
      run: (context) => act(context, action),
    }),
  ),
  {
    path: ['campaigns', 'progress'],
    summary: 'How far it is',
    positionals: ['CAMPAIGN'],
    options: ['follow'],
    run: progress,
  },
]

async function list({ api, out, given, zone }: Context): Promise<undefined> {
  const most = given.flag('all') ? Number.POSITIVE_INFINITY : given.wholeNumber('limit', 50)
  const campaigns = await Array.fromAsync(api.list<Campaign>('/campaigns', most))
  out.result(campaigns, () =>
    campaigns.length === 0
      ? 'No campaigns'
      : table([
          ['ID', 'STATE', 'CREATED', 'NAME'],
          ...campaigns.map(({ id, state, createdAt, name }) => [id, state, localTime(createdAt, zone), name]),
        ]),
  )
}

async function show(context: Context): Promise<undefined> {
  const { api, out, given } = context
  const campaign = await api.get<Campaign>(`/campaigns/${await campaignId(context, given.positional(0))}`)
  out.result(campaign, () => table(Object.entries(campaign).map(([name, value]) => [name, shown(value)])))
}

async function create(context: Context): Promise<number | undefined> {
  const { api, out, given, newKey } = context
  const body = await readDocument(context, given.positional(0))
  if (typeof body !== 'object' || body === null) throw new UsageError('Expected a campaign with its fields in the file')
  const { id } = await api.post<{ id: string }>('/campaigns', body, { idempotencyKey: newKey() })
  const { state } = given.flag('start')
    ? await api.post<{ state: string }>(`/campaigns/${id}/start`)
    : await api.get<Campaign>(`/campaigns/${id}`)
  out.result({ id, state }, () => `${id} ${state}`)
  return undefined
}

async function act(context: Context, action: string): Promise<number | undefined> {
  const { api, out, given } = context
  const id = await campaignId(context, given.positional(0))
  const answer = await api.post<{ id: string; state: string }>(`/campaigns/${id}/${action}`)
  out.result(answer, () => `${answer.id} ${answer.state}`)
  if (given.flag('follow')) await watchProgress(context, id)
  return undefined
}

async function progress(context: Context): Promise<undefined> {
  const { api, out, given } = context
  const id = await campaignId(context, given.positional(0))
  if (given.flag('follow')) {
    await watchProgress(context, id)
    return
  }
  const now = await api.get<Progress>(`/campaigns/${id}/progress`)
  out.result(now, () =>
    [
      progressLine(now),
      table(Object.entries(now.byDisposition).map(([disposition, attempts]) => [`  ${disposition}`, String(attempts)])),
    ]
      .filter((text) => text !== '')
      .join('\n'),
  )
}
