import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { campaignStoreConformance } from '../../../dialer/src/ports/campaign-store.conformance.ts'
import { MemoryGround } from './memory-ground.ts'

campaignStoreConformance(
  async () => new MemoryGround(new VirtualClock(), new SeededRandom(7)),
  (seed) => new SeededRandom(seed),
)
