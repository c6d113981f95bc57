import type { FrameworkPlug } from '../plug.ts'
import { expressCaller } from './request.ts'
import { express, routerFactory } from './router.ts'

/** Express, and the routers that work like its own. */
export const expressPlug: FrameworkPlug = {
  name: 'express',
  dependencies: ['express'],
  packages: { express, 'express-promise-router': routerFactory, router: routerFactory },
  imported: 'factory',
  next: 3,
  answersInUse: true,
  caller: expressCaller,
}
