/**
 * Requests made from our own OpenAPI document: whatever it promises to take, and whatever is nearly that, is taken or refused in
 * its form. More of them by command: `DIALWRIGHT_FUZZ_RUNS=2000 DIALWRIGHT_FUZZ_SEED=7 node --test ...`.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { useTestDatabase } from '../fixtures/database.ts'
import { makeResources } from './resource-surface.ts'
import { type Schema, type Vocabulary, valuesOf } from './schema-arbitrary.ts'
import { addressOf, type HttpGround, type Ids, makePeople, openHttp, task, tokenOf } from './surface.ts'

const runs = Number(process.env.DIALWRIGHT_FUZZ_RUNS ?? 40)
const seed = Number(process.env.DIALWRIGHT_FUZZ_SEED ?? 20_261_121)

type Parameter = { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema }
type Operation = {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

describe('requests made from the OpenAPI document', () => {
  const database = useTestDatabase()
  const authorization = `Bearer ${tokenOf('own', 'owner')}`
  let http: HttpGround
  let operations: { readonly method: string; readonly path: string; readonly operation: Operation }[]
  let vocabulary: Vocabulary
  let ids: Ids

  before(async () => {
    http = await openHttp(database.pool)
    const token = tokenOf('own', 'owner')
    const made = await http.app.inject({
      method: 'POST',
      url: '/api/cis/beta/tasks',
      headers: { authorization },
      payload: task,
    })
    const { id } = made.json()
    ids = await makeResources(http.app, token, { campaign: id, call: id })
    const people = await makePeople(http.app, token, id)
    ids = { ...ids, ...people }
    // Whoever takes away the token in use is answered 401 from then on: of people and tokens no id is known.
    const { users, tokens, ...others } = ids
    assert.ok(users !== undefined && tokens !== undefined)
    const known = [
      ...Object.values(others),
      ...Object.values(people),
      task.botId,
      'Everything to the box',
      '+74951234567',
    ]
    vocabulary = { known, wrongOfHundred: 2 }
    const { paths } = http.app.swagger() as unknown as Document
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    // What takes away comes last: the others have something to meet.
    operations.sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))
  })
  after(() => http.close())

  /** Mostly the one that is there: behind an id that nobody has there is little to find. */
  const idsOf = (path: string, name: string, schema: Schema) =>
    fc.oneof(
      {
        arbitrary: fc.constant(
          addressOf(path.replace(`{${name}}`, `:${name}`), ids)
            .split('/')
            .find((part) => Object.values(ids).includes(part)) ?? '',
        ),
        weight: 8,
      },
      { arbitrary: valuesOf(schema, vocabulary), weight: 2 },
    )
  const requestsOf = ({ method, path, operation }: (typeof operations)[number]) => {
    const parameters = (operation.parameters ?? []).filter(({ in: place }) => place !== 'header')
    const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
    return fc
      .record({
        given: fc.record(
          Object.fromEntries(
            parameters.map(({ name, in: place, schema }) => [
              name,
              place === 'path' ? idsOf(path, name, schema) : valuesOf(schema, vocabulary),
            ]),
          ),
          { requiredKeys: parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name) },
        ),
        payload: body === undefined ? fc.constant(undefined) : valuesOf(body.schema, vocabulary),
      })
      .map(({ given, payload }) => {
        const text = (value: unknown): string =>
          (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed()
        const query = new URLSearchParams()
        let url = path
        for (const { name, in: place } of parameters) {
          if (!Object.hasOwn(given, name)) continue
          const value = text((given as Record<string, unknown>)[name] ?? '')
          if (place === 'path') url = url.replace(`{${name}}`, encodeURIComponent(value.slice(0, 100)))
          else query.append(name, value)
        }
        // A stream without an end has no answer to look at.
        if (path.endsWith('/events')) query.set('follow', 'false')
        return { method, url: query.size === 0 ? url : `${url}?${query}`, type, payload }
      })
  }

  test('there is a document, and it names bodies', () => {
    assert.ok(operations.length > 60, `${operations.length} operations`)
    assert.ok(operations.filter(({ operation }) => operation.requestBody !== undefined).length > 20)
  })

  test(`each operation, ${runs} times (seed ${seed}): never a 5xx, and every refusal in the one form`, async () => {
    const statuses = new Map<number, number>()
    for (const one of operations) {
      const isCostly = /\/(session|login|users)(\/|$)/.test(one.path)
      await fc.assert(
        fc.asyncProperty(requestsOf(one), async ({ method, url, type, payload }) => {
          const answer = await http.app.inject({
            method: method as 'POST',
            url,
            headers: {
              authorization,
              ...(payload === undefined ? {} : { 'content-type': type ?? 'application/json' }),
            },
            ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
          })
          const { statusCode: status } = answer
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          assert.ok(status < 500, `${status} ${answer.body}`)
          if (status < 400 || !one.path.startsWith('/dialwright/')) return
          assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
          const { title, code, errors } = answer.json()
          assert.deepEqual([typeof title, typeof code, Array.isArray(errors)], ['string', 'string', true])
          if (status === 422) assert.notEqual(errors.length, 0, `nothing is named: ${answer.body}`)
        }),
        { seed, numRuns: isCostly ? Math.ceil(runs / 10) : runs },
      )
    }
    const of = (from: number) =>
      [...statuses].reduce((sum, [status, count]) => (Math.floor(status / 100) === from ? sum + count : sum), 0)
    assert.ok(of(2) > of(4) / 10, `a fuzz that is only refused reaches nothing: ${JSON.stringify([...statuses])}`)
    process.stdout.write(`# ${JSON.stringify(Object.fromEntries(statuses))}\n`)
  })
})
