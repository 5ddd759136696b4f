/** Sending a list: once, and where the connection breaks, the rest of it, without a row lost or doubled. */
import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import type { Context } from '../command.ts'
import { InterruptedError, RefusedError, UnreachableError, UsageError } from '../errors.ts'
import { bar, bytes } from '../terminal/text.ts'
import { fileProblem } from './file-problem.ts'

export type Import = {
  readonly id: string
  readonly state: 'receiving' | 'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone'
  /** Received by the server. */
  readonly bytes: number
  readonly bytesRead: number
  readonly rows: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly undone: number
  readonly kept: number
  readonly error: string | null
}

export type List = {
  /** `-` is stdin, which can be sent once only. */
  readonly file: string
  readonly contentType: string
  /** `/campaigns/{id}/imports?...` */
  readonly path: string
  /** Bytes; null: not known before the end. */
  readonly total: number | null
}

const breaksAtMost = 8
const looksAfterInterrupt = 5
const lookAgainMs = 300
const backoffMs = [500, 1_000, 2_000, 5_000]

/** @throws {UnreachableError} when the server stays away; the import can be gone on with. */
export async function sendList(context: Context, list: List): Promise<Import> {
  const key = context.newKey()
  const { total } = list
  let begun: Import | null = null
  for (let breaks = 0; ; breaks += 1) {
    try {
      begun =
        begun === null
          ? // Under the key the server knows a list that it has begun to receive, and answers with it.
            await send(context, list, total, 0, (stream) =>
              context.api.upload<Import>(list.path, stream, list.contentType, { idempotencyKey: key }),
            )
          : await sendRest(context, list.file, total, begun)
      if (begun.state !== 'receiving') return begun
    } catch (error) {
      if (error instanceof InterruptedError && list.file !== '-') await tellHowToGoOn(context, list)
      if (!isBreak(error) || list.file === '-' || breaks === breaksAtMost) throw error
      context.out.note(`${error.message}; tried again`)
      await context.clock.sleep(backoffMs[Math.min(breaks, backoffMs.length - 1)] ?? 0, context.signal)
      if (context.signal.aborted) throw new InterruptedError()
    }
  }
}

/** Goes on with an import of which the server has only the beginning. */
export async function resumeList(context: Context, file: string, id: string): Promise<Import> {
  const total = await sizeOf(file)
  const begun = await context.api.get<Import>(`/imports/${encodeURIComponent(id)}`)
  if (begun.state !== 'receiving')
    throw new UsageError(`The import ${id} has been received whole: it is ${begun.state}`)
  return sendRest(context, file, total, begun)
}

async function sendRest(context: Context, file: string, total: number | null, begun: Import): Promise<Import> {
  const path = `/imports/${begun.id}`
  const { bytes: offset } = await context.api.get<Import>(path)
  if (total !== null && offset > total)
    throw new UsageError(`The server has ${offset} bytes of the list, and ${file} has ${total}: it is another file`)
  return send(context, { file }, total, offset, (stream) =>
    context.api.upload<Import>(`${path}/bytes?offset=${offset}`, stream, 'application/octet-stream', { method: 'PUT' }),
  )
}

async function send(
  { out, stdin }: Context,
  { file }: Pick<List, 'file'>,
  total: number | null,
  offset: number,
  upload: (stream: ReadableStream<Uint8Array>) => Promise<Import>,
): Promise<Import> {
  const source = file === '-' ? stdin : createReadStream(file, { start: offset })
  let sent = offset
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of source) {
      const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
      sent += chunk.length
      const share = total === null ? '' : `${bar(sent / Math.max(1, total))} `
      out.bar(`${share}${bytes(sent)}${total === null ? '' : ` of ${bytes(total)}`} sent`)
      yield chunk
    }
  }
  return upload(ReadableStream.from(counted()))
}

/** The connection, not the list: refused for its contents it would be refused again. */
function isBreak(error: unknown): error is Error {
  if (error instanceof UnreachableError) return true
  return error instanceof RefusedError && (error.code === 'broken-off' || error.status >= 502)
}

/** The server may still be writing down what it has received: it is asked for a moment, not once. */
async function tellHowToGoOn({ api, out, clock }: Context, { file, path }: List): Promise<void> {
  const own = api.afterInterrupt()
  for (let look = 0; look < looksAfterInterrupt; look += 1) {
    const begun = await own.get<{ items: readonly Import[] }>(`${path.split('?')[0]}?limit=1`).catch(() => null)
    const last = begun?.items[0]
    if (last?.state === 'receiving' && last.bytes > 0) {
      out.note(`The server has ${bytes(last.bytes)} of it: contacts import ${file} --resume ${last.id} sends the rest`)
      return
    }
    if (begun === null) return
    await clock.sleep(lookAgainMs, new AbortController().signal)
  }
}

/**
 * Bytes of a file.
 * @throws {UsageError} when there is no such file, or it cannot be read.
 */
export async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file)
    if (found.isDirectory()) throw new Error('it is a directory')
    await access(file, constants.R_OK)
    return found.size
  } catch (error) {
    throw new UsageError(fileProblem(file, error))
  }
}
