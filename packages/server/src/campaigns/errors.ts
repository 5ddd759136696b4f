/** Use cases that cannot be carried out, with every field that is wrong; the HTTP rooms turn them into their dialect. */
export type FieldProblem = { readonly field: string; readonly code: string; readonly message: string }

export class InvalidInputError extends Error {
  readonly code = 'INPUT_INVALID'
  readonly problems: readonly FieldProblem[]

  constructor(problems: readonly FieldProblem[]) {
    super(problems.map(({ field, message }) => `${field}: ${message}`).join('; '))
    this.name = 'InvalidInputError'
    this.problems = problems
  }
}

export class CampaignNotFoundError extends Error {
  readonly code = 'CAMPAIGN_NOT_FOUND'
  /** As it was given. */
  readonly id: string

  constructor(id: string) {
    super(`There is no campaign ${id}`)
    this.name = 'CampaignNotFoundError'
    this.id = id
  }
}

export class CampaignStateError extends Error {
  readonly code = 'CAMPAIGN_STATE'
  readonly action: string
  readonly state: string

  constructor(action: string, state: string) {
    super(`A campaign that is ${state} cannot ${action}`)
    this.name = 'CampaignStateError'
    this.action = action
    this.state = state
  }
}

export class CampaignInUseError extends Error {
  readonly code = 'CAMPAIGN_IN_USE'

  constructor(message: string) {
    super(message)
    this.name = 'CampaignInUseError'
  }
}
