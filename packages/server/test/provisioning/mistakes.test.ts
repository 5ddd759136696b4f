/** Every mistake is told by its place, all of them at once, in words that mend it; and nothing of such a document is kept. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Json, smallDocument, useInstallation, wav } from './ground.ts'

const scenario = (audio: string, more: Json = {}): Json => ({
  name: 'hello',
  language: 'en',
  startBlocks: [{ id: 'start', name: 'Start', next: 'say' }],
  blocks: [
    { id: 'say', type: 'say', audio, next: 'end' },
    { id: 'end', type: 'hangup' },
  ],
  ...more,
})
const line = { name: 'line', host: '127.0.0.1' }
const user = { login: 'a@example.test', password: 'long enough', role: 'owner' }
const token = { name: 'a', value: 'dw_0123456789abcdef', role: 'owner' }
const rule = (name: string, more: Json = {}): Json => ({ name, rules: {}, ...more })
const group = { name: 'night', zone: 'callee', forbid: [{ from: '21:00', to: '08:00' }] }

/** What is wrong, the sections as they are given, and each path with what its message must say. */
const table: readonly [what: string, sections: Json, problems: Readonly<Record<string, RegExp>>][] = [
  [
    'a trunk name twice, and so a reference that may mean both',
    { trunks: [line, { ...line }], dialplans: [] },
    { '/trunks/1/name': /^\/trunks\/0 .*"line"/, '/numbers/0/trunk': /more than one trunk/ },
  ],
  [
    'a number name twice',
    { numbers: ['1', '2'].map((end) => ({ name: 'shown', phone: `7999666221${end}`, trunk: 'line' })) },
    { '/numbers/1/name': /\/numbers\/0/ },
  ],
  ['a login twice', { users: [user, { ...user, role: 'admin' }] }, { '/users/1/login': /\/users\/0/ }],
  ['a token value twice', { tokens: [token, { ...token, name: 'b' }] }, { '/tokens/1/value': /\/tokens\/0/ }],
  [
    'a prefix twice',
    {
      dialplans: [
        {
          name: 'all',
          routes: [
            { prefix: '7', trunks: ['line'] },
            { prefix: '+7', trunks: ['line'] },
          ],
        },
      ],
    },
    { '/dialplans/0/routes/1/prefix': /\/dialplans\/0\/routes\/0/ },
  ],
  [
    'a trunk twice in a route',
    { dialplans: [{ name: 'all', routes: [{ prefix: '', trunks: ['line', 'line'] }] }] },
    { '/dialplans/0/routes/0/trunks/1': /\/trunks\/0 is the same trunk/ },
  ],
  [
    'a number twice in a group',
    { callerIdGroups: [{ name: 'g', numbers: ['shown', 'shown'] }] },
    { '/callerIdGroups/0/numbers/1': /numbers\/0 is the same number/ },
  ],
  [
    'an external id twice',
    {
      trunks: [
        { ...line, externalIds: { yunfu: 1 } },
        { name: 'b', host: '127.0.0.1', externalIds: { yunfu: '1' } },
      ],
    },
    { '/trunks/1/externalIds/yunfu': /\/trunks\/0/ },
  ],
  [
    'an id twice, in two sections',
    {
      trunks: [{ ...line, id: '44E62AC6-6C08-4AD1-923D-5EE3299DD737' }],
      numbers: [{ id: '44e62ac6-6c08-4ad1-923d-5ee3299dd737', name: 'shown', phone: '79996662211', trunk: 'line' }],
    },
    { '/numbers/0/id': /is the id of a trunk/ },
  ],
  [
    'a phone twice on one trunk',
    { numbers: ['a', 'b'].map((name) => ({ name, phone: '+79996662211', trunk: 'line' })) },
    { '/numbers/1/phone': /\/numbers\/0/ },
  ],
  [
    'two default rules, a code twice, a start block id twice',
    {
      retryRules: [rule('a', { default: true }), rule('b', { default: true })],
      scenarios: ['a', 'b'].map((name) => ({
        ...scenario('/prompts/en/greeting.wav', { name, code: 'x' }),
        startBlocks: [{ id: 'start', name: 'Start', next: 'say', externalIds: { is74: 10 } }],
      })),
    },
    {
      '/retryRules/1/default': /\/retryRules\/0/,
      '/scenarios/1/code': /\/scenarios\/0/,
      '/scenarios/1/startBlocks/0/externalIds/is74': /\/scenarios\/0/,
    },
  ],
  [
    'NUL in the name of the workspace',
    { workspace: { name: 'a\0b', timeZone: 'UTC', country: 'RU' } },
    { '/workspace/name': /U\+0000/ },
  ],
  ['NUL in a name', { trunks: [line, { name: 'a\0b', host: '127.0.0.1' }] }, { '/trunks/1/name': /U\+0000/ }],
  ['NUL in a login', { users: [{ ...user, login: 'a\0b' }] }, { '/users/0/login': /U\+0000/ }],
  [
    'NUL in a reference',
    { numbers: [{ name: 'n', phone: '79996662211', trunk: 'line\0' }] },
    { '/numbers/0/trunk': /U\+0000/ },
  ],
  ['half a surrogate pair', { timeGroups: [{ ...group, name: '\ud800' }] }, { '/timeGroups/0/name': /surrogate/ }],
  [
    'numbers out of range',
    {
      trunks: [
        {
          ...line,
          maxCalls: 2_147_483_648,
          callsPerSecond: 1e-320,
          port: 65_536,
          ringTimeoutMs: 2 ** 53,
          destinations: ['x'],
        },
      ],
    },
    {
      '/trunks/0/maxCalls': /<=/,
      '/trunks/0/callsPerSecond': />=/,
      '/trunks/0/port': /<=/,
      '/trunks/0/ringTimeoutMs': /<=/,
      '/trunks/0/destinations/0': /digits/,
    },
  ],
  [
    'a country and a zone that do not exist',
    { workspace: { name: 'W', timeZone: 'Europe/Atlantis', country: 'XX' } },
    { '/workspace/timeZone': /Europe\/Moscow/, '/workspace/country': /RU/ },
  ],
  [
    'an offset for a zone',
    { workspace: { name: 'W', timeZone: '+03:00', country: 'RU' } },
    { '/workspace/timeZone': /IANA/ },
  ],
  [
    'a zone in small letters',
    { workspace: { name: 'W', timeZone: 'europe/moscow', country: 'RU' } },
    { '/workspace/timeZone': /Europe\/Moscow/ },
  ],
  [
    'mistakes of shape and of reference in one item and in others',
    {
      trunks: [{ name: 'line', host: '' }],
      numbers: [
        { name: 'n', phone: 7999, trunk: 'nowhere' },
        { name: 'm', phone: '79991112233', trunk: 'line' },
      ],
      callerIdGroups: [{ name: 'g', mode: 'nearest', numbers: ['n', 'm', 'k'] }],
      dialplans: [{ name: 'all', routes: [{ prefix: 'x', trunks: ['line', 'lost'] }] }],
      scenarios: [scenario('/prompts/none.wav', { language: 'English!' })],
    },
    {
      '/trunks/0/host': /IPv4/,
      '/numbers/0/phone': /quotes/,
      '/numbers/0/trunk': /there is no trunk "nowhere"/,
      '/callerIdGroups/0/mode': /round-robin, random or regional/,
      '/callerIdGroups/0/numbers/2': /there is no number "k"/,
      '/dialplans/0/routes/0/prefix': /digits/,
      '/dialplans/0/routes/0/trunks/1': /there is no trunk "lost"/,
      '/scenarios/0/language': /tag/,
      '/scenarios/0/blocks/0/audio': /no audio/,
    },
  ],
  [
    'a reference with two dialects, with none, of a wrong kind',
    {
      trunks: [{ ...line, externalIds: { twin: 'a', yunfu: 1 } }],
      numbers: [
        { name: 'a', phone: '79991112231', trunk: { twin: 'a', yunfu: 1 } },
        { name: 'b', phone: '79991112232', trunk: {} },
        { name: 'c', phone: '79991112233', trunk: { sip: 'a' } },
        { name: 'd', phone: '79991112234', trunk: { yunfu: 'a' } },
      ],
      dialplans: [],
    },
    {
      '/numbers/0/trunk': /one dialect/,
      '/numbers/1/trunk': /one dialect/,
      '/numbers/2/trunk/sip': /no field/,
      '/numbers/3/trunk': /there is no trunk \{"yunfu":"a"\}/,
    },
  ],
  [
    'a name that is the external id of another',
    { trunks: [line, { name: 'b', host: '127.0.0.1', externalIds: { omicall: 'line' } }], dialplans: [] },
    { '/numbers/0/trunk': /more than one trunk: use its id/ },
  ],
  [
    'sections and fields that are not in effect',
    {
      voices: [{ name: 'v', provider: 'deepgram', voice: 'en', language: 'en' }],
      operatorGroups: [{ name: 'g', operators: [{ name: 'o', phone: '7495', sip: { user: 'u', password: 'p' } }] }],
      trunks: [{ ...line, transport: 'tls', ca: 'x', srtp: 'required' }],
    },
    {
      '/voices/0/provider': /not yet in effect/,
      '/operatorGroups/0/operators/0/sip': /not yet in effect/,
      '/trunks/0/transport': /udp/,
      '/trunks/0/ca': /not yet/,
      '/trunks/0/srtp': /off/,
    },
  ],
  [
    'lines and inbound rules that mean nothing',
    {
      trunks: [line, { name: 'bare', host: '127.0.0.1', register: { every: 300 }, maxCalls: 3, reservedCalls: 4 }],
      numbers: [
        { name: 'a', phone: '79991112231', trunk: 'line', password: 'x', inbound: { action: 'robot' } },
        {
          name: 'b',
          phone: '79991112232',
          trunk: 'line',
          inbound: { action: 'end', scenario: 'gone' },
          reservedCalls: 1,
        },
        {
          name: 'c',
          phone: '79991112233',
          trunk: 'line',
          inbound: { action: 'robot', scenario: 'talk', startBlock: 'gone' },
        },
        {
          name: 'd',
          phone: '79991112234',
          trunk: 'line',
          inbound: { action: 'end', did: '4 5', webhooks: [{ url: 'ftp://x' }] },
        },
        { name: 'e', phone: '79991112235', trunk: 'line', inbound: { action: 'end', startBlock: 'main' } },
      ],
      scenarios: [
        {
          name: 'talk',
          language: 'en',
          startBlocks: [{ id: 'main', name: 'main', next: 'end' }],
          blocks: [{ id: 'end', type: 'hangup' }],
        },
      ],
    },
    {
      '/trunks/1/register': /username and the password/,
      '/trunks/1/reservedCalls': /maxCalls/,
      '/numbers/0/login': /login/,
      '/numbers/0/inbound/scenario': /needs a scenario/,
      '/numbers/1/inbound/scenario': /has none/,
      '/numbers/1/reservedCalls': /maxCalls/,
      '/numbers/2/inbound/startBlock': /no start block "gone"/,
      '/numbers/3/inbound/did': /expected/,
      '/numbers/3/inbound/webhooks/0/url': /http/,
      '/numbers/4/inbound/startBlock': /scenario/,
    },
  ],
  [
    'tags that nobody knows, or that are there twice',
    {
      tagScenes: [
        {
          name: 'sales',
          groups: [{ name: 'mood', externalIds: { yunfu: 1 }, tags: [{ name: 'glad', externalIds: { yunfu: 7 } }] }],
        },
        {
          name: 'twice',
          groups: [
            { name: 'a', tags: [{ name: 'x' }] },
            { name: 'a', tags: [{ name: 'x' }] },
          ],
        },
        { name: 'ids', groups: [{ name: 'mood', tags: [{ name: 'sad', externalIds: { yunfu: '7' } }] }] },
      ],
      scenarios: [
        scenario('/prompts/en/greeting.wav', { name: 'nowhere', tagScene: 'support' }),
        {
          ...scenario('/prompts/en/greeting.wav', { tagScene: 'sales' }),
          blocks: [
            { id: 'say', type: 'mark', tags: ['glad', 'sad'], next: 'desk' },
            { id: 'desk', type: 'transfer', to: { operatorGroup: 'nobody' }, noAnswer: 'end' },
            { id: 'end', type: 'hangup' },
          ],
        },
      ],
    },
    {
      '/tagScenes/1/groups/1/name': /number 1 of the list/,
      '/tagScenes/1/groups/1/tags/0/name': /another tag/,
      '/tagScenes/2/groups/0/tags/0/externalIds/yunfu': /tagScenes\/0/,
      '/scenarios/0/tagScene': /there is no tag-scene "support"/,
      '/scenarios/1/blocks/0/tags/1': /no tag "sad"/,
      '/scenarios/1/blocks/1/to/operatorGroup': /there is no operator-group "nobody"/,
    },
  ],
  [
    'groups and projects of what is not there',
    {
      operatorGroups: [
        { name: 'g', code: 'x', number: 'nowhere', operators: [{ name: 'o', phone: '7495' }] },
        {
          name: 'h',
          code: 'x',
          operators: [
            { name: 'o', phone: '7495' },
            { name: 'p', phone: '+7495' },
          ],
        },
        { name: 'i', operators: [] },
        { name: 'j', mode: 'loudest', operators: [{ name: 'o' }] },
      ],
      projects: [{ name: 'p', scenarios: ['hello'], numbers: ['shown', 'shown', 'lost'] }],
      voices: [{ name: 'v', provider: 'espeak', voice: '--stdin', language: 'en', speed: 3 }],
    },
    {
      '/operatorGroups/0/number': /there is no number "nowhere"/,
      '/operatorGroups/1/code': /has this code too/,
      '/operatorGroups/1/operators/1/phone': /number 1 of the list has this phone/,
      '/operatorGroups/2/operators': />=1/,
      '/operatorGroups/3/mode': /in-turn/,
      '/operatorGroups/3/operators/0/phone': /digits/,
      '/projects/0/scenarios/0': /there is no scenario "hello"/,
      '/projects/0/numbers/1': /the same number/,
      '/projects/0/numbers/2': /there is no number "lost"/,
      '/voices/0/voice': /espeak/,
      '/voices/0/speed': /<=2/,
    },
  ],
  [
    'sections and fields that nobody knows',
    { trunk: [], trunks: [{ ...line, hosts: 'x', 'a/b~c': 1 }] },
    { '/trunk': /there are workspace, users/, '/trunks/0/hosts': /no field/, '/trunks/0/a~1b~0c': /no field/ },
  ],
  ['a section that is no list', { trunks: {}, numbers: [], dialplans: [] }, { '/trunks': /list/ }],
  [
    'sounds that cannot be played',
    {
      audio: [
        { path: '/a.wav', file: wav(16_000) },
        { path: '/b.wav', file: 'data:audio/wav;base64,AAAA' },
        { path: '/c.wav', file: 'none.wav' },
        { path: '/d.wav', file: null },
        { path: '/e.wav', file: wav(8_000, new Int16Array(0)) },
        { path: '/f.wav', file: 'data:audio/mpeg;base64,AAAA' },
        { path: 'g.wav', file: wav() },
      ],
    },
    {
      '/audio/0/file': /8000 samples a second, found 16000/,
      '/audio/1/file': /16-bit mono PCM/,
      '/audio/2/file': /no such file/,
      '/audio/3/file': /no such sound here/,
      '/audio/4/file': /without any/,
      '/audio/5/file': /audio\/wav/,
      '/audio/6/path': /greeting\.wav/,
    },
  ],
  [
    'rules and hours that mean nothing',
    {
      retryRules: [rule('a', { rules: { answered: { tries: 1, intervals: [1] }, busy: { tries: 1, intervals: [] } } })],
      timeGroups: [
        {
          ...group,
          forbid: [
            { from: '12:00', to: '12:00' },
            { from: '24:00', to: '01:00' },
            { from: 720, to: '13:00' },
          ],
        },
      ],
    },
    {
      '/retryRules/0/rules/answered': /redial|key/,
      '/retryRules/0/rules/busy/intervals': /1/,
      '/timeGroups/0/forbid/0/to': /nothing/,
      '/timeGroups/0/forbid/1/from': /24:00/,
      '/timeGroups/0/forbid/2/from': /string/,
    },
  ],
  [
    'credentials that cannot be sent',
    {
      trunks: [
        { ...line, username: 'a\r\nVia: x', password: 'x' },
        { name: 'b', host: 'a b', password: 'x' },
      ],
    },
    { '/trunks/0/username': /control/, '/trunks/1/host': /IPv4/, '/trunks/1/username': /username/ },
  ],
  [
    'a short token and password',
    { users: [{ ...user, password: 'short' }], tokens: [{ ...token, value: 'two words of it all' }] },
    { '/users/0/password': /8/, '/tokens/0/value': /ASCII/ },
  ],
]

