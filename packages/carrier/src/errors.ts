/** What keeps the carrier from starting: one sentence that names what to change. */
export type CarrierErrorCode = 'CARRIER_LEDGER_UNUSABLE' | 'CARRIER_PORT_UNUSABLE' | 'CARRIER_PERSONAS_UNUSABLE'

export class CarrierError extends Error {
  readonly code: CarrierErrorCode

  constructor(code: CarrierErrorCode, message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'CarrierError'
    this.code = code
  }
}

const words: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is no directory',
  EISDIR: 'it is a directory',
  ENOSPC: 'the disk is full',
}

/** The system's reason in words, on one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return words[code] ?? (error.message.split('\n')[0] ?? '').trim()
}
