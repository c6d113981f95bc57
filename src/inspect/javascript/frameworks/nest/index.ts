import { fromJson } from '../../evaluate/interpreter.ts'
import { statusNames } from '../../evaluate/packages.ts'
import type { FrameworkPlug } from '../plug.ts'
import { nestFactory } from './app.ts'
import { authGuard, passportStrategy } from './guards.ts'
import { nestCaller } from './request.ts'

/** NestJS: modules, controllers, guards and pipes. */
export const nestPlug: FrameworkPlug = {
  name: 'nest',
  dependencies: ['@nestjs/core'],
  packages: {
    '@nestjs/core': nestFactory,
    '@nestjs/passport': (interp, call, path) => {
      if (path.join('.') === 'AuthGuard') return authGuard(interp, call)
      return path.join('.') === 'PassportStrategy' ? passportStrategy(interp, call) : null
    },
  },
  values: { '@nestjs/common': { HttpStatus: () => fromJson(statusNames()) } },
  harmless: /^(@nestjs\/.*|nestjs-.*)$/,
  next: Number.POSITIVE_INFINITY,
  caller: nestCaller,
}
