export { type Carrier, type CarrierOptions, startCarrier } from './carrier.ts'
export type { LedgerLine } from './ledger/ledger.ts'
export { type SpawnedCarrier, spawnCarrier } from './spawn-carrier.ts'
export { type Relay, startRelay, type Weather } from './transport/relay.ts'
