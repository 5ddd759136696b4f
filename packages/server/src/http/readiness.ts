/** `GET /readyz`: whether this node can serve, which it cannot without its database. Anyone may ask; the answer tells nothing else. */
import type { FastifyInstance } from 'fastify'
import type { ServerDeps } from '../deps.ts'

/** Load balancers and orchestrators ask every few seconds and give up soon. */
const answerWithinMs = 3_000

export function registerReadiness(app: FastifyInstance, deps: Pick<ServerDeps, 'pool' | 'clock'>): void {
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    if (await databaseAnswers(deps)) return { status: 'ready' }
    // A problem like any other (RFC 9457 §3), and no line in the log for it: whoever took the database away has written one.
    return reply.status(503).header('retry-after', '2').type('application/problem+json').send({
      type: 'about:blank',
      title: 'The database does not answer',
      status: 503,
      code: 'not-ready',
      errors: [],
    })
  })
}

/** False after the time limit too: a server that is stopped in mid-air keeps its connections and answers nothing. */
function databaseAnswers({ pool, clock }: Pick<ServerDeps, 'pool' | 'clock'>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.schedule(answerWithinMs, () => resolve(false))
    pool
      .query('select 1')
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => timer.cancel())
  })
}
