/**
 * Waves of calls (pure). A wave is no row of its own: it is the campaign's live calls and the attempts started since the wave
 * began, so a crash, a slot given back and two nodes at once leave it exact. Once it has had all its calls and the last of them has
 * ended, the gap runs.
 */
import type { Pacing } from '../campaigns/campaign-settings.ts'

/** The wave that goes out now, as a store finds it. */
export type WaveView = {
  /** Calls of the campaign that live. */
  readonly live: number
  /** Attempts of the wave that have ended. */
  readonly ended: number
  readonly lastEndedAt: Temporal.Instant | null
}

export type WaveRoom = {
  /** Calls that may still start; Infinity: there are no waves. */
  readonly left: number
  /** They may start from then on; null: at once. With `left` 0, null too: it takes the end of a call. */
  readonly opensAt: Temporal.Instant | null
  /** The next call begins a new wave. */
  readonly isNew: boolean
}

/** @param view  Null: no wave has begun yet. */
export function waveRoom(wave: Pacing['wave'], view: WaveView | null | undefined): WaveRoom {
  if (wave === undefined) return { left: Number.POSITIVE_INFINITY, opensAt: null, isNew: false }
  if (view === null || view === undefined) return { left: wave.size, opensAt: null, isNew: true }
  const taken = view.live + view.ended
  if (taken < wave.size) return { left: wave.size - taken, opensAt: null, isNew: false }
  if (view.live > 0) return { left: 0, opensAt: null, isNew: false }
  const opensAt = view.lastEndedAt?.add({ milliseconds: Math.round(wave.gapSeconds * 1000) }) ?? null
  return { left: wave.size, opensAt, isNew: true }
}
