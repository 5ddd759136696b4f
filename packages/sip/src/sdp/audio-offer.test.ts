import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipError } from '../errors.ts'
import { acceptAnswer, answerOffer, createOffer, type LocalAudio } from './audio-offer.ts'
import { parseSdp } from './session-description.ts'

const local: LocalAudio = { address: '127.0.0.1', port: 20_000, codecs: ['pcma', 'pcmu'], sessionId: 11, version: 1 }
const far: LocalAudio = { address: '127.0.0.2', port: 30_000, codecs: ['pcmu', 'pcma'], sessionId: 22, version: 1 }
const sdp = (...media: string[]) =>
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.9', 's=-', 'c=IN IP4 127.0.0.9', 't=0 0', ...media, ''].join('\r\n')

const nothing = (error: unknown) => error instanceof SipError && error.code === 'SDP_NOTHING_IN_COMMON'
const malformed = (error: unknown) => error instanceof SipError && error.code === 'SDP_MALFORMED'

test('offer and answer of our own settle on the first codec of the offer, with keys', () => {
  const { sdp: answer, negotiated } = answerOffer(createOffer(local), far)
  assert.deepEqual(negotiated, {
    codec: 'pcma',
    payloadType: 8,
    telephoneEventPayloadType: 101,
    remoteAddress: '127.0.0.1',
    remotePort: 20_000,
    ptimeMs: 20,
    direction: 'sendrecv',
  })
  const seen = acceptAnswer(answer, local.codecs)
  assert.equal(seen.codec, 'pcma')
  assert.equal(seen.remoteAddress, '127.0.0.2')
  assert.equal(seen.remotePort, 30_000)
  assert.equal(seen.telephoneEventPayloadType, 101)
})

test('the session and version numbers stand in the origin line', () => {
  assert.equal(parseSdp(createOffer({ ...local, version: 5 })).originLine, '- 11 5 IN IP4 127.0.0.1')
})

test('a dynamic number for PCMU and another one for keys are taken over', () => {
  const { sdp: answer, negotiated } = answerOffer(
    sdp('m=audio 4000 RTP/AVP 97 96', 'a=rtpmap:97 pcmu/8000/1', 'a=rtpmap:96 telephone-event/8000'),
    far,
  )
  assert.equal(negotiated.payloadType, 97)
  assert.equal(negotiated.telephoneEventPayloadType, 96)
  assert.match(answer, /m=audio 30000 RTP\/AVP 97 96\r\n/)
  assert.match(answer, /a=rtpmap:97 PCMU\/8000/)
})

test('keys at another clock rate than the audio are not keys for us', () => {
  const { negotiated } = answerOffer(sdp('m=audio 4000 RTP/AVP 0 96', 'a=rtpmap:96 telephone-event/16000'), far)
  assert.equal(negotiated.telephoneEventPayloadType, null)
})

test('video and a second audio stream are refused in their place', () => {
  const { sdp: answer } = answerOffer(
    sdp('m=video 5000 RTP/AVP 31', 'm=audio 4000 RTP/AVP 8', 'm=audio 4002 RTP/AVP 0'),
    far,
  )
  assert.deepEqual(
    parseSdp(answer).media.map(({ kind, port }) => [kind, port]),
    [
      ['video', 0],
      ['audio', 30_000],
      ['audio', 0],
    ],
  )
})

test('hold is seen in each of its spellings, and mirrored', () => {
  const held = answerOffer(sdp('m=audio 4000 RTP/AVP 8', 'a=sendonly'), far)
  assert.equal(held.negotiated.direction, 'sendonly')
  assert.match(held.sdp, /a=recvonly/)
  assert.equal(answerOffer(sdp('m=audio 4000 RTP/AVP 8', 'a=inactive'), far).negotiated.direction, 'inactive')
  assert.equal(answerOffer(sdp('a=sendonly', 'm=audio 4000 RTP/AVP 8'), far).negotiated.direction, 'sendonly')
  assert.equal(answerOffer(sdp('m=audio 4000 RTP/AVP 8', 'c=IN IP4 0.0.0.0'), far).negotiated.direction, 'inactive')
})

test('the address of the medium goes before that of the session', () => {
  assert.equal(acceptAnswer(sdp('m=audio 4000 RTP/AVP 8', 'c=IN IP4 127.0.0.7'), ['pcma']).remoteAddress, '127.0.0.7')
})

test('nothing in common is a coded outcome, both ways', () => {
  assert.throws(() => answerOffer(sdp('m=audio 4000 RTP/AVP 18'), far), nothing)
  assert.throws(() => answerOffer(sdp('m=audio 4000 RTP/SAVP 8'), far), nothing)
  assert.throws(() => answerOffer(sdp('m=audio 0 RTP/AVP 8'), far), nothing)
  assert.throws(() => answerOffer(sdp(), far), nothing)
  assert.throws(() => acceptAnswer(sdp('m=audio 4000 RTP/AVP 0'), ['pcma']), nothing)
})

test('what is no SDP is refused with its own code', () => {
  for (const text of [
    '',
    'hello',
    'v=0\r\n',
    sdp('m=audio x RTP/AVP 8'),
    sdp('m=audio 70000 RTP/AVP 8'),
    sdp('c=IN IP9 x'),
  ]) {
    assert.throws(() => parseSdp(text), malformed, text)
  }
  assert.throws(() => parseSdp(sdp(...Array.from({ length: 9 }, () => 'm=audio 1 RTP/AVP 8'))), malformed)
  assert.throws(() => parseSdp(sdp(...Array.from({ length: 300 }, () => 'a=x'))), malformed)
})

test('a ptime of the far end is told, a senseless one is not', () => {
  assert.equal(acceptAnswer(sdp('m=audio 4000 RTP/AVP 8', 'a=ptime:30'), ['pcma']).ptimeMs, 30)
  assert.equal(acceptAnswer(sdp('m=audio 4000 RTP/AVP 8', 'a=ptime:0'), ['pcma']).ptimeMs, 20)
  assert.equal(acceptAnswer(sdp('m=audio 4000 RTP/AVP 8', 'a=ptime:abc'), ['pcma']).ptimeMs, 20)
})
