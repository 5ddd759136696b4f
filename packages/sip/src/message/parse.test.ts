import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipError } from '../errors.ts'
import { cseq, header, headerValues, type SipRequest, topVia } from './message.ts'
import { limits, parseMessage } from './parse.ts'
import { serializeMessage } from './serialize.ts'

const required = [
  'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1',
  'From: <sip:a@x>;tag=1',
  'To: <sip:b@x>',
  'Call-ID: c',
  'CSeq: 1 INVITE',
]
const invite = (more: readonly string[] = [], body = '') =>
  `${['INVITE sip:b@127.0.0.1 SIP/2.0', ...required, ...more].join('\r\n')}\r\n\r\n${body}`

function refuses(text: string, about: RegExp): void {
  assert.throws(
    () => parseMessage(text),
    (error: unknown) => error instanceof SipError && error.code === 'SIP_MALFORMED' && about.test(error.message),
  )
}

test('compact header names and odd spellings become canonical ones', () => {
  const text =
    'INVITE sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@x>;tag=1\r\nT:<sip:b@x>\r\ni: c\r\nCSEQ: 7 INVITE\r\nm: <sip:a@h>\r\n\r\n'
  const message = parseMessage(text)
  assert.equal(header(message, 'From'), '<sip:a@x>;tag=1')
  assert.equal(header(message, 'To'), '<sip:b@x>')
  assert.equal(header(message, 'Call-ID'), 'c')
  assert.equal(header(message, 'Contact'), '<sip:a@h>')
  assert.deepEqual(cseq(message), { number: 7, method: 'INVITE' })
})

test('a folded line is one value', () => {
  const message = parseMessage(invite(['Subject: one', '  two', '\tthree']))
  assert.equal(header(message, 'Subject'), 'one two three')
})

test('a list of Vias in one header is several Vias, a comma inside quotes or brackets is none', () => {
  const message = parseMessage(
    invite([
      'Via: SIP/2.0/UDP h1;branch=z9hG4bK2, SIP/2.0/UDP h2;branch=z9hG4bK3',
      'Contact: "A, B" <sip:a@x?x=1,2>, <sip:c@x>',
    ]),
  )
  assert.equal(headerValues(message, 'Via').length, 3)
  assert.deepEqual(headerValues(message, 'Contact'), ['"A, B" <sip:a@x?x=1,2>', '<sip:c@x>'])
})

test('the top Via gives its host, port and parameters', () => {
  const text = invite().replace('127.0.0.1:5060;branch', '[2001:db8::1]:5070;rport=12;received=9.9.9.9;branch')
  const via = topVia(parseMessage(text))
  assert.equal(via?.host, '[2001:db8::1]')
  assert.equal(via?.port, 5070)
  assert.equal(via?.parameters.get('received'), '9.9.9.9')
})

test('Content-Length cuts what follows the body, and more than came is refused', () => {
  assert.equal(parseMessage(invite(['Content-Length: 3'], 'abcdef')).body, 'abc')
  assert.equal(parseMessage(invite([], 'abcdef')).body, 'abcdef')
  refuses(invite(['Content-Length: 7'], 'abcdef'), /Content-Length/)
  refuses(invite(['Content-Length: -1'], 'abcdef'), /Content-Length/)
})

test('each hard limit refuses the message just beyond it and takes the one just within', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `X-H${i}: v`)
  parseMessage(invite(many(limits.headers - 5)))
  refuses(invite(many(limits.headers - 4)), /headers/)
  const vias = (count: number) => Array.from({ length: count }, (_, i) => `Via: SIP/2.0/UDP h${i}`)
  parseMessage(invite(vias(limits.vias - 1)))
  refuses(invite(vias(limits.vias)), /Via/)
  refuses(invite([`Via: ${Array.from({ length: limits.vias }, () => 'SIP/2.0/UDP h').join(',')}`]), /Via/)
  const line = (chars: number) => [`X: ${'a'.repeat(chars - 3)}`]
  parseMessage(invite(line(limits.lineChars)))
  refuses(invite(line(limits.lineChars + 1)), /characters/)
  refuses(invite([`X: ${'a'.repeat(1_200)}`, ` ${'b'.repeat(1_200)}`]), /characters/)
  refuses(invite([], 'x'.repeat(limits.datagramBytes)), /bytes/)
})

test('a message without one of the five necessary headers is refused', () => {
  for (const gone of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
    const kept = required.filter((line) => !line.startsWith(gone))
    refuses(`${['INVITE sip:b@x SIP/2.0', ...kept].join('\r\n')}\r\n\r\n`, new RegExp(gone))
  }
})

test('start lines that are none are refused', () => {
  for (const start of [
    'INVITE sip:b@x SIP/3.0',
    'INVITE sip:b@x',
    'INVITE  SIP/2.0',
    'IN VITE sip:b@x SIP/2.0 x',
    'SIP/2.0 099 Low',
    'SIP/2.0 2x0 OK',
    '',
  ]) {
    refuses(invite().replace('INVITE sip:b@127.0.0.1 SIP/2.0', start), /./)
  }
})

test('a CSeq of another method or beyond 31 bits is refused', () => {
  refuses(invite().replace('1 INVITE', '1 BYE'), /CSeq/)
  refuses(invite().replace('1 INVITE', '2147483648 INVITE'), /CSeq/)
})

test('a megabyte of quotes, commas and spaces is judged in time linear in its length', () => {
  for (const filler of ['"', ',', ' ', '<', '\\', ';=', '\t']) {
    const begin = process.hrtime.bigint()
    for (let i = 0; i < 20; i++) {
      try {
        parseMessage(invite([`Contact: ${filler.repeat(Math.floor(1_900 / filler.length))}`]))
      } catch (error) {
        assert.ok(error instanceof SipError)
      }
    }
    assert.ok(process.hrtime.bigint() - begin < 1_000_000_000n)
  }
})

const request: SipRequest = {
  kind: 'request',
  method: 'BYE',
  uri: 'sip:b@x',
  headers: [
    ['Via', 'SIP/2.0/UDP h;branch=z9hG4bK1'],
    ['From', '<sip:a@x>;tag=1'],
    ['To', '<sip:b@x>;tag=2'],
    ['Call-ID', 'c'],
    ['CSeq', '2 BYE'],
  ],
  body: '',
}

test('a line break or NUL anywhere but in the body is refused, not written', () => {
  for (const bad of ['\r\nRoute: <sip:evil>', 'a\nb', 'a\rb', 'a\0b']) {
    const inValue = { ...request, headers: [...request.headers, ['Subject', bad] as const] }
    const inName = { ...request, headers: [...request.headers, [`X${bad}`, 'v'] as const] }
    for (const message of [inValue, inName, { ...request, uri: `sip:${bad}` }, { ...request, method: `B${bad}` }]) {
      assert.throws(
        () => serializeMessage(message),
        (error: unknown) => error instanceof SipError && error.code === 'SIP_UNSAFE_VALUE',
      )
    }
  }
})

test('Content-Length is the body\u2019s, whatever the headers said', () => {
  const text = serializeMessage({ ...request, headers: [...request.headers, ['Content-Length', '999']], body: 'abc' })
  assert.ok(text.endsWith('Content-Length: 3\r\n\r\nabc'))
  assert.ok(!text.includes('999'))
})
