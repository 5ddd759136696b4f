/** Questions to a person at a terminal, and the first line of what is piped in. */
import { createInterface } from 'node:readline/promises'
import type { ReadStream } from 'node:tty'
import { InterruptedError } from '../errors.ts'

export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined }

export async function ask(
  input: Input,
  output: NodeJS.WritableStream,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  const lines = createInterface({ input, output })
  try {
    return (await lines.question(question, { signal })).trim()
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error
  } finally {
    lines.close()
  }
}

/** Nothing of what is typed is shown. */
export async function askHidden(input: ReadStream, output: NodeJS.WritableStream, question: string): Promise<string> {
  // The terminal stops showing what is typed before it asks: a fast hand would be seen.
  input.setRawMode(true)
  input.setEncoding('utf8')
  output.write(question)
  try {
    let text = ''
    for await (const piece of input.iterator({ destroyOnReturn: false })) {
      for (const character of String(piece)) {
        // Raw mode brings Ctrl-C and Ctrl-D as characters.
        if (character === '\u0003') throw new InterruptedError()
        if (character === '\r' || character === '\n' || character === '\u0004') return text
        if (character === '\u007f' || character === '\b') text = text.slice(0, -1)
        else text += character
      }
    }
    return text
  } finally {
    input.setRawMode(false)
    input.pause()
    output.write('\n')
  }
}

/** The first line of what is piped in, without its end. */
export async function firstLine(input: Input): Promise<string> {
  const lines = createInterface({ input })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
  }
}
