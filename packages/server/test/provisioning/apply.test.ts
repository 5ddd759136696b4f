import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import { pino } from 'pino'
import { openSecretBox, type SecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { vendorTellers } from '../../src/compat/tellers.ts'
import { demoProvisioning } from '../../src/demo/provisioning.ts'
import type { ServerDeps } from '../../src/deps.ts'
import { applyProvisioning } from '../../src/provisioning/apply.ts'
import { useTestDatabase } from '../fixtures/database.ts'

type Item = Record<string, unknown>
type Document = {
  workspace: Item
  trunks: Item[]
  numbers: Item[]
  dialplans: Item[]
  scenarios: Item[]
  callerIdGroups: Item[]
}

describe('provisioning', () => {
  const database = useTestDatabase()
  let directory: string
  let secretBox: SecretBox
  let runs = 0
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'provisioning-'))
    secretBox = await openSecretBox({ key: undefined, dataDirectory: directory })
  })
  after(() => rmSync(directory, { recursive: true }))

  const apply = (document: unknown) => {
    runs += 1
    const deps: ServerDeps = {
      pool: database.pool,
      clock: systemClock,
      random: new SeededRandom(runs),
      secretBox,
      log: pino({ level: 'silent' }),
      dataDirectory: directory,
      egress: 'loopback',
      limits: { requestsPerMinute: null, loginsPerMinute: null },
      onImport: () => {},
      tellers: vendorTellers,
      onChange: () => {},
    }
    return applyProvisioning(deps, document)
  }
  /** A workspace of this name, everything in it under given ids. */
  const documentOf = (
    name: string,
    ids: { trunk: string; number: string; dialplan: string; scenario: string; group: string },
  ): Document => {
    const document = demoProvisioning(5060, {
      login: `${name}@example.test`,
      password: 'a password',
      token: `dw_${name}_0123456789`,
    }) as Document
    Object.assign(document.workspace, { name })
    Object.assign(document.trunks[0] ?? {}, { id: ids.trunk, host: `${name}.example.test` })
    Object.assign(document.numbers[0] ?? {}, { id: ids.number })
    Object.assign(document.dialplans[0] ?? {}, { id: ids.dialplan })
    Object.assign(document.scenarios[0] ?? {}, { id: ids.scenario })
    document.callerIdGroups = [{ id: ids.group, name: 'group', numbers: ['Shown number'] }]
    return document
  }
  const newIds = () => ({
    trunk: crypto.randomUUID(),
    number: crypto.randomUUID(),
    dialplan: crypto.randomUUID(),
    scenario: crypto.randomUUID(),
    group: crypto.randomUUID(),
  })

  test("an id of another workspace is refused by its path, for every kind, and that workspace's rows stay as they are", async () => {
    const ids = newIds()
    await apply(documentOf('first', ids))
    const rows = async () =>
      (
        await database.pool.query(
          `select (select jsonb_agg(to_jsonb(t) order by id) from trunk t) as trunks, (select jsonb_agg(to_jsonb(n) order by id) from phone_number n) as numbers,
                  (select jsonb_agg(to_jsonb(d) order by id) from dialplan d) as dialplans, (select jsonb_agg(to_jsonb(s) order by id) from scenario s) as scenarios,
                  (select jsonb_agg(to_jsonb(g) order by id) from caller_id_group g) as groups, (select count(*) from workspace) as workspaces`,
        )
      ).rows[0]
    const earlier = await rows()
    const table = [
      ['trunk', '/trunks/0/id'],
      ['number', '/numbers/0/id'],
      ['dialplan', '/dialplans/0/id'],
      ['scenario', '/scenarios/0/id'],
      ['group', '/callerIdGroups/0/id'],
    ] as const
    for (const [kind, path] of table) {
      await assert.rejects(
        apply(documentOf('second', { ...newIds(), [kind]: ids[kind] })),
        (error: Error) => assert.ok(error.message.includes(`${path}: `), `${kind}: ${error.stack}`) === undefined,
      )
      assert.deepEqual(await rows(), earlier, kind)
    }
  })
})
