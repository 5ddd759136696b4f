/** Import of a list over HTTP, against COPY FROM STDIN of exactly the rows that it made, into the same tables with all indexes. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { type Connection, createPool, type Pool } from '../../packages/server/src/adapters/postgres/pool.ts'
import { makeDatabase, silentLog } from '../database/ground.ts'
import type { Bench, Measured } from '../harness/bench.ts'
import { familyCpuMs } from '../harness/cpu.ts'
import { BenchServer } from '../harness/server.ts'
import { copyIn, copyOut } from './copy.ts'
import { importOverHttp } from './door.ts'
import { csvChunks } from './people.ts'

const chunkBytes = 65_536
/** Parents before children; both have every index and reference that they have in the product. */
const tables = ['contact', 'contact_phone'] as const
/** Of the lines that are sent: fewer rows, and something else was measured than an import. */
const keptShare = 0.99
/** Discard: nobody is called in this bench. */
const noFarEnd = 9

export const importBench: Bench = {
  name: 'import',
  title: 'import of a CSV list over HTTP: numbers read, zones found, duplicates dropped, all indexes',
  control: 'COPY FROM STDIN of exactly the rows that the import made, into the same emptied tables with all indexes',
  isTimed: true,
  figures: [
    { key: 'rows', label: 'lines', unit: '', side: 'ours' },
    { key: 'perSecond', label: 'lines per second', unit: '/s', side: 'ours' },
    { key: 'control', label: 'contacts per second by COPY', unit: '/s', side: 'control' },
    { key: 'ratio', label: 'import over COPY', unit: 'x', side: 'ratio', target: { atLeast: 0.6 } },
    { key: 'cpu', label: 'CPU per line, server and PostgreSQL', unit: 'us', side: 'ours' },
    { key: 'loopP99', label: 'event loop of main, delay p99', unit: 'ms', side: 'ours' },
    { key: 'loopMax', label: 'event loop of main, delay max', unit: 'ms', side: 'ours' },
  ],
  async open({ rows }, grounds) {
    const stack = new AsyncDisposableStack()
    try {
      const directory = await mkdtemp(join(tmpdir(), 'dialwright-bench-import-'))
      stack.defer(() => rm(directory, { recursive: true, force: true }))
      const list = join(directory, 'people.csv')
      await pipeline(Readable.from(csvChunks(rows)), createWriteStream(list))
      const databaseUrl = await makeDatabase(await grounds.database(), stack, 'bench_import')
      const pool = createPool(databaseUrl, silentLog, { size: 1, pipeline: false })
      stack.defer(() => pool.end())
      const server = await BenchServer.start(stack, { farEndPort: noFarEnd, databaseUrl })
      return {
        measure: (round) => measure({ pool, server, directory, list, rows }, round),
        close: () => stack.disposeAsync(),
      }
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  },
}

type Ground = {
  readonly pool: Pool
  readonly server: BenchServer
  readonly directory: string
  readonly list: string
  readonly rows: number
}

async function measure({ pool, server, directory, list, rows }: Ground, round: number): Promise<Measured> {
  await empty(pool)
  const campaignId = await server.campaign(`import ${round}`, { callsPerSecond: 1, maxCalls: 1 })
  await server.loopDelay()
  const [cpuMs, startedMs] = [familyCpuMs(process.pid), performance.now()]
  await importOverHttp(server, campaignId, list)
  const seconds = (performance.now() - startedMs) / 1_000
  // Our own part of it, reading the file and sending it, is a few per cent and is left in.
  const usedMs = familyCpuMs(process.pid) - cpuMs
  const loop = await server.loopDelay()
  const { rows: counted } = await pool.query<{ people: number }>(
    'select count(*) as people from contact where campaign_id = $1',
    [campaignId],
  )
  const people = counted[0]?.people ?? 0
  if (people < rows * keptShare) return { figures: {}, fault: `${people} contacts came of ${rows} lines` }
  await dump(pool, directory)
  await empty(pool)
  const controlSeconds = await load(pool, directory)
  return {
    figures: {
      rows,
      perSecond: rows / seconds,
      control: people / controlSeconds,
      ratio: rows / seconds / (people / controlSeconds),
      cpu: (usedMs * 1_000) / rows,
      loopP99: loop.p99Ms,
      loopMax: loop.maxMs,
    },
  }
}

/** The same start for both: no contacts, no dead rows, the log written out. */
async function empty(pool: Pool): Promise<void> {
  await pool.query('truncate contact, contact_phone, live_leg')
  await pool.query('checkpoint')
}

/** The rows as text, in no order of phone or id, as a list has them. */
async function dump(pool: Pool, directory: string): Promise<void> {
  const connection = await pool.connect()
  try {
    for (const table of tables) {
      const columns = await writableColumns(connection, table)
      const key = table === 'contact' ? 'id' : 'contact_id'
      const file = createWriteStream(join(directory, table))
      const query = `copy (select ${columns} from ${table} order by hashtext(${key}::text)) to stdout`
      await copyOut(connection, query, file)
      file.end()
      await finished(file)
      if ((await stat(join(directory, table))).size === 0) throw new Error(`Nothing of ${table} was written out`)
    }
  } finally {
    connection.release()
  }
}

/** @returns Seconds that COPY needed for both tables, in one transaction. */
async function load(pool: Pool, directory: string): Promise<number> {
  const connection = await pool.connect()
  try {
    const startedMs = performance.now()
    await connection.query('begin')
    for (const table of tables) {
      const columns = await writableColumns(connection, table)
      const chunks = createReadStream(join(directory, table), { highWaterMark: chunkBytes })
      await copyIn(connection, `copy ${table} (${columns}) from stdin`, chunks as AsyncIterable<Buffer>)
    }
    await connection.query('commit')
    return (performance.now() - startedMs) / 1_000
  } finally {
    connection.release()
  }
}

/** The columns of a table that can be written, in their order. */
async function writableColumns(connection: Connection, table: string): Promise<string> {
  const { rows } = await connection.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  )
  return rows[0]?.columns ?? ''
}
