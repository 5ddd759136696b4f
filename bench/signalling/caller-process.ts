/**
 * Our side of the signalling bench: complete calls at a steady rate through the SIP endpoint, put together as the telephony
 * process does it: digest credentials, offer and answer, the journal of legs on disk, datagrams of the trunk alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acceptAnswer, createOffer, SipEndpoint, sipUri } from '@dialwright/sip'
import { systemClock } from '../../packages/server/src/adapters/system/system-clock.ts'
import { systemRandom } from '../../packages/server/src/adapters/system/system-random.ts'
import { LegJournal } from '../../packages/server/src/adapters/telephony/leg-journal.ts'
import { serve } from '../harness/child.ts'

export type CallerCommand =
  | { readonly do: 'start'; readonly port: number; readonly callsPerSecond: number }
  | { readonly do: 'count' }
  | { readonly do: 'stop' }
export type CallerCount = {
  readonly started: number
  readonly completed: number
  readonly failed: number
  /** Of the last failure; null: none. */
  readonly failure: string | null
}

const address = '127.0.0.1'
const codecs = ['pcma', 'pcmu'] as const
const wheelMs = 5
/** Where our sound would be heard: the bench places calls, nobody speaks. */
const audioPort = 4_000

const directory = mkdtempSync(join(tmpdir(), 'dialwright-bench-legs-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const journal = new LegJournal(directory)
const endpoint = await SipEndpoint.open({
  address,
  port: 0,
  clock: systemClock,
  random: systemRandom,
  accept: (source) => source.address === address,
})
let wheel: NodeJS.Timeout | null = null
let started = 0
let completed = 0
let failed = 0
let failure: string | null = null

function place(port: number): void {
  const legId = crypto.randomUUID()
  started++
  const call = endpoint.invite(
    {
      requestUri: sipUri('79995550123', address, port),
      to: sipUri('79995550123', address),
      from: { uri: sipUri('79996662211', address) },
      contactUser: '79996662211',
      target: { address, port },
      callId: legId,
      body: createOffer({ address, port: audioPort, codecs, sessionId: started, version: 1 }),
      credentials: { username: 'bench', password: 'secret' },
      onSend: (invite) => journal.open(legId, { kind: 'invite', invite }),
    },
    (event) => {
      switch (event.type) {
        case 'answered':
          journal.open(legId, { kind: 'dialog', dialog: event.snapshot })
          acceptAnswer(event.body, codecs)
          return call.bye()
        case 'failed':
          failed++
          failure = `${event.cause} ${event.status ?? ''}`
          return
        case 'ended':
          journal.close(legId)
          completed++
          return
        default:
          return
      }
    },
  )
}

function start(port: number, callsPerSecond: number): void {
  const beganMs = performance.now()
  let placed = 0
  wheel = setInterval(() => {
    const due = Math.floor(((performance.now() - beganMs) / 1_000) * callsPerSecond)
    for (; placed < due; placed++) place(port)
  }, wheelMs)
}

serve<CallerCommand>((command): CallerCount => {
  if (command.do === 'start') start(command.port, command.callsPerSecond)
  else if (command.do === 'stop' && wheel !== null) clearInterval(wheel)
  return { started, completed: completed - failed, failed, failure }
})
