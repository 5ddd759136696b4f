/** `login` and `logout`: a token is kept for the commands that follow. */
import { readFile } from 'node:fs/promises'
import type { ReadStream } from 'node:tty'
import type { Command, Context } from '../command.ts'
import { RefusedError, UsageError } from '../errors.ts'
import { ask, askHidden, firstLine } from '../terminal/prompt.ts'

export const loginCommands: readonly Command[] = [
  {
    path: ['login'],
    summary: 'Keeps a token for this server: by login and password, or the one of --token',
    positionals: [],
    options: ['login', 'password-file'],
    run: login,
  },
  {
    path: ['logout'],
    summary: 'Forgets the token of this server on this machine',
    positionals: [],
    options: [],
    run: logout,
  },
]

async function login(context: Context): Promise<undefined> {
  const { api, out, given, credentials } = context
  const { server } = api
  if (isReadableOnTheWay(server))
    out.note(out.paintNote('yellow', `${server} is not encrypted: what is sent there, others may read`))
  const token = given.text('token')
  if (token !== undefined) {
    await api.get('/campaigns?limit=1').catch((error) => {
      // A token of few scopes is a token.
      if (!(error instanceof RefusedError) || error.status !== 403) throw error
    })
    await credentials.keep(server, { token })
    out.result({ server }, () => `The token for ${server} is kept in ${credentials.path}`)
    return
  }
  const name = given.text('login') ?? (await askLogin(context))
  const password = await passwordOf(context)
  const session = await api.post<{ token: string; expiresAt: string }>('/session', { login: name, password })
  await credentials.keep(server, { token: session.token, login: name, expiresAt: session.expiresAt })
  out.result(
    { server, login: name, expiresAt: session.expiresAt },
    () => `Signed in at ${server} as ${name}, until ${session.expiresAt}. The token is kept in ${credentials.path}`,
  )
}

async function askLogin({ stdin, stderr, signal }: Context): Promise<string> {
  if (stdin.isTTY !== true) throw new UsageError('--login is missing')
  const name = await ask(stdin, stderr, 'Login: ', signal)
  if (name === '') throw new UsageError('A login is needed')
  return name
}

/** Never from an argument: arguments are seen by everybody on the machine. */
async function passwordOf({ given, stdin, stderr }: Context): Promise<string> {
  const file = given.text('password-file')
  if (file !== undefined) {
    try {
      return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
    } catch (error) {
      throw new UsageError(`--password-file: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const password =
    stdin.isTTY === true ? await askHidden(stdin as ReadStream, stderr, 'Password: ') : await firstLine(stdin)
  if (password === '') throw new UsageError('A password is needed: at a terminal, on stdin, or in --password-file')
  return password
}

async function logout({ api, out, credentials }: Context): Promise<undefined> {
  const wasKept = await credentials.forget(api.server)
  out.result({ server: api.server, forgotten: wasKept }, () =>
    wasKept ? `The token for ${api.server} is forgotten` : `There was no token for ${api.server}`,
  )
}

function isReadableOnTheWay(server: string): boolean {
  const { protocol, hostname } = new URL(server)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
