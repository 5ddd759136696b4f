/** Coded failures of this package. */
export class MediaError extends Error {
  readonly code: 'MEDIA_NO_PORT'

  constructor(code: 'MEDIA_NO_PORT', message: string) {
    super(message)
    this.name = 'MediaError'
    this.code = code
  }
}
