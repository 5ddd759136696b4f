import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { campaignStoreConformance } from '../../../dialer/src/ports/campaign-store.conformance.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { PostgresGround } from './postgres-ground.ts'

const database = useTestDatabase({ connections: 4 })

campaignStoreConformance(
  () => PostgresGround.open(database.pool, new VirtualClock(), new SeededRandom(7)),
  (seed) => new SeededRandom(seed),
)
