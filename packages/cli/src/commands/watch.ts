/** Watching a campaign until it has ended: a bar at a terminal, a line for every change without one. */
import type { Context } from '../command.ts'
import { InterruptedError } from '../errors.ts'
import type { Output } from '../terminal/output.ts'
import { bar } from '../terminal/text.ts'

export type Progress = {
  readonly state: string
  readonly total: number
  readonly done: number
  readonly waiting: number
  readonly dialing: number
  readonly excluded: number
  readonly attempts: number
  readonly answered: number
  readonly percent: number
  readonly byDisposition: Readonly<Record<string, number>>
}

export type Watcher = Pick<Context, 'api' | 'clock' | 'signal'> & {
  readonly out: Pick<Output, 'isJson' | 'hasBar' | 'bar' | 'clearBar' | 'result'>
}

const lookEveryMs = 1_000

/**
 * @returns The last progress: the campaign is done or stopped, and nobody is on the line.
 * @throws {InterruptedError} on Ctrl-C; the campaign goes on.
 */
export async function watchProgress(
  { api, out, clock, signal }: Watcher,
  id: string,
  everyMs = lookEveryMs,
): Promise<Progress> {
  let last = ''
  for (;;) {
    const progress = await api.get<Progress>(`/campaigns/${id}/progress`)
    const hasEnded = (progress.state === 'done' || progress.state === 'stopped') && progress.dialing === 0
    const line = progressLine(progress)
    // At a terminal the bar says it all until the end; a program is told every change.
    if (hasEnded || ((out.isJson || !out.hasBar) && line !== last)) out.result(progress, () => line)
    last = line
    if (hasEnded) return progress
    out.bar(line)
    await clock.sleep(everyMs, signal)
    if (signal.aborted) throw new InterruptedError()
  }
}

export function progressLine(progress: Progress): string {
  const { state, total, done, excluded, dialing, waiting, attempts, answered, percent } = progress
  const gone = excluded > 0 ? `, ${excluded} excluded` : ''
  return `${bar((done + excluded) / Math.max(1, total))} ${percent} % ${state}: ${done}/${total} done${gone}, ${dialing} on the line, ${waiting} waiting, ${attempts} attempts, ${answered} answered`
}
