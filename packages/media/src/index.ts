export { MediaError } from './errors.ts'
export { decode, encode, type Law } from './g711/g711.ts'
export { MediaEngine, type MediaEngineOptions } from './media-engine.ts'
export type { MediaEvent, RemoteMedia, SessionStats } from './worker/protocol.ts'
