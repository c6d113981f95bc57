import { expect, test } from 'vitest'
import { auth, endpoint, inspect, operations } from './project.ts'

const manifest = {
  name: 'sample',
  scripts: { build: 'nest build', start: 'nest start', 'start:prod': 'node dist/main' },
  dependencies: { '@nestjs/core': '^11.0.0', '@nestjs/common': '^11.0.0', '@nestjs/platform-express': '^11.0.0' },
  devDependencies: { typescript: '^5.0.0' },
}

/** A Nest project: `main.ts` with the lines given between making the application and listening. */
function nest(main: string, files: Record<string, string>) {
  return inspect({
    'package.json': manifest,
    'src/main.ts': `import { NestFactory } from '@nestjs/core'
import { ValidationPipe, VersioningType } from '@nestjs/common'
import { AppModule } from './app.module'
async function bootstrap() {
  const app = await NestFactory.create(AppModule)
${main}
  await app.listen(process.env.PORT ?? 3000)
}
bootstrap()`,
    ...files,
  })
}

test('follows modules to controllers, under prefixes and versions', async () => {
  const map = await nest(
    "app.setGlobalPrefix('api', { exclude: ['health'] })\n  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })",
    {
      'src/app.module.ts': `import { Module } from '@nestjs/common'
import { RouterModule } from '@nestjs/core'
import { CatsModule } from './cats/cats.module'
import { HealthController, UsualController } from './health'
@Module({ imports: [CatsModule, RouterModule.register([{ path: 'zoo', module: CatsModule }])], controllers: [HealthController, UsualController] })
export class AppModule {}`,
      'src/health.ts': `import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common'
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController { @Get() check() { return 'ok' } }
@Controller('usual')
export class UsualController { @Get() check() { return 'ok' } }`,
      'src/cats/cats.module.ts': `import { Module, forwardRef } from '@nestjs/common'
import { CatsController } from './cats.controller'
import { CatsService } from './cats.service'
@Module({ controllers: [CatsController], providers: [CatsService] })
export class CatsModule {}`,
      'src/cats/cats.service.ts': `import { Injectable, NotFoundException } from '@nestjs/common'
@Injectable()
export class CatsService {
  find(id: number) { const cat = this.load(id); if (!cat) throw new NotFoundException(); return cat }
  private readonly cats = new Map()
  private load(id: number) { return this.cats.get(id) }
}`,
      'src/cats/cats.controller.ts': `import { Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Post, Version } from '@nestjs/common'
import { CatsService } from './cats.service'
@Controller({ path: 'cats', version: '3' })
export class CatsController {
  constructor(private readonly cats: CatsService) {}
  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number) { return this.cats.find(id) }
  @Post()
  create() { return {} }
  @Version('2')
  @Delete(':id')
  @HttpCode(204)
  remove(@Param('id') id: string) {}
}`,
    },
  )
  expect(operations(map)).toEqual([
    'DELETE /api/v2/zoo/cats/{id}',
    'GET /api/v1/usual',
    'GET /api/v3/zoo/cats/{id}',
    'GET /health',
    'POST /api/v3/zoo/cats',
  ])
  expect(endpoint(map, 'GET /api/v3/zoo/cats/{id}')).toMatchObject({
    source: 'src/cats/cats.controller.ts:6',
    handler: 'src/cats/cats.controller.ts:7',
    params: [{ name: 'id', required: true, schema: { type: 'integer' } }],
    statuses: [200, 400, 404],
    auth: 'none',
  })
  expect(endpoint(map, 'POST /api/v3/zoo/cats').statuses).toEqual([201])
  expect(endpoint(map, 'DELETE /api/v2/zoo/cats/{id}').statuses).toEqual([204])
  expect(map.boot).toMatchObject({
    command: ['node', 'dist/main'],
    build: ['npm', 'run', 'build'],
    app: null,
    portVariable: 'PORT',
  })
})

test('guards: global ones with exceptions, of classes and methods, with roles', async () => {
  const map = await nest('', {
    'src/app.module.ts': `import { Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { A, B } from './controllers'
import { JwtAuthGuard, LocalStrategy, RolesGuard } from './guards'
@Module({ controllers: [A, B], providers: [LocalStrategy, { provide: APP_GUARD, useClass: JwtAuthGuard }, { provide: APP_GUARD, useClass: RolesGuard }] })
export class AppModule {}`,
    'src/decorators.ts': `import { SetMetadata, applyDecorators } from '@nestjs/common'
export const Public = () => SetMetadata('public', true)
export const Roles = (...roles: string[]) => applyDecorators(SetMetadata('roles', roles))`,
    'src/guards.ts': `import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { AuthGuard, PassportStrategy } from '@nestjs/passport'
import { Strategy } from 'passport-local'
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy) { constructor() { super({ usernameField: 'email' }) } }
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private reflector: Reflector) { super() }
  canActivate(context: ExecutionContext) {
    if (this.reflector.getAllAndOverride<boolean>('public', [context.getHandler(), context.getClass()])) return true
    return super.canActivate(context)
  }
}
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<string[]>('roles', [context.getHandler(), context.getClass()])
    if (!roles) return true
    const { user } = context.switchToHttp().getRequest()
    return roles.some((role) => user.roles.includes(role))
  }
}
@Injectable()
export class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext) { return context.switchToHttp().getRequest().headers['x-api-key'] === process.env.KEY }
}
export class OptionalGuard extends AuthGuard('jwt') { handleRequest(error, user) { return user } }`,
    'src/controllers.ts': `import { Controller, Get, Post, UseGuards } from '@nestjs/common'
import { AuthGuard } from '@nestjs/passport'
import { Public, Roles } from './decorators'
import { KeyGuard, OptionalGuard } from './guards'
@Controller('a')
export class A {
  @Get('closed') closed() {}
  @Public() @Get('open') open() {}
  @Roles('admin') @Get('admin') admin() {}
  @Public() @UseGuards(AuthGuard('local')) @Post('login') login() {}
}
@Public()
@Controller('b')
export class B {
  @Get('open') open() {}
  @UseGuards(KeyGuard) @Get('key') key() {}
  @UseGuards(OptionalGuard) @Get('maybe') maybe() {}
}`,
  })
  expect(auth(map)).toEqual({
    'GET /a/admin': 'required',
    'GET /a/closed': 'required',
    'GET /a/open': 'none',
    'POST /a/login': 'none',
    'GET /b/key': 'required',
    'GET /b/maybe': 'none',
    'GET /b/open': 'none',
  })
  expect(endpoint(map, 'GET /a/admin')).toMatchObject({ roles: ['admin'], statuses: [200, 401, 403] })
  expect(endpoint(map, 'POST /a/login').body?.schema).toMatchObject({ required: ['email', 'password'] })
})

