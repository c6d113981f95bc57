import type { Interpreter } from '../evaluate/interpreter.ts'
import type { PackageModel } from '../evaluate/packages.ts'
import type { Value } from '../evaluate/values.ts'
import { expressPlug } from './express/index.ts'
import { fastifyPlug } from './fastify/index.ts'
import { honoPlug } from './hono/index.ts'
import { httpPlug } from './http/index.ts'
import { koaPlug } from './koa/index.ts'
import { nestPlug } from './nest/index.ts'
import type { FrameworkPlug } from './plug.ts'

/** Frameworks whose routes can be read, one line each. */
export const plugs = (): FrameworkPlug[] => [expressPlug, koaPlug, fastifyPlug, honoPlug, nestPlug, httpPlug]

/** What the frameworks' packages make. */
export function frameworkPackages(): Record<string, PackageModel> {
  return Object.assign({}, ...plugs().map(({ packages }) => packages))
}

/** A member of one of the frameworks' packages that stands for something known. */
export function frameworkValue(interp: Interpreter, module: string, name: string): Value | null {
  for (const { values } of plugs()) {
    const make = values?.[module]?.[name]
    if (make) return make(interp)
  }
  return null
}

/** Frameworks that are known, but whose routes cannot be read. */
const OTHERS: Record<string, string> = {
  '@hapi/hapi': 'hapi',
  restify: 'restify',
  next: 'next',
  '@trpc/server': 'trpc',
  '@apollo/server': 'apollo',
  'apollo-server': 'apollo',
  'apollo-server-express': 'apollo',
  'graphql-yoga': 'graphql-yoga',
  'express-graphql': 'express-graphql',
  mercurius: 'mercurius',
  '@nestjs/graphql': 'nest-graphql',
  '@nestjs/microservices': 'nest-microservices',
  '@nestjs/websockets': 'nest-websockets',
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

/** What a project with these dependencies is built on, and which of it cannot be read. */
export function frameworksOf(dependencies: Record<string, unknown>): { names: string[]; unread: string[] } {
  const read = plugs().filter((plug) => plug.dependencies.some((name) => name in dependencies))
  const unread = Object.entries(OTHERS).flatMap(([name, framework]) => (name in dependencies ? [framework] : []))
  return { names: [...new Set([...read.map(({ name }) => name), ...unread])], unread: [...new Set(unread)] }
}
