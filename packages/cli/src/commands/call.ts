/** `call`: rings one person now, as a campaign of one, and stays until it has ended. */
import type { Command, Context } from '../command.ts'
import { exitCodes, RefusedError, UsageError } from '../errors.ts'
import { type Call, callText } from './calls.ts'
import { watchProgress } from './watch.ts'

const lookEveryMs = 300

export const callCommand: Command = {
  path: ['call'],
  summary: 'Rings one phone now, shows how it went; exit code 5 when nobody answered',
  positionals: ['PHONE'],
  options: ['scenario', 'route', 'start-block', 'caller-id', 'variable'],
  required: ['scenario', 'route'],
  run: async (context) => {
    const { out, given, zone } = context
    const calls = await callOne(context, given.positional(0))
    out.result(calls, () => calls.map((one) => callText(one, zone)).join('\n\n'))
    return calls.some(({ disposition }) => disposition === 'answered') ? exitCodes.fine : exitCodes.badResult
  },
}

/**
 * The calls that came of it, the first one first; there is one unless the scenario or the rules make more.
 * Ctrl-C stops the campaign, so that nobody is rung after the caller has gone.
 */
export async function callOne(context: Context, phone: string): Promise<readonly Call[]> {
  const { api, out, given, newKey, clock } = context
  const startBlock = given.text('start-block')
  const callerId = given.text('caller-id')
  const contact = { phones: [phone], variables: variablesOf(given.all('variable')) }
  const { id } = await api.post<{ id: string }>(
    '/campaigns',
    {
      name: `Call to ${phone}, ${clock.now().toString({ smallestUnit: 'second' })}`,
      scenario: given.needed('scenario'),
      ...(startBlock === undefined ? {} : { startBlock }),
      route: {
        via: 'dialplan',
        dialplan: given.needed('route'),
        ...(callerId === undefined ? {} : { callerId: { mode: 'number', number: callerId } }),
      },
      pacing: { callsPerSecond: 1, maxCalls: 1 },
      isTest: true,
    },
    { idempotencyKey: newKey() },
  )
  const added = await api.post<{
    accepted: number
    rejected: readonly { field: string; code: string; message: string }[]
  }>(`/campaigns/${id}/contacts`, { contacts: [contact] })
  if (added.accepted === 0) {
    const errors = added.rejected.map(({ field, code, message }) => ({ pointer: `/${field}`, code, message }))
    throw new RefusedError(422, 'invalid', `${phone} is not called`, errors)
  }
  await api.post(`/campaigns/${id}/start`)
  out.note(`Ringing ${phone} (campaign ${id})`)
  try {
    await watchQuietly(context, id)
  } catch (error) {
    if (context.signal.aborted) await stopInPeace(context, id)
    throw error
  }
  const listed = await Array.fromAsync(api.list<Call>(`/calls?campaign=${id}`))
  return Promise.all(listed.toReversed().map((call) => api.get<Call>(`/calls/${call.id}`)))
}

/** The progress of one person is no result: it is shown at a terminal alone. */
async function watchQuietly(context: Context, id: string): Promise<void> {
  const { out } = context
  const { isJson, hasBar } = out
  const quiet = {
    isJson,
    hasBar,
    bar: (text: string) => out.bar(text),
    clearBar: () => out.clearBar(),
    result: () => {},
  }
  await watchProgress({ ...context, out: quiet }, id, lookEveryMs)
  out.clearBar()
}

/** After Ctrl-C the client of the command is dead: this one request goes its own way. */
async function stopInPeace({ api, out }: Context, id: string): Promise<void> {
  try {
    await api.afterInterrupt().post(`/campaigns/${id}/stop`)
    out.note(`Stopped: nobody is rung after this; a call that is up goes on to its end (campaign ${id})`)
  } catch (error) {
    out.note(`The campaign ${id} could not be stopped: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function variablesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError(`--variable: expected NAME=VALUE, found "${text}"`)
      return [name, value]
    }),
  )
}
