import type { FrameworkPlug } from '../plug.ts'
import { createRoute, factory, hono, openApiHono, serve } from './app.ts'
import { combine, cookies } from './helpers.ts'
import { honoCaller } from './request.ts'
import { jsonContent, schemas } from './stoker.ts'
import { honoValidator } from './validators.ts'

/** Hono, with the routes that describe themselves for OpenAPI. */
export const honoPlug: FrameworkPlug = {
  name: 'hono',
  dependencies: ['hono', '@hono/zod-openapi'],
  packages: {
    hono,
    'hono/tiny': hono,
    'hono/quick': hono,
    '@hono/zod-openapi': (interp, call, path) =>
      path[0] === 'createRoute' ? createRoute(interp, call, path) : openApiHono(interp, call, path),
    'hono/factory': factory,
    'hono/combine': combine,
    'hono/cookie': cookies,
    '@hono/node-server': serve,
    'stoker/openapi/helpers': jsonContent,
  },
  guards: /^(hono\/(bearer-auth|basic-auth|jwt|jwk)|@hono\/(clerk-auth|oidc-auth|firebase-auth|auth-js))$/,
  harmless: /^(hono\/.*|@hono\/.*|hono-(pino|openapi|rate-limiter).*|@scalar\/hono.*|stoker\/.*)$/,
  values: { 'stoker/openapi/schemas': schemas },
  middleware: honoValidator,
  imported: 'application',
  verbsPassOn: true,
  next: 2,
  caller: honoCaller,
}