describe('a provisioning document with mistakes', () => {
  const installation = useInstallation()

  for (const [what, sections, expected] of table) {
    test(what, async () => {
      const document = smallDocument('Mistaken', sections)
      const earlier = await installation.rows()
      const problems = await installation.problems(document)
      const told = problems.map(({ path, message }) => `${path}: ${message}`).join('\n')
      assert.deepEqual(problems.map(({ path }) => path).toSorted(), Object.keys(expected).toSorted(), told)
      for (const { path, message } of problems) assert.match(message, expected[path] ?? /never/, path)
      await assert.rejects(installation.apply(document), (error: Error) => {
        assert.equal((error as { code?: unknown }).code, 'PROVISIONING_INVALID', told)
        return true
      })
      assert.equal(await installation.rows(), earlier)
    })
  }

  test('what is no object at all is told as that', async () => {
    for (const document of [null, [], 'text', 7]) {
      const [problem] = await installation.problems(document)
      assert.match(problem?.message ?? '', /expected an object/)
    }
    const deep = JSON.parse(`${'{"a":'.repeat(150)}1${'}'.repeat(150)}`)
    assert.ok((await installation.problems(deep)).some(({ message }) => /100 levels/.test(message)))
  })

  test('what is there already is held against the document too', async () => {
    await installation.apply(smallDocument('There', { trunks: [{ ...line, externalIds: { twin: 'a' } }] }))
    await installation.apply(
      smallDocument('Elsewhere', { users: [{ ...user, login: 'taken@example.test' }], tokens: [token] }),
    )
    const problems = await installation.problems(
      smallDocument('There', {
        users: [{ ...user, login: 'taken@example.test' }],
        tokens: [token],
        trunks: [
          { id: '5e0e9f0a-6c08-4ad1-923d-5ee3299dd737', name: 'line', host: '127.0.0.1' },
          { name: 'second', host: '127.0.0.1' },
          { id: '6e0e9f0a-6c08-4ad1-923d-5ee3299dd737', name: 'third', host: '127.0.0.1', externalIds: { twin: 'a' } },
        ],
        numbers: [
          { id: '7e0e9f0a-6c08-4ad1-923d-5ee3299dd737', name: 'renamed', phone: '+79996662211', trunk: 'second' },
        ],
        dialplans: [],
      }),
    )
    assert.deepEqual(
      problems.map(({ path, code }) => [path, code]),
      [
        ['/users/0/login', 'taken'],
        ['/tokens/0/value', 'taken'],
        ['/trunks/0/name', 'taken'],
        ['/trunks/2/externalIds/twin', 'taken'],
      ],
    )
  })
})
