/** `provision`: a whole workspace as one file, looked at, applied, written. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { Command, Context } from '../command.ts'
import { UsageError } from '../errors.ts'
import { table } from '../terminal/text.ts'
import { readDocument } from './document.ts'
import { fileProblem } from './file-problem.ts'
import { importCommand } from './provision-import.ts'

export const provisionCommands: readonly Command[] = [
  {
    path: ['provision', 'check'],
    summary: 'Says what applying a file would change, and every mistake in it; changes nothing',
    positionals: ['FILE'],
    options: [],
    run: (context) => send(context, 'check'),
  },
  {
    path: ['provision', 'apply'],
    summary: 'Brings the workspace to what a file says, in one transaction',
    positionals: ['FILE'],
    options: [],
    run: (context) => send(context, 'apply'),
  },
  {
    path: ['provision', 'export'],
    summary: 'Writes the workspace as a file, YAML or JSON by its name; - is YAML on stdout',
    positionals: ['FILE'],
    options: ['force'],
    run: exportFile,
  },
  importCommand,
]

type Note = { readonly path: string; readonly message: string }
type Report = {
  readonly created: number
  readonly changed: number
  readonly left: number
  readonly items: readonly {
    readonly path: string
    readonly section: string
    readonly name: string
    readonly action: 'create' | 'change' | 'leave'
    readonly fields: readonly string[]
  }[]
  readonly needs: readonly Note[]
  readonly notes: readonly Note[]
}

async function send(context: Context, action: 'check' | 'apply'): Promise<undefined> {
  const { api, out, given } = context
  const file = given.positional(0)
  const document = await readDocument(context, file)
  if (typeof document !== 'object' || document === null)
    throw new UsageError('Expected the sections of a workspace in the file')
  const complete = await withSounds(document, file === '-' ? '.' : dirname(file))
  const report = await api.post<Report>(`/provisioning/${action}`, complete)
  out.result(report, () => changesText(report, action === 'apply'))
  for (const { path, message } of report.needs) out.note(out.paintNote('yellow', `needed: ${path}: ${message}`))
  for (const { path, message } of report.notes) out.note(`${path}: ${message}`)
}

/** Sounds that are files beside the document go along in it: the server reads no file for whoever asks over HTTP. */
async function withSounds(document: object, directory: string): Promise<object> {
  if (!('audio' in document) || !Array.isArray(document.audio)) return document
  const items: readonly unknown[] = document.audio
  const audio = await Promise.all(
    items.map(async (item) => {
      if (typeof item !== 'object' || item === null || !('file' in item)) return item
      if (typeof item.file !== 'string' || item.file.startsWith('data:')) return item
      const bytes = await readFile(resolve(directory, item.file)).catch((error) => {
        throw new UsageError(fileProblem(String(item.file), error))
      })
      return { ...item, file: `data:audio/wav;base64,${bytes.toString('base64')}` }
    }),
  )
  return { ...document, audio }
}

/** What changes, a line each; what stays is counted. */
function changesText({ items, created, changed, left }: Report, isDone: boolean): string {
  const lines = items
    .filter(({ action }) => action !== 'leave')
    .map(({ action, section, name, fields }) => [`  ${action}`, section, name, fields.join(', ')])
  const counts = `${created} created, ${changed} changed, ${left} as they were`
  return [...(lines.length === 0 ? [] : [table(lines)]), isDone ? counts : `If applied: ${counts}`].join('\n')
}

async function exportFile({ api, out, given }: Context): Promise<undefined> {
  const file = given.positional(0)
  const document = await api.get<unknown>('/provisioning/export')
  if (file === '-') {
    out.raw(out.isJson ? `${JSON.stringify(document)}\n` : stringify(document))
    return
  }
  const text = file.endsWith('.json') ? `${JSON.stringify(document, null, 2)}\n` : stringify(document)
  try {
    // It says how to reach the trunks: nobody else on this machine reads it.
    await writeFile(file, text, { flag: given.flag('force') ? 'w' : 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${file} is there already: --force writes over it`)
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  out.result({ file }, () => `The workspace is in ${file}`)
}
