/** A provisioning document that cannot be applied: every mistake with its place; nothing was changed. */
export type ProvisioningProblem = { readonly path: string; readonly message: string }

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
