/** Why a resource of a workspace is not made, changed or taken away; the HTTP rooms turn it into their dialect. */
export type ResourceErrorCode =
  | 'RESOURCE_NOT_FOUND'
  | 'RESOURCE_IN_USE'
  | 'RESOURCE_TAKEN'
  | 'RESOURCE_GONE'
  | 'RESOURCE_FORBIDDEN'
  | 'RESOURCE_LAST_OWNER'

/** Something that needs the resource. */
export type Use = { readonly kind: string; readonly id: string; readonly name: string }

export class ResourceError extends Error {
  readonly code: ResourceErrorCode
  /** The field of the request that it is about; null: the whole. */
  readonly field: string | null
  readonly usedBy: readonly Use[]

  constructor(
    code: ResourceErrorCode,
    message: string,
    about: { readonly field?: string | undefined; readonly usedBy?: readonly Use[] | undefined } = {},
  ) {
    super(message)
    this.name = 'ResourceError'
    this.code = code
    this.field = about.field ?? null
    this.usedBy = about.usedBy ?? []
  }
}

const namedUses = 5

/** @param what  As the sentence begins: 'The trunk'. */
export function inUse(what: string, usedBy: readonly Use[]): ResourceError {
  const named = usedBy.slice(0, namedUses).map(({ kind, name }) => `${kind} "${name}"`)
  const more = usedBy.length > namedUses ? ' and others' : ''
  return new ResourceError('RESOURCE_IN_USE', `${what} is used by ${named.join(', ')}${more}`, { usedBy })
}
