/** The state of a task in the vendor's words. FINISHED alone has no public source. */

const statuses = {
  draft: 'BLANK',
  scheduled: 'READY',
  running: 'PROCESS',
  paused: 'PAUSED',
  done: 'FINISHED',
  stopped: 'HALTED',
} as const
export type TaskStatus = (typeof statuses)[keyof typeof statuses]

export const taskStatuses: readonly TaskStatus[] = Object.values(statuses)

export function taskStatus(state: string): TaskStatus {
  return statuses[state as keyof typeof statuses] ?? 'HALTED'
}

/** The state that a status stands for. */
export function stateOf(status: TaskStatus): string {
  return Object.entries(statuses).find(([, word]) => word === status)?.[0] ?? 'stopped'
}
