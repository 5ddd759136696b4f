import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { webhookCallStatus } from '../twin-call-status.ts'
import { callEndedBody, candidateChangedBody } from './webhook-bodies.ts'

const scenario = { id: 's', ids: { twin: 'bot' }, name: 'a bot' }
const campaign = { id: 'c', ids: { twin: 'task' }, name: 'n', scenario, timeZone: 'Europe/Moscow' }
const contact = {
  id: 'k',
  ids: { twin: 'person', is74: '7' },
  state: 'done',
  phones: ['+79990000001', '+79990000002'],
  givenPhones: ['79990000001', '8 (999) 000-00-02'],
  zones: ['Europe/Moscow'],
  attempts: 1,
  clientExternalId: null,
  callbackData: null,
  variables: { name: 'Анна' },
  lastDisposition: 'no-answer',
  doneReason: 'tries-used-up',
  finishedAt: Temporal.Instant.from('2026-03-02T09:01:00Z'),
} as const
const call = {
  id: 'call',
  attemptId: null,
  attemptNumber: 1,
  direction: 'out',
  phone: '+79990000001',
  givenPhone: '8 (999) 000-00-01',
  callerId: null,
  disposition: 'no-answer',
  detail: null,
  sipCode: 480,
  sipReason: null,
  q850: null,
  createdAt: Temporal.Instant.from('2026-03-02T09:00:00Z'),
  startedAt: Temporal.Instant.from('2026-03-02T09:00:01Z'),
  ringingAt: null,
  answeredAt: null,
  endedAt: Temporal.Instant.from('2026-03-02T09:00:31Z'),
  talkMs: 0,
  robotMs: 0,
  endedBy: 'timeout',
  keys: '',
  variables: {},
  tags: [],
  knownTags: [],
  blocks: 0,
  goal: null,
  level: null,
  recording: null,
  number: null,
  scenario,
} as const

describe('the bodies of TWIN webhooks', () => {
  it('CALL_ENDED has every field of the contract', () => {
    assert.deepEqual(callEndedBody({ eventId: 'e', campaign, contact, call }), {
      event: 'CALL_ENDED',
      eventId: 'e',
      id: 'call',
      taskId: 'task',
      autoCallCandidateId: 'person',
      botId: 'bot',
      clientExternalId: null,
      callbackData: null,
      phone: '79990000001',
      isIncoming: false,
      attempt: 1,
      createdAt: '2026-03-02T09:00:00Z',
      startedAt: '2026-03-02T09:00:01Z',
      finishedAt: '2026-03-02T09:00:31Z',
      duration: 30,
      mainCallDuration: 0,
      robotCallDuration: 0,
      status: 'NOANSWER',
      currentStatusName: 'NOANSWER',
      timezone: 'Europe/Moscow',
      dialogResult: null,
      results: {},
      resultsString: '{}',
      recordPath: null,
    })
  })

  it('a recording is told by where it is fetched, and a number that nobody brought as it is', () => {
    const recorded = { ...call, recording: 'a/b.wav', givenPhone: null }
    const { recordPath, phone } = callEndedBody({ eventId: 'e', campaign, contact, call: recorded })
    assert.deepEqual([recordPath, phone], ['/dialwright/v1/calls/call/recording', '+79990000001'])
  })

  it('tells the robot’s part of the talk apart from the whole', () => {
    const handedOver = { ...call, talkMs: 60_400, robotMs: 12_600 }
    const { mainCallDuration, robotCallDuration } = callEndedBody({ eventId: 'e', campaign, contact, call: handedOver })
    assert.deepEqual([mainCallDuration, robotCallDuration], [60, 13])
  })

  it('CANDIDATE_CHANGED has every field of the contract', () => {
    assert.deepEqual(candidateChangedBody({ eventId: 'e', campaign, contact }), {
      event: 'CANDIDATE_CHANGED',
      eventId: 'e',
      id: 'person',
      taskId: 'task',
      clientExternalId: null,
      callbackData: null,
      phone: ['79990000001', '79990000002'],
      status: 'FINISHED',
      lastCallStatus: 'NOANSWER',
      attempts: 1,
      variables: { name: 'Анна' },
      finishedAt: '2026-03-02T09:01:00Z',
    })
  })

  it('names no zone for a number of several', () => {
    const far = { ...contact, zones: ['Asia/Yekaterinburg', 'Europe/Moscow'] }
    assert.equal(callEndedBody({ eventId: 'e', campaign, contact: far, call }).timezone, null)
  })

  it('tells a person nobody may dial as cancelled, without a last call', () => {
    const excluded = { ...contact, state: 'excluded', lastDisposition: null }
    const body = candidateChangedBody({ eventId: 'e', campaign, contact: excluded })
    assert.deepEqual([body.status, body.lastCallStatus], ['CANCEL', null])
  })

  it('counts a machine as answered and an unknown end as failed', () => {
    assert.deepEqual([webhookCallStatus('machine'), webhookCallStatus('unknown')], ['ANSWERED', 'FAILED'])
  })
})
