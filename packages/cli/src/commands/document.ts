/** Documents that a command sends: YAML or JSON, from a file or from stdin. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseDocument } from 'yaml'
import type { Context } from '../command.ts'
import { UsageError } from '../errors.ts'
import { fileProblem } from './file-problem.ts'

/**
 * @param file  `-` is stdin.
 * @throws {UsageError} with the place of the mistake.
 */
export async function readDocument({ stdin }: Pick<Context, 'stdin'>, file: string): Promise<unknown> {
  const content = await (file === '-' ? text(stdin) : readFile(file, 'utf8')).catch((error) => {
    throw new UsageError(fileProblem(file, error))
  })
  // JSON is YAML; but a JSON file's mistakes are told by its own parser, and without surprises like `no` becoming false.
  if (file.endsWith('.json')) {
    try {
      return JSON.parse(content)
    } catch (error) {
      throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const document = parseDocument(content)
  const [mistake] = document.errors
  if (mistake !== undefined) throw new UsageError(`${file}: ${mistake.message}`)
  return document.toJS({ maxAliasCount: 100 })
}
