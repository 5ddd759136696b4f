/** The HTTP API as the commands use it: one server, one token, every failure told as what it means to a person. */
import { type FieldProblem, InterruptedError, NotSignedInError, RefusedError, UnreachableError } from '../errors.ts'
import { readEvents, type ServerEvent } from './sse.ts'

export type Clock = {
  now(): Temporal.Instant
  monotonicMs(): number
  /** Resolves after `milliseconds`, or when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export type ClientParts = {
  /** Without a slash at its end: http://127.0.0.1:8080 */
  readonly server: string
  readonly token: string | undefined
  /** Ctrl-C. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly note: (text: string) => void
}

type Body = { readonly json: unknown } | { readonly stream: ReadableStream<Uint8Array>; readonly contentType: string }

type RequestOptions = {
  readonly body?: Body | undefined
  /** A create under this key is made once, however often it is sent. */
  readonly idempotencyKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Milliseconds until the answer begins; null: as long as it takes. */
  readonly timeoutMs?: number | null | undefined
}

export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null }

const base = '/dialwright/v1'
const patienceMs = 30_000
const lastWordsMs = 5_000
const triesAtMost = 3
const longestWaitSeconds = 65

export class ApiClient {
  readonly #parts: ClientParts

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  get server(): string {
    return this.#parts.server
  }

  get isSignedIn(): boolean {
    return this.#parts.token !== undefined
  }

