/** COPY in both directions over a connection of the pool: the transport that an import is measured against. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Connection as Wire } from 'pg'
import type { Connection } from '../../packages/server/src/adapters/postgres/pool.ts'

/** The part of the driver's wire that COPY needs and its types do not name. */
type CopyWire = Wire & {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** What both have in common: the driver calls these as the server answers. */
class Copy {
  readonly done: Promise<void>
  protected wire: CopyWire | null = null
  readonly #text: string
  readonly #settle: PromiseWithResolvers<void> = Promise.withResolvers()
  #failure: Error | null = null

  constructor(text: string) {
    this.#text = text
    this.done = this.#settle.promise
  }

  submit(wire: Wire): void {
    this.wire = wire as CopyWire
    this.wire.query(this.#text)
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleError(error: Error): void {
    this.#failure ??= error
  }

  handleReadyForQuery(): void {
    if (this.#failure === null) this.#settle.resolve()
    else this.#settle.reject(this.#failure)
  }
}

class CopyIn extends Copy {
  readonly #chunks: AsyncIterable<Buffer>

  constructor(text: string, chunks: AsyncIterable<Buffer>) {
    super(text)
    this.#chunks = chunks
  }

  handleCopyInResponse(): void {
    this.#send().catch((error) => this.wire?.sendCopyFail(String(error)))
  }

  async #send(): Promise<void> {
    const { wire } = this
    if (wire === null) return
    for await (const chunk of this.#chunks) {
      wire.sendCopyFromChunk(chunk)
      if (wire.stream.writableNeedDrain) await once(wire.stream, 'drain')
    }
    wire.endCopyFrom()
  }
}

class CopyOut extends Copy {
  readonly #to: Writable

  constructor(text: string, to: Writable) {
    super(text)
    this.#to = to
  }

  handleCopyData(message: { readonly chunk: Buffer }): void {
    const { wire } = this
    // The chunk is a view into what the driver reads next.
    if (this.#to.write(Buffer.from(message.chunk)) || wire === null) return
    // The driver still tells of the rows that it has read already.
    if (wire.stream.isPaused()) return
    wire.stream.pause()
    this.#to.once('drain', () => wire.stream.resume())
  }

  override handleReadyForQuery(): void {
    // The last rows may be waiting still: a target that is ended meanwhile tells of no drain, and the wire would stay silent.
    this.wire?.stream.resume()
    super.handleReadyForQuery()
  }
}

/** `copy ... from stdin`, in text format. */
export async function copyIn(connection: Connection, text: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  await connection.query(new CopyIn(text, chunks)).done
}

/** `copy ... to stdout`, in text format, no faster than it can be written. */
export async function copyOut(connection: Connection, text: string, to: Writable): Promise<void> {
  await connection.query(new CopyOut(text, to)).done
}
