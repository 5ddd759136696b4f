export { VirtualClock } from './clock.ts'
export { freeUdpPort, missingPeer, type Peer, runPeer } from './peers.ts'
export { SeededRandom } from './random.ts'
