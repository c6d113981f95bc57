import type { FrameworkPlug } from '../plug.ts'
import { fastify, serveExported, shared } from './instance.ts'
import { fastifyCaller } from './request.ts'

/** Fastify with its plugin system. */
export const fastifyPlug: FrameworkPlug = {
  name: 'fastify',
  dependencies: ['fastify'],
  packages: { fastify, 'fastify-plugin': shared },
  guards: /^(@fastify\/(basic-auth|bearer-auth)|fastify-(basic|bearer)-auth|@clerk\/fastify)$/,
  harmless: /^@?fastify(\/|-)(cors|helmet|rate-limit|compress|cookie|formbody|multipart|sensible|middie|express)$/,
  imported: 'application',
  next: Number.POSITIVE_INFINITY,
  caller: fastifyCaller,
  serve: serveExported,
}
