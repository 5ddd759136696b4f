/** A provisioning document that cannot be applied: every mistake with its place; nothing was changed. */

/**
 * - `invalid`: of a wrong form, or out of range
 * - `not-yet`: known to the format, not in effect
 * - `duplicate`: two items of the document are the same thing, or have the same name
 * - `unknown`, `ambiguous`: a reference to nothing, or to more than one
 * - `taken`: something that is there already, or another workspace, has it
 * - `forbidden`: more than whoever asks may give
 */
export type ProblemCode = 'invalid' | 'not-yet' | 'duplicate' | 'unknown' | 'ambiguous' | 'taken' | 'forbidden'

/** `path` is a JSON pointer into the document (RFC 6901 §3). */
export type ProvisioningProblem = { readonly path: string; readonly code: ProblemCode; readonly message: string }

export type Report = (path: string, code: ProblemCode, message: string) => void

export class ProvisioningError extends Error {
  readonly code = 'PROVISIONING_INVALID'
  readonly problems: readonly ProvisioningProblem[]

  constructor(problems: readonly ProvisioningProblem[]) {
    super(
      `The provisioning document cannot be applied:\n${problems.map(({ path, message }) => `  ${path}: ${message}`).join('\n')}`,
    )
    this.name = 'ProvisioningError'
    this.problems = problems
  }
}

/** A place in the document as a JSON pointer. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
