/** The HTTP server: our own API, the vendors' paths beside it, health and documentation. */
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod'
import { guardRoutes, type Refusal } from '../access/route-guard.ts'
import { vendorReaders } from '../compat/importers.ts'
import { registerIs74 } from '../compat/is74/routes.ts'
import { registerOmicall } from '../compat/omicall/routes.ts'
import { registerTwinIncoming } from '../compat/twin-incoming/routes.ts'
import { registerTwinTasks } from '../compat/twin-tasks/routes.ts'
import { registerYunfu } from '../compat/yunfu/routes.ts'
import type { HttpDeps } from '../deps.ts'
import { auditRoutes } from './audit/routes.ts'
import { recordingRoutes } from './calls/recording.ts'
import { callRoutes } from './calls/routes.ts'
import { campaignRoutes } from './campaigns/routes.ts'
import { contactRoutes } from './contacts/routes.ts'
import { eventRoutes } from './events/routes.ts'
import { importRoutes } from './imports/routes.ts'
import { Problem, sendProblem } from './problem.ts'
import { withProblems } from './problem-responses.ts'
import { provisioningRoutes } from './provisioning/routes.ts'
import { registerReadiness } from './readiness.ts'
import { reportRoutes } from './reports/routes.ts'
import { nativeResources } from './resources/native-resources.ts'
import { resourceRoutes } from './resources/routes.ts'
import type { NativeApp } from './scope.ts'
import { sessionRoutes } from './session/routes.ts'
import { refuseUnstorableInput } from './storable-input.ts'
import { systemRoutes } from './system/routes.ts'
import { validatorCompiler } from './validation.ts'
import { deliveryRoutes } from './webhook-endpoints/routes.ts'
import { workspaceRoutes } from './workspace/routes.ts'

const bodyLimit = 1024 * 1024
const refusals: Readonly<Record<Refusal, { readonly status: number; readonly message: string }>> = {
  unauthenticated: { status: 401, message: 'Expected Authorization: Bearer with a valid token' },
  forbidden: { status: 403, message: 'The token or the role may not do this' },
  'too-many-requests': { status: 429, message: 'Too many requests: wait as long as Retry-After says' },
}

/** @param onRoute  Hears of every route as it is registered. */
export async function buildHttpServer(
  deps: HttpDeps,
  onRoute?: (route: RouteOptions) => void,
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit,
    logger: false,
    // Clients put a host and a path together: a slash too many makes no other address.
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    // An address that cannot be decoded reaches no route, and would be answered in the library's form.
    frameworkErrors: (error, request, reply) => void sendProblem(deps, error, request, reply),
  })
  if (onRoute !== undefined) app.addHook('onRoute', onRoute)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => sendProblem(deps, error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      deps,
      new Problem(404, 'not-found', `There is no ${request.method} ${request.url.split('?')[0]}`),
      request,
      reply,
    ),
  )
  app.addHook('preValidation', refuseUnstorableInput)
  await app.register(rateLimit, { global: false })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Dialwright', description: 'Campaigns of phone calls', version: '1' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) =>
      'openapiObject' in document ? withProblems(document.openapiObject, '/dialwright/v1/') : document.swaggerObject,
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  registerReadiness(app, deps)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register(
    async (scope) => {
      guardRoutes(scope, deps, (why) => new Problem(refusals[why].status, why, refusals[why].message))
      const native = scope as NativeApp
      sessionRoutes(native, deps)
      campaignRoutes(native, deps)
      contactRoutes(native, deps)
      await importRoutes(native, deps)
      callRoutes(native, deps)
      await recordingRoutes(native, deps)
      reportRoutes(native, deps)
      for (const resource of nativeResources) resourceRoutes(native, deps, resource)
      workspaceRoutes(native, deps)
      deliveryRoutes(native, deps)
      auditRoutes(native, deps)
      eventRoutes(native, deps)
      systemRoutes(native, deps)
      provisioningRoutes(native, deps, vendorReaders)
    },
    { prefix: '/dialwright/v1' },
  )
  await registerTwinTasks(app, deps)
  await registerTwinIncoming(app, deps)
  await registerIs74(app, deps)
  await registerYunfu(app, deps)
  await registerOmicall(app, deps)
  return app
}
