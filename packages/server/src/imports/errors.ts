/** Imports that are not there, or not in a state for what is asked. */

export class ImportNotFoundError extends Error {
  readonly code = 'IMPORT_NOT_FOUND'

  constructor(id: string) {
    super(`There is no import ${id}`)
    this.name = 'ImportNotFoundError'
  }
}

export class ImportStateError extends Error {
  readonly code = 'IMPORT_STATE'

  constructor(message: string) {
    super(message)
    this.name = 'ImportStateError'
  }
}
