/** `tail`: what happens, as it happens. A lost connection is taken up where it was. */
import type { Command, Context } from '../command.ts'
import { InterruptedError, UnreachableError } from '../errors.ts'
import { duration, localTime } from '../terminal/text.ts'
import { campaignId, query } from './resolve.ts'

const backoffMs = [1_000, 2_000, 5_000, 10_000]

export const tailCommand: Command = {
  path: ['tail'],
  summary: 'Live events: campaigns that change, attempts and contacts that finish',
  positionals: [],
  options: ['campaign', 'kept', 'after', 'once'],
  run: tail,
}

async function tail(context: Context): Promise<undefined> {
  const { api, out, given, clock, signal } = context
  const named = given.text('campaign')
  const campaign = named === undefined ? undefined : await campaignId(context, named)
  const isOnce = given.flag('once')
  let last: string | null = given.text('after') ?? null
  let hasListened = false
  let failures = 0
  const onOpen = (): void => {
    failures = 0
    if (!hasListened && !isOnce) out.note(`Listening to ${api.server}; Ctrl-C ends it`)
    hasListened = true
  }
  for (;;) {
    const path = `/events${query({
      campaign,
      // A stream that began without an id found nothing kept: all that is kept now came after it.
      from: last === null && (given.flag('kept') || hasListened) ? 'kept' : undefined,
      follow: isOnce ? 'false' : undefined,
    })}`
    try {
      for await (const event of api.events(path, last, onOpen)) {
        last = event.id ?? last
        if (event.data !== null) tell(context, event.event, event.data)
      }
      if (isOnce) return
    } catch (error) {
      // Before anything was heard it is the address that is wrong; after that it is a break, and breaks end.
      if (!(error instanceof UnreachableError) || isOnce || !hasListened) throw error
      out.note(`${error.message}; tried again`)
    }
    await clock.sleep(backoffMs[Math.min(failures, backoffMs.length - 1)] ?? 0, signal)
    if (signal.aborted) throw new InterruptedError()
    failures += 1
  }
}

type Body = {
  readonly at: string
  readonly data: Readonly<Record<string, unknown>> & {
    readonly call?: { readonly phone?: string; readonly talkMs?: number; readonly attemptNumber?: number }
    readonly contact?: { readonly phones?: readonly string[] }
  }
}

function tell({ out, zone }: Context, event: string, data: string): void {
  const body: Body & { readonly after?: string } = JSON.parse(data)
  if (event === 'events.lost') {
    out.note(`What happened right after ${body.after ?? '?'} is no longer kept: all that is follows`)
    if (out.isJson) out.result({ type: event, data: body }, () => '')
    return
  }
  out.result(body, () => {
    const { call, contact, campaignId: campaign, disposition, reason, state } = body.data
    const phone = call?.phone ?? contact?.phones?.[0] ?? ''
    const words = [disposition, reason, state].filter((word) => typeof word === 'string').join(' ')
    const talk = call?.talkMs === undefined || call.talkMs === 0 ? '' : ` ${duration(call.talkMs)}`
    const attempt = call?.attemptNumber === undefined ? '' : ` try ${call.attemptNumber}`
    return `${localTime(body.at, zone)}  ${event.padEnd(17)} ${phone.padEnd(phone === '' ? 0 : 14)}${words}${talk}${attempt}  ${campaign}`
  })
}
