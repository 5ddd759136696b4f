/** Why a file that a command names cannot be read, in words. */

export function fileProblem(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return `${file}: there is no such file`
  if (code === 'EACCES') return `${file}: it may not be read`
  if (code === 'EISDIR') return `${file}: it is a directory`
  return `${file}: ${error instanceof Error ? error.message : String(error)}`
}
