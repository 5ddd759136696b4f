/** People who call us, with sipp: one rings, is answered, and waits for us to hang up. Every request goes the way the answer recorded. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freeUdpPort, runPeer } from '@dialwright/testkit'

export const callerPhone = '79990001122'
export const callerName = 'Anna'

export type Ring = {
  /** A directory for its scenario and its log. */
  readonly directory: string
  /** A loopback address. */
  readonly from: string
  /** Whom: the user of the request's address. */
  readonly user: string
  /** By which way: host and port. */
  readonly to: string
  /** Where it hears and speaks; absent: it has no sound. */
  readonly soundPort?: number | undefined
  readonly timeoutSeconds?: number | undefined
}

export type RingingSipp = {
  /** 0: all has gone as in the scenario. */
  readonly exited: Promise<number | null>
  /** Every message, sent and received. */
  log(): string
  kill(): void
}

export async function ringBySipp(ring: Ring): Promise<RingingSipp> {
  const { directory, from, user, to, soundPort, timeoutSeconds = 20 } = ring
  const port = await freeUdpPort()
  const [file, log] = ['xml', 'log'].map((ending) => join(directory, `sipp-${from}-${port}.${ending}`)) as [
    string,
    string,
  ]
  writeFileSync(file, scenario(soundPort === undefined ? '[media_port]' : String(soundPort)))
  const sipp = runPeer(
    'sipp',
    [
      ...['-sf', file, '-s', user, '-i', from, '-p', String(port), '-m', '1', '-nostdin'],
      ...['-timeout', `${timeoutSeconds}s`, '-timeout_error', '-trace_msg', '-message_file', log, to],
    ],
    directory,
  )
  return { exited: sipp.exited, log: () => readFileSync(log, 'utf8'), kill: () => sipp.kill() }
}

const self = `"${callerName}" <sip:${callerPhone}@[local_ip]:[local_port]>`

const scenario = (soundPort: string): string => `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="rings and waits">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: ${self};tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:${callerPhone}@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio ${soundPort} RTP/AVP 8 101
    a=rtpmap:101 telephone-event/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    [routes]
    From: ${self};tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv request="BYE"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
`
