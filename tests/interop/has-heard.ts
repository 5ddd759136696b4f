/** Waits for what a softphone hears, by the recording that it makes itself. */
import { statSync } from 'node:fs'
import type { Baresip } from '@dialwright/testkit'
import { until } from '../../packages/server/test/fixtures/server-run.ts'

/** The recording of its nth call has grown to so many samples of 8 kHz. */
export async function hasHeard(baresip: Baresip, nth: number, samples: number): Promise<void> {
  await until(
    `call ${nth} has heard ${samples} samples`,
    () => {
      const file = baresip.heard()[nth]
      return file !== undefined && statSync(file).size >= 2 * samples
    },
    { everyMs: 20 },
  )
}
