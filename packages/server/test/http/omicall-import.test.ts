/** What a company at OMICall saved of its account becomes a provisioning file that is checked and applied; its ids lead on. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { executePath, OmicallGround, session } from './omicall-ground.ts'
import { native } from './surface.ts'

type Draft = { readonly section: string; readonly item: Readonly<Record<string, unknown>>; readonly needs: string[] }
type Brought = {
  readonly document: Readonly<Record<string, unknown>>
  readonly drafts: readonly Draft[]
  readonly notes: readonly string[]
}
type Files = Readonly<Record<string, unknown>>

/** Text is CSV as it stands. */
const filesOf = (files: Files) =>
  Object.entries(files).map(([name, content]) => ({
    ...{ name, text: typeof content === 'string' ? content : JSON.stringify(content) },
  }))

describe("OMICall's lists as a provisioning document", () => {
  const database = useTestDatabase()
  let omicall: OmicallGround
  before(async () => {
    omicall = await OmicallGround.open(database.pool)
  })
  after(() => omicall.close())

  const ask = (files: Files) =>
    omicall.ask('POST', `${native}/provisioning/import`, { from: 'omicall', files: filesOf(files) })
  const brought = async (files: Files): Promise<Brought> => {
    const { status, body } = await ask(files)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const mistakes = async (files: Files): Promise<(readonly [pointer: string, detail: string])[]> => {
    const { status, body } = await ask(files)
    assert.equal(status, 422, JSON.stringify(body))
    return body.errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message])
  }
  const ring = (targetId: string) => ({ ...session, scripts: [{ targetType: 'ringGroup', targetId }] })

  test('ring groups, as objects and as a row a member: checked, applied, and rung by their ids', async () => {
    const csv =
      'id,name,code,operator,phone\nrg-2,Bán hàng,200,Minh,+84 901 111 122\nrg-2,Bán hàng,200,Hoa,84901111123\n'
    const members = [{ full_name: 'Lan', phone_number: '0901111121' }, { phone: '84901111120' }]
    const { document, drafts, notes } = await brought({
      'ring_groups.json': { payload: { items: [{ _id: 'rg-1', name: 'Hỗ trợ', code: '100', members }] } },
      'ring-group.csv': csv,
    })
    assert.deepEqual(document, {
      workspace: document.workspace,
      operatorGroups: [
        {
          ...{ name: 'Hỗ trợ', externalIds: { omicall: 'rg-1' }, code: '100', mode: 'all' },
          operators: [
            { name: 'Lan', phone: '0901111121' },
            { name: '84901111120', phone: '84901111120' },
          ],
        },
        {
          ...{ name: 'Bán hàng', externalIds: { omicall: 'rg-2' }, code: '200', mode: 'all' },
          operators: [
            { name: 'Minh', phone: '+84901111122' },
            { name: 'Hoa', phone: '84901111123' },
          ],
        },
      ],
    })
    assert.deepEqual(drafts, [])
    assert.match(notes.join(), /all of its operators at once/)
    assert.match(await omicall.refused('POST', executePath, ring('rg-2')), /nothing behind rg-2/)
    for (const way of ['check', 'apply']) {
      const { status, body } = await omicall.ask('POST', `${native}/provisioning/${way}`, document)
      assert.deepEqual([status, body.created], [200, 2], JSON.stringify(body))
    }
    const again = await omicall.ask('POST', `${native}/provisioning/apply`, document)
    assert.deepEqual([again.body.created, again.body.changed], [0, 0])
    for (const id of ['rg-1', 'rg-2']) await omicall.done('POST', executePath, ring(id))
    const byCode = { ...session, scripts: [{ targetType: 'ringGroup', targetValue: '100' }] }
    await omicall.done('POST', executePath, byCode)
  })

  test('members with an extension alone, and groups without members, are told as what is needed', async () => {
    const items = [
      { _id: 'rg-3', name: 'A', members: [{ name: 'Lan', extension: '101' }, { phone: '84901111124' }] },
      { _id: 'rg-4', name: 'B' },
    ]
    const { document, drafts } = await brought({ 'ringgroup.json': items })
    assert.deepEqual(document, { workspace: document.workspace })
    assert.deepEqual(
      drafts.map(({ section, item, needs }) => [section, item.name, needs]),
      [
        ['operatorGroups', 'A', ['operators: the number of Lan, 101']],
        ['operatorGroups', 'B', ['operators: names and numbers']],
      ],
    )
  })

  test('hooks, as the vendor lists them: the notes say what to send, and sent they are the same hooks', async () => {
    const url = 'http://127.0.0.1:9/moved'
    await omicall.done('POST', '/api/webhooks/register', { webhook: { type: 'call', url, events: ['hangup'] } })
    const all = { type: 'call', url: `${url}/all` }
    await omicall.done('POST', '/api/webhooks/register', { webhook: all })
    const answer = (await omicall.ask('GET', '/api/webhooks/list')).body
    const shown = () => answer.payload.map(({ id: _, created_date: __, ...hook }: Record<string, unknown>) => hook)
    await omicall.done('POST', '/api/webhooks/destroy?hook_type=call')
    const { notes } = await brought({
      'webhooks.json': answer,
      'hooks.csv': `type,url,events\ncontact,${url},create\n`,
    })
    const bodies = notes.flatMap((note) => /POST \/api\/webhooks\/register with (\{.*\})\.$/.exec(note)?.[1] ?? [])
    assert.equal(bodies.length, 2, notes.join('\n'))
    assert.ok(notes.some((note) => note.includes('Hooks of contacts are not yet in effect')))
    for (const body of bodies) await omicall.done('POST', '/api/webhooks/register', body)
    const moved = await omicall.done('GET', '/api/webhooks/list')
    assert.deepEqual(
      moved.map(({ id: _, created_date: __, ...hook }: Record<string, unknown>) => hook),
      shown(),
    )
  })

  test('bodies of sessions tell what their steps named; what a list tells of it is more', async () => {
    const { drafts } = await brought({
      'session.json': session,
      'greeting.json': { items: [{ _id: session.scripts[0].targetId, name: 'Lời chào', file_name: 'hello.mp3' }] },
    })
    assert.deepEqual(
      drafts.map(({ section, item }) => [section, item]),
      [
        [
          'audio',
          { name: 'Lời chào', externalIds: { omicall: session.scripts[0].targetId }, path: '/greetings/hello.mp3' },
        ],
        ['scenarios', { name: '728341', externalIds: { omicall: session.scripts[2].targetId }, code: '728341' }],
        ['operatorGroups', { name: '79149', externalIds: { omicall: session.scripts[3].targetId }, code: '79149' }],
      ],
    )
  })

  test('every mistake in the files is named with its place, and nothing is read out of them', async () => {
    const found = await mistakes({
      'ring_group.json': {
        payload: {
          items: [
            { name: 'A', members: [{ phone: '101a' }, 5, { phone_number: '84901111125' }, { phone: '+84 901111125' }] },
            { members: [] },
            { name: 'B', members: 'Lan' },
            null,
          ],
        },
      },
      'webhooks.json': [
        { type: 'call', url: 'ftp://x', events: ['ringing', 'create'] },
        { type: 'x', url: 'http://127.0.0.1/', events: 'ringing; hangup' },
      ],
      'body.json': { scripts: 'x' },
    })
    assert.deepEqual(found, [
      ['/files/0/payload/items/3', 'expected an object'],
      ['/files/2/scripts', 'expected a list'],
      ['/files/0/payload/items/0/members/1', 'expected an object'],
      ['/files/0/payload/items/0/members/0/phone', 'expected 2 to 20 digits, like 84901111111'],
      ['/files/0/payload/items/0/members/3/phone', '+84901111125 is in this ring group already'],
      ['/files/0/payload/items/1', 'expected an id, a code or a name of the ring group'],
      ['/files/0/payload/items/2/members', 'expected a list'],
      ['/files/1/0/url', 'expected an http or https address'],
      ['/files/1/0/events/1', 'expected ringing, answered or hangup'],
      ['/files/1/1/type', 'expected call; hooks of contacts are not yet in effect'],
    ])
  })
})
