/** `doctor`: whether calls can work from here, part by part, with what to do about what cannot. */
import type { Command, Context } from '../command.ts'
import { exitCodes, InterruptedError, NotSignedInError, RefusedError, UnreachableError, UsageError } from '../errors.ts'
import { localTime } from '../terminal/text.ts'
import { callOne } from './call.ts'
import {
  type Finding,
  type NetworkStatus,
  networkFindings,
  type SpeechStatus,
  speechFindings,
  type Trunk,
  trunkFindings,
} from './findings.ts'

/** More than this apart, and windows, retries and logs of the two machines tell different stories. */
const clockToleranceMs = 2_000

export const doctorCommand: Command = {
  path: ['doctor'],
  summary: 'Looks whether calls can work: server, token, clock, database, ports, trunks; a test call on request',
  positionals: [],
  options: ['test-call', 'scenario', 'route', 'caller-id', 'variable'],
  run: doctor,
}

async function doctor(context: Context): Promise<number> {
  const { api, out, given } = context
  const testCall = given.text('test-call')
  if (testCall !== undefined && (given.text('scenario') === undefined || given.text('route') === undefined))
    throw new UsageError('--test-call needs --scenario and --route')
  const findings: Finding[] = []
  const find = (...found: readonly Finding[]): void => {
    findings.push(...found)
    for (const one of found) if (!out.isJson) out.result(one, () => lineOf(context, one))
  }
  const reached = await attempt(() => health(context))
  find(...reached.findings)
  const isReached = reached.failure === null
  const token = isReached ? await attempt(() => tokenFinding(context)) : null
  find(...(token?.findings ?? []))
  if (isReached && token?.failure === null) {
    const system = await systemStatus(context)
    find(...networkFindings(system?.network ?? null, api.server, system?.trunks ?? []))
    find(...speechFindings(system?.speech ?? []))
    find(...trunkFindings(system?.trunks ?? null))
    if (testCall !== undefined) find(await callFinding(context, testCall))
  }
  const isFine = findings.every(({ state }) => state !== 'fail')
  if (out.isJson) out.result({ fine: isFine, findings }, () => '')
  if (!isReached) return exitCodes.unreachable
  if (token?.failure instanceof NotSignedInError) return exitCodes.notSignedIn
  return isFine ? exitCodes.fine : exitCodes.badResult
}

type Attempt = { readonly findings: readonly Finding[]; readonly failure: Error | null }

/** What cannot be found out is a finding too. */
async function attempt(look: () => Promise<readonly Finding[]>): Promise<Attempt> {
  try {
    return { findings: await look(), failure: null }
  } catch (error) {
    if (error instanceof UnreachableError)
      return { findings: [{ check: 'server', state: 'fail', text: error.message }], failure: error }
    if (error instanceof NotSignedInError)
      return { findings: [{ check: 'token', state: 'fail', text: error.message }], failure: error }
    throw error
  }
}

async function health({ api, clock }: Context): Promise<readonly Finding[]> {
  const before = clock.now()
  const alive = await api.probe('/healthz')
  const after = clock.now()
  if (alive.status !== 200)
    return [
      { check: 'server', state: 'fail', text: `${api.server}/healthz answered ${alive.status}: is it Dialwright?` },
    ]
  const ready = await api.probe('/readyz')
  return [
    { check: 'server', state: 'ok', text: `${api.server} answers in ${milliseconds(before, after)} ms` },
    clockFinding(alive.date, before, after),
    ready.status === 200
      ? { check: 'database', state: 'ok', text: 'the server reaches its database' }
      : {
          check: 'database',
          state: 'fail',
          text: `the server does not reach its database (/readyz ${ready.status}): see its log`,
        },
  ]
}

/** The Date header is cut to the second: it was true at some moment of the second that follows. */
function clockFinding(date: string | null, before: Temporal.Instant, after: Temporal.Instant): Finding {
  const told = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(told)) return { check: 'clock', state: 'warn', text: 'the server does not tell its time' }
  const ahead = told - after.epochMilliseconds
  const behind = before.epochMilliseconds - (told + 1_000)
  const apartMs = Math.max(ahead, behind, 0)
  return apartMs <= clockToleranceMs
    ? { check: 'clock', state: 'ok', text: "the server's clock agrees with this machine's" }
    : {
        check: 'clock',
        state: 'warn',
        text: `the server's clock is ${Math.round(apartMs / 1_000)} s ${ahead > behind ? 'ahead of' : 'behind'} this machine's: one of them needs NTP`,
      }
}

async function tokenFinding(context: Context): Promise<readonly Finding[]> {
  const { api, credentials, zone } = context
  try {
    await api.get('/campaigns?limit=1')
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status !== 403) throw error
    return [{ check: 'token', state: 'warn', text: 'the token is valid, and may not read campaigns' }]
  }
  const kept = (await credentials.read()).servers[api.server]
  const until = kept?.expiresAt === undefined ? '' : `, until ${localTime(kept.expiresAt, zone)}`
  return [{ check: 'token', state: 'ok', text: `the token is valid${until}` }]
}

type SystemStatus = {
  readonly network: NetworkStatus | null
  /** Absent: an older server, which speaks nothing. */
  readonly speech?: readonly SpeechStatus[] | undefined
  readonly trunks: readonly Trunk[]
}

/** Null: this server does not tell, or not to this token. */
async function systemStatus({ api }: Context): Promise<SystemStatus | null> {
  try {
    return await api.get<SystemStatus>('/system')
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 403)) return null
    throw error
  }
}

async function callFinding(context: Context, phone: string): Promise<Finding> {
  const check = 'test call'
  try {
    const calls = await callOne(context, phone)
    const last = calls.at(-1)
    if (last === undefined) return { check, state: 'fail', text: `${phone} was not dialled: see explain` }
    const code = last.sip.code === null ? '' : ` (SIP ${last.sip.code})`
    return {
      check,
      state: last.disposition === 'answered' ? 'ok' : 'fail',
      text: `${phone}: ${last.disposition}${code}, call ${last.id}`,
    }
  } catch (error) {
    if (!(error instanceof RefusedError) || error instanceof InterruptedError) throw error
    const fields = error.errors.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')
    return { check, state: 'fail', text: `${error.message}${fields === '' ? '' : `: ${fields}`}` }
  }
}

function lineOf({ out }: Context, { check, state, text }: Finding): string {
  const word = {
    ok: out.paint('green', 'ok  '),
    warn: out.paint('yellow', 'warn'),
    fail: out.paint('red', 'FAIL'),
    unknown: '?   ',
  }[state]
  return `${word}  ${check.padEnd(10)} ${text}`
}

function milliseconds(from: Temporal.Instant, to: Temporal.Instant): number {
  return to.epochMilliseconds - from.epochMilliseconds
}
