/** Server-sent events as they come over the wire (HTML Living Standard §9.2.6), whatever the pieces are cut into. */

/** `data` is null where the stream only says after which event to go on. */
export type ServerEvent = { readonly id: string | null; readonly event: string; readonly data: string | null }

/** Reads until the stream ends. Comments and heartbeats are passed by. */
export async function* readEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let fields = emptyFields()
  for await (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true })
    // A lone carriage return may be the first half of a line end whose other half is still to come.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line !== '') {
        take(fields, line)
        continue
      }
      const data = fields.data.length > 0 ? fields.data.join('\n') : null
      if (data !== null || fields.id !== null) yield { id: fields.id, event: fields.event, data }
      fields = emptyFields()
    }
  }
}

type Fields = { id: string | null; event: string; data: string[] }

function emptyFields(): Fields {
  return { id: null, event: 'message', data: [] }
}

function take(fields: Fields, line: string): void {
  const colon = line.indexOf(':')
  if (colon === 0) return
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'data') fields.data.push(value)
  else if (name === 'event') fields.event = value
  else if (name === 'id') fields.id = value
}
