/** Documents that are almost right: refused by their places or applied for good, never an error of the database. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ProvisioningError } from '../../src/provisioning/errors.ts'
import { exportProvisioning } from '../../src/provisioning/export.ts'
import { useInstallation, wholeDocument } from './ground.ts'

/** Thousands by command (`DIALWRIGHT_HOSTILE_RUNS=5000 node --test ...`), fewer each time. */
const runs = Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 200)
const seed = 20_261_121

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

/** Undefined takes the place away. */
function changed(value: unknown, [head, ...rest]: Path, to: unknown): unknown {
  if (head === undefined) return to
  if (value === null || typeof value !== 'object') return value
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  const inner = changed(copy[head], rest, to)
  if (inner === undefined) delete copy[head]
  else copy[head] = inner
  return copy
}

// A password costs 64 MiB and a tenth of a second: people are tested elsewhere.
const right = JSON.parse(JSON.stringify({ ...wholeDocument(), users: [] })) as Record<string, unknown>
const places = pathsOf(right)
const nasty = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    ...['', '\u0000', 'a\u0000b', '\ud800', '__proto__', 'constructor', "'; drop table trunk; --", '9'.repeat(400)],
    ...[-1, 0, 1, 1e308, 2 ** 31, 2 ** 53, 1e-320, 0.5, null, [], {}, [[]], undefined, true, 'x'.repeat(70_000)],
    ...[
      '2026-02-30T25:61:61Z',
      '0000-01-01T00:00:00Z',
      '+999999999999999999999',
      '44e62ac6-6c08-4ad1-923d-5ee3299dd737',
    ],
    ...['main', 'spare', 'shown', 12, '12', { yunfu: 12 }, { twin: 'trunk-1', yunfu: 12 }, '24:00', '7', '+7'],
  ),
)
const values = (of: readonly Path[]) => fc.constantFrom(...of).map((path) => at(right, path))
/** A nasty value, one that stands elsewhere under the same key or under any: names and ids that meet, items that are there twice. */
const change = fc.constantFrom(...places).chain((place) =>
  fc.record({
    place: fc.constant(place),
    to: fc.oneof(nasty, values(places), values(places.filter((other) => other.at(-1) === place.at(-1)))),
  }),
)

describe('hostile documents', () => {
  const installation = useInstallation()

  test(`${runs} of them`, async () => {
    let applied = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 2 }), async (changes) => {
        const given = changes.reduce<unknown>((whole, { place, to }) => changed(whole, place, to), right)
        const document: unknown = JSON.parse(JSON.stringify(given) ?? 'null')
        const earlier = await installation.rows()
        try {
          await installation.apply(document)
        } catch (error) {
          assert.ok(error instanceof ProvisioningError, error as Error)
          assert.ok(error.problems.length > 0)
          assert.equal(await installation.rows(), earlier, 'a refused document has left something')
          return
        }
        applied += 1
        const again = await installation.check(document)
        assert.deepEqual(
          [again.created, again.changed],
          [0, 0],
          JSON.stringify(again.items.filter(({ action }) => action !== 'leave')),
        )
        const exported = JSON.parse(JSON.stringify(await exportProvisioning(installation.deps, again.workspaceId)))
        const back = await installation.check(exported)
        assert.deepEqual(
          [back.created, back.changed],
          [0, 0],
          JSON.stringify(back.items.filter(({ action }) => action !== 'leave')),
        )
      }),
      { seed, numRuns: runs },
    )
    assert.ok(applied > runs / 20, `only ${applied} of ${runs} were right enough to be applied`)
  })
})
