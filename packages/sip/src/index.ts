export { authorize, type Credentials, challengeHeader, chooseChallenge, verifyAuthorization } from './auth/digest.ts'
export type { SipClock, SipRandom } from './clock.ts'
export type { DialogSnapshot } from './dialog/dialog.ts'
export { SipError, type SipErrorCode } from './errors.ts'
export {
  type Header,
  header,
  headerValues,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  topVia,
} from './message/message.ts'
export { parseMessage } from './message/parse.ts'
export { serializeMessage } from './message/serialize.ts'
export { parseNameAddress, parseUri, sipUri } from './message/uri.ts'
export type { Registration, RegistrationEvent, RegistrationOptions } from './registration/registration.ts'
export {
  type AudioCodec,
  acceptAnswer,
  answerOffer,
  createOffer,
  type Direction,
  type LocalAudio,
  type NegotiatedAudio,
} from './sdp/audio-offer.ts'
export type { Peer } from './transport/udp.ts'
export { type EndpointOptions, SipEndpoint } from './ua/endpoint.ts'
export type { IncomingCall } from './ua/incoming-call.ts'
export type { OutgoingCall } from './ua/outgoing-call.ts'
export type {
  Answer,
  IncomingCallEvent,
  IncomingSnapshot,
  InDialogEvent,
  InviteOptions,
  InviteSnapshot,
  OutgoingCallEvent,
  ReasonCause,
  Reoffer,
  TraceEntry,
} from './ua/types.ts'
