/** The vendor's way to say no: that of field-refusal.ts, where our campaigns are tasks and their states are the vendor's. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CampaignNotFoundError, CampaignStateError } from '../../campaigns/errors.ts'
import type { ServerDeps } from '../../deps.ts'
import type { ReferredKind } from '../../resources/references.ts'
import { answerRefusal, FieldRefusal } from '../field-refusal.ts'
import { taskStatus } from './task-status.ts'

export const notMade = 'The task cannot be created'
export const notChanged = 'The task cannot be changed'
export const notAdded = 'The candidate cannot be added'
export const noneAdded = 'The candidates cannot be added'

export function thereIsNo(kind: ReferredKind, value: string): string {
  return `there is no ${kind === 'campaign' ? 'task' : kind} "${value.slice(0, 200)}"`
}

export function answerError(
  deps: Pick<ServerDeps, 'log'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  return answerRefusal(deps, refusalOf(error) ?? error, request, reply)
}

function refusalOf(error: unknown): FieldRefusal | null {
  if (error instanceof CampaignNotFoundError) return new FieldRefusal(404, `There is no task ${error.id.slice(0, 60)}`)
  if (!(error instanceof CampaignStateError)) return null
  return new FieldRefusal(
    400,
    `A task that is ${taskStatus(error.state)} cannot ${words[error.action] ?? error.action}`,
  )
}

const words: Readonly<Record<string, string>> = { start: 'be played', pause: 'be paused' }
