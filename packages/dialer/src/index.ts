export type { Clock, Timer } from './ports/clock.ts'
export type { Random } from './ports/random.ts'