  async get<Answer>(path: string): Promise<Answer> {
    return (await this.#json('GET', path, {})) as Answer
  }

  async post<Answer>(path: string, json?: unknown, options: RequestOptions = {}): Promise<Answer> {
    return (await this.#json('POST', path, { ...(json === undefined ? {} : { body: { json } }), ...options })) as Answer
  }

  /** A client for what must still be said although Ctrl-C was pressed. */
  afterInterrupt(): ApiClient {
    return new ApiClient({ ...this.#parts, signal: AbortSignal.timeout(lastWordsMs) })
  }

  /** Sends a stream as it is, once: what was read of it cannot be read again. */
  async upload<Answer>(
    path: string,
    stream: ReadableStream<Uint8Array>,
    contentType: string,
    { method = 'POST', idempotencyKey }: { readonly method?: string; readonly idempotencyKey?: string } = {},
  ): Promise<Answer> {
    // A server that knows the list already answers before it has read it: on that connection nothing else gets through.
    const headers = { connection: 'close' }
    const options = { body: { stream, contentType }, timeoutMs: null, idempotencyKey, headers }
    return (await this.#json(method, path, options)) as Answer
  }

  /** The items of a keyset list, page by page, at most `most`. */
  async *list<Item>(path: string, most = Number.POSITIVE_INFINITY): AsyncGenerator<Item, void, undefined> {
    let after: string | null = null
    let left = most
    while (left > 0) {
      const limit = Math.min(200, left)
      const cursor: string = after === null ? '' : `&after=${encodeURIComponent(after)}`
      const page: Page<Item> = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`)
      yield* page.items.slice(0, left)
      left -= page.items.length
      after = page.next ?? null
      if (after === null || page.items.length === 0) return
    }
  }

  /** The text of an answer as it is. */
  async text(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    return (await this.#send('GET', `${base}${path}`, { headers })).text()
  }

  /** The body of an answer as it comes. */
  async stream(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ReadableStream<Uint8Array> | null> {
    return (await this.#send('GET', `${base}${path}`, { headers })).body
  }

  /** Health and the like, outside of the API: the status, whatever it is. */
  async probe(path: string): Promise<{ readonly status: number; readonly date: string | null }> {
    const response = await this.#fetch('GET', path, {})
    await response.text()
    return { status: response.status, date: response.headers.get('date') }
  }

  /**
   * Live events. Ends when the server ends the stream.
   * @param onOpen  From now on nothing is missed.
   */
  async *events(
    path: string,
    lastEventId: string | null,
    onOpen: () => void,
  ): AsyncGenerator<ServerEvent, void, undefined> {
    const response = await this.#send('GET', `${base}${path}`, {
      headers: { accept: 'text/event-stream', ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }) },
    })
    if (response.body === null) return
    onOpen()
    try {
      yield* readEvents(response.body)
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  async #json(method: string, path: string, options: RequestOptions): Promise<unknown> {
    const response = await this.#send(method, `${base}${path}`, options)
    const text = await response.text().catch((error) => {
      throw this.#unreachable(error)
    })
    if (text === '') return null
    try {
      return JSON.parse(text)
    } catch {
      throw new UnreachableError(`${this.server} answers with something that is not JSON: is it Dialwright?`)
    }
  }

  /** Sends until there is an answer that is not "later"; every refusal is thrown. */
  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    if (this.#parts.token === undefined && path !== `${base}/session`)
      throw new NotSignedInError(`Not signed in at ${this.server}: log in, or give --token or DIALWRIGHT_TOKEN`)
    const isRepeatable = (method === 'GET' || options.idempotencyKey !== undefined) && !isStream(options.body)
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt === triesAtMost
      const response = await this.#fetch(method, path, options).catch(async (error) => {
        // An answer that was lost on its way is asked for again: under the key, nothing is done twice.
        if (isLast || !isRepeatable || !isLostOnTheWay(error)) throw error
        await this.#pause(attempt)
        return null
      })
      if (response === null) continue
      const waitSeconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      if (response.status === 429 && !isLast && !isStream(options.body) && waitSeconds <= longestWaitSeconds) {
        this.#parts.note(`The server is asked too often and wants a pause of ${waitSeconds} s`)
        await response.text()
        await this.#pause(waitSeconds)
        continue
      }
      if (response.ok) return response
      throw await this.#refusal(response)
    }
  }

  async #pause(seconds: number): Promise<void> {
    await this.#parts.clock.sleep(seconds * 1_000, this.#parts.signal)
    if (this.#parts.signal.aborted) throw new InterruptedError()
  }

  async #fetch(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { body, idempotencyKey, timeoutMs = patienceMs } = options
    const limit = new AbortController()
    // The time limit is for the beginning of the answer: a stream of events goes on for as long as it likes.
    const ended = new AbortController()
    if (timeoutMs !== null)
      void this.#parts.clock.sleep(timeoutMs, ended.signal).then(() => {
        if (!ended.signal.aborted) limit.abort()
      })
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([this.#parts.signal, limit.signal]),
      headers: {
        accept: 'application/json',
        ...(this.#parts.token === undefined ? {} : { authorization: `Bearer ${this.#parts.token}` }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(body === undefined ? {} : { 'content-type': 'json' in body ? 'application/json' : body.contentType }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: 'json' in body ? JSON.stringify(body.json) : body.stream }),
      ...(isStream(body) ? { duplex: 'half' } : {}),
    }
    try {
      return await fetch(`${this.server}${path}`, init)
    } catch (error) {
      throw this.#unreachable(limit.signal.aborted ? new Error(`no answer within ${patienceMs / 1_000} s`) : error)
    } finally {
      ended.abort()
    }
  }

  #unreachable(error: unknown): Error {
    if (this.#parts.signal.aborted) return new InterruptedError()
    return new UnreachableError(`Cannot reach ${this.server}: ${reasonOf(error)}`, { cause: error })
  }

  async #refusal(response: Response): Promise<Error> {
    const text = await response.text().catch(() => '')
    const { code, title, errors } = problemOf(text)
    if (response.status === 401) {
      return new NotSignedInError(
        this.isSignedIn
          ? `${this.server} does not know the token, or it has ended: log in again`
          : (title ?? 'Refused'),
      )
    }
    if (response.status < 400)
      return new UnreachableError(`${this.server} sends elsewhere (${response.status}): give its own address`)
    return new RefusedError(
      response.status,
      code ?? 'refused',
      title ?? `The server answered ${response.status}`,
      errors,
    )
  }
}

function isStream(body: Body | undefined): boolean {
  return body !== undefined && 'stream' in body
}

function isLostOnTheWay(error: unknown): boolean {
  return error instanceof UnreachableError && !/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(error.message)
}

/** The innermost reason that fetch gives, in the system's words. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (error.cause !== undefined) return reasonOf(error.cause)
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ECONNREFUSED') return 'nobody listens there (ECONNREFUSED)'
  if (code === 'ENOTFOUND') return 'there is no machine of that name (ENOTFOUND)'
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}

/** A problem document (RFC 9457); anything else has no words of its own. */
function problemOf(text: string): { code?: string; title?: string; errors: readonly FieldProblem[] } {
  try {
    const { code, title, errors } = JSON.parse(text) as Record<string, unknown>
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof title === 'string' ? { title } : {}),
      errors: Array.isArray(errors) ? (errors as FieldProblem[]) : [],
    }
  } catch {
    return { errors: [] }
  }
}
