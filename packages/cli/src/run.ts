/** One run of the command line: from words to an exit code. */
import { ApiClient, type Clock } from './api/client.ts'
import type { Context } from './command.ts'
import { commands } from './commands/index.ts'
import type { Settings } from './config.ts'
import { Credentials } from './credentials.ts'
import { CliError, exitCodes, InterruptedError, RefusedError, UsageError } from './errors.ts'
import { helpFor } from './help.ts'
import { parse } from './parse.ts'
import { Output } from './terminal/output.ts'
import type { Input } from './terminal/prompt.ts'

export type Surroundings = {
  readonly readSettings: () => Settings
  readonly stdin: Input
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly zone: string
  readonly newKey: () => string
}

const defaultServer = 'http://127.0.0.1:8080'

/** @returns The exit code. Never throws. */
export async function run(words: readonly string[], around: Surroundings): Promise<number> {
  // Before anything is understood: whoever asks for JSON gets mistakes of usage as JSON too.
  let out = new Output({ ...around, isJson: words.includes('--json'), isColorOff: true })
  try {
    const settings = around.readSettings()
    out = new Output({ ...around, isJson: words.includes('--json'), isColorOff: settings.isColorOff })
    const parsed = parse(words, commands)
    if (parsed.kind === 'help') {
      out.raw(`${helpFor(parsed.beginning, commands)}\n`)
      return exitCodes.fine
    }
    const credentials = new Credentials(settings.configDirectory)
    const { command, given } = parsed
    const context: Context = {
      ...around,
      out,
      given,
      credentials,
      api: await clientFor(given, settings, credentials, around, out),
    }
    return (await command.run(context)) ?? exitCodes.fine
  } catch (error) {
    return tell(around.signal.aborted ? new InterruptedError() : error, out)
  }
}

async function clientFor(
  given: Context['given'],
  settings: Settings,
  credentials: Credentials,
  around: Surroundings,
  out: Output,
): Promise<ApiClient> {
  const kept = await credentials.read()
  const server = serverOf(given.text('server') ?? settings.server ?? kept.server ?? defaultServer)
  const token = given.text('token') ?? settings.token ?? kept.servers[server]?.token
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('The token has characters that no token has')
  return new ApiClient({ server, token, signal: around.signal, clock: around.clock, note: (text) => out.note(text) })
}

/** @throws {UsageError} when the text is not the address of a server. */
function serverOf(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    throw new UsageError(`Expected a server like ${defaultServer}, found "${text}"`)
  return url.href.replace(/\/+$/, '')
}

/** Says what went wrong: words on stderr, with --json the same as one line on stdout. */
function tell(error: unknown, out: Output): number {
  if (!(error instanceof CliError)) {
    out.note(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return exitCodes.refused
  }
  const fields = error instanceof RefusedError ? error.errors : []
  if (out.isJson && !(error instanceof InterruptedError)) {
    const { code, message } = error
    const more = error instanceof RefusedError ? { status: error.status, errors: error.errors } : {}
    out.result({ error: { code, message, ...more } }, () => '')
  }
  out.note(out.paintNote('red', error instanceof UsageError ? `${error.message}` : error.message))
  for (const { pointer, message, code } of fields) out.note(`  ${placeOf(pointer)}: ${message} (${code})`)
  return error.exitCode
}

/** A JSON pointer as people read it: /contacts/3/phones is contacts.3.phones; the empty one is the whole. */
function placeOf(pointer: unknown): string {
  if (typeof pointer !== 'string' || pointer === '') return 'the whole'
  const names = pointer.replace(/^\//, '').split('/')
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')).join('.')
}
