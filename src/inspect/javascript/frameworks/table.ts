import type { PackageModel } from '../evaluate/packages.ts'
import { express, routerFactory } from './express.ts'
import { koa, koaCompose, koaMount, koaRouter } from './koa.ts'

/** Packages that make applications and routers: one line each. */
export const frameworkPackages: Record<string, PackageModel> = {
  express,
  'express-promise-router': routerFactory,
  router: routerFactory,
  koa,
  'koa-router': koaRouter,
  '@koa/router': koaRouter,
  'koa-swagger-decorator': koaRouter,
  'koa-joi-router': koaRouter,
  'koa-mount': koaMount,
  'koa-compose': koaCompose,
}

/** Dependencies that say which framework a project is built on. */
export const FRAMEWORKS: Record<string, string> = {
  express: 'express',
  koa: 'koa',
  fastify: 'fastify',
  hono: 'hono',
  '@nestjs/core': 'nest',
  '@hapi/hapi': 'hapi',
  restify: 'restify',
  next: 'next',
  '@apollo/server': 'apollo',
  'apollo-server': 'apollo',
  'apollo-server-express': 'apollo',
  'graphql-yoga': 'graphql-yoga',
  'express-graphql': 'express-graphql',
  '@feathersjs/feathers': 'feathers',
  '@adonisjs/core': 'adonis',
  '@loopback/rest': 'loopback',
  sails: 'sails',
  egg: 'egg',
  'routing-controllers': 'routing-controllers',
  polka: 'polka',
  'socket.io': 'socket.io',
  ws: 'ws',
}
