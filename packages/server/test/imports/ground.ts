/** A campaign to import into, over HTTP as a client does it, with the jobs process that reads. */
import { after, before } from 'node:test'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { JobsProcess } from '../../src/jobs/jobs-process.ts'
import type { TestDatabase } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'
import { campaign, type HttpGround, native, openHttp, tokenOf } from '../http/surface.ts'

type Answer = { readonly status: number; readonly body: Record<string, unknown> }

export class ImportGround {
  readonly #database: TestDatabase
  #http: HttpGround | null = null
  jobs: JobsProcess | null = null

  constructor(database: TestDatabase) {
    this.#database = database
    before(async () => {
      this.#http = await openHttp(database.pool)
    })
    after(async () => {
      await this.jobs?.stop()
      await this.#http?.close()
    })
  }

  get http(): HttpGround {
    if (this.#http === null) throw new Error('The ground exists between before() and after() only.')
    return this.#http
  }

  /** Begins to read what waits. */
  startJobs(batchRows?: number, nodeName = 'test'): JobsProcess {
    this.jobs = new JobsProcess({
      start: { databaseUrl: this.#database.connectionString, nodeName, logLevel: 'silent', batchRows },
      database: this.#database.pool,
      clock: systemClock,
      onContacts: () => {},
      log: { error: () => {} },
    })
    return this.jobs
  }

  wakeJobs(): void {
    if (this.jobs === null) this.startJobs()
    else this.jobs.wake()
  }

  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    payload?: string | Buffer | object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { readonly text: string }> {
    const answer = await this.http.app.inject({
      method,
      url: native + path,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}`, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
    const isJson = String(answer.headers['content-type']).includes('json')
    return {
      status: answer.statusCode,
      body:
        isJson && answer.body !== '' && !String(answer.headers['content-type']).includes('ndjson') ? answer.json() : {},
      text: answer.body,
    }
  }

  async newCampaign(): Promise<string> {
    return String((await this.ask('POST', '/campaigns', campaign)).body.id)
  }

  /** Polls: the database tells nobody of an import's end. */
  async ended(id: string): Promise<Readonly<Record<string, unknown>>> {
    let shown: Readonly<Record<string, unknown>> = {}
    await until(`the import ${id} is over`, async () => {
      shown = (await this.ask('GET', `/imports/${id}`)).body
      return !/^(waiting|running|undoing)$/.test(String(shown.state))
    })
    return shown
  }
}
