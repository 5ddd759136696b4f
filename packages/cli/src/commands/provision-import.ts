/** `provision import`: a vendor's lists and exports as a provisioning file; what they do not tell stands in it as comments. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { stringify } from 'yaml'
import type { Command, Context } from '../command.ts'
import { RefusedError, UsageError } from '../errors.ts'
import { fileProblem } from './file-problem.ts'

export const importCommand: Command = {
  path: ['provision', 'import'],
  summary: "Writes a provisioning file on stdout out of a vendor's lists, JSON or CSV; changes nothing",
  positionals: ['FILE'],
  isLastRepeated: true,
  options: ['vendor', 'trunk'],
  required: ['vendor'],
  run: importFiles,
}

type Draft = {
  readonly section: string
  readonly item: Readonly<Record<string, unknown>>
  readonly needs: readonly string[]
}
type Brought = {
  readonly document: Readonly<Record<string, unknown>>
  readonly drafts: readonly Draft[]
  readonly notes: readonly string[]
}

async function importFiles({ api, out, given }: Context): Promise<undefined> {
  const from = given.needed('vendor')
  const files = await Promise.all(
    given.positionalsFrom(0).map(async (file) => ({
      name: basename(file),
      text: await readFile(file, 'utf8').catch((error) => {
        throw new UsageError(fileProblem(file, error))
      }),
    })),
  )
  const trunk = given.text('trunk')
  const request = { from, files, ...(trunk === undefined ? {} : { trunk }) }
  const brought = await api.post<Brought>('/provisioning/import', request).catch((error) => {
    throw error instanceof RefusedError ? byFile(error, files) : error
  })
  out.raw(out.isJson ? `${JSON.stringify(brought)}\n` : fileOf(brought))
  for (const note of brought.notes) out.note(note)
  const { length } = brought.drafts
  if (length > 0)
    out.note(`${length} ${length === 1 ? 'item needs' : 'items need'} more than was told: see the comments`)
}

/** The server knows the files by their order, whoever gave them by their names. */
function byFile(refused: RefusedError, files: readonly { readonly name: string }[]): RefusedError {
  const errors = refused.errors.map(({ pointer, ...problem }) => {
    const name = files[Number(/^\/files\/(\d+)$/.exec(pointer)?.[1])]?.name
    return { ...problem, pointer: name === undefined ? pointer : `/${name}` }
  })
  const isOfFiles = errors.some(({ pointer }, at) => pointer !== refused.errors[at]?.pointer)
  const title = isOfFiles ? 'The files cannot be read as lists of this vendor; nothing was changed' : refused.message
  return new RefusedError(refused.status, refused.code, title, errors)
}

/** The document as it can be applied, and below it each draft as a comment with what it needs. */
function fileOf({ document, drafts, notes }: Brought): string {
  const bySection = Map.groupBy(drafts, ({ section }) => section)
  const lines = [...bySection].flatMap(([section, some]) => [
    `${section}:`,
    ...some.flatMap(({ item, needs }) => [
      ...needs.map((need) => `  # needed: ${need}`),
      ...stringify([item]).trimEnd().replace(/^/gm, '  ').split('\n'),
    ]),
    '',
  ])
  const unfinished =
    lines.length === 0 ? [] : ['', 'Not told by the lists: complete it, and take it out of the comment.', '', ...lines]
  const comments = [...notes.map((note) => `Note: ${note}`), ...unfinished]
  return `${stringify(document)}${comments.map(commented).join('')}`
}

const commented = (text: string): string => `${text.trimEnd().replace(/^/gm, '# ').replace(/ +$/gm, '')}\n`
