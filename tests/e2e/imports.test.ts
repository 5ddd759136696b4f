/**
 * A long list, read while the product dies twice: the whole of main once, the process that reads once. At size by command:
 * `DIALWRIGHT_IMPORT_ROWS=1000000 node --test tests/e2e/imports.test.ts`.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { demoEnvironment } from '../../packages/server/src/config.ts'
import { ApiClient } from '../../packages/server/src/demo/api-client.ts'
import { demoIds, demoProvisioning } from '../../packages/server/src/demo/provisioning.ts'
import { ServerProcess } from '../../packages/server/src/demo/server-process.ts'
import { makeTemporaryDirectory } from '../../packages/server/test/fixtures/temporary-directory.ts'

const rows = Number(process.env.DIALWRIGHT_IMPORT_ROWS ?? 30_000)
const token = 'dw_import_token_0123456789'
const native = '/dialwright/v1'
type Progress = { id: string; state: string; rows: number; accepted: number; duplicates: number; rejected: number }

/** Every tenth repeats the phone of an earlier row, every thousandth is none; all others are different people. */
const lineOf = (row: number): string => {
  if (row % 1_000 === 999) return `nobody,${row}`
  const person = row % 10 === 9 ? row - 9 : row
  return `8 (9${String(10 + (person % 80))}) ${String(person).padStart(7, '0')},${row}`
}
const phoneOf = (row: number): string => `+7${lineOf(row).split(',')[0]?.replace(/\D/g, '').slice(1)}`
const people = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 10 !== 9)
const broken = Math.floor((rows + 0) / 1_000)

function* list(): Generator<string> {
  yield 'phone,row\n'
  for (let from = 0; from < rows; from += 5_000)
    yield Array.from({ length: Math.min(5_000, rows - from) }, (_, at) => `${lineOf(from + at)}\n`).join('')
}

/** The child of a process that runs an entry. */
function childRunning(parent: number, entry: string): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .find((pid) => {
      try {
        const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
        return Number(rest.split(' ')[1]) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(entry)
      } catch {
        return false
      }
    })
}

test('a list that is read while main dies once and its reader once: nobody is lost, nobody is there twice', {
  timeout: 1_800_000,
}, async () => {
  const directory = await makeTemporaryDirectory('import-')
  const provisionFile = join(directory, 'provisioning.json')
  const who = { login: 'import@example.test', password: 'a password', token }
  writeFileSync(provisionFile, JSON.stringify(demoProvisioning(5060, who)))
  const environment = demoEnvironment({ dataDirectory: join(directory, 'data'), provisionFile })
  let server = await ServerProcess.start(environment)
  after(async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const { id: campaign } = await new ApiClient(server.address, token).post<{ id: string }>(`${native}/campaigns`, {
    name: 'import',
    scenario: { twin: demoIds.botId },
    route: { via: 'dialplan', dialplan: 'Everything to the box' },
  })
  const answer = await fetch(`${server.address}${native}/campaigns/${campaign}/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(list()).map((text) => Buffer.from(text))) as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  assert.equal(answer.status, 202)
  const { id } = (await answer.json()) as Progress
  const look = () => new ApiClient(server.address, token).get<Progress>(`${native}/imports/${id}`)
  const until = async (enough: number): Promise<Progress> => {
    for (;;) {
      const progress = await look()
      if (progress.state !== 'waiting' && progress.state !== 'running') return progress
      if (progress.rows >= enough) return progress
      await setTimeout(5)
    }
  }

  const before = await until(rows / 4)
  assert.equal(before.state, 'running', 'it was killed while it read')
  server.kill('SIGKILL')
  await server.exited
  server = await ServerProcess.start(environment)
  const again = await until(rows / 2)
  assert.equal(again.state, 'running', 'it goes on, and was killed again while it read')
  const reader = childRunning(server.processId ?? 0, 'jobs.ts')
  assert.ok(reader !== undefined, 'the process that reads')
  process.kill(reader, 'SIGKILL')

  const done = await until(Number.POSITIVE_INFINITY)
  const { state, accepted, duplicates, rejected } = done
  assert.deepEqual(
    { state, rows: done.rows, accepted, duplicates, rejected },
    { state: 'done', rows, accepted: people.length, duplicates: rows - people.length - broken, rejected: broken },
  )
  const exported = await fetch(`${server.address}${native}/campaigns/${campaign}/contacts/export?format=ndjson`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const text = await exported.text()
  const phones = text
    .trim()
    .split('\n')
    .map((line) => normal((JSON.parse(line) as { phones: string[] }).phones[0] ?? ''))
  assert.deepEqual(phones, people.map(phoneOf), 'everybody once, in the order of the list')
  process.stdout.write(
    `# ${rows} rows: ${accepted} people, ${duplicates} there already, ${rejected} refused; killed at ${before.rows} and ${again.rows}\n`,
  )
})

const normal = (given: string): string => `+7${given.replace(/\D/g, '').slice(1)}`
