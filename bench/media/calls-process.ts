/** Our side of the media bench: calls that play and listen, on one media worker, as the telephony process has them. */
import { setTimeout as pause } from 'node:timers/promises'
import { MediaEngine } from '@dialwright/media'
import { systemRandom } from '../../packages/server/src/adapters/system/system-random.ts'
import { serve } from '../harness/child.ts'
import type { SideCommand } from './sides.ts'
import { frameMs, voiceSamples } from './wire.ts'

/** Calls begin in turn over one frame, as calls do: all at once they would send in one burst for ever. */
const beginnings = 20

const engine = new MediaEngine({
  address: '127.0.0.1',
  portRange: 'ephemeral',
  workers: 1,
  random: systemRandom,
  onEvent: (event) => {
    if (event.type === 'play-done' && event.reason === 'end') engine.play(event.sessionId, 'again', ['voice'])
  },
})
engine.addPrompt('voice', voiceSamples())
let sessions: string[] = []
let next = 0

async function open({ calls, farEnd, recordIn }: Extract<SideCommand, { do: 'open' }>): Promise<number[]> {
  const ports: number[] = []
  for (let n = 0; n < calls; n++) {
    const sessionId = `call-${next++}`
    ports.push(await engine.open(sessionId))
    sessions.push(sessionId)
  }
  for (let beginning = 0; beginning < beginnings; beginning++) {
    for (let n = beginning; n < calls; n += beginnings)
      begin(sessions[n] ?? '', farEnd[n % farEnd.length] ?? 0, recordIn)
    await pause(frameMs + frameMs / beginnings)
  }
  return ports
}

function begin(sessionId: string, port: number, recordIn: string | null): void {
  engine.setRemote(sessionId, {
    address: '127.0.0.1',
    port,
    codec: 'pcma',
    payloadType: 8,
    telephoneEventPayloadType: 101,
  })
  if (recordIn !== null) engine.record(sessionId, `${recordIn}/${sessionId}.wav`)
  engine.play(sessionId, 'first', ['voice'])
}

async function close(): Promise<number> {
  const stats = await Promise.all(sessions.map((sessionId) => engine.close(sessionId)))
  sessions = []
  return stats.reduce((sum, one) => sum + (one?.received ?? 0), 0)
}

serve<SideCommand>((command) => (command.do === 'open' ? open(command) : close()))
