import type { FrameworkPlug } from '../plug.ts'
import { koaCaller } from './request.ts'
import { koa, koaCompose, koaMount, koaRouter } from './router.ts'

/** Koa with its routers. */
export const koaPlug: FrameworkPlug = {
  name: 'koa',
  dependencies: ['koa'],
  packages: {
    koa,
    'koa-router': koaRouter,
    '@koa/router': koaRouter,
    'koa-swagger-decorator': koaRouter,
    'koa-joi-router': koaRouter,
    'koa-mount': koaMount,
    'koa-compose': koaCompose,
  },
  imported: 'application',
  next: 2,
  caller: koaCaller,
}
