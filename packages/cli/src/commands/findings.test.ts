import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NetworkStatus, networkFindings, speechFindings, type Trunk, trunkFindings } from './findings.ts'

const system: NetworkStatus = {
  sip: { host: '0.0.0.0', port: 5060 },
  rtpPorts: { from: 20_000, to: 23_999 },
  publicAddress: '198.51.100.7',
  telephony: true,
}
const far: Trunk = { name: 'Provider', host: 'sip.example.com', maxCalls: 60 }
const here: Trunk = { name: 'Box', host: '127.0.0.1', port: 5070 }

const states = (change: Partial<NetworkStatus>, trunks: readonly Trunk[]): Record<string, string> =>
  Object.fromEntries(
    networkFindings({ ...system, ...change }, 'http://pbx:8080', trunks).map(({ check, state }) => [check, state]),
  )
const fine = { telephony: 'ok', SIP: 'ok', RTP: 'ok', address: 'ok' }

test('a server that can be reached from its trunks is fine', () => {
  assert.deepEqual(states({}, [far]), fine)
  const loopback = { sip: { host: '127.0.0.1', port: 5060 }, publicAddress: '127.0.0.1' }
  assert.deepEqual(states(loopback, [here]), fine)
})

test('a loopback bind or address with a trunk elsewhere is found, with the setting that mends it', () => {
  assert.equal(states({ sip: { host: '127.0.0.1', port: 5060 } }, [here, far]).SIP, 'fail')
  assert.equal(states({ publicAddress: '127.0.0.1' }, [far]).address, 'fail')
  assert.equal(states({ publicAddress: '0.0.0.0' }, [far]).address, 'fail')
  const told = networkFindings({ ...system, publicAddress: '127.0.0.1' }, 'http://pbx:8080', [far])
  assert.match(told.find(({ check }) => check === 'address')?.text ?? '', /"Provider".*DIALWRIGHT_PUBLIC_ADDRESS/)
})

test('a private address towards the world is a warning, towards a neighbour it is fine', () => {
  for (const publicAddress of ['10.1.2.3', '192.168.0.9', '172.20.0.2', '100.64.1.1'])
    assert.equal(states({ publicAddress }, [far]).address, 'warn', publicAddress)
  assert.equal(states({ publicAddress: '10.1.2.3' }, [{ name: 'PBX', host: '10.9.9.9' }]).address, 'ok')
  assert.equal(states({ publicAddress: '172.32.0.2' }, [far]).address, 'ok')
})

test('fewer RTP ports than the trunks carry calls is a warning', () => {
  assert.equal(states({ rtpPorts: { from: 20_000, to: 20_099 } }, [far]).RTP, 'warn')
  assert.equal(states({ rtpPorts: { from: 20_000, to: 20_119 } }, [far]).RTP, 'ok')
})

test('silence of the telephony process is a failure, silence of the server about itself is not known', () => {
  assert.equal(states({ telephony: false }, []).telephony, 'fail')
  assert.deepEqual(
    networkFindings(null, 'http://pbx', []).map(({ state }) => state),
    ['unknown'],
  )
})

test('no trunk at all is a failure; one that the breaker keeps shut is one', () => {
  assert.deepEqual(
    trunkFindings([]).map(({ state }) => state),
    ['fail'],
  )
  assert.deepEqual(
    trunkFindings(null).map(({ state }) => state),
    ['unknown'],
  )
  assert.deepEqual(
    trunkFindings([far, { ...here, closedUntil: '2026-03-02T09:00:00Z' }]).map(({ state }) => state),
    ['ok', 'fail'],
  )
})

test('who does not speak is a warning that says what mends it; who speaks is told with the version', () => {
  const espeak = { provider: 'espeak', isReady: true, version: 'eSpeak NG text-to-speech: 1.51', message: null }
  const missing = { ...espeak, isReady: false, version: null, message: 'espeak-ng is not installed: install it' }
  assert.deepEqual(
    speechFindings([espeak, missing]).map(({ state, text }) => [state, text]),
    [
      ['ok', 'espeak speaks texts (eSpeak NG text-to-speech: 1.51)'],
      ['warn', 'espeak-ng is not installed: install it'],
    ],
  )
  assert.deepEqual(speechFindings([]), [])
})