test('classes with class-validator are the schema of what is sent', async () => {
  const map = await nest('app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }))', {
    'src/app.module.ts': `import { Module } from '@nestjs/common'
import { Cats } from './cats'
@Module({ controllers: [Cats] })
export class AppModule {}`,
    'src/cats.dto.ts': `import { IsArray, IsEnum, IsInt, IsOptional, IsString, Length, Max, Min, ValidateNested } from 'class-validator'
import { Type } from 'class-transformer'
import { PartialType } from '@nestjs/mapped-types'
export enum Kind { Big = 'big', Small = 'small' }
export class Toy { @IsString() name: string }
export class CreateCat {
  @IsString() @Length(2, 20) name: string
  @IsInt() @Min(0) @Max(30) @IsOptional() age?: number
  @IsEnum(Kind) kind: Kind
  @IsArray() @ValidateNested({ each: true }) @Type(() => Toy) toys: Toy[]
  @IsString({ each: true }) tags: string[] = []
}
export class UpdateCat extends PartialType(CreateCat) {}
export class Search { @IsString() @IsOptional() q?: string; @IsInt() page: number }`,
    'src/cats.ts': `import { Body, Controller, Get, Patch, Post, Query, Param } from '@nestjs/common'
import { CreateCat, Search, UpdateCat } from './cats.dto'
@Controller('cats')
export class Cats {
  @Get() list(@Query() search: Search) { return [] }
  @Post() create(@Body() cat: CreateCat) { return cat }
  @Patch(':id') update(@Param('id') id: string, @Body() cat: UpdateCat) { return cat }
}`,
  })
  expect(endpoint(map, 'POST /cats')).toMatchObject({
    statuses: [201, 400],
    body: {
      provenance: 'schema',
      schema: {
        type: 'object',
        required: ['name', 'kind', 'toys'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 2, maxLength: 20 },
          age: { type: 'integer', minimum: 0, maximum: 30 },
          kind: { type: 'string', enum: ['big', 'small'] },
          toys: {
            type: 'array',
            items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
          },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  })
  expect(endpoint(map, 'PATCH /cats/{id}').body?.schema.required).toBeUndefined()
  expect(Object.keys(endpoint(map, 'PATCH /cats/{id}').body?.schema.properties ?? {})).toContain('kind')
  expect(endpoint(map, 'GET /cats').query).toEqual([
    { name: 'q', required: false, schema: { type: 'string' } },
    { name: 'page', required: true, schema: { type: 'integer' } },
  ])
})

test('middleware of modules, parameters of own decorators, uploads', async () => {
  const map = await nest("app.setGlobalPrefix('v1')", {
    'src/app.module.ts': `import { MiddlewareConsumer, Module, NestModule, RequestMethod } from '@nestjs/common'
import { Files } from './files'
import { Token } from './token'
@Module({ controllers: [Files] })
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(Token).exclude({ path: 'files/open', method: RequestMethod.GET }).forRoutes('files')
    consumer.apply(Token).forRoutes('files/*path')
  }
}`,
    'src/token.ts': `import { HttpException, HttpStatus, Injectable, NestMiddleware } from '@nestjs/common'
@Injectable()
export class Token implements NestMiddleware {
  use(req: any, res: any, next: () => void) {
    if (!req.headers.authorization) throw new HttpException('no', HttpStatus.UNAUTHORIZED)
    next()
  }
}`,
    'src/files.ts': `import { Controller, Get, Post, UploadedFile, UseInterceptors, createParamDecorator } from '@nestjs/common'
import { FileInterceptor } from '@nestjs/platform-express'
const User = createParamDecorator((field, context) => context.switchToHttp().getRequest().user[field])
@Controller('files')
export class Files {
  @Get() list(@User('id') id: string) { return [id] }
  @Post('upload') @UseInterceptors(FileInterceptor('file')) upload(@UploadedFile() file: any) { return file.size }
}`,
  })
  expect(auth(map)).toEqual({ 'GET /v1/files': 'required', 'POST /v1/files/upload': 'required' })
  expect(endpoint(map, 'POST /v1/files/upload')).toMatchObject({
    statuses: [201, 401],
    body: { contentType: 'multipart/form-data', schema: { properties: { file: { format: 'binary' } } } },
  })
})
