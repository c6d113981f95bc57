import { expressExchange } from '../express/request.ts'
import type { FrameworkPlug } from '../plug.ts'
import { servers } from './server.ts'

/** Node's own servers, whose one handler looks at method and path itself. */
export const httpPlug: FrameworkPlug = {
  name: 'http',
  dependencies: [],
  packages: { http: servers, https: servers, http2: servers },
  imported: 'application',
  next: Number.POSITIVE_INFINITY,
  lastResort: true,
  caller(walk, app) {
    const { request, response } = expressExchange(walk, app)
    return { arguments: () => [request, response] }
  },
}
